"""The query of a turn: the words of its need, under the choices in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.conversation.plan import Plan
from assistant.conversation.said import Tools
from assistant.language.analyzer import stem, terms
from assistant.language.folding import fold
from assistant.retrieval.understand import Filters
from assistant.values import Query


def query_of(plan: Plan, tools: Tools, filters: Filters | None = None) -> Query:
    """The query of a plan: the words of its need, under the choices in force."""
    need = plan.need
    text = f"{need.text} {plan.words}".strip() or plan.question
    query = tools.understanding.query(text, filters, plan.roles)
    facets = {**need.facets, **(filters or {})}
    if (facets, need.excluded, need.preferred) != (query.facets, query.excluded, query.preferred):
        query = replace(query, facets=facets, excluded=need.excluded, preferred=need.preferred)
        quoted = {term for phrase in query.phrases for term in terms(phrase)}
        own = tools.understanding.subject(tools.choices.rest(fold(need.text))) - quoted
        chosen = bool(facets or need.excluded or query.phrases)
        query = replace(query, lists=chosen and not own, vague=query.vague and not (chosen or need.preferred))
    if need.dropped:
        return _less(query, need.dropped)
    # each piece was encoded in its turn: the whole is not encoded besides
    return replace(query, pieces=tuple(map(tools.understanding.mended, need.meanings))) if not plan.words else query


def _less(query: Query, dropped: Sequence[str]) -> Query:
    """The query less corrections and expansions that were taken away, one by its concept or all of a wording."""
    text, words = query.text, dict(query.words)
    for typed, meant in query.corrections:
        if typed in dropped:
            text = text.replace(meant, typed)
            for term in terms(meant):
                words.pop(term, None)
            words[stem(fold(typed))] = typed
    gone = {concept for written, concept in query.expansions if written in dropped or concept in dropped}
    wordings = (one._replace(concepts=tuple(c for c in one.concepts if c not in gone)) for one in query.wordings)
    return replace(
        query,
        text=text,
        terms=tuple(words),
        words=words,
        concepts={concept: weight for concept, weight in query.concepts.items() if concept not in gone},
        wordings=tuple(wording for wording in wordings if wording.concepts),
        corrections=tuple(pair for pair in query.corrections if pair[0] not in dropped),
        expansions=tuple(pair for pair in query.expansions if pair[1] not in gone),
    )
