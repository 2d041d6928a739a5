"""The sheets of a turn, quoted for what it asks, and what is said above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assistant.conversation.plan import Plan
from assistant.indexing.alignment import unit
from assistant.indexing.encoder import Vectors
from assistant.replies import Answer, TurnKind
from assistant.retrieval.quoting import EVEN, left_out
from assistant.turns.opened import Opened
from assistant.typography import guillemets
from assistant.values import Hit, PassageHit, Query, Sheet

SURE = 1.0  # the confidence of what is known without a search
_BY_RANK = frozenset({TurnKind.SECTION, TurnKind.UNDO, TurnKind.RETURN})  # sheets that stand in the order of an answer
_NONE = "Aucune fiche"


def shown(opened: Opened, question: str, plan: Plan, query: Query, sheets: Sequence[Sheet]) -> Answer:
    """These sheets, in their order, quoted for the query."""
    vector = _meaning(opened, plan, query)
    rarity, bearing = opened.store.rarity(query.terms), opened.store.bearing(query.terms)
    excerpts = []
    even = len(sheets) > 1 and plan.kind not in _BY_RANK
    for rank, sheet in enumerate(sheets):
        near = tuple(PassageHit(*found) for found in opened.store.similarities(vector, sheet.id))
        cosine = max((hit.cosine for hit in near), default=0.0)
        last = plan.base.last
        score = last.score(sheet.id) if last and sheet.id in last.shown else cosine
        hit = Hit(sheet, score, cosine, overview=0.0, coverage=0.0, need=0.0, concept=0.0, section=0.0, passages=near)
        excerpts.append(opened.excerpt(hit, query, rarity, bearing, EVEN if even else rank))
    return Answer(
        question=question,
        answered=bool(excerpts),
        message=plan.message or _message(opened, plan, sheets),
        sheets=tuple(excerpts),
        nearest=(),
        query=query,
        follows=plan.follows,
        corpus_version=opened.store.manifest.corpus_version,
        confidence=SURE,
    )


def _meaning(opened: Opened, plan: Plan, query: Query) -> Vectors:
    """The vector of what is quoted for. A need was encoded in its turn and a turn's words to tell what it asks:
    their sum spares the encoding of both together."""
    if not (plan.words and plan.need.text) or plan.need.dropped:
        return opened.read(*query.meanings).vector
    mended = opened.resolver.tools.understanding.mended
    said = ([mended(text) for text in texts] for texts in (plan.need.meanings, (plan.words,)))
    return unit(sum((opened.read(*texts).vector for texts in said), start=np.zeros(1, dtype=np.float32)))


def _message(opened: Opened, plan: Plan, sheets: Sequence[Sheet]) -> str:
    if plan.kind is TurnKind.UNDO:
        if not plan.base.turns:
            return "Retour au début de la conversation"
        return f"Dernière question annulée, retour à\u00a0: {guillemets(plan.need.text)}"
    if not sheets:
        return _NONE
    if plan.kind is TurnKind.WHOLE:
        return f"La fiche entière\u00a0: {sheets[0].title}"
    if plan.roles:
        asked = ", ".join(opened.schema.roles[role] for role in plan.roles)
        silent = sum(left_out(sheet, plan.roles) for sheet in sheets)
        shown = sheets[0].title if len(sheets) == 1 else count(len(sheets))
        return f"{asked}\u00a0: {shown}{_silence(silent, len(sheets))}"
    if len(sheets) == 1:
        return f"La fiche {guillemets(sheets[0].title)}"
    return count(len(sheets))


def counted(answer: Answer) -> Answer:
    """An answer that says how many sheets there are in all."""
    total = len(answer.sheets)
    message = f"{count(total)} en tout" if total else answer.message
    return replace(answer, message=message, turned=replace(answer.turned, total=total))


def _silence(silent: int, shown: int) -> str:
    """How many of the sheets shown do not say what is asked for; nothing when each does."""
    if silent < shown:
        return f", dont {silent} sans rien de renseigné" if silent else ""
    return ", non renseigné" if shown == 1 else ", aucune ne le renseigne"


def count(sheets: int) -> str:
    return "1 fiche" if sheets == 1 else f"{sheets} fiches"
