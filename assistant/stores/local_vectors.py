"""The vectors of a local generation: those of its base, centred in a file, and those that changed since."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from assistant.indexing.alignment import unit
from assistant.indexing.encoder import Vectors
from assistant.stores.local_changes import Changes
from assistant.stores.local_files import VECTORS
from assistant.stores.local_nearest import NEAREST, Ids, Nearest, flat_vectors, selecting


class PassageVectors:
    """Of each passage, by its key: the encoder's own, and the one less the mean of all, made unit."""

    def __init__(self, folder: Path, centre: Vectors, changes: Changes | None) -> None:
        """``centre``: what those of the base were centred on.

        Raises:
            OSError, RuntimeError: a file is damaged.
        """
        # one thread: at this size waking a second one costs more than it saves
        faiss.omp_set_num_threads(1)
        lists = folder / NEAREST
        many = lists.exists()
        self._index: Any = faiss.read_index(str(folder / VECTORS), faiss.IO_FLAG_MMAP_IFC if many else 0)
        self._centre = centre
        self._changes = changes
        self.ids: Ids = faiss.vector_to_array(self._index.id_map)  # type: ignore[attr-defined]
        """Those of the base, ascending."""
        self._nearest = Nearest(lists, self._index, self.ids) if many else None
        self.mean = changes.mean if changes else centre

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def base(self, norms: Mapping[int, float]) -> Vectors:
        """The encoder's own of the base, in the order of their keys; ``norms`` are their lengths once centred."""
        lengths = np.array([norms[key] for key in self.ids.tolist()], dtype=np.float32)
        return np.asarray(self._centre + lengths[:, None] * flat_vectors(self._index))

    def raw(self, key: int, norm: float) -> Vectors:
        """The encoder's own vector of a passage."""
        changes = self._changes
        if changes and len(changes.ids) and key >= changes.ids[0]:
            return np.asarray(changes.vectors[np.searchsorted(changes.ids, key)])
        return np.asarray(self._centre + np.float32(norm) * self._index.reconstruct(key))

    def centred(self, key: int, norm: float) -> Vectors:
        """The unit vector of a passage, less the mean of all that there are."""
        return unit(self.raw(key, norm) - self.mean) if self._changes else self._index.reconstruct(key)

    def nearest(self, vector: Vectors, among: Ids | None, limit: int) -> list[tuple[int, float]]:
        """The nearest of the base, best first, by the mean that it was centred on."""
        limit = min(limit, len(self.ids))
        if self._nearest:
            return self._nearest.search(vector, among, limit)
        return self.compared(vector, among, limit)

    def compared(self, vector: Vectors, among: Ids | None, limit: int) -> list[tuple[int, float]]:
        """The nearest of the base, each compared."""
        selected = None if among is None else selecting(among)
        parameters = faiss.SearchParameters(sel=selected) if selected else None  # type: ignore[call-arg]
        scores, keys = self._index.search(vector.reshape(1, -1), limit, params=parameters)
        found = zip(keys[0].tolist(), scores[0].tolist(), strict=True)
        return [(key, score) for key, score in found if key >= 0]

    def newest(self, changes: Changes, vector: Vectors, limit: int | None) -> list[int]:
        """The nearest of those that changed since the base, best first."""
        nearest: list[int] = changes.ids[np.argsort(-(self._new @ vector), kind="stable")[:limit]].tolist()
        return nearest

    @cached_property
    def _new(self) -> Vectors:
        return unit(self._changes.vectors - self.mean) if self._changes else self._centre[:0]

    def moved(self, mean: Vectors) -> float:
        """How far a mean is from the one that those of the base were centred on."""
        return float(np.linalg.norm(mean - self._centre))

    def total(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The sum of the encoder's own of the base."""
        return self._centre.astype(np.float64) * len(self.ids)
