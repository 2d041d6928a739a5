"""What an answer is made of: excerpts of sheets, and what a turn of a conversation shows besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from assistant.values import Query, Quote, Role, Sheet, Status


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One sheet of an answer. ``quotes`` are all that is shown, ``limits`` and ``perspectives`` among them.

    ``silent`` says of limits, of perspectives and of each role asked for that the sheet does not fill why there is no
    quote: it does not say, or refers to a document that is not there.
    """

    sheet: Sheet
    score: float
    reason: str
    quotes: tuple[Quote, ...]
    limits: tuple[Quote, ...]
    perspectives: tuple[Quote, ...]
    silent: Mapping[Role, Status]


class Cause(StrEnum):
    """Why the corpus does not answer."""

    CHOICES = "choices"  # it answers, but not under the conditions asked for
    TOPIC = "topic"  # the sector knows the topic, no sheet touches it
    PRACTICAL = "practical"  # hours, contacts, registration: no sheet gives them
    WORLD = "world"  # nothing that these structures do
    UNKNOWN = "unknown"


class Drop(NamedTuple):
    """A condition without which ``sheets`` answer, and what to type to take it away."""

    text: str
    removal: str
    sheets: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is shown: ``topics`` are those that no sheet touches, ``drops`` what would help."""

    cause: Cause
    topics: tuple[str, ...] = ()
    drops: tuple[Drop, ...] = ()


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

    ``need`` is the one that the turn goes on with, as it was typed; ``notice`` says what was made of the
    question; ``other_way`` is what to type when it is wrong.
    ``choices`` are what to type to answer a question back, ``numbers`` emergency numbers with whom
    they reach, ``total`` the true count of an exhaustive list.
    """

    kind: TurnKind = TurnKind.SUBJECT
    need: str = ""
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
    were known, or the reply is about the assistant; ``turned`` says how the question was understood,
    ``refusal`` why a search found no sheet to show.
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
    refusal: Refusal | None = None
