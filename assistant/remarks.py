"""7. Answer: what the assistant says itself of what it shows, apart from quotes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from assistant.conversation.plan import Plan
from assistant.language.analyzer import terms
from assistant.replies import Cause, Excerpt, Figure, Refusal
from assistant.retrieval.refusal import named as as_named
from assistant.retrieval.understand import EXAMPLE
from assistant.typography import guillemets
from assistant.values import Facet, Query, Quote, Sheet

_BECAUSE = {
    Cause.CHOICES: "ne répond sous cette condition",
    Cause.TOPIC: "sur {}",
    Cause.PRACTICAL: "ne donne ce renseignement, pratique ou administratif\u00a0: les fiches racontent des actions",
    Cause.WORLD: "ne répond à cette demande, qui est d’un autre monde que celui des centres sociaux",
    Cause.UNKNOWN: "ne répond à cette demande",
}


def message(
    shown: int,
    query: Query,
    plan: Plan,
    refusal: Refusal | None,
    near: bool,
    unmet: Mapping[Facet, tuple[str, ...]],
    silent: int | None,
) -> str:
    """What the assistant says itself, before any quote; ``near`` when there is a nearest sheet."""
    if shown:
        more = " de plus" if plan.leave_out else ""
        found = f"{shown} fiche{'s' if shown > 1 else ''} trouvée{'s' if shown > 1 else ''}{more}"
        return found if silent is None else f"{found}, {_bounds(query)}{_silent(silent)}"
    if plan.leave_out:
        return "Pas d’autre fiche assez proche de ce sujet"
    if query.vague or refusal is None:
        return f"Nommez un besoin, un public ou un lieu, par exemple\u00a0: {EXAMPLE}"
    if query.phrases and not near:
        return f"Aucune fiche ne contient mot pour mot {' et '.join(map(guillemets, query.phrases))}"
    if silent is not None:
        return f"Aucune fiche proche n’écrit un nombre dans la limite\u00a0: {_bounds(query)}{_silent(silent)}"
    if unmet:
        both = " et ".join(as_named(facet, values) for facet, values in [*query.facets.items(), *unmet.items()])
        return f"Aucune fiche n’a à la fois {both}"
    sought = ", ".join(query.words[term] for term in query.terms[:6]) or query.text
    among = "".join(f", {as_named(facet, values)}" for facet, values in query.facets.items())
    because = _BECAUSE[refusal.cause].format(" ni sur ".join(map(guillemets, refusal.topics)))
    return f"Aucune fiche {because} (cherché\u00a0: {sought}{among})"


def proved(excerpt: Excerpt, figures: Sequence[Figure]) -> Excerpt:
    """An excerpt with the quotes of what a sheet writes that a bound is held against, and that for its reason."""
    if not figures:
        return excerpt
    shown = {(quote.start, quote.end) for quote in excerpt.quotes}
    more = [quote for figure in figures for quote in figure.quotes if not _within(quote, shown)]
    marked = [excerpt.sheet.slice(*mark) for figure in figures for quote in figure.quotes for mark in quote.marks]
    written = f"Nombre écrit\u00a0: {', '.join(dict.fromkeys(marked))}"
    return replace(excerpt, quotes=(*more, *excerpt.quotes), reason=written)


def _within(quote: Quote, spans: Collection[tuple[int, int]]) -> bool:
    return any(start <= quote.start and quote.end <= end for start, end in spans)


def _bounds(query: Query) -> str:
    return ", ".join(bound.text for bound in query.bounds)


def _silent(count: int) -> str:
    if not count:
        return ""
    return f" ({count} fiche{'s' if count > 1 else ''} sans nombre à comparer)"


def reason(sheet: Sheet, query: Query, bearing: Mapping[str, set[str]], named: frozenset[str]) -> str:
    """One line on why a sheet was found: the words of the question that it bears or says otherwise, or lacks.

    What only asks for a section, or counts, is no reason. Of « milieu rural », « milieu » alone tells nothing: of a
    wording that is borne in part, only the words that stand in the name of what it stands for are told.

    Args:
        named: the concepts that the sheet names, in whatever words.
    """
    counted = {term for bound in query.bounds for term in terms(bound.text)}
    about = query.subject - counted
    telling = [term for term in query.terms if term in about and not term.isdigit()]
    borne = {term for term in telling if sheet.id in bearing[term]}
    partly = [wording for wording in query.wordings if not borne.issuperset(wording.terms)]
    senseless = {
        term
        for wording in partly
        for term in borne.intersection(wording.terms)
        if not any(stem.startswith(term) for concept in wording.concepts for stem in terms(concept))
    }
    otherwise = [wording for wording in partly if not named.isdisjoint(wording.concepts)]
    meant = [next(concept for concept in wording.concepts if concept in named) for wording in otherwise]
    told = {term for wording in otherwise for term in wording.terms}
    found = [query.words[term] for term in telling if term in borne - senseless - told]
    absent = [query.words[term] for term in telling if term not in borne | told]
    filters = [value for facet, values in query.facets.items() for value in values if value in sheet.facet(facet)]
    reasons = dict.fromkeys([*filters, *found, *meant])
    if not reasons:
        return "Proche par le sens\u00a0: aucun mot de la question n’y est écrit"
    said = f"Retenue pour\u00a0: {', '.join([*reasons][:6])}"
    if 0 < len(absent) <= 3:
        verb = "n’y est pas écrit" if len(absent) == 1 else "n’y sont pas écrits"
        said += f" – {verb}\u00a0: {', '.join(absent)}"
    return said
