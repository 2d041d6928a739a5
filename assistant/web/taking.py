"""Taking away: the forms of the page, what they send, and the one place where a file is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assistant.conversation.comparison import compare
from assistant.conversation.training import prepare
from assistant.corpus.catalogue import Catalogue
from assistant.errors import UsageError
from assistant.export import render
from assistant.export.board import comparison_document
from assistant.export.document import Document
from assistant.export.selection import selection_document
from assistant.export.training import training_document
from assistant.export.transposition import transposition_document
from assistant.typography import guillemets
from assistant.values import Role, Sheet
from assistant.web.address import MOST_COMPARED, Address
from assistant.web.basket import MOST_NOTE, MOST_SHEETS
from assistant.web.markup import verbatim
from assistant.web.shelf import Shelf

TAKE = "/emporter"
FORMATS = {"docx": "Word (DOCX)", "pdf": "PDF", "md": "Markdown", "csv": "Tableur (CSV)"}
_MOST_QUESTION = 2_000
_LEAST_COMPARED = 2
_EMPTY = "Aucune fiche à emporter."
_EMPTY_REMEDY = "Ajoutez des fiches à votre sélection, ou ouvrez-en une."


class Thing(StrEnum):
    """What is taken away; the values are those of the forms."""

    SELECTION = "selection"
    COMPARISON = "comparaison"
    TRAINING = "dossier"
    TRANSPOSITION = "transposition"


@dataclass(frozen=True, slots=True)
class Order:
    """A file asked for. ``notes`` are the user's own, by sheet id; ``roles`` the columns of a board, all when empty."""

    thing: Thing
    format: str
    sheets: tuple[Sheet, ...]
    notes: Mapping[str, str]
    roles: tuple[Role, ...]
    question: str


@dataclass(frozen=True, slots=True)
class File:
    name: str
    kind: str  # media type
    content: bytes


def make(order: Order, shelf: Shelf) -> File:
    """The file of an order.

    Raises:
        UsageError: a comparison of too few or too many sheets, or several sheets to transpose.
    """
    document = _document(order, shelf)
    return File(
        render.filename(document, order.format),
        render.FORMATS[order.format].media,
        render.render(document, order.format),
    )


def _document(order: Order, shelf: Shelf) -> Document:
    today = date.today()
    sheets, schema, version = order.sheets, shelf.schema, shelf.version
    if order.thing is Thing.SELECTION:
        return selection_document(sheets, schema, version, today, order.roles, order.notes, order.question)
    if order.thing is Thing.COMPARISON:
        if not _LEAST_COMPARED <= len(sheets) <= MOST_COMPARED:
            raise UsageError(
                f"Une comparaison tient de {_LEAST_COMPARED} à {MOST_COMPARED} fiches, et il y en a {len(sheets)}.",
                "Changez le choix.",
            )
        return comparison_document(compare(sheets, schema, order.roles), version, today, order.notes, order.question)
    if order.thing is Thing.TRAINING:
        session = prepare(sheets, shelf.discussion, schema)
        return training_document(session, schema, version, today, order.question)
    sheet, *others = sheets
    if others:
        raise UsageError("On transpose une fiche à la fois.", "Ouvrez-en une, puis «\u00a0Transposer\u00a0».")
    return transposition_document(sheet, schema, version, today, order.notes.get(sheet.id, ""))


def read_order(fields: Sequence[tuple[str, str]], catalogue: Catalogue, names: Mapping[Role, str]) -> Order:
    """The order that a form sends; sheets that are gone are left out.

    Raises:
        UsageError: no sheet is left, or a field is none of ours.
    """
    said: dict[str, list[str]] = {}
    for name, value in fields:
        said.setdefault(name, []).append(value)
    first = {name: values[0] for name, values in said.items()}
    if first.get("quoi") not in set(Thing) or first.get("format") not in FORMATS:
        raise UsageError(
            f"{guillemets(first.get('quoi', '')[:40])} en {guillemets(first.get('format', '')[:40])} n’existe pas.",
            f"Formats possibles\u00a0: {', '.join(FORMATS)}.",
        )
    ids = tuple(dict.fromkeys(part for value in said.get("fiches", ()) for part in value.split(",")))[:MOST_SHEETS]
    sheets = tuple(sheet for sheet in map(catalogue.get, ids) if sheet)
    if not sheets:
        raise UsageError(_EMPTY, _EMPTY_REMEDY)
    roles = {name: role for role, name in names.items()}
    asked = [part for value in said.get("rubriques", ()) for part in value.split(",")]
    with_notes = "notes" in first
    return Order(
        Thing(first["quoi"]),
        first["format"],
        sheets,
        {s.id: first[f"note:{s.id}"][:MOST_NOTE] for s in sheets if with_notes and first.get(f"note:{s.id}")},
        tuple(dict.fromkeys(roles[name] for name in asked if name in roles)),
        first.get("question", "")[:_MOST_QUESTION],
    )


def take_form(thing: str, sheets: Sequence[str], more: str = "", title: str = "Emporter") -> str:
    """A form whose buttons each give one format.

    Args:
        more: HTML of the form's own fields.
    """
    buttons = "".join(
        f'<button type="submit" class="btn" name="format" value="{form}">{name}</button>'
        for form, name in FORMATS.items()
    )
    fields = f'<input type="hidden" name="quoi" value="{thing}">'
    fields += f'<input type="hidden" name="fiches" value="{verbatim(",".join(sheets))}">'
    return (
        f'<form class="take panel" method="post" action="{TAKE}"><h2>{title}</h2>{fields}{more}'
        f'<div class="four">{buttons}</div><p class="ref">Chaque extrait garde sa référence.</p></form>'
    )


def columns_field(address: Address, names: Mapping[Role, str]) -> str:
    """The columns of a board, as a hidden field."""
    columns = ",".join(names[role] for role in address.roles)
    return f'<input type="hidden" name="rubriques" value="{verbatim(columns)}">'
