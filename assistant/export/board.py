"""Sheets side by side, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from assistant.export.citing import boxed, refuse_none
from assistant.export.document import Block, Box, Document, Heading, Line, Note, Said, Table
from assistant.export.reference import place_of
from assistant.replies import Board
from assistant.typography import guillemets

_UPRIGHT = 2  # sheets that an upright page holds side by side


def comparison_document(
    board: Board,
    corpus_version: str,
    made_on: date,
    notes: Mapping[str, str] | None = None,
    question: str = "",
) -> Document:
    """The board as one table, a column a sheet; the user's notes, by sheet id, below.

    A cell quotes the beginning of what a sheet says; its reference tells extracts from whole sections.

    Raises:
        UsageError: no sheet.
    """
    refuse_none(board.sheets)
    blocks: list[Block] = []
    if question:
        blocks.append(Said(f"Pour la question\u00a0: {guillemets(question)}"))
    blocks.append(board_table(board))
    noted = [(sheet, note) for sheet in board.sheets if (note := (notes or {}).get(sheet.id, "")).strip()]
    if noted:
        blocks.append(Heading("Mes notes", 1))
        blocks += [Note(sheet.title, note) for sheet, note in noted]
    return Document("Comparaison de fiches", corpus_version, made_on, tuple(blocks), len(board.sheets) > _UPRIGHT)


def board_table(board: Board, blank: str = "") -> Table:
    """The table of a board, with one more column to fill under the header ``blank`` when it is given."""
    header = ("Rubrique", *_headers(board), *([blank] if blank else []))
    lines = []
    for row in board.rows:
        boxes = [boxed(sheet, cell) for sheet, cell in zip(board.sheets, row.cells, strict=True)]
        lines.append(Line(row.name, tuple(boxes)))
    return Table(header, tuple(with_blank(line) if blank else line for line in lines))


def with_blank(line: Line) -> Line:
    """The line with a box to fill at its end."""
    return Line(line.name, (*line.boxes, Box()))


def _headers(board: Board) -> Iterator[str]:
    for sheet in board.sheets:
        structure, department = place_of(sheet)
        place = f" – {structure}" if structure else ""
        yield f"{sheet.title}{place}{f' ({department})' if department else ''}"
