"""What a store promises. Every store passes the same tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from assistant.indexing.encoder import Vectors
from assistant.indexing.manifest import Manifest
from assistant.language.thesaurus import Thesaurus
from assistant.values import Example, Facet, Passage, Sheet

Facets = Mapping[Facet, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Matches:
    """The three rankings of a question.

    ``passages``: passages with their cosine to the question, best first.
    ``sheets``: sheet ids with the share, 0 to 1, of the question's weighed terms that BM25 finds,
    best first.
    ``concepts``: sheet ids with the cosine, 0 to 1, of the concepts that they name to those asked
    for, each weighed by its rarity; best first.
    """

    passages: tuple[tuple[Passage, float], ...]
    sheets: Mapping[str, float]
    concepts: Mapping[str, float]


class Store(Protocol):
    """One generation of an index, open for reading; safe to use from several threads."""

    manifest: Manifest

    def search(
        self, vector: Vectors, terms: Sequence[str], concepts: Mapping[str, float], facets: Facets, limit: int
    ) -> Matches:
        """Rank passages by vector and sheets by terms and concepts, among the sheets that bear every facet.

        Values of one facet are alternatives. ``vector`` is a question's, unit and less the mean of
        questions, shape (dimension,); ``concepts`` are those asked for, weighed.
        """
        ...

    def sheets(self, ids: Sequence[str]) -> list[Sheet]:
        """The sheets of these ids, in their order; unknown ids are left out."""
        ...

    def sheet_ids(self, facets: Facets) -> list[str]:
        """The sheets that bear every facet, in the order of the corpus."""
        ...

    def examples(self) -> tuple[tuple[Example, ...], Vectors]:
        """The examples and the encoder's own vectors of them, one row each: shape (number of examples,
        dimension), or twice the dimension when each is followed by its adapted vector."""
        ...

    def similarities(self, vector: Vectors, sheet_id: str) -> list[tuple[Passage, float]]:
        """Every passage of a sheet, in the order of its text, with its cosine to a question's vector."""
        ...

    def overview(self, vector: Vectors, sheet_id: str) -> float:
        """The cosine of a sheet's title, summary and description, read whole, to a question's vector."""
        ...

    def encoded(self, sheet_id: str) -> list[tuple[Passage, Vectors]]:
        """Every passage of a sheet with the encoder's own vector, before centring."""
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

    def naming(self, concepts: Sequence[str]) -> dict[str, int]:
        """For each concept, how many sheets name it."""
        ...

    def facets(self) -> dict[Facet, dict[str, int]]:
        """Every value of every facet with how many sheets bear it, most frequent first."""
        ...

    def check(self) -> list[str]:
        """What does not hold together, one French sentence each; nothing when all is well."""
        ...

    def close(self) -> None: ...


@contextmanager
def closed_on_failure(store: Store) -> Iterator[None]:
    """Close a store when what is made of it fails."""
    try:
        yield
    except BaseException:
        store.close()
        raise
