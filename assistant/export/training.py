"""Dossier de formation: a question, contrasted sheets, what to discuss, and limits to guess before they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from assistant.conversation.comparison import compare
from assistant.conversation.cutting import cell
from assistant.corpus.schema import Schema
from assistant.export.board import board_table
from assistant.export.citing import boxed, cited, flowing, refuse_none, said
from assistant.export.document import Block, Cited, Document, Heading, PageBreak, Ruled, Said
from assistant.export.reference import place_of
from assistant.replies import Session
from assistant.typography import guillemets
from assistant.values import Role, Sheet

HERE = "Et chez nous\u202f?"
_SHOWN = (Role.SUMMARY, Role.DESCRIPTION, Role.RESULTS)
_COMPARED = (Role.PUBLIC, Role.TERRITORY, Role.PARTNERS, Role.FUNDING, Role.PEOPLE)
_WORDS = 90
_ANSWER_LINES = 3
_GUESS_LINES = 5


def training_document(
    session: Session, schema: Schema, corpus_version: str, made_on: date, question: str = ""
) -> Document:
    """The dossier of a session; its sheets are those whose limits are to be guessed, shown on the last page only.

    Raises:
        UsageError: no sheet.
    """
    sheets = [sheet for sheet, _ in session.guesses]
    refuse_none(sheets)
    blocks: list[Block] = [*_cover(sheets, question), PageBreak(), Heading("Les fiches", 1)]
    for sheet in sheets:
        blocks += _sheet(sheet, schema)
    blocks += [PageBreak(), Heading("Questions pour la discussion", 1)]
    for number, asked in enumerate(session.questions, start=1):
        blocks.append(Heading(f"{number}. {asked.question}", 2))
        blocks += map(Cited, cited(asked.sheet, [asked.quote]))
        blocks.append(Ruled(_ANSWER_LINES))
    blocks += [PageBreak(wide=len(sheets) > 1), Heading(HERE, 1), board_table(compare(sheets, schema, _COMPARED), HERE)]
    blocks += [PageBreak(), Heading("Les limites à deviner", 1)]
    blocks.append(Said("Qu’est-ce qui a pu coincer\u202f? Écrivez vos idées avant de tourner la page."))
    for sheet in sheets:
        blocks += [Heading(sheet.title, 2), Ruled(_GUESS_LINES)]
    blocks += [PageBreak(), Heading("Solution\u00a0: les limites et les perspectives", 1)]
    for sheet in sheets:
        blocks.append(Heading(sheet.title, 2))
        blocks += _end(sheet, Role.LIMITS, schema)
        blocks += _end(sheet, Role.PERSPECTIVES, schema)
    return Document("Dossier de formation", corpus_version, made_on, tuple(blocks))


def _cover(sheets: list[Sheet], question: str) -> Iterator[Block]:
    if question:
        yield Heading("La question", 1)
        yield Said(guillemets(question))
    yield Heading("Des actions qui se distinguent", 1)
    for sheet in sheets:
        yield Said(" – ".join(filter(None, (sheet.title, *place_of(sheet)))))
    yield Heading("Le déroulé", 1)
    yield Said(
        "Lire les fiches, discuter, remplir la colonne «\u00a0Et chez nous\u202f?\u00a0», deviner les limites, "
        "puis les lire dans la solution, en dernière page. Les mots des fiches sont cités tels quels."
    )


def _sheet(sheet: Sheet, schema: Schema) -> Iterator[Block]:
    yield Heading(sheet.title, 2)
    for role in _SHOWN:
        yield Heading(schema.roles[role], 3)
        yield from flowing(boxed(sheet, cell(sheet, role, schema, _WORDS)))


def _end(sheet: Sheet, role: Role, schema: Schema) -> Iterator[Block]:
    yield Heading(schema.roles[role], 3)
    yield from flowing(said(sheet, [role]))
