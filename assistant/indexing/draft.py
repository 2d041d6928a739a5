"""What a build writes to; each store has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from assistant.indexing.encoder import Vectors
from assistant.indexing.manifest import Manifest
from assistant.language.thesaurus import Concept
from assistant.values import Example, Passage, Sheet


@dataclass(frozen=True, slots=True)
class Record:
    """A sheet to write, with its passages and their vectors, shape (len(passages), dimension), and the
    vector of its overview, shape (dimension,).
    """

    sheet: Sheet
    digest: str
    passages: Sequence[Passage]
    vectors: Vectors
    overview: Vectors


class Placed(Protocol):
    """A sheet, or what is known of it, where it stands."""

    @property
    def id(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def start(self) -> int: ...


class Draft(Protocol):
    """The next generation, written aside; leaving the context without ``swap`` drops it.

    It begins with what the current generation holds.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def digests(self) -> dict[str, str]:
        """The digest of each sheet that the draft holds already."""
        ...

    def delete(self, sheet_ids: Sequence[str]) -> None: ...

    def upsert(self, record: Record) -> None: ...

    def examples(self) -> dict[str, Vectors]:
        """The vectors of the examples that the draft holds already, by their text."""
        ...

    def replace_examples(self, examples: Sequence[Example], vectors: Vectors) -> None:
        """Hold these examples, with their vectors, one row each whatever its length, and no others."""
        ...

    def thesaurus(self) -> str:
        """The digest of the thesaurus by which the draft's sheets were read; empty when there is none."""
        ...

    def replace_thesaurus(self, concepts: Sequence[Concept], digest: str) -> None:
        """Hold these concepts, and no mention of any."""
        ...

    def mention(self, sheet_id: str, concepts: Mapping[str, float]) -> None:
        """Set the concepts that a sheet names, with the weight of each."""
        ...

    def place(self, sheets: Sequence[Placed]) -> None:
        """Set the order of the corpus and where each sheet stands in its source."""
        ...

    def swap(self, model: str, dimension: int, inputs: Mapping[str, str]) -> Manifest:
        """Make the draft the current generation, all at once."""
        ...
