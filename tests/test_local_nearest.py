"""A large index finds what comparing every passage finds."""

from itertools import pairwise

import faiss
import numpy as np
import pytest

from assistant.indexing.alignment import unit
from assistant.stores import local_nearest
from assistant.stores.local_nearest import NEAREST, Nearest, write_nearest

SPREAD = 24  # directions in which vectors differ, as those of texts do: not all of them


@pytest.fixture(scope="module")
def made():
    """Vectors, their ids, which do not follow each other, and questions."""
    random = np.random.default_rng(8)
    axes = random.normal(size=(SPREAD, 96))
    drawn = unit((random.normal(size=(4000, SPREAD)) @ axes).astype(np.float32))
    return drawn[:-40], np.cumsum(random.integers(1, 4, size=3960)).astype(np.int64), drawn[-40:]


@pytest.fixture
def nearest(made, tmp_path, monkeypatch):
    vectors, ids, _ = made
    monkeypatch.setattr(local_nearest, "MOST_COMPARED", 1000)
    monkeypatch.setattr(local_nearest, "_MOST_LEFT", 500)
    exact = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
    exact.add_with_ids(vectors, ids)
    faiss.write_index(exact, str(tmp_path / "exact"))
    assert write_nearest(tmp_path / NEAREST, vectors, ids)
    mapped = faiss.read_index(str(tmp_path / "exact"), faiss.IO_FLAG_MMAP_IFC)
    return Nearest(tmp_path / NEAREST, mapped, ids)


# a floor that breaks when search breaks; the recall aimed at, 0.98, is of real sizes, and benchmarks/scale.py's to show
@pytest.mark.parametrize(("share", "least"), [(1.0, 0.95), (0.5, 0.95), (0.01, 1.0)])
def test_it_finds_the_nearest_under_any_filter(nearest, made, share, least):
    vectors, ids, questions = made
    allowed = np.random.default_rng(1).random(len(ids)) <= share
    recalls = []
    for question in questions:
        found = nearest.search(question, None if share == 1 else ids[allowed], 30)
        cosines = np.where(allowed, vectors @ question, -2)
        best = np.argsort(-cosines, kind="stable")[: min(30, allowed.sum())]
        recalls.append(len({number for number, _ in found} & set(ids[best].tolist())) / len(best))
        # what is found is allowed, in order, and its cosine is the exact one
        places = np.searchsorted(ids, [number for number, _ in found])
        assert allowed[places].all()
        assert [score for _, score in found] == pytest.approx((vectors[places] @ question).tolist(), abs=1e-5)
        assert all(one >= other for (_, one), (_, other) in pairwise(found))
    assert np.mean(recalls) >= least


def test_any_dimension_is_cut_in_pieces(made, tmp_path, monkeypatch):
    monkeypatch.setattr(local_nearest, "MOST_COMPARED", 1000)
    vectors, ids, _ = made
    odd = np.ascontiguousarray(vectors[:, :95])
    exact = faiss.IndexIDMap2(faiss.IndexFlatIP(95))
    exact.add_with_ids(odd, ids)
    assert write_nearest(tmp_path / NEAREST, odd, ids)
    found = Nearest(tmp_path / NEAREST, exact, ids).search(odd[7], None, 1)
    assert found == [(ids[7], pytest.approx(float(odd[7] @ odd[7])))]


def test_a_small_index_needs_none(made, tmp_path):
    vectors, ids, _ = made
    assert not write_nearest(tmp_path / NEAREST, vectors, ids)
    assert not (tmp_path / NEAREST).exists()
