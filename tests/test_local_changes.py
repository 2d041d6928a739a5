"""A large index and what changed since: what is shared, when all is written anew, and what damage comes to."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from assistant.errors import DamagedIndex
from assistant.indexing.manifest import FORMAT, FORMAT_SHARING
from assistant.stores import local_finish
from assistant.stores.damage import damaged_files
from assistant.stores.local import LocalStore
from assistant.stores.local_changes import CHANGES, NEW_VECTORS

SHARED = ("corpus.sqlite", "vectors.faiss")


@pytest.fixture
def limits(monkeypatch):
    """``limits(LARGE=0)`` sets some of the limits; without a word of it, all changes go beside the base."""

    def run(**values: float) -> None:
        for name, value in values.items():
            monkeypatch.setattr(local_finish, name, value)

    run(LARGE=0, MOST_CHANGED=99, MOST_MOVED=99)
    return run


@pytest.fixture
def grown(limits, tiny, tmp_path, change, toy_build):
    """The tiny index with one sheet changed since; how to change it again and build."""
    toy_build(tiny, tmp_path / "index")
    texts = ["12 jardiniers", *(f"{number} jardiniers" for number in range(13, 30))]

    def run():
        change(texts[0], texts[1])
        texts.pop(0)
        return toy_build(tiny, tmp_path / "index").manifest

    run()
    return run


def inodes(index, manifest) -> list[int]:
    return [(index / manifest.generation / name).stat().st_ino for name in SHARED]


def test_what_did_not_change_is_shared_and_what_did_is_small(grown, tmp_path):
    first, second = LocalStore(tmp_path / "index").manifest, grown()
    assert first.format == second.format == FORMAT_SHARING
    assert inodes(tmp_path / "index", first) == inodes(tmp_path / "index", second)
    assert [first.files[name] for name in SHARED] == [second.files[name] for name in SHARED]
    assert LocalStore(tmp_path / "index").check() == []


def test_a_file_system_without_links_gets_copies(grown, tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    first = LocalStore(tmp_path / "index").manifest
    monkeypatch.setattr(local_finish.os, "link", refuse)
    second = grown()
    assert not set(inodes(tmp_path / "index", first)) & set(inodes(tmp_path / "index", second))
    assert LocalStore(tmp_path / "index").check() == []


@pytest.mark.parametrize("limit", ["LARGE", "MOST_CHANGED", "MOST_MOVED"])
def test_beyond_any_limit_all_is_written_anew(grown, limits, limit, tmp_path):
    limits(**{limit: 10**9 if limit == "LARGE" else -1})
    assert grown().format == FORMAT
    store = LocalStore(tmp_path / "index")
    assert store.check() == []
    assert "14 jardiniers" in "".join(sheet.text for sheet in store.sheets(store.sheet_ids({})))


def test_generations_outlive_the_one_that_they_share_files_with(grown, tmp_path):
    for _ in range(5):
        last = grown()
    assert len(list((tmp_path / "index").glob("generation-*"))) == 3
    assert damaged_files(tmp_path / "index", last) == []
    assert LocalStore(tmp_path / "index").check() == []


def test_a_store_answers_though_its_generation_is_kept_no_longer(grown, tmp_path):
    """Also threads that had not asked before."""
    store = LocalStore(tmp_path / "index")
    for _ in range(5):
        grown()
    assert not store.folder.exists()

    def ask(_: int) -> tuple[object, ...]:
        found = store.search(np.ones(5, dtype=np.float32), ["potag"], {"alimentation": 1.0}, {}, 9)
        return found.passages, store.sheets(store.sheet_ids({})), store.facets()

    alone = ask(0)
    with ThreadPoolExecutor(8) as pool:
        assert all(said == alone for said in pool.map(ask, range(64)))
    assert "13 jardiniers" in "".join(sheet.text for sheet in alone[1])


@pytest.mark.parametrize("name", [CHANGES, NEW_VECTORS, *SHARED])
def test_a_byte_that_changed_is_found_now_and_in_the_next_generation(grown, toy_build, tiny, tmp_path, name):
    store = LocalStore(tmp_path / "index")
    path = store.folder / name
    spoilt = bytearray(path.read_bytes())
    spoilt[len(spoilt) * 2 // 3] ^= 0xFF
    path.write_bytes(spoilt)
    assert any(name in fault for fault in damaged_files(tmp_path / "index", store.manifest))
    after = grown()
    # what is copied is read, and found; what is shared keeps its checksum, and is found when it is looked for
    found = damaged_files(tmp_path / "index", after)
    assert found == [] if name in (CHANGES, NEW_VECTORS) else any(name in fault for fault in found)
    toy_build(tiny, tmp_path / "index", full=True)
    assert LocalStore(tmp_path / "index").check() == []


def test_a_damaged_base_is_not_written_anew_as_if_it_were_sound(grown, limits, tmp_path):
    store = LocalStore(tmp_path / "index")
    path = store.folder / "vectors.faiss"
    spoilt = bytearray(path.read_bytes())
    spoilt[-9] ^= 0xFF
    path.write_bytes(spoilt)
    limits(MOST_CHANGED=0.0)
    with pytest.raises(DamagedIndex, match=r"vectors\.faiss") as refused:
        grown()
    assert "assistant index --full" in refused.value.remedy
    assert LocalStore(tmp_path / "index").manifest == store.manifest


def test_files_of_two_generations_mixed_are_found(grown, tmp_path):
    index = tmp_path / "index"
    first, second = LocalStore(index).manifest, grown()
    shutil.copy(index / first.generation / CHANGES, index / second.generation / CHANGES)
    assert LocalStore(index).check()
