"""The sheets that a person kept, each with all that it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from assistant.corpus.schema import Schema
from assistant.export.citing import flowing, refuse_none, said
from assistant.export.document import Block, Document, Heading, Line, Note, PageBreak, Table
from assistant.typography import guillemets
from assistant.values import Kind, Role, Sheet

_ALWAYS = (Role.LIMITS, Role.PERSPECTIVES)
_FACTS = "En bref"


def selection_document(
    sheets: Sequence[Sheet],
    schema: Schema,
    corpus_version: str,
    made_on: date,
    roles: Sequence[Role] = (),
    notes: Mapping[str, str] | None = None,
    question: str = "",
) -> Document:
    """The sheets in the order given, role by role; limits and perspectives always.

    Args:
        roles: the sections wanted; all when empty.
        notes: what the user wrote, by sheet id.
        question: what the sheets were found for.

    Raises:
        UsageError: no sheet.
    """
    refuse_none(sheets)
    title = f"Fiches pour {guillemets(question)}" if question else "Ma sélection de fiches"
    blocks: list[Block] = []
    for rank, sheet in enumerate(sheets):
        if rank:
            blocks.append(PageBreak())
        blocks += sheet_blocks(sheet, schema, roles, (notes or {}).get(sheet.id, ""))
    return Document(title, corpus_version, made_on, tuple(blocks))


def sheet_blocks(sheet: Sheet, schema: Schema, roles: Sequence[Role], note: str) -> Iterator[Block]:
    """One sheet: the user's note, its choices as a table, then its texts under the names of their roles."""
    wanted = {*roles, *_ALWAYS} if roles else set(Role)
    yield Heading(sheet.title, 1)
    if note.strip():
        yield Note(sheet.title, note)
    order = list(dict.fromkeys([label.role for label in schema.labels if label.role is not Role.FILES]))
    choices = {label.role for label in schema.labels if label.kind is Kind.CHOICE}
    facts = [Line(schema.roles[role], (said(sheet, [role]),)) for role in order if role in choices & wanted]
    if facts:
        yield Table((_FACTS, "Ce qu’en dit la fiche"), tuple(facts))
    others = [role for role in Role if role not in order and _tells(sheet, role)]
    for role in [*(role for role in order if role not in choices), *others]:
        if role in wanted:
            yield Heading(schema.roles[role], 2)
            yield from flowing(said(sheet, [role]))


def _tells(sheet: Sheet, role: Role) -> bool:
    return bool(said(sheet, [role]).citations)
