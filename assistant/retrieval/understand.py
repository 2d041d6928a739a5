"""Understanding: a question into a query: its terms, and the sections it asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.corpus.schema import Schema
from assistant.errors import QuestionError
from assistant.language.analyzer import tokens
from assistant.language.folding import fold
from assistant.typography import thousands
from assistant.values import Facet, Query, Role


class Cues:
    """The patterns by which questions ask for a section, compiled from a schema."""

    def __init__(self, schema: Schema) -> None:
        self._patterns = {role: re.compile("|".join(words.cues)) for role, words in schema.roles.items() if words.cues}

    def roles(self, text: str) -> tuple[Role, ...]:
        """The roles that a question asks for, in the order in which it names them."""
        folded = fold(text)
        found = {role: match.start() for role, pattern in self._patterns.items() if (match := pattern.search(folded))}
        return tuple(sorted(found, key=lambda role: found[role]))

    def without(self, text: str) -> str:
        """The folded question, less the words that ask for a section: its subject."""
        folded = fold(text)
        for pattern in self._patterns.values():
            folded = pattern.sub(" ", folded)
        return folded


def understand(
    text: str, cues: Cues, facets: Mapping[Facet, tuple[str, ...]] | None = None, roles: tuple[Role, ...] | None = None
) -> Query:
    """The query of a question that stands by itself.

    Args:
        facets: filters given beside the question.
        roles: the sections asked for, when they come from elsewhere than ``text``.
    """
    words = {token.term: token.word for token in tokens(text)}
    return Query(
        text=text,
        terms=tuple(words),
        words=words,
        roles=cues.roles(text) if roles is None else roles,
        facets=facets or {},
    )


def checked_question(text: str, most: int) -> str:
    """The question without its outer white space.

    Raises:
        QuestionError: there is nothing to ask, or more than ``most`` characters; says which.
    """
    question = text.strip()
    if len(question) > most:
        raise QuestionError(
            f"La question compte {thousands(len(question))} caractères, la limite est de {thousands(most)}.",
            "Gardez l’essentiel\u00a0: un besoin, un public, un lieu.",
        )
    if not any(char.isalnum() for char in question):
        raise QuestionError(
            "La question ne contient aucun mot.",
            "Écrivez un besoin avec vos mots, par exemple\u00a0: comment lutter contre l’isolement des seniors\u202f?",
        )
    return question
