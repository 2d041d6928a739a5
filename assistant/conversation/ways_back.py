"""Ways back: a turn undone, a question taken the other way, an earlier need, something taken away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.conversation.choices import PLACES, changed, dropped
from assistant.conversation.following import (
    OTHER_SUBJECT,
    less_bounds,
    narrowed,
    refined,
    same_need,
    subject,
    words_without,
)
from assistant.conversation.plan import Plan
from assistant.conversation.said import MOST_CHOICES, Said, Tools, asks, read
from assistant.conversation.state import Need, Turn
from assistant.language.analyzer import terms
from assistant.language.folding import fold
from assistant.replies import TurnKind
from assistant.values import Facet

_NOTHING_BEFORE = "Il n’y a rien avant cette question"
_NEAR = 0.2  # the cosine from which words name an earlier need
_TITLED = 0.5  # what the title of a sheet shown is worth beside the words of the need
_ARTICLE = re.compile(r"^(?:les?|la|l'|des|du|de la|un|une)\s*")
_READ = re.compile(r"(?:la |cette )?correction |l'elargissement ")
_NO_FILTER = "Aucun filtre n’est en place"


def undo(said: Said, tools: Tools) -> Plan | None:
    if not asks(said, "undo", tools):
        return None
    if not said.last:
        return said.back(f"{_NOTHING_BEFORE}\u00a0: rien à annuler")
    before = said.conversation.undone()
    last = before.last
    need, roles, shown = (last.need, last.roles, last.shown) if last else (Need(""), (), ())
    return said.plan(TurnKind.UNDO, need, base=before, roles=roles, sheets=shown)


def other_way(said: Said, tools: Tools) -> Plan | None:
    """« non, autre sujet », « non, c'est la suite »: the last question taken the other way."""
    wording = tools.talk.asks("opposed", said.folded)
    if not wording or not said.last:
        return None
    rest = said.folded[wording.end() :]
    was_subject = said.last.kind is TurnKind.SUBJECT
    before = said.conversation.undone()
    again = read(said.last.question, before, tools)
    if tools.talk.asks("other_subject", rest) or (tools.talk.asks("inverse", rest) and not was_subject):
        return subject(again, tools)
    if tools.talk.asks("same_subject", rest) or tools.talk.asks("inverse", rest):
        if not before.last:
            return said.back(f"{_NOTHING_BEFORE}. Que cherchez-vous\u202f?")
        return narrowed(again, tools) if again.named and not again.own else refined(again, tools)
    return None


def gone_back(said: Said, tools: Tools) -> Plan | None:
    """« revenons aux seniors », « reviens au début »."""
    wording = tools.talk.asks("go_back", said.folded)
    if not wording or not said.last:
        return None
    rest = said.folded[wording.end() :]
    if said.listed and tools.talk.asks("go_list", rest):
        return said.plan(TurnKind.RETURN, sheets=said.listed, notice=f"Retour à\u00a0: {said.need.text}")
    needs = {turn.need.text: turn for turn in said.conversation.turns if turn.shown}
    earlier = [turn for turn in reversed(needs.values()) if turn.need != said.need]
    if tools.talk.asks("go_start", rest):
        earlier = [*needs.values()][:1]
        found: Turn | None = earlier[0] if earlier else None
    else:
        # « on reprend les vacances », after a few words that were no need, is the need in hand
        found = _best_turn(rest, earlier, tools) or (_best_turn(rest, [said.last], tools) if said.listed else None)
    if found:
        return said.plan(
            TurnKind.RETURN,
            found.need,
            sheets=found.listed or found.shown,
            notice=f"Retour à\u00a0: {found.need.text}",
        )
    if terms(rest):
        text = said.tail(wording.end()).strip()
        plan = subject(read(text, said.conversation, tools), tools)
        return replace(plan, notice="Ce sujet n’a pas encore été abordé\u00a0: nouveau sujet")
    choices = tuple(turn.need.text for turn in earlier[:MOST_CHOICES])
    return said.back("Revenir à quoi\u202f?", tuple(f"revenons à {text}" for text in choices))


def _best_turn(rest: str, turns: Sequence[Turn], tools: Tools) -> Turn | None:
    """The most recent of the turns that bears most of these words or choices."""
    values = {(n.facet, n.value) for n in tools.choices.find(rest)}
    own = set(terms(rest))
    scores = []
    for turn in turns:
        need = turn.need
        borne = {(f, v) for part in (need.facets, need.preferred) for f in part for v in part[f]}
        shared = _share(own, need.text)
        # « les vacances », where « congés » was typed and « Accès aux vacances » shown
        titled = _TITLED * max((_share(own, name) for name in _names(turn.shown, tools)), default=0.0)
        scores.append(max(shared, titled, float(bool(values & borne))))
    best = max(scores, default=0.0)
    if best == 0 and own:
        # in other words than those of the need
        scores = [tools.nearness(rest, turn.need.text) for turn in turns]
        best = max(scores, default=0.0)
        best = best if best >= _NEAR else 0.0
    return turns[scores.index(best)] if best > 0 else None


def _names(shown: Sequence[str], tools: Tools) -> list[str]:
    """The titles and keywords of the sheets shown first."""
    sheets = tools.store.sheets(shown[:MOST_CHOICES])
    return [name for sheet in sheets for name in (sheet.title, *sheet.facet(Facet.KEYWORDS))]


def _share(own: set[str], text: str) -> float:
    return len(own & set(terms(text))) / len(own) if own else 0.0


