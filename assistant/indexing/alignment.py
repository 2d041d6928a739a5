"""Alignment: the vector of a question moved towards the sector's own words.

People say « mes papis et mamies », sheets say « personnes âgées ». What is learnt from what people say,
``everyday.yaml``, and from the names of the thesaurus's concepts says of any question which concepts it is
near: the adapter of ``adapter.py`` where its engine runs; else a linear map, fitted by ridge regression
(https://doi.org/10.1080/00401706.1970.10488634). Both belong to one model and are made by
``benchmarks/fit_adapter.py`` and ``benchmarks/fit_alignment.py``; other models do without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from assistant.arrays import load_arrays
from assistant.indexing.encoder import QuestionVectors, Vectors

_MAPPED = 0.5  # how much of the map's answer is added to a question
_ADAPTED = 0.8  # and of the adapter's
_SHARPNESS = 10.0  # of cosines, when they become probabilities of concepts
_LIKELY = 20  # concepts that a question may be about


class Read(Protocol):
    """Gives what texts say together, aligned: one text, or those of several turns."""

    def __call__(self, *texts: str) -> Reading: ...


class Reading(NamedTuple):
    """A question's vector, unit and aligned, shape (dimension,), and the probability of each concept likely."""

    vector: Vectors
    concepts: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """``mean`` is that of questions, shape (dimension,); ``weights`` the map, shape (dimension, dimension);
    ``names`` the vectors of ``concepts``, centred and unit, shape (number of concepts, dimension).
    """

    mean: Vectors
    weights: Vectors
    concepts: tuple[str, ...]
    names: Vectors

    def align(self, questions: Vectors) -> Vectors:
        """Encoder's vectors of questions as unit vectors, aligned; shape (number of questions, dimension).

        Args:
            questions: shape (number of questions, dimension), or twice the dimension when each is followed
                by its adapted vector.
        """
        return self._aligned(questions)[0]

    def read(self, question: Vectors) -> Reading:
        """What a question's vector, shape (dimension,), or twice the dimension, says once aligned."""
        aligned, meant = self._aligned(question)
        return Reading(aligned, self._likely(meant))

    def _aligned(self, questions: Vectors) -> tuple[Vectors, Vectors]:
        """Questions aligned, and what of the sector they are near; the last axis of both is the dimension."""
        dimension = len(self.mean)
        plain, adapted = questions[..., :dimension], questions[..., dimension:]
        centred = unit(plain - self.mean)
        if adapted.shape[-1]:
            meant = unit(adapted - self.mean)
            return unit(centred + _ADAPTED * meant), meant
        meant = unit(centred @ self.weights)
        return unit(centred + _MAPPED * meant), meant

    def _likely(self, meant: Vectors) -> dict[str, float]:
        if not self.concepts:
            return {}
        cosines = self.names @ meant
        near = np.arange(len(cosines))
        if len(cosines) > _LIKELY:  # to order them all takes longer than to find the nearest
            near = np.flatnonzero(cosines >= np.partition(cosines, -_LIKELY)[-_LIKELY])
        likely = near[np.argsort(-cosines[near], kind="stable")[:_LIKELY]]
        odds = np.exp(_SHARPNESS * (cosines[likely] - cosines[likely[0]]))
        shares = (odds / odds.sum()).tolist()
        return {self.concepts[row]: share for row, share in zip(likely.tolist(), shares, strict=True)}


def unaligned(questions: Vectors) -> Alignment:
    """For a model that has no map: questions are only centred on the mean of these, shape (any, dimension)."""
    dimension = questions.shape[1]
    mean = questions.mean(axis=0) if len(questions) else np.zeros(dimension, dtype=np.float32)
    nothing = np.zeros((dimension, dimension), dtype=np.float32)
    return Alignment(np.asarray(mean, dtype=np.float32), nothing, (), np.zeros((0, dimension), dtype=np.float32))


def load_alignment(path: Path, model: str) -> Alignment | None:
    """The alignment of a data folder; None when there is none for this model.

    Raises:
        SchemaError: the file cannot be read.
    """
    return load_arrays(path, model, _alignment)


def _alignment(file: Any) -> Alignment:
    mean, weights, names = (file[name].astype(np.float32) for name in ("mean", "weights", "names"))
    return Alignment(mean, weights, tuple(file["concepts"].tolist()), names)


def save_alignment(path: Path, model: str, alignment: Alignment) -> None:
    """Write an alignment, in half precision."""
    half = {name: getattr(alignment, name).astype(np.float16) for name in ("weights", "names")}
    with path.open("wb") as file:
        np.savez(file, model=model, mean=alignment.mean, concepts=np.array(alignment.concepts), **half)


def together(texts: Sequence[str], vectors: Sequence[QuestionVectors]) -> QuestionVectors:
    """The vectors of texts as if they were one: the model's own is the mean over the words of a text too."""
    if len(vectors) == 1:
        return vectors[0]
    words = np.array([[max(1, len(text.split()))] for text in texts], dtype=np.float32)
    plain = unit((words * np.array([one.plain for one in vectors])).sum(axis=0))
    adapted = [one.adapted for one in vectors if one.adapted is not None]
    return QuestionVectors(plain, unit((words * np.array(adapted)).sum(axis=0)) if adapted else None)


def unit(vectors: Vectors) -> Vectors:
    """Vectors of length one, along the last axis; a null vector stays null."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
