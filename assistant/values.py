"""What passes between the stages: frozen values, and nothing else.

Offsets are Unicode code points of the decoded source file, end excluded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """Half-open range of code points in a source: ``source[start:end]``."""

    start: int
    end: int


class Kind(StrEnum):
    """How the value of a label is written."""

    TEXT = "text"
    CHOICE = "choice"


class Role(StrEnum):
    """What a section is for; several labels of a schema may share one role."""

    ORGANISER = "organiser"
    FILES = "files"
    STATUS = "status"
    DIMENSION = "dimension"
    KEYWORDS = "keywords"
    SUMMARY = "summary"
    INITIATIVE = "initiative"
    TERRITORY = "territory"
    DESCRIPTION = "description"
    PUBLIC = "public"
    PARTNERS = "partners"
    FUNDING = "funding"
    PEOPLE = "people"
    RESULTS = "results"
    LIMITS = "limits"
    PERSPECTIVES = "perspectives"
    OTHER = "other"


class Facet(StrEnum):
    """A choice used as a filter. The values are the names used in files, links and JSON."""

    PUBLIC = "public"
    TERRITORY = "territoire"
    STATUS = "statut"
    DIMENSION = "dimension"
    KEYWORDS = "mots-clés"
    INITIATIVE = "initiative"
    PARTNERS = "partenaires"
    STRUCTURE = "structure"
    DEPARTMENT = "département"
    REGION = "région"


class Status(StrEnum):
    """Whether a section says something."""

    FILLED = "filled"
    EMPTY = "empty"
    PLACEHOLDER = "placeholder"


@dataclass(frozen=True, slots=True)
class Section:
    """One labelled part of a sheet.

    ``start:end`` runs from the first to the last character of its values (empty when there are
    none); ``values`` are the lines of a choice, or the single stretch of a text.
    """

    label: str
    role: Role
    kind: Kind
    status: Status
    start: int
    end: int
    values: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One action. ``text`` is ``source[start:end]``, untouched."""

    id: str
    title: str
    source: str
    start: int
    text: str
    sections: tuple[Section, ...]
    facets: Mapping[Facet, tuple[str, ...]]

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def slice(self, start: int, end: int) -> str:
        """The exact text at these offsets of the source.

        Raises:
            ValueError: the span is empty, inverted or outside the sheet.
        """
        if not self.start <= start < end <= self.end:
            raise ValueError(f"span {start}:{end} outside sheet {self.id} {self.start}:{self.end}")
        return self.text[start - self.start : end - self.start]

    def sections_with(self, role: Role) -> tuple[Section, ...]:
        return tuple(section for section in self.sections if section.role is role)

    def facet(self, facet: Facet) -> tuple[str, ...]:
        return self.facets.get(facet, ())

    def bears(self, facet: Facet, values: Iterable[str]) -> bool:
        """Whether it bears one of these values."""
        return not set(values).isdisjoint(self.facet(facet))

    def bears_all(self, choices: Mapping[Facet, Iterable[str]]) -> bool:
        """Whether it bears a value of each facet chosen."""
        return all(self.bears(facet, values) for facet, values in choices.items())


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one content section: what is embedded is built from it, what is shown is its span."""

    sheet_id: str
    section: int
    start: int
    end: int


class ExampleKind(StrEnum):
    """What a question nearest to such an example is likely to be."""

    NEED = "need"
    EVERYDAY = "everyday"
    SECTOR = "sector"
    ADMINISTRATIVE = "administrative"


@dataclass(frozen=True, slots=True)
class Example:
    """A question as people ask it: a need that ``sheet_id`` answers, or one that no sheet answers."""

    kind: ExampleKind
    text: str
    sheet_id: str | None = None


class AmountKind(StrEnum):
    """What an amount counts."""

    MONEY = "money"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount asked for, in euros or people: ``least`` to ``most``, both included."""

    kind: AmountKind
    least: float
    most: float


_AT_THE_END = 1e-9  # of an open bound: outside, and nearest


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound on what an action takes, « moins de 500 euros », « 2 bénévoles maximum »: ``least`` to ``most``.

    ``text`` is the question's own, bound and all; ``counted`` the part of it that says what is counted; ``open`` is
    true when the ends are outside, as of « moins de ».
    """

    kind: AmountKind
    least: float
    most: float
    text: str
    counted: str
    open: bool = False

    def away(self, value: float) -> float:
        """How far a value is from being within; 0 when it is."""
        if self.open and (value == self.most or value == self.least > 0):
            return _AT_THE_END
        return max(self.least - value, value - self.most, 0.0)


class Wording(NamedTuple):
    """Words of a question that name concepts together, as their stems, and the concepts that they may stand for."""

    terms: tuple[str, ...]
    concepts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """An understood question.

    ``terms`` are stems, looked up as they are; ``words`` gives the word of the question behind each;
    ``asking`` are those that only ask for a section, ``subject`` the others.
    Sheets have to bear ``facets`` and none of ``excluded``; ``preferred`` raises them. ``lists`` is
    true when nothing else was asked for: every sheet that bears the facets is an answer; ``vague``
    when nothing was asked for at all.
    Sheets have to hold each of ``phrases``, folded, and to write an amount within each of ``bounds``;
    those that state one of ``amounts`` are raised.
    ``concepts`` are those of the thesaurus that it names, weighed, by ``wordings``; ``corrections`` pair what was
    typed with what was read, ``expansions`` the words of the question with what else was searched.
    ``pieces`` are those of a text that was said in several turns.
    """

    text: str
    terms: tuple[str, ...]
    words: Mapping[str, str]
    asking: frozenset[str] = frozenset()
    roles: tuple[Role, ...] = ()
    concepts: Mapping[str, float] = field(default_factory=dict)
    wordings: tuple[Wording, ...] = ()
    facets: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    excluded: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    preferred: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    phrases: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    bounds: tuple[Bound, ...] = ()
    lists: bool = False
    vague: bool = False
    corrections: tuple[tuple[str, str], ...] = ()
    expansions: tuple[tuple[str, str], ...] = ()
    pieces: tuple[str, ...] = ()

    @property
    def subject(self) -> frozenset[str]:
        return frozenset(self.terms) - self.asking

    @property
    def meanings(self) -> tuple[str, ...]:
        """The texts whose meanings together are the question's."""
        return apart(self.text, self.pieces)


def apart(text: str, pieces: tuple[str, ...]) -> tuple[str, ...]:
    """The pieces of a text, as long as they are: a text that was changed since is whole."""
    return pieces if " ".join(pieces) == text else (text,)


class PassageHit(NamedTuple):
    """A passage and how near the question it is: cosine of centred vectors, -1 to 1."""

    passage: Passage
    cosine: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A sheet found. ``score`` (higher is better) adds up, weighed, the cosine of its nearest passage,
    ``coverage``, the share of the question's weighed terms that it bears, ``need``, the cosine of the
    nearest of its needs, ``concept``, that of the concepts that it names to those asked for,
    ``overview``, that of its title, summary and description read whole, and ``section``, that of its
    nearest passage in a section asked for.
    """

    sheet: Sheet
    score: float
    cosine: float
    coverage: float
    need: float
    concept: float
    overview: float
    section: float
    passages: tuple[PassageHit, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Exact text of a source: ``source_text[start:end] == text``. Only ``retrieval.quoting`` makes one.

    ``marks`` are the stretches that answer best, within the quote, in offsets of the source;
    ``whole`` is true when the quote is all that its section says.
    """

    text: str
    section: str
    source: str
    start: int
    end: int
    marks: tuple[Span, ...] = ()
    whole: bool = False
