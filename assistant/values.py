"""What passes between the stages: frozen values, and nothing else.

Offsets are Unicode code points of the decoded source file, end excluded.
"""

from __future__ import annotations

from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True)
class Query:
    """An understood question.

    ``terms`` are stems, looked up as they are; ``words`` gives the word of the question behind each.
    Sheets have to bear ``facets`` and none of ``excluded``; ``preferred`` raises them. ``lists`` is
    true when nothing else was asked for: every sheet that bears the facets is an answer; ``vague``
    when nothing was asked for at all.
    Sheets have to hold each of ``phrases``, folded; those that state one of ``amounts`` are raised.
    ``concepts`` are those of the thesaurus that it names, weighed; ``corrections`` pair what was
    typed with what was read, ``expansions`` the words of the question with what else was searched.
    """

    text: str
    terms: tuple[str, ...]
    words: Mapping[str, str]
    roles: tuple[Role, ...] = ()
    concepts: Mapping[str, float] = field(default_factory=dict)
    facets: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    excluded: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    preferred: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    phrases: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    lists: bool = False
    vague: bool = False
    corrections: tuple[tuple[str, str], ...] = ()
    expansions: tuple[tuple[str, str], ...] = ()


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


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One sheet of an answer. ``quotes`` are all that is shown, ``limits`` and ``perspectives`` among them.

    ``silent`` says of each role that has no quote why: the sheet does not say, or refers to a
    document that is not there.
    """

    sheet: Sheet
    score: float
    reason: str
    quotes: tuple[Quote, ...]
    limits: tuple[Quote, ...]
    perspectives: tuple[Quote, ...]
    silent: Mapping[Role, Status]


class TurnKind(StrEnum):
    """What a turn of a conversation was understood to ask."""

    SUBJECT = "subject"  # a need of its own
    REFINE = "refine"  # the need before, with more words
    FACET = "facet"  # the need before, narrowed otherwise
    SECTION = "section"  # something of the sheets shown
    SHEET = "sheet"  # one of the sheets shown
    WHOLE = "whole"  # one sheet, whole
    MORE = "more"
    ALL = "all"
    RETURN = "return"
    UNDO = "undo"
    COMPARE = "compare"
    AMOUNTS = "amounts"
    DIGEST = "digest"
    INSPIRE = "inspire"
    TRAINING = "training"
    TALK = "talk"
    DANGER = "danger"
    CLARIFY = "clarify"  # a question back


class Chip(NamedTuple):
    """Something that was understood, and what to type to take it away."""

    text: str
    removal: str


class Cell(NamedTuple):
    """What one sheet says to a row of a board; ``status`` says why when there is no quote."""

    quotes: tuple[Quote, ...]
    status: Status


class Row(NamedTuple):
    name: str
    cells: tuple[Cell, ...]


class Board(NamedTuple):
    """Sheets side by side: one cell a sheet in every row, in the order of ``sheets``."""

    sheets: tuple[Sheet, ...]
    rows: tuple[Row, ...]


class Figure(NamedTuple):
    """What a sheet writes of an amount or a count. ``value`` is None when it gives none, or several
    that nobody added up; ``quotes`` prove it."""

    sheet: Sheet
    value: float | None
    quotes: tuple[Quote, ...]
    remark: str


class Theme(NamedTuple):
    """One kind of difficulty, with the sheets that tell of it."""

    name: str
    quotes: tuple[tuple[Sheet, Quote], ...]


class Digest(NamedTuple):
    """Limits across sheets; ``silent`` are the sheets that give none."""

    themes: tuple[Theme, ...]
    silent: tuple[Sheet, ...]


class Discussion(NamedTuple):
    """A question for a training session, and the words of a sheet that it starts from."""

    question: str
    sheet: Sheet
    quote: Quote


class Session(NamedTuple):
    """A training session: what to discuss, and for each sheet the limits to guess before they are shown."""

    questions: tuple[Discussion, ...]
    guesses: tuple[tuple[Sheet, tuple[Quote, ...]], ...]


@dataclass(frozen=True, slots=True)
class Turned:
    """How a turn was understood, and what it shows besides excerpts.

    ``notice`` says what was made of the question; ``other_way`` is what to type when it is wrong.
    ``choices`` are what to type to answer a question back, ``numbers`` emergency numbers with whom
    they reach, ``total`` the true count of an exhaustive list.
    """

    kind: TurnKind = TurnKind.SUBJECT
    notice: str = ""
    other_way: str = ""
    chips: tuple[Chip, ...] = ()
    choices: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    total: int | None = None
    board: Board | None = None
    figures: tuple[Figure, ...] = ()
    digest: Digest | None = None
    session: Session | None = None
    can_undo: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown for one question: sheets, or a refusal with the nearest one.

    ``message`` is what the assistant says itself; ``follows`` is true when the question was
    completed with the one before it; ``confidence`` is the probability, 0 to 1, that the corpus
    answers, which abstention holds against its threshold, 1 when nothing was searched for: the sheets
    were known, or the reply is about the assistant; ``turned`` says how the question was understood.
    """

    question: str
    answered: bool
    message: str
    sheets: tuple[Excerpt, ...]
    nearest: tuple[Excerpt, ...]
    query: Query
    follows: bool
    corpus_version: str
    confidence: float
    turned: Turned = Turned()
