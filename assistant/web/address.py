"""Addresses: what a link says, ``/?vue=…``. A view is a function of its address; no session data stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from assistant.corpus.catalogue import Catalogue, Choices, Order, Wanted
from assistant.corpus.schema import Schema
from assistant.typography import guillemets
from assistant.values import Facet, Role, Span

MOST_COMPARED = 6
Choice = TypeVar("Choice", bound=StrEnum)
_MOST_LINKED = 60  # sheets in one link
_MOST_WORDS = 200  # characters of a search
_ECHO = 40  # characters of what a link says wrong
GRIDS = (Facet.KEYWORDS, Facet.TERRITORY)


class View(StrEnum):
    """The views; the values are those of links."""

    TALK = "conversation"
    BROWSE = "fiches"
    COMPARE = "comparer"
    COVERAGE = "couverture"
    SELECTION = "selection"
    SHEET = "fiche"
    TRANSPOSE = "transposer"
    BLANK = "modele"


@dataclass(frozen=True, slots=True)
class Address:
    """What a link opens. ``question`` is asked under ``facets``, which otherwise filter the sheets;
    ``sheets`` are compared, ``sheet`` is read, marked at ``extract``; ``roles`` are the columns of the
    board, ``rows`` those of the grid; ``corpus`` is the version that the link was made from."""

    view: View = View.TALK
    question: str = ""
    facets: Choices = field(default_factory=dict)
    words: str = ""
    order: Order = Order.CORPUS
    page: int = 1
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    extract: Span | None = None
    roles: tuple[Role, ...] = ()
    rows: Facet = Facet.KEYWORDS
    corpus: str = ""

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.facets, self.words, self.order)


def link(address: Address, names: Mapping[Role, str]) -> str:
    """The address as a link, relative to the server."""
    return f"/?{urlencode(list(_parameters(address, names)))}"


def _parameters(address: Address, names: Mapping[Role, str]) -> Iterator[tuple[str, str]]:
    if address.question:
        yield "q", address.question
    yield "vue", address.view.value
    for facet, values in address.facets.items():
        for value in values:
            yield facet.value, value
    written = {
        "chercher": address.words,
        "tri": address.order.value if address.order is not Order.CORPUS else "",
        "p": str(address.page) if address.page > 1 else "",
        "fiches": ",".join(address.sheets),
        "fiche": address.sheet,
        "extrait": f"{address.extract.start}-{address.extract.end}" if address.extract else "",
        "rubriques": ",".join(names[role] for role in address.roles),
        "grille": address.rows.value if address.rows is not GRIDS[0] else "",
        "corpus": address.corpus,
    }
    yield from ((name, value) for name, value in written.items() if value)


def read_address(
    parameters: Iterable[tuple[str, str]], catalogue: Catalogue, schema: Schema, version: str
) -> tuple[Address, str]:
    """The address that the parameters of a link say, and one sentence on what of it cannot be followed.

    The sentence is empty when all of it can; what is wrong is left out, the rest is honoured.
    """
    reader = _Reader(catalogue, schema, version)
    for name, value in parameters:
        reader.take(name, value)
    return reader.address(), reader.sentence()


class _Reader:
    def __init__(self, catalogue: Catalogue, schema: Schema, version: str) -> None:
        self._catalogue = catalogue
        self._schema = schema
        self._version = version
        self._faults: list[str] = []
        self._said: dict[str, str] = {}
        self._facets: dict[Facet, list[str]] = {}
        self._sheets: list[str] = []
        self._roles: list[Role] = []
        self._names = {name: role for role, name in schema.roles.items()}

    def take(self, name: str, value: str) -> None:
        value = value.strip()
        if not value:
            return
        if name in set(Facet):
            self._facet(Facet(name), value)
        elif name == "fiches":
            for sheet in filter(None, value.split(",")):
                self._sheet(sheet)
        elif name == "rubriques":
            self._columns(value)
        elif name in ("q", "vue", "chercher", "tri", "p", "fiche", "extrait", "grille", "corpus"):
            self._said[name] = value
        else:
            self._fault(f"{_echo(name)} n’est pas attendu")

    def address(self) -> Address:
        sheet = self._said.get("fiche", "")
        if sheet and self._catalogue.get(sheet) is None:
            self._fault(f"la fiche {_echo(sheet)} n’existe pas ou n’existe plus")
            sheet = ""
        return Address(
            view=self._view(sheet),
            question=self._said.get("q", ""),
            facets={facet: tuple(dict.fromkeys(values)) for facet, values in self._facets.items()},
            words=self._said.get("chercher", "")[:_MOST_WORDS],
            order=self._choice("tri", Order, Order.CORPUS, "le tri"),
            page=self._page(),
            sheets=tuple(dict.fromkeys(self._sheets))[:_MOST_LINKED],
            sheet=sheet,
            extract=self._extract(sheet),
            roles=tuple(dict.fromkeys(self._roles)),
            rows=self._grid(),
            corpus=self._said.get("corpus", "")[:_ECHO],
        )

    def sentence(self) -> str:
        parts = []
        if self._faults:
            wrong = "\u202f; ".join(self._faults[:3]) + (" …" if len(self._faults) > 3 else "")
            parts.append(f"Une partie du lien n’a pas pu être suivie\u00a0: {wrong}.")
        made = self._said.get("corpus", "")
        if made and made != self._version:
            parts.append(
                f"Les fiches ont changé depuis que ce lien a été copié (version {_echo(made)}, maintenant "
                f"{guillemets(self._version)})\u00a0: ce qu’il montre peut différer."
            )
        return " ".join(parts)

    def _fault(self, said: str) -> None:
        if said not in self._faults:
            self._faults.append(said)

    def _facet(self, facet: Facet, value: str) -> None:
        if value in self._catalogue.values(facet):
            self._facets.setdefault(facet, []).append(value)
        else:
            self._fault(f"aucune fiche n’a {_echo(value)} pour {facet.value}")

    def _sheet(self, sheet: str) -> None:
        if self._catalogue.get(sheet):
            self._sheets.append(sheet)
        else:
            self._fault(f"la fiche {_echo(sheet)} n’existe pas ou n’existe plus")

    def _columns(self, value: str) -> None:
        for name in filter(None, value.split(",")):
            if name in self._names:
                self._roles.append(self._names[name])
            else:
                self._fault(f"la rubrique {_echo(name)} n’existe pas")

    def _view(self, sheet: str) -> View:
        implied = View.SHEET if sheet else View.TALK
        if self._facets and not (sheet or "q" in self._said):
            implied = View.BROWSE
        view = self._choice("vue", View, implied, "la vue")
        return View.BROWSE if view in (View.SHEET, View.TRANSPOSE) and not sheet else view

    def _choice(self, name: str, values: type[Choice], default: Choice, noun: str) -> Choice:
        said = self._said.get(name)
        if said is None:
            return default
        if said in set(values):
            return values(said)
        self._fault(f"{noun} {_echo(said)} n’existe pas")
        return default

    def _page(self) -> int:
        said = self._said.get("p", "1")
        if said.isascii() and said.isdecimal() and int(said[:6]) > 0:
            return int(said[:6])
        self._fault(f"la page {_echo(said)} n’existe pas")
        return 1

    def _extract(self, sheet_id: str) -> Span | None:
        said = self._said.get("extrait")
        sheet = self._catalogue.get(sheet_id)
        if said is None or sheet is None:
            return None
        start, _, end = said.partition("-")
        if all(part.isascii() and part.isdecimal() and len(part) < 12 for part in (start, end)):
            span = Span(int(start), int(end))
            if sheet.start <= span.start < span.end <= sheet.end:
                return span
        self._fault(f"l’extrait {_echo(said)} n’est pas dans la fiche")
        return None

    def _grid(self) -> Facet:
        said = self._said.get("grille")
        found = next((facet for facet in GRIDS if facet.value == said), None)
        if said and found is None:
            self._fault(f"la grille {_echo(said)} n’existe pas")
        return found or GRIDS[0]


def _echo(text: str) -> str:
    return guillemets(text if len(text) <= _ECHO else f"{text[:_ECHO]}…")
