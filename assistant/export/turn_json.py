"""What a turn adds to an answer, as JSON."""

from __future__ import annotations

from typing import Any

from assistant.replies import Board, Digest, Session, Turned
from assistant.values import Quote


def turned_document(turned: Turned) -> dict[str, Any]:
    """How the turn was understood; a board, figures, a digest or a session only when it shows one."""
    document: dict[str, Any] = {
        "kind": turned.kind.value,
        "notice": turned.notice,
        "other_way": turned.other_way,
        "chips": [{"text": chip.text, "removal": chip.removal} for chip in turned.chips],
        "choices": list(turned.choices),
        "numbers": [{"number": number, "who": who} for number, who in turned.numbers],
        "total": turned.total,
    }
    if turned.board is not None:
        document["board"] = board_document(turned.board)
    if turned.figures:
        document["figures"] = [
            {
                "sheet": figure.sheet.id,
                "title": figure.sheet.title,
                "value": figure.value,
                "remark": figure.remark,
                "quotes": [quote_document(quote) for quote in figure.quotes],
            }
            for figure in turned.figures
        ]
    if turned.digest is not None:
        document["digest"] = _digest(turned.digest)
    if turned.session is not None:
        document["session"] = _session(turned.session)
    return document


def quote_document(quote: Quote) -> dict[str, Any]:
    """A quote with its offsets in the source."""
    return {
        "section": quote.section,
        "text": quote.text,
        "source": quote.source,
        "start": quote.start,
        "end": quote.end,
        "marks": [list(mark) for mark in quote.marks],
    }


def board_document(board: Board) -> dict[str, Any]:
    """Sheets side by side: a row a section, a cell a sheet."""
    return {
        "sheets": [{"id": sheet.id, "title": sheet.title} for sheet in board.sheets],
        "rows": [
            {
                "name": row.name,
                "cells": [
                    {"status": cell.status.value, "quotes": [quote_document(quote) for quote in cell.quotes]}
                    for cell in row.cells
                ],
            }
            for row in board.rows
        ],
    }


def _digest(digest: Digest) -> dict[str, Any]:
    return {
        "themes": [
            {
                "name": theme.name,
                "quotes": [
                    {"sheet": sheet.id, "title": sheet.title, **quote_document(quote)} for sheet, quote in theme.quotes
                ],
            }
            for theme in digest.themes
        ],
        "silent": [{"id": sheet.id, "title": sheet.title} for sheet in digest.silent],
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "questions": [
            {"question": asked.question, "sheet": asked.sheet.id, "quote": quote_document(asked.quote)}
            for asked in session.questions
        ],
        "guesses": [
            {"sheet": sheet.id, "title": sheet.title, "limits": [quote_document(quote) for quote in limits]}
            for sheet, limits in session.guesses
        ],
    }
