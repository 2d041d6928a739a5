"""Transposition: what one needs to know of an action to do it elsewhere, in the words of its sheet."""

from __future__ import annotations

from typing import NamedTuple

from assistant.conversation.cutting import cell, said_in
from assistant.corpus.schema import Schema
from assistant.language.durations import tells_duration
from assistant.replies import Cell
from assistant.retrieval.quoting import cut_quote
from assistant.values import Kind, Role, Sheet, Status

_WORDS = 120  # of one section


class Line(NamedTuple):
    """One thing to transpose: what the sheet says of it, and what to ask oneself.

    ``cell`` quotes the beginning of the sections of ``roles``; without roles, every sentence that tells of it.
    """

    name: str
    roles: tuple[Role, ...]
    cell: Cell
    question: str


_ROLES = (
    ("L’idée", (Role.SUMMARY,), "Qu’est-ce qu’on en garde\u202f?"),
    ("Public", (Role.PUBLIC,), "Pour qui\u202f?"),
    ("Budget", (Role.FUNDING,), "Combien, et qui paierait\u202f?"),
    ("Personnes", (Role.PEOPLE,), "Qui, et combien d’heures\u202f?"),
    ("Partenaires", (Role.PARTNERS, Role.INITIATIVE), "Avec qui chez nous\u202f?"),
    ("Durée et moments", (), "Quand, et combien de temps\u202f?"),
    ("Lieu", (Role.TERRITORY, Role.ORGANISER), "Où, et pour quels habitants\u202f?"),
    ("Étapes", (Role.DESCRIPTION,), "Par quoi commencer\u202f?"),
    ("Limites", (Role.LIMITS,), "Laquelle nous attend, et que prévoir\u202f?"),
    ("Perspectives", (Role.PERSPECTIVES,), "Et ensuite\u202f?"),
)


def transposition(sheet: Sheet, schema: Schema) -> tuple[Line, ...]:
    """The idea, the means, the place, the steps, the limits and what comes next, each quoted or silent.

    No label asks for a duration: the sentences that tell of time are quoted, wherever they stand.
    """
    return tuple(
        Line(name, roles, _said(sheet, roles, schema) if roles else _times(sheet, schema), question)
        for name, roles, question in _ROLES
    )


def _said(sheet: Sheet, roles: tuple[Role, ...], schema: Schema) -> Cell:
    cells = [cell(sheet, role, schema, _WORDS) for role in roles]
    quotes = tuple(quote for found in cells for quote in found.quotes)
    return Cell(quotes, Status.FILLED if quotes else cells[0].status)


def _times(sheet: Sheet, schema: Schema) -> Cell:
    quotes = tuple(
        cut_quote(sheet, section, *span)
        for section in sheet.sections
        if section.kind is Kind.TEXT and section.status is Status.FILLED
        for span in said_in(sheet, section, schema)
        if tells_duration(sheet.slice(*span))
    )
    return Cell(quotes, Status.FILLED if quotes else Status.EMPTY)
