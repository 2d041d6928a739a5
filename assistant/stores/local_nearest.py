"""The nearest passages of a large index: lists of neighbours of few bits find some, exact vectors rank them.

Up to ``MOST_COMPARED`` passages all are compared, and none of this is written. Beyond, a question is compared
with those of the lists that it is nearest to (https://faiss.ai, IVF with a product quantiser of four bits a pair
of figures, which a processor looks up thirty-two at a time); the exact vectors, mapped and not loaded, order what
was found. Under a filter that leaves few, these are compared one by one.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from assistant.indexing.encoder import Vectors

NEAREST = "nearest.faiss"
MOST_COMPARED = 50_000  # passages
_MOST_LEFT = 5_000  # by a filter, compared one by one
_READ = 0.6  # of the lists, for a recall of 0.99: benchmarks/scale.py
_WIDER = 6  # times as many are found by few bits as are ranked by 32
_TRAINING = 64  # vectors a list, to find its middle
_SEED = 8
Ids = NDArray[np.int64]


def write_nearest(path: Path, vectors: Vectors, ids: Ids) -> bool:
    """Write the lists of unit vectors, shape (number of ids, dimension); False when there are too few to need any."""
    if len(ids) <= MOST_COMPARED:
        return False
    dimension = vectors.shape[1]
    lists = 2 ** round(math.log2(math.sqrt(len(ids))))
    pieces = dimension // 2 if dimension % 2 == 0 else dimension
    index: Any = faiss.index_factory(dimension, f"IVF{lists},PQ{pieces}x4fs", faiss.METRIC_INNER_PRODUCT)
    index.cp.seed = _SEED
    drawn = np.random.default_rng(_SEED).choice(len(ids), min(len(ids), lists * _TRAINING), replace=False)
    index.train(vectors[np.sort(drawn)])
    index.add_with_ids(vectors, ids)
    faiss.write_index(index, str(path))
    return True


def selecting(ids: Ids) -> Any:
    """What makes FAISS compare these passages alone: a bit for each id, which costs less to look up than a set."""
    bits = np.zeros(int(ids.max(initial=-1)) + 1, dtype=np.bool_)
    bits[ids] = True
    return faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg, arg-type]


def flat_vectors(exact: Any) -> Vectors:
    """The vectors of an ``IndexIDMap2`` of a flat index: a view, for as long as the index lives."""
    flat: Any = faiss.downcast_index(exact.index)
    if not flat.ntotal:
        return np.zeros((0, flat.d), dtype=np.float32)
    return np.asarray(faiss.rev_swig_ptr(flat.get_xb(), flat.ntotal * flat.d).reshape(flat.ntotal, flat.d))


class Nearest:
    """Finds the nearest of many passages."""

    def __init__(self, path: Path, exact: Any, ids: Ids) -> None:
        """``exact``: the index of exact vectors, an ``IndexIDMap2`` of a flat one, and its ids, ascending.

        Raises:
            RuntimeError: the file is damaged.
        """
        self._lists: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        self._ids = ids
        self._vectors = flat_vectors(exact)
        self._exact = exact

    def search(self, vector: Vectors, among: Ids | None, limit: int) -> list[tuple[int, float]]:
        """The ``limit`` nearest passages with their cosine, best first; among some when ids are given."""
        if among is not None and len(among) <= _MOST_LEFT:
            return self._ranked(vector, among, limit)
        parameters = faiss.SearchParametersIVF(
            nprobe=max(1, round(_READ * self._lists.nlist)),  # type: ignore[call-arg]
            **({} if among is None else {"sel": selecting(among)}),
        )
        _, found = self._lists.search(vector.reshape(1, -1), _WIDER * limit, params=parameters)
        return self._ranked(vector, found[0][found[0] >= 0], limit)

    def _ranked(self, vector: Vectors, ids: Ids, limit: int) -> list[tuple[int, float]]:
        ids = np.sort(ids)
        cosines = self._vectors[np.searchsorted(self._ids, ids)] @ vector
        best = np.argsort(-cosines, kind="stable")[:limit]
        return list(zip(ids[best].tolist(), cosines[best].tolist(), strict=True))
