"""What a store promises. Every store passes the same tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.indexing.encoder import Vectors
from assistant.indexing.manifest import Manifest
from assistant.language.thesaurus import Thesaurus
from assistant.values import ExampleKind, Facet, Passage, Sheet

Facets = Mapping[Facet, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Matches:
    """The two rankings of a question.

    ``passages``: passages with the cosine of centred vectors, best first.
    ``sheets``: sheet ids with the share, 0 to 1, of the question's weighed terms that BM25 finds,
    best first.
    ``needs``: sheet ids with the cosine of the nearest of their needs.
    """

    passages: tuple[tuple[Passage, float], ...]
    sheets: Mapping[str, float]
    needs: Mapping[str, float]


class Store(Protocol):
    """One generation of an index, open for reading; safe to use from several threads."""

    manifest: Manifest

    def search(self, vector: Vectors, terms: Sequence[str], facets: Facets, limit: int) -> Matches:
        """Rank passages by vector and sheets by terms, among the sheets that bear every facet.

        Values of one facet are alternatives. ``vector`` is an encoder's, shape (dimension,).
        """
        ...

    def sheets(self, ids: Sequence[str]) -> list[Sheet]:
        """The sheets of these ids, in their order; unknown ids are left out."""
        ...

    def sheet_ids(self, facets: Facets) -> list[str]:
        """The sheets that bear every facet, in the order of the corpus."""
        ...

    def foreign(self, vector: Vectors) -> dict[ExampleKind, float]:
        """For each kind of question that the corpus cannot answer, the cosine of the nearest example."""
        ...

    def similarities(self, vector: Vectors, sheet_id: str) -> list[tuple[Passage, float]]:
        """Every passage of a sheet, in the order of its text, with the cosine of centred vectors."""
        ...

    def bearing(self, terms: Sequence[str]) -> dict[str, set[str]]:
        """For each term, the ids of the sheets that bear it."""
        ...

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        """BM25's inverse document frequency of each term; unseen terms get the highest."""
        ...

    def thesaurus(self) -> Thesaurus:
        """The concepts by which the sheets were read."""
        ...

    def mentions(self, concepts: Sequence[str]) -> dict[str, dict[str, float]]:
        """For each concept, the ids of the sheets that name it, with the weight of the best wording."""
        ...

    def facets(self) -> dict[Facet, dict[str, int]]:
        """Every value of every facet with how many sheets bear it, most frequent first."""
        ...

    def check(self) -> list[str]:
        """What does not hold together, one French sentence each; nothing when all is well."""
        ...

    def close(self) -> None: ...
