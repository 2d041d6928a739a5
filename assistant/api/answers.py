"""What a program is answered, as models: they describe the documents of ``export/json_form.py`` and are never ahead
of them; a test holds every kind of answer against them.

Offsets are Unicode code points of the decoded source file: ``source[start:end] == text``.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from assistant.replies import Cause, TurnKind
from assistant.values import Facet, Kind, Role, Status


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Quote(Form):
    """Texte exact d’une fiche, avec sa preuve\u00a0: ``source[start:end] == text``."""

    section: str = Field(description="L’intitulé de la rubrique, tel que la fiche l’écrit.")
    text: str
    source: str = Field(description="Le fichier d’où vient la fiche.")
    start: int = Field(ge=0, description="Premier caractère dans la source, en points de code.")
    end: int = Field(ge=1, description="Fin, exclue.")
    marks: list[tuple[int, int]] = Field(description="Passages de la citation qui répondent le mieux, mêmes repères.")


class Excerpt(Form):
    """Une fiche d’une réponse, avec ses citations."""

    id: str
    title: str
    score: float
    structure: str | None
    departement: str | None
    territoire: list[str]
    public: list[str]
    statut: str | None
    reason: str
    quotes: list[Quote] = Field(description="Tout ce qui est cité, limites et perspectives comprises.")
    limits: list[Quote]
    perspectives: list[Quote]
    silent: dict[Role, Status] = Field(description="Pourquoi rien n’est cité\u00a0: la fiche ne le dit pas.")


class Bound(Form):
    """Une limite lue dans la question\u00a0: «\u00a0moins de 500 euros\u00a0»."""

    text: str
    counted: str
    least: float | None
    most: float | None
    open: bool = Field(description="Si les bornes sont exclues\u00a0: «\u00a0moins de\u00a0», «\u00a0plus de\u00a0».")


class Understood(Form):
    """Ce qui a été compris de la question."""

    need: str
    follows: bool
    sections: list[Role]
    facets: dict[Facet, list[str]]
    excluded: dict[Facet, list[str]]
    preferred: dict[Facet, list[str]]
    phrases: list[str]
    bounds: list[Bound]
    corrections: list[tuple[str, str]]
    expansions: list[tuple[str, str]]


class Drop(Form):
    """Une condition sans laquelle des fiches répondent."""

    text: str
    removal: str
    sheets: int


class Refusal(Form):
    """Pourquoi aucune fiche ne répond."""

    cause: Cause
    topics: list[str]
    drops: list[Drop]


class Chip(Form):
    text: str
    removal: str


class Number(Form):
    number: str
    who: str


class Named(Form):
    id: str
    title: str


class Cell(Form):
    status: Status
    quotes: list[Quote]


class Row(Form):
    name: str
    cells: list[Cell] = Field(description="Une case par fiche, dans l’ordre des fiches.")


class Board(Form):
    """Des fiches côte à côte."""

    sheets: list[Named]
    rows: list[Row]


class Figure(Form):
    sheet: str
    title: str
    value: float | None
    remark: str
    quotes: list[Quote]


class SheetQuote(Quote):
    sheet: str
    title: str


class Theme(Form):
    name: str
    quotes: list[SheetQuote]


class Digest(Form):
    """Les limites de plusieurs fiches, par genre de difficulté."""

    themes: list[Theme]
    silent: list[Named]


class Discussion(Form):
    question: str
    sheet: str
    quote: Quote


class Guess(Form):
    sheet: str
    title: str
    limits: list[Quote]


class Session(Form):
    """Une séance de formation."""

    questions: list[Discussion]
    guesses: list[Guess]


class Turn(Form):
    """Comment le tour de conversation a été compris, et ce qu’il montre de plus."""

    kind: TurnKind
    notice: str
    other_way: str
    chips: list[Chip]
    choices: list[str]
    numbers: list[Number]
    total: int | None
    board: Board | None = None
    figures: list[Figure] | None = None
    digest: Digest | None = None
    session: Session | None = None


class Answer(Form):
    """Une réponse\u00a0: des fiches citées, ou un refus avec la plus proche."""

    question: str
    answered: bool
    message: str
    sheets: list[Excerpt]
    nearest: list[Excerpt]
    understood: Understood
    confidence: float = Field(ge=0, le=1)
    refusal: Refusal | None
    turn: Turn
    corpus: str = Field(description="Version du corpus.")


class Line(Form):
    """Une fiche de la liste."""

    id: str
    title: str
    facets: dict[Facet, list[str]]


class Sheets(Form):
    """Une page de la liste des fiches."""

    total: int = Field(ge=0, description="Nombre de fiches trouvées, toutes pages comprises.")
    offset: int = Field(ge=0)
    sheets: list[Line]
    corpus: str


class Value(Form):
    text: str
    start: int
    end: int


class Section(Form):
    label: str
    role: Role
    kind: Kind
    status: Status
    values: list[Value]


class Sheet(Line):
    """Une fiche entière, rubrique par rubrique."""

    source: str
    start: int
    end: int
    sections: list[Section]
    corpus: str


class FacetValue(Form):
    value: str
    sheets: int = Field(ge=0)


class Facets(Form):
    """Les valeurs possibles de chaque filtre, les plus fréquentes d’abord."""

    facets: dict[Facet, list[FacetValue]]
    corpus: str


class Comparison(Board):
    """Des fiches côte à côte, rubrique par rubrique."""

    corpus: str


class Problem(Form):
    """Un problème (RFC 9457), en français."""

    type: str = Field(description="Le genre de problème\u00a0; sa liste est à /api/v1/problems.")
    title: str
    status: int
    detail: str = Field(description="Ce qui s’est passé.")
    remedy: str = Field(description="Que faire\u00a0; vide s’il n’y a rien à faire.")


class Kinds(Form):
    """Un genre de problème."""

    type: str
    title: str
    status: int


class Problems(Form):
    """Les genres de problèmes."""

    problems: list[Kinds]
