"""What a large index writes of its terms is what FTS5 says, to the last bit; an index without it asks FTS5."""

import numpy as np
import pytest

from assistant.errors import DamagedIndex
from assistant.stores import local_finish, local_terms
from assistant.stores.local import LocalStore
from assistant.stores.local_changes import CHANGES, pairs
from assistant.stores.local_terms import ADDED, BEARING, WEIGH, Terms


@pytest.fixture
def build_large(tiny, tmp_path, toy_build, monkeypatch):
    """``build_large()`` takes the tiny corpus for a large one, whose terms of two sheets are written."""
    for name, value in (("LARGE", 0), ("MOST_CHANGED", 99), ("MOST_MOVED", 99)):
        monkeypatch.setattr(local_finish, name, value)
    monkeypatch.setattr(local_terms, "_MANY", 2)

    def run() -> LocalStore:
        toy_build(tiny, tmp_path / "index")
        return LocalStore(tmp_path / "index")

    return run


def vocabulary(store: LocalStore) -> dict[str, int]:
    return dict(store._all("SELECT term, doc FROM vocabulary"))


def test_each_term_is_weighed_as_fts5_weighs_it(build_large):
    store = build_large()
    terms = Terms(store.folder, store._connection)
    held = dict(store._all("SELECT term, size FROM columns"))
    borne = vocabulary(store)
    assert held == {term: sheets for term, sheets in borne.items() if sheets >= 2}
    assert 0 < len(held) < len(borne)
    for term in [*borne, "absent"]:
        numbers, scores = terms.weighed(term)
        expected = pairs(store._all(WEIGH, (term,)))
        assert numbers.tolist() == expected[0].tolist()
        assert scores.tolist() == expected[1].tolist()


def test_an_index_without_them_answers_the_same(build_large):
    store = build_large()
    borne = vocabulary(store)
    written = {term: store._rankings.by_terms([term], None, 99) for term in borne}
    (store.folder / BEARING).unlink()
    (store.folder / ADDED).unlink()
    bare = LocalStore(store.folder.parent)
    assert {term: bare._rankings.by_terms([term], None, 99) for term in borne} == written


def test_changes_share_them(build_large, change):
    first = build_large()
    change("12 jardiniers", "13 jardiniers")
    second = build_large()
    assert CHANGES in second.manifest.files
    for name in (BEARING, ADDED):
        assert (first.folder / name).stat().st_ino == (second.folder / name).stat().st_ino
    assert second.check() == []
    numbers, _ = Terms(second.folder, second._connection).weighed("jardin")
    assert numbers.tolist() == Terms(first.folder, first._connection).weighed("jardin")[0].tolist()


def test_a_copy_that_is_small_forgets_them(build_large, change, monkeypatch):
    build_large()
    monkeypatch.setattr(local_finish, "LARGE", 10**9)
    change("12 jardiniers", "13 jardiniers")
    small = build_large()
    assert {BEARING, ADDED} & set(small.manifest.files) == set()
    assert small._all("SELECT count(*) FROM sqlite_master WHERE name = 'columns'") == [(0,)]


def test_files_that_do_not_go_together_are_damage(build_large):
    store = build_large()
    whole = np.fromfile(store.folder / ADDED, dtype=np.float64)
    whole[:-1].tofile(store.folder / ADDED)
    with pytest.raises(DamagedIndex, match=ADDED):
        LocalStore(store.folder.parent)
