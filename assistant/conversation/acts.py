"""What a turn asks for when no pattern finds it: a linear classifier learnt from examples.

A softmax (https://en.wikipedia.org/wiki/Multinomial_logistic_regression) over the turn's vector, from the
encoder that searches with it, and over its words and parts of words, which forgive spelling. It belongs to
one model, is learnt from ``acts.yaml`` by ``benchmarks/fit_acts.py``, and does without other models.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.arrays import load_arrays
from assistant.indexing.alignment import unit
from assistant.indexing.encoder import Vectors
from assistant.language.analyzer import tokens
from assistant.language.folding import fold

SUBJECT = "subject"  # the act of a question with a subject of its own
LONGEST = 160  # characters: a longer turn is a question, not a few words after others
_WORD = re.compile(r"\w+|\?")
_PARTS = (3, 4, 5)  # letters
_WORDS = 10_000  # remembered
_LETTERS = 2  # a turn of fewer says nothing


class Guess(NamedTuple):
    """The likeliest act of a turn, and how likely its family is, from 0 to 1: « section » of « section.limits ».

    ``strange`` when the turn has a word that no example has.
    """

    act: str
    probability: float
    strange: bool = False


NOTHING = Guess(SUBJECT, 0.0)


@dataclass(frozen=True, eq=False)
class Acts:
    """``mean`` is that of the encoder's vectors of turns, shape (dimension,); ``weights`` has a row an act
    of ``names`` and a column a dimension, then one a feature, then one for what always holds.
    """

    names: tuple[str, ...]
    mean: Vectors
    features: dict[str, int]
    weights: Vectors

    def odds(self, text: str, vector: Vectors) -> NDArray[np.float64]:
        """How likely each act is, shape (number of acts,); they sum to 1."""
        dimension = len(self.mean)
        scores = self.weights[:, -1] + self.weights[:, :dimension] @ unit(vector - self.mean)
        pairs, words = _pairs_and_words(text)
        known = (row for pair in pairs if (row := self.features.get(pair)) is not None)
        rows = list(set().union(known, *map(self._rows_of_word, words)))
        if rows:
            scores = scores + self.weights[:, [dimension + row for row in rows]].sum(axis=1) / np.sqrt(len(rows))
        odds = np.exp(np.asarray(scores, dtype=np.float64) - scores.max())
        return np.asarray(odds / odds.sum())

    @cached_property
    def _rows_of_word(self) -> Callable[[str], frozenset[int]]:
        """The features of a word that are known: most words of a turn have been in another."""
        known = self.features
        return lru_cache(maxsize=_WORDS)(
            lambda word: frozenset(known[feature] for feature in _features_of(word) if feature in known)
        )

    @cached_property
    def _families(self) -> Mapping[str, Sequence[int]]:
        """The acts of each family, by their place: « section » of « section.limits »."""
        families: dict[str, list[int]] = defaultdict(list)
        for place, act in enumerate(self.names):
            families[act.split(".")[0]].append(place)
        return families

    def guess(self, text: str, vector: Vectors) -> Guess:
        """The likeliest act of a turn; ``vector`` is the encoder's for this text, shape (dimension,).

        Acts of one family are weighed together: which section is asked for matters less than that one is.
        """
        if sum(char.isalnum() for char in text) < _LETTERS:
            return NOTHING
        odds = self.odds(text, vector).tolist()
        families = {name: sum([odds[act] for act in acts]) for name, acts in self._families.items()}
        likeliest = max(families, key=families.__getitem__)
        act = max(self._families[likeliest], key=odds.__getitem__)
        strange = any(fold(token.word) not in self.features for token in tokens(text))
        return Guess(self.names[act], families[likeliest], strange)


def features(text: str) -> set[str]:
    """The words of a turn, its pairs of words, and the parts of its words, with where they begin and end."""
    pairs, words = _pairs_and_words(text)
    return {*pairs, *(feature for word in words for feature in _features_of(word))}


def _pairs_and_words(text: str) -> tuple[list[str], list[str]]:
    words = _WORD.findall(fold(text))
    return [f"{before} {after}" for before, after in pairwise(["^", *words, "$"])], words


def load_acts(path: Path, model: str) -> Acts | None:
    """The classifier of a data folder; None when there is none for this model.

    Raises:
        SchemaError: the file cannot be read.
    """
    return load_arrays(path, model, _acts)


def _acts(file: Any) -> Acts:
    rows = {feature: row for row, feature in enumerate(file["features"].tolist())}
    # a turn has few features, each a column: they lie together
    weights = np.asfortranarray(file["weights"].astype(np.float32))
    return Acts(tuple(file["names"].tolist()), file["mean"].astype(np.float32), rows, weights)


def save_acts(path: Path, model: str, acts: Acts) -> None:
    """Write a classifier, in half precision."""
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            model=model,
            names=np.array(acts.names),
            mean=acts.mean,
            features=np.array(list(acts.features)),
            weights=acts.weights.astype(np.float16),
        )


def _features_of(word: str) -> Iterator[str]:
    yield word
    marked = f"<{word}>"
    for size in _PARTS:
        for start in range(len(marked) - size + 1):
            yield f"#{marked[start : start + size]}"
