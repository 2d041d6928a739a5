"""What an export holds, whatever its format: frozen blocks, in the order in which they are read.

Three voices never mix: what sheets say (``Citation``), what we say (``Heading``, ``Said``) and what
the user wrote (``Note``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from assistant.values import Quote


@dataclass(frozen=True, slots=True)
class Citation:
    """Words of one section of a sheet, and where they stand.

    ``quotes`` stand in the order of the source; there are several only for the values of a choice.
    ``cut`` is true when the section says more.
    """

    title: str
    structure: str
    department: str
    quotes: tuple[Quote, ...]
    cut: bool

    @property
    def section(self) -> str:
        return self.quotes[0].section

    @property
    def source(self) -> str:
        return self.quotes[0].source


@dataclass(frozen=True, slots=True)
class Heading:
    """``level`` 1 is the highest below the title of the document."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Said:
    """A paragraph of ours."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """What the user wrote about a sheet; any text, line breaks kept."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    citation: Citation


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of a table: citations, or what we say when there are none; neither leaves it blank, to be filled."""

    citations: tuple[Citation, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its header, then its cells."""

    name: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """``header`` names every column, that of the row headers first."""

    header: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Ruled:
    """Lines to write on, by hand."""

    count: int


@dataclass(frozen=True, slots=True)
class PageBreak:
    """The pages that follow lie on their side when ``wide``: a table of many columns."""

    wide: bool = False


Block = Heading | Said | Note | Cited | Table | Ruled | PageBreak


@dataclass(frozen=True, slots=True)
class Document:
    """``wide`` lays its pages on their side, up to the first break."""

    title: str
    corpus_version: str
    made_on: date
    blocks: tuple[Block, ...]
    wide: bool = False

    @property
    def citations(self) -> Iterator[Citation]:
        """Every citation, in the order of the blocks; a table row by row."""
        for block in self.blocks:
            if isinstance(block, Cited):
                yield block.citation
            elif isinstance(block, Table):
                yield from (citation for line in block.lines for box in line.boxes for citation in box.citations)

    @property
    def quotes(self) -> int:
        """How many quotes it holds."""
        return sum(len(citation.quotes) for citation in self.citations)

    @property
    def notes(self) -> Mapping[str, str]:
        """The user's notes by the title of their sheet."""
        return {block.title: block.text for block in self.blocks if isinstance(block, Note)}
