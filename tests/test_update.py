"""Keeping an index in step: only what changed is done again, and what is stale is said."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.errors import DamagedIndex, EncoderError, MissingIndex, StaleIndex
from assistant.indexing.manifest import read_manifest
from assistant.integrity import check_index, repair_index
from assistant.settings import Settings
from assistant.stores import local_finish
from assistant.stores.local import LocalStore
from assistant.update import Update, update_index

EXPORT = "actions/reseau-imaginaire.txt"


@pytest.fixture
def place(tiny, tmp_path) -> Settings:
    return Settings(data=tiny, index=tmp_path / "index")


@pytest.fixture
def update(place, word_model):
    """Brings the tiny index in step, first with a small sentence-transformers model, then with the index's own."""

    def run(full: bool = False, model: str | None = None) -> Update:
        if model is None and not (place.index / "manifest.json").exists():
            model = str(word_model)
        return update_index(place, model, full, lambda _done, _total: None)

    return run


@pytest.fixture
def spoil():
    """``spoil(database, table)`` makes the first page of a table one that means nothing."""

    def run(path: Path, table: str) -> None:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            (size,) = database.execute("PRAGMA page_size").fetchone()
            (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        content = bytearray(path.read_bytes())
        start = (page - 1) * size
        content[start : start + 40] = bytes(byte ^ 0xFF for byte in content[start : start + 40])
        path.write_bytes(content)

    return run


def edit(place: Settings, old: str, new: str) -> None:
    path = place.data / EXPORT
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_nothing_is_done_when_in_step(place, update):
    first = update()
    assert (first.build.added, first.build.kept) == (5, 0)
    again = update()
    assert again.build is None
    assert again.manifest == first.manifest
    assert check_index(place) == []


def test_warnings_of_the_sheets_are_given_each_time(update):
    for _ in range(2):
        messages = [str(warning) for warning in update().warnings]
        assert any("Île-Perdue" in message and "reseau-imaginaire.txt, ligne" in message for message in messages)


def test_one_changed_sheet_is_one_changed_sheet(place, update):
    update()
    edit(place, "12 jardiniers", "14 jardiniers")
    build = update().build
    assert (build.added, build.changed, build.removed, build.kept) == (0, 1, 0, 4)
    assert check_index(place) == []


def test_an_added_and_a_removed_sheet_are_counted(place, update):
    update()
    edit(place, "Actions\nPause papote", "Actions\nPause café")
    build = update().build
    assert (build.added, build.changed, build.removed, build.kept) == (1, 0, 1, 4)


def test_a_new_need_encodes_no_sheet(place, update):
    update()
    with (place.data / "needs.yaml").open("a", encoding="utf-8") as file:
        file.write("- sheet: Pause papote\n  needs:\n  - Je voudrais bavarder.\n")
    build = update().build
    assert (build.added, build.changed, build.kept) == (0, 0, 5)


def test_full_does_all_again(update):
    update()
    build = update(full=True).build
    assert (build.added, build.kept) == (5, 0)


def test_another_model_encodes_all_again(place, update, word_model, tmp_path):
    update()
    other = tmp_path / "other-model"
    shutil.copytree(word_model, other)
    build = update(model=str(other)).build
    assert (build.added, build.kept) == (5, 0)
    assert read_manifest(place.index).model == str(other.resolve())
    assert update().build is None, "the index's own model is kept"


def test_a_stale_index_is_said_with_the_command_that_mends_it(place, update):
    update()
    edit(place, "12 jardiniers", "14 jardiniers")
    with pytest.raises(StaleIndex, match="assistant index"):
        Assistant.open(place)
    faults = check_index(place)
    assert len(faults) == 1
    assert EXPORT in faults[0]


@pytest.mark.parametrize("name", ["schema.yaml", "departements.csv", "needs.yaml", "thesaurus.yaml"])
def test_any_data_file_that_changed_makes_the_index_stale(place, update, name):
    update()
    with (place.data / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert any(name in fault for fault in check_index(place))
    with pytest.raises(StaleIndex):
        Assistant.open(place)
    update()
    assert check_index(place) == []


def test_no_index_is_said(place):
    for action in (check_index, Assistant.open):
        with pytest.raises(MissingIndex, match="assistant index"):
            action(place)


def test_a_model_that_left_is_said(place, update, word_model, tmp_path):
    model = tmp_path / "leaving"
    shutil.copytree(word_model, model)
    update(model=str(model))
    shutil.rmtree(model)
    with pytest.raises(EncoderError, match="leaving"):
        Assistant.open(place)


def test_a_model_that_changed_under_the_index_is_said(place, update, word_model, tmp_path):
    """Same name, other weights: its vectors are no longer those of the index."""
    import numpy as np
    from safetensors.numpy import load_file, save_file

    model = tmp_path / "model"
    shutil.copytree(word_model, model)
    update(model=str(model))
    weights = next(model.rglob("*.safetensors"))
    noise = np.random.default_rng(1)
    save_file({key: noise.normal(size=value.shape).astype("f4") for key, value in load_file(weights).items()}, weights)
    assert any("ne donne plus les vecteurs" in fault for fault in check_index(place))


def test_an_unknown_model_changes_nothing(place, update, tmp_path):
    before = update().manifest
    with pytest.raises(EncoderError):
        update(model=str(tmp_path / "no-such-model"))
    assert read_manifest(place.index) == before
    assert LocalStore(place.index).check() == []


def test_a_damaged_index_is_mended(place, update, word_model):
    first = update().manifest
    (place.index / first.generation / "vectors.faiss").write_bytes(b"spoilt")
    with pytest.raises(DamagedIndex):
        Assistant.open(place)
    assert any("vectors.faiss" in fault for fault in check_index(place))
    update()
    assert check_index(place) == []
    assert read_manifest(place.index).model == str(word_model), "mending keeps the model of the index"


def test_a_new_folder_is_made(place, update):
    assert not place.index.exists()
    update()
    assert read_manifest(replace(place).index).sheets == 5


def test_a_large_index_that_is_damaged_is_mended_whole(place, update, monkeypatch):
    """What is shared with the generation before is not looked through when a few sheets change."""
    monkeypatch.setattr(local_finish, "LARGE", 0)
    first = update().manifest
    path = place.index / first.generation / "corpus.sqlite"
    spoilt = bytearray(path.read_bytes())
    spoilt[-7] ^= 0xFF
    path.write_bytes(spoilt)
    assert any("corpus.sqlite" in fault for fault in check_index(place))
    assert update().build.added == 5
    assert check_index(place) == []


@pytest.mark.parametrize("most_changed", [0, 99], ids=["written whole", "as changes"])
@pytest.mark.parametrize("table", ["passages", "mentions", "facets"])
@pytest.mark.parametrize("mend", ["index", "repair"])
def test_a_large_index_damaged_before_its_data_changed_is_mended(
    place, update, monkeypatch, spoil, table, most_changed, mend
):
    for limit, value in (("LARGE", 0), ("MOST_CHANGED", most_changed), ("MOST_MOVED", 99)):
        monkeypatch.setattr(local_finish, limit, value)
    spoil(place.index / update().manifest.generation / "corpus.sqlite", table)
    edit(place, "12 jardiniers", "14 jardiniers")
    if mend == "index":
        update()
        update()  # what is shared is looked through when there is nothing else to do
    else:
        assert repair_index(place, lambda _done, _total: None) == []
    assert check_index(place) == []
    store = LocalStore(place.index)
    assert "14 jardiniers" in "".join(sheet.text for sheet in store.sheets(store.sheet_ids({})))


@pytest.mark.parametrize("table", ["meta", "passages", "sheets", "facets", "mentions", "terms_data"])
def test_an_index_whose_pages_are_damaged_is_refused_with_what_mends_it(place, update, spoil, table):
    """Whatever the library that meets them says."""
    spoil(place.index / update().manifest.generation / "corpus.sqlite", table)

    def use() -> None:
        assistant = Assistant.open(place)
        assistant.ask("Un potager pour les enfants")
        assistant.store.naming(["alimentation"])

    with pytest.raises(DamagedIndex, match=r"corpus\.sqlite") as refused:
        use()
    assert "assistant index --full" in refused.value.remedy
