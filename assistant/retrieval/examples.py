"""Examples: questions as people ask them, near which a question is known to be answered here, or not to be."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from assistant.indexing.alignment import Alignment
from assistant.indexing.encoder import Vectors
from assistant.values import Example, ExampleKind

_SHARPNESS = 20.0  # of the kernel: only the nearest examples count


class Examples:
    """The examples of an index, aligned once."""

    def __init__(
        self, examples: Sequence[Example], vectors: Vectors, alignment: Alignment, with_needs: bool = True
    ) -> None:
        """Align the examples.

        Args:
            vectors: the encoder's own, shape (number of examples, dimension).
            with_needs: false leaves the needs of sheets out.
        """
        needs = [row for row, example in enumerate(examples) if example.sheet_id and with_needs]
        others = [row for row, example in enumerate(examples) if not example.sheet_id]
        named = [examples[row].sheet_id or "" for row in needs]
        # the sheets in the order of the first need of each, and its needs together
        places = {sheet_id: place for place, sheet_id in enumerate(dict.fromkeys(named))}
        of = np.array([places[sheet_id] for sheet_id in named], dtype=np.intp)
        self._sheets = list(places)
        together = np.argsort(of, kind="stable")
        self._starts = np.searchsorted(of[together], np.arange(len(places)))
        self._needs = alignment.align(vectors[needs])[together]
        self._foreign = alignment.align(vectors[others])
        self._kinds = [examples[row].kind for row in others]

    @property
    def has_needs(self) -> bool:
        """Whether any sheet has needs that are searched."""
        return bool(self._sheets)

    def needs(self, vector: Vectors, among: Collection[str] | None = None) -> dict[str, float]:
        """For each sheet that has needs, the cosine of the nearest to an aligned question.

        Args:
            among: the ids of the sheets to look at; all when None.
        """
        if not self._sheets:
            return {}
        nearest = np.maximum.reduceat(self._needs @ vector, self._starts).tolist()
        found = zip(self._sheets, nearest, strict=True)
        return dict(found) if among is None else {sheet_id: cosine for sheet_id, cosine in found if sheet_id in among}

    def beside(self, vector: Vectors) -> dict[str, float]:
        """How near an aligned question is to those that the corpus cannot answer, as features of abstention.

        ``foreign``: the cosine of the nearest; 0 when none is known. ``leaning``: how much nearer it is to them than
        to needs, the logarithm of the ratio of two kernel densities; 0 when either kind is unknown.
        """
        if not len(self._foreign):
            return {"foreign": 0.0, "leaning": 0.0}
        cosines = self._foreign @ vector
        leaning = 0.0
        if len(self._needs):
            densities = (np.exp(_SHARPNESS * near).mean() for near in (cosines, self._needs @ vector))
            leaning = float(np.subtract(*np.log(tuple(densities))))
        return {"foreign": float(cosines.max()), "leaning": leaning}

    def nearest_kind(self, vector: Vectors) -> ExampleKind | None:
        """The kind of the questions without answer that an aligned question is nearest to; None when none is known.

        Each counts by its kernel, as for ``leaning`` in ``beside``.
        """
        weights = np.exp(_SHARPNESS * (self._foreign @ vector))
        totals: dict[ExampleKind, float] = {}
        for kind, weight in zip(self._kinds, weights.tolist(), strict=True):
            totals[kind] = totals.get(kind, 0.0) + weight
        return max(totals, key=totals.__getitem__, default=None)
