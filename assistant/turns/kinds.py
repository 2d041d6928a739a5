"""What some kinds of turns show besides sheets: a board, amounts, limits by kind, an idea, a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.conversation import comparison, figures, inspiration, training
from assistant.conversation.asking import topic
from assistant.conversation.plan import Plan
from assistant.language.analyzer import terms
from assistant.language.folding import fold
from assistant.replies import Answer, Turned
from assistant.retrieval.quoting import left_out
from assistant.turns.opened import Opened
from assistant.turns.showing import count, shown
from assistant.typography import guillemets
from assistant.values import Query, Role, Sheet

_NEAR = 8  # sheets among which those of a session are chosen
_TOLD = (Role.SUMMARY, Role.DESCRIPTION, Role.RESULTS)  # a sheet that leaves them all out is nothing to discover
_RELEVANT = 0.5  # of the best score: a sheet below is no matter for a session


def by_amount(opened: Opened, question: str, plan: Plan, query: Query, limit: int) -> Answer:
    """What the sheets of a need write of an amount: of those for its public alone, where there are some."""
    answer = opened.find(question, query, plan, limit)
    sheets = [excerpt.sheet for excerpt in answer.sheets]
    sheets = [sheet for sheet in sheets if sheet.bears_all(query.preferred)] or sheets
    return amounts(opened, question, plan, query, sheets) if answer.answered else answer


def side_by_side(opened: Opened, question: str, plan: Plan, query: Query, sheets: Sequence[Sheet]) -> Answer:
    """Sheets held against each other, or what they share."""
    answer = shown(opened, question, plan, query, sheets)
    board = comparison.compare(sheets, opened.schema, plan.roles)
    message = plan.message or f"{count(len(sheets))} côte à côte"
    if plan.common and sheets:
        board = comparison.common(sheets, opened.schema)
        message = f"Ce que {count(len(sheets))} ont en commun"
        if not board.rows:
            message = f"Ces {count(len(sheets))} n’ont aucun choix en commun\u00a0: ni public, ni thème, ni lieu"
    return replace(answer, message=message, turned=Turned(board=board))


def amounts(opened: Opened, question: str, plan: Plan, query: Query, sheets: Sequence[Sheet]) -> Answer:
    """Sheets by an amount that they write."""
    wording = opened.resolver.tools.talk.units[plan.unit]
    found = figures.figures(sheets, plan.unit, wording, plan.most, opened.schema)
    answer = shown(opened, question, plan, query, [figure.sheet for figure in found])
    known = [figure for figure in found if figure.value is not None]
    if not known:
        counted = "montant" if plan.unit == figures.EUROS else f"nombre de {plan.unit}"
        message = f"Aucune de ces fiches n’écrit un {counted} qui se compare"
    else:
        best = known[0]
        level = "Le plus" if plan.most else "Le moins"
        value = f"{figures.written(best.value or 0)} {'€' if plan.unit == figures.EUROS else plan.unit}"
        among = "la seule qui l’écrive" if len(known) == 1 else f"parmi {count(len(known))} qui l’écrivent"
        message = f"{level}\u00a0: {value}, {guillemets(best.sheet.title)} ({among}, sur {len(found)})"
    said = f"{plan.message}. {message}" if plan.message else message
    return replace(answer, message=said, turned=Turned(figures=found))


def limits_by_kind(opened: Opened, question: str, plan: Plan, query: Query, sheets: Sequence[Sheet]) -> Answer:
    """The limits of sheets, by kind of difficulty."""
    answer = shown(opened, question, plan, query, sheets)
    found = comparison.digest(sheets, opened.schema, opened.resolver.tools.talk.difficulties)
    message = f"Les limites de {count(len(sheets) - len(found.silent))}, par genre de difficulté"
    return replace(answer, message=message, turned=Turned(digest=found))


def still_there(opened: Opened, question: str, plan: Plan, query: Query, limit: int) -> Answer | None:
    """What is left of the sheets that answered a need, once it is narrowed: a word less in the question may make the
    search unsure of what it found, which takes nothing from them."""
    if query.bounds or not plan.base.last or opened.resolver.tools.understanding.unmet(query):
        return None
    listed = opened.store.sheets(plan.base.last.listed)
    bearing = (sheet for sheet in listed if sheet.bears_all(query.facets))
    left = [sheet for sheet in bearing if not any(sheet.bears(*out) for out in query.excluded.items())]
    answer = shown(opened, question, plan, query, left[:limit])
    message = f"{count(len(answer.sheets))} parmi celles déjà montrées"
    return replace(answer, message=message) if left else None


def idea(opened: Opened, question: str, plan: Plan, query: Query) -> Answer:
    """A sheet that was not shown yet, near to what is sought when something is."""
    base = plan.base
    about = topic(plan.need, opened.resolver.tools, fold(plan.need.text))
    seen = base.seen()
    ranked = _ranked(opened, replace(query, text=about, terms=tuple(dict.fromkeys(terms(about)))) if about else query)
    best = max((score for _, score in ranked), default=1.0) or 1.0
    new = [(sheet, score) for sheet, score in ranked if sheet.id not in seen and not left_out(sheet, _TOLD)]
    candidates = [(sheet, score / best if about else 1.0) for sheet, score in new]
    candidates = [found for found in candidates if found[1] >= _RELEVANT] or candidates
    seed = f"{base.seed} {len(base.turns)}"
    chosen = inspiration.diverse(candidates, opened.store.sheets(sorted(seen)), 1, seed)
    answer = shown(opened, question, plan, query, chosen)
    if not chosen:
        return replace(answer, message="Toutes les fiches à découvrir ont été montrées dans cette conversation")
    if not about and not query.facets and not query.preferred:
        drawn = tuple(replace(excerpt, reason="Tirée au sort") for excerpt in answer.sheets)
        answer = replace(answer, sheets=drawn)
    return replace(answer, message="Une idée à découvrir")


def session(opened: Opened, question: str, plan: Plan, query: Query) -> Answer:
    """Contrasted sheets on a subject, with what to discuss of them."""
    first = opened.find(question, query, plan, training.SHEETS)
    if not first.answered:
        return first
    ranked = _ranked(opened, query)
    best = ranked[0][1]
    near = [(s, score / best) for s, score in ranked if score >= _RELEVANT * best][:_NEAR]
    if len(near) < training.SHEETS:
        near = [(s, score / best) for s, score in ranked[: training.SHEETS]]
    top, others = near[0][0], near[1:]
    # there is nothing to guess of a sheet without limits: it is taken only where too few others have some
    limited = [found for found in others if not left_out(found[0], (Role.LIMITS,))]
    others = limited if len(limited) >= training.SHEETS - 1 else others
    chosen = (top, *inspiration.diverse(others, [top], training.SHEETS - 1, f"{plan.base.seed}"))
    answer = shown(opened, question, plan, query, chosen)
    questions = opened.resolver.tools.talk.discussion
    prepared = training.prepare(chosen, questions, opened.schema)
    message = f"Une séance sur {guillemets(plan.need.text)}\u00a0: {count(len(chosen))} contrastées"
    return replace(answer, message=message, turned=Turned(session=prepared))


def _ranked(opened: Opened, query: Query) -> list[tuple[Sheet, float]]:
    """Every sheet that bears the query's choices, with its score, best first."""
    hits = opened.search(query, opened.store.manifest.sheets)
    return [(hit.sheet, hit.score) for hit in hits]