def removed(said: Said, tools: Tools) -> Plan | None:
    """« enlève la Seine-Maritime », « retire la rubrique limites »."""
    wording = tools.talk.asks("remove", said.folded)
    if not wording or not said.last:
        return None
    typed = said.folded[wording.end() :]
    rest = set(terms(typed)) | set(typed.split())
    need = said.need
    roles = tuple(r for r in said.last.roles if set(terms(tools.role_names[r])) <= rest)
    if roles:
        left = tuple(role for role in said.last.roles if role not in roles)
        return said.plan(TurnKind.SECTION, roles=left, sheets=said.last.shown, listed=said.listed, focus=said.focus)
    as_typed = _less_read(need, rest, tools)
    if as_typed and _READ.match(typed):  # « la correction seniors », where seniors are a filter too
        return same_need(said, as_typed)
    in_force = [
        (facet, value)
        for choices in (need.facets, need.excluded, need.preferred)
        for facet, values in choices.items()
        for value in values
    ]
    named = {(n.facet, n.value) for n in tools.choices.find(said.folded)}
    for facet, value in in_force:
        if set(terms(value)) <= rest or (facet, value) in named:
            # « le filtre quartier » stands for several quarters too, a value told in full for itself
            alike = [v for f, v in in_force if f is facet and set(terms(value)) <= set(terms(v))]
            values = [value] if fold(value) == typed.strip(" .!") else alike
            less = dropped(need, facet, values, words_without(need, [facet], tools))
            return same_need(said, _instead(said, less, tools))
    query = tools.understanding.query(need.text)
    for bound in query.bounds:
        if set(terms(bound.text)) <= rest:
            less = replace(need, text=less_bounds(need.text, [bound]))
            return same_need(said, replace(less, text=words_without(less, (), tools)))
    if as_typed:
        return same_need(said, as_typed)
    if tools.talk.asks("everything", typed) or (len(in_force) == 1 and tools.talk.asks("only_choice", typed)):
        return _without_choices(said, tools)
    removals = tuple(f"retirer {value}" for _, value in in_force[:MOST_CHOICES])
    return said.back("Que faut-il retirer\u202f?" if removals else _NO_FILTER, removals)


def _less_read(need: Need, rest: set[str], tools: Tools) -> Need | None:
    """The need less the correction or the expansion that these terms name: by its concept rather than by the words
    that it is for, which may have others."""
    query = tools.understanding.query(need.text)
    typed_as = {read: typed for typed, read in query.corrections}
    names = [*typed_as.values(), *typed_as]
    names += [concept for _, concept in query.expansions]
    names += [written for written, _ in query.expansions]
    named = next((name for name in names if set(terms(name)) <= rest), None)
    return replace(need, dropped=(*need.dropped, typed_as.get(named, named))) if named else None


def replaced(said: Said, tools: Tools) -> Plan | None:
    """« laisse tomber les vacances, plutôt l'été »: the need less words of its own, with others in their place."""
    typed = tools.talk.asks("remove", said.folded)
    put = tools.talk.asks("put_instead", said.folded)
    text, folded = said.need.text, fold(said.need.text)
    if not typed or not put or put.start() < typed.end() or len(text) != len(folded):
        return None
    gone = _ARTICLE.sub("", said.folded[typed.end() : put.start()]).strip(" ,.!")
    start = folded.find(gone)
    if start < 0 or not terms(gone) or tools.choices.find(f"pour {gone}"):
        return None
    left = f"{text[:start].rstrip()} {said.tail(put.end()).strip(' .!?')} {text[start + len(gone) :].lstrip()}".strip()
    named = tools.choices.find(fold(left))
    need = replace(changed(said.need, named, left), pieces=())
    return said.plan(TurnKind.REFINE, need, other_way=OTHER_SUBJECT, notice=f"Compris comme la suite de\u00a0: {text}")


def _instead(said: Said, need: Need, tools: Tools) -> Need:
    """The need with what is put in place of what was taken away: « retire les enfants, mets les seniors »."""
    put = tools.talk.asks("put_instead", said.folded)
    named = tools.choices.find(f"pour {said.folded[put.end() :]}") if put else ()
    return changed(need, named, f"{need.text} pour {said.tail(put.end())}".strip(" .!")) if put and named else need


def anywhere(said: Said, tools: Tools) -> Plan | None:
    """« n'importe où », which drops the places; « sans filtre », which drops every choice."""
    if not said.last:
        return None
    if said.act == "clear":
        return _without_choices(said, tools)
    if not tools.talk.asks("anywhere", said.folded):
        return None
    need = said.need
    facets = {facet: values for facet, values in need.facets.items() if facet not in PLACES}
    excluded = {facet: values for facet, values in need.excluded.items() if facet not in PLACES}
    return same_need(said, replace(need, facets=facets, excluded=excluded, text=words_without(need, PLACES, tools)))


def _without_choices(said: Said, tools: Tools) -> Plan:
    need = said.need
    touched = tuple({*need.facets, *need.excluded, *need.preferred})
    within = tools.understanding.query(need.text).bounds
    if not touched and not within:
        return said.back(_NO_FILTER)
    need = replace(need, text=less_bounds(need.text, within))
    left = Need(words_without(need, touched, tools), dropped=need.dropped)
    if tools.understanding.subject(tools.choices.rest(fold(left.text))):
        return same_need(said, left)
    return said.plan(TurnKind.ALL, left, sheets=tuple(tools.store.sheet_ids({})))  # filters were all that was sought
