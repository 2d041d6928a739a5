"""Transposition: what one needs to know of an action to do it elsewhere, in the words of its sheet."""

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.conversation.cutting import aligned, cell, said_in
from assistant.corpus.schema import Schema
from assistant.replies import Cell
from assistant.retrieval.quoting import cut_quote
from assistant.values import Kind, Quote, Role, Sheet, Status

_WORDS = 120  # of one section
_MOST_TIMES = 5  # sentences that tell of time
_TIME = re.compile(
    r"\b(?:\d+|une?|deux|trois|quatre|cinq|six|plusieurs)\s+(?:h|heures?|demi-journees?|jours?|journees?|semaines?|mois"
    r"|trimestres?|ans?|annees?|seances?|sessions?|fois)\b"
    r"|\b(?:depuis|jusqu|en|annee|saison)\W{1,3}(?:19|20)\d\d\b"
    r"|\b(?:chaque|tous les|toutes les|par|une fois par)\s+(?:jours?|semaines?|mois|ans?|annees?|lundis?|mardis?"
    r"|mercredis?|jeudis?|vendredis?|samedis?|dimanches?|vacances)\b"
)


class Line(NamedTuple):
    """One thing to transpose: what the sheet says of it, and what to ask oneself."""

    name: str
    cell: Cell
    question: str


_ROLES = (
    ("Budget", (Role.FUNDING,), "Combien, et qui paierait\u202f?"),
    ("Personnes", (Role.PEOPLE,), "Qui, et combien d’heures\u202f?"),
    ("Partenaires", (Role.PARTNERS, Role.INITIATIVE), "Avec qui chez nous\u202f?"),
    ("Durée", (), "Quand, et combien de temps\u202f?"),
    ("Lieu", (Role.TERRITORY,), "Où, et pour quels habitants\u202f?"),
    ("Public", (Role.PUBLIC,), "Pour qui\u202f?"),
    ("Étapes", (Role.DESCRIPTION,), "Par quoi commencer\u202f?"),
    ("Limites", (Role.LIMITS,), "Laquelle nous attend, et que prévoir\u202f?"),
)


def transposition(sheet: Sheet, schema: Schema) -> tuple[Line, ...]:
    """Budget, people, partners, duration, place, public, steps, limits, each quoted or silent.

    No label asks for a duration: the sentences that tell of time are quoted, a few of them.
    """
    return tuple(
        Line(name, _said(sheet, roles, schema) if roles else _times(sheet, schema), question)
        for name, roles, question in _ROLES
    )


def _said(sheet: Sheet, roles: tuple[Role, ...], schema: Schema) -> Cell:
    cells = [cell(sheet, role, schema, _WORDS) for role in roles]
    quotes = tuple(quote for found in cells for quote in found.quotes)
    return Cell(quotes, Status.FILLED if quotes else cells[0].status)


def _times(sheet: Sheet, schema: Schema) -> Cell:
    quotes: list[Quote] = []
    for section in sheet.sections:
        if section.kind is Kind.TEXT and section.status is Status.FILLED:
            for span in said_in(sheet, section, schema):
                if _TIME.search(aligned(sheet.slice(*span))):
                    quotes.append(cut_quote(sheet, section, *span))
    return Cell(tuple(quotes[:_MOST_TIMES]), Status.FILLED if quotes else Status.EMPTY)
