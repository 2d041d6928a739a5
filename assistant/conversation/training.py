"""A training session: questions drawn from the sections of contrasted sheets, and limits to guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.conversation.cutting import cell
from assistant.corpus.schema import Schema
from assistant.replies import Discussion, Session
from assistant.values import Role, Sheet

SHEETS = 3
_QUESTIONS_A_SHEET = 2
_WORDS = 30


def prepare(sheets: Sequence[Sheet], questions: Mapping[Role, str], schema: Schema) -> Session:
    """The session of these sheets. Each question is asked once, of a sheet that fills its section.

    Args:
        questions: by role, in order of preference; limits are never among them.
    """
    asked: set[Role] = set()
    discussions = []
    for sheet in sheets:
        drawn = 0
        for role, question in questions.items():
            if drawn == _QUESTIONS_A_SHEET or role in asked or role is Role.LIMITS:
                continue
            quotes = cell(sheet, role, schema, _WORDS).quotes
            if quotes:
                discussions.append(Discussion(question, sheet, quotes[0]))
                asked.add(role)
                drawn += 1
    guesses = tuple((sheet, cell(sheet, Role.LIMITS, schema, _WORDS * 2).quotes) for sheet in sheets)
    return Session(tuple(discussions), guesses)
