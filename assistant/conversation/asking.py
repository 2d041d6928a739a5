"""Turns that ask something of the assistant itself: to compare, to count, to list, to surprise, to prepare."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.conversation.choices import changed
from assistant.conversation.figures import role_of
from assistant.conversation.plan import Plan
from assistant.conversation.said import Said, Tools, among, asks, no_sheet, only, which
from assistant.conversation.state import EVERYTHING, Need
from assistant.language.analyzer import terms
from assistant.language.folding import fold
from assistant.replies import TurnKind
from assistant.values import Role

MOST_COMPARED = 5
_TAKES = (Role.FUNDING, Role.PEOPLE, Role.PARTNERS, Role.LIMITS)
_NO_ADVICE = "Aucune fiche n’est recommandée plutôt qu’une autre\u00a0: voici ce que chacune en dit"
_SEARCHED = frozenset({TurnKind.SUBJECT, TurnKind.REFINE, TurnKind.FACET, TurnKind.RETURN})
_COUNTED = re.compile(r"\b(?:les|des|ces) (deux|trois|quatre|cinq|2|3|4|5)\b(?! (?:premieres?|dernieres?))")
_THE_LEAST = re.compile(
    r"\W*(?:quelles? (?:sont|est) |je (?:cherche|veux|voudrais) |donne[- ]moi |montre[- ]moi )?(?:la|les) "
)
_COUNTS = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5}
_OF_THE_CORPUS = re.compile(
    r"\b(?:as-tu|tu as|t'as|avez-vous|vous avez|dans (?:la base|le corpus|ta base|votre base))\b"
)


def inspire(said: Said, tools: Tools) -> Plan | None:
    again = any(turn.kind is TurnKind.INSPIRE for turn in said.conversation.turns if turn.need == said.need)
    if again and asks(said, "more", tools) and not _goes_on(said):
        return said.plan(TurnKind.INSPIRE)
    if again and _season(said.folded, tools):
        return said.plan(TurnKind.INSPIRE, Need(said.question))
    if not asks(said, "inspire", tools):
        return None
    named = [n for n in said.named if not n.out]
    text = said.question if topic(Need(said.question), tools, said.folded) else EVERYTHING.text
    return said.plan(TurnKind.INSPIRE, changed(EVERYTHING, named, text))


def topic(need: Need, tools: Tools, folded: str) -> str:
    """What to search for an idea: the season's words, or what is left of the question; empty for anything."""
    if words := _season(folded, tools):
        return words
    left = tools.talk.without("ordinary_words", tools.talk.without("inspire", folded))
    return need.text if terms(left) else ""


def training(said: Said, tools: Tools) -> Plan | None:
    if said.last and tools.talk.asks("training_here", said.folded):
        return said.plan(TurnKind.TRAINING)
    asked = tools.talk.asks("training", said.folded)
    if not asked and any(turn.kind is TurnKind.TRAINING and turn.need == said.need for turn in said.conversation.turns):
        asked = tools.talk.asks("training_again", said.folded)
    about = asked or (tools.talk.asks("about_what", said.folded) if said.act == "training" else None)
    if not about:
        return None
    after = tools.talk.asks("for_me", said.folded[about.end() :])
    text = said.tail(about.end())[: after.start() if after else None].strip(" ?!.")
    if terms(text):
        return said.plan(TurnKind.TRAINING, tools.subject(text))
    if said.last:
        return said.plan(TurnKind.TRAINING)
    return said.back("Une séance sur quel sujet\u202f? Par exemple\u00a0: prépare une séance sur l’isolement")


def digest(said: Said, tools: Tools) -> Plan | None:
    again = said.last is not None and (Role.LIMITS in said.last.roles or said.last.kind is TurnKind.DIGEST)
    if not (asks(said, "digest", tools) or (again and tools.talk.asks("digest_again", said.folded))):
        return None
    everywhere = tools.talk.asks("everywhere", said.folded) or not said.listed
    sheets = tuple(tools.store.sheet_ids({})) if everywhere else said.listed
    need = EVERYTHING if everywhere else said.need
    return said.plan(TurnKind.DIGEST, need, sheets=sheets, listed=sheets, roles=(Role.LIMITS,))


def amounts(said: Said, tools: Tools) -> Plan | None:
    before = fold(said.last.question) if said.last else ""
    unit = _unit(said.folded, tools)
    ranked = bool(unit and said.last and said.last.kind is TurnKind.AMOUNTS)
    again = ranked and tools.talk.asks("unit_again", said.folded)  # « et niveau bénévoles ? »
    if not again and not asks(said, "amounts", tools):
        return None
    unit = unit or _unit(before, tools)
    if not unit:
        return None
    if not said.listed and (about := _ranked_subject(said, tools)):
        most = not tools.talk.asks("least", said.folded)
        return said.plan(TurnKind.AMOUNTS, about, unit=unit, most=most, roles=(role_of(unit),))
    if not said.listed and said.own - set(terms(" ".join(tools.talk.units))) - _measured(said, tools):
        return None
    recent = _recent(said)
    counted = _COUNTED.search(said.folded)
    two = recent if counted and len(recent) == _count(counted[1]) else ()  # « des deux » that were talked about
    sheets = _beside(said, tools) or _chosen(said, tools) or two or among(said, tools)
    most = not tools.talk.asks("least", before if again else said.folded)
    roles = (role_of(unit),)
    return said.plan(TurnKind.AMOUNTS, said.wide_need, sheets=sheets, listed=sheets, unit=unit, most=most, roles=roles)


def _measured(said: Said, tools: Tools) -> set[str]:
    """The terms of the wording by which a turn ranks: « les moins chères »."""
    found = tools.talk.asks("amounts", said.folded)
    return set(terms(found.group())) if found else set()


def _ranked_subject(said: Said, tools: Tools) -> Need | None:
    """What is ranked, where a first question says so: « les actions les moins chères pour les seniors »."""
    found = tools.talk.asks("amounts", said.folded)
    if not found or not _THE_LEAST.match(said.folded):
        return None
    rest = f"actions {said.tail(found.end()).strip(' ?!.')}"
    return tools.subject(rest) if tools.understanding.subject(rest) else None


def _unit(folded: str, tools: Tools) -> str:
    """What is counted; empty when the text does not say."""
    return next((name for name, unit in tools.talk.units.items() if re.search(unit.asked, folded)), "")


def compare(said: Said, tools: Tools) -> Plan | None:
    common = asks(said, "common", tools)
    if not common and not asks(said, "compare", tools):
        return None
    ranks = tools.references.ranks(said.folded, len(said.listed))
    if not said.listed:
        return None if len(said.own) > 2 and not ranks else no_sheet(said)
    return _side_by_side(said, tools, said.roles, common)


def advise(said: Said, tools: Tools) -> Plan | None:
    """« tu me conseilles laquelle ? », « par quoi je commence ? »: what each sheet takes, nothing judged."""
    if not said.listed or _unit(said.folded, tools) or not asks(said, "advise", tools):
        return None
    roles = said.roles or _TAKES
    if len(said.listed) == 1:
        (only_one,) = said.listed
        plan = said.plan(TurnKind.SECTION, sheets=said.listed, listed=said.listed, focus=only_one, roles=roles)
    else:
        plan = _side_by_side(said, tools, roles)
    return plan if plan.silent else replace(plan, message=_NO_ADVICE)


def _side_by_side(said: Said, tools: Tools, roles: tuple[Role, ...], common: bool = False) -> Plan:
    """The sheets that a turn names, or else those that were talked about, or else those shown."""
    ranks = tools.references.ranks(said.folded, len(said.listed))
    wrong = [rank for rank in ranks if rank > len(said.listed)]
    if wrong:
        return which(said, tools.titles(said.listed), only(len(said.listed)))
    chosen = _chosen(said, tools)
    if len(chosen) == 1 and said.focus:  # « compare avec la première »: the one that is talked about, with it
        chosen = tuple(dict.fromkeys((said.focus, *chosen)))
    counted = _COUNTED.search(said.folded)
    if counted and not chosen:
        count = _count(counted[1])
        recent = _recent(said)
        chosen = said.listed if len(said.listed) == count else recent if len(recent) == count else ()
        if not chosen:
            return which(said, tools.titles(said.listed), _shown(len(said.listed)))
    chosen = chosen or (recent if len(recent := _recent(said)) > 1 else said.listed)[:MOST_COMPARED]
    if len(chosen) < 2:
        title = tools.titles(chosen)[0]
        return said.back(
            f"Il faut au moins deux fiches à comparer, et une seule est montrée\u00a0: {title}. Que faire\u202f?",
            ("d’autres fiches", "surprends-moi"),
        )
    return said.plan(TurnKind.COMPARE, sheets=chosen, listed=chosen, common=common, roles=roles)


def all_sheets(said: Said, tools: Tools) -> Plan | None:
    everything = tuple(tools.store.sheet_ids({}))
    if asks(said, "all", tools):
        if said.last:
            return said.plan(TurnKind.ALL)
        return said.plan(TurnKind.ALL, EVERYTHING, sheets=everything)
    asked = tools.talk.asks("all_of", said.folded)
    if not asked:
        return None
    rest = said.tail(asked.end()).strip(" ?!.")
    if said.named or tools.understanding.subject(rest):
        return said.plan(TurnKind.ALL, tools.subject(f"actions {rest}"))
    if said.last and not _OF_THE_CORPUS.search(said.folded):
        return said.plan(TurnKind.ALL)
    return said.plan(TurnKind.ALL, EVERYTHING, sheets=everything)


def more(said: Said, tools: Tools) -> Plan | None:
    if not said.last or _goes_on(said) or not asks(said, "more", tools):
        return None
    shown = frozenset(s for turn in said.conversation.turns if turn.need == said.need for s in turn.shown)
    return said.plan(TurnKind.MORE, leave_out=shown, roles=said.last.roles)


def whole(said: Said, tools: Tools) -> Plan | None:
    if (said.own and not said.listed) or not asks(said, "whole", tools):
        return None
    told = tools.talk.without("whole_words", said.folded)
    listed = said.listed or said.near
    pointed = tools.references.point(told, listed, said.focus, (*_known(said), *said.near)).sheets
    chosen = pointed or ((said.focus,) if said.focus else listed)
    if not listed:
        return no_sheet(said)
    if len(chosen) > 1:
        return which(said, tools.titles(chosen))
    return said.plan(TurnKind.WHOLE, sheets=chosen, listed=listed, focus=chosen[0])


ASKED: Sequence[Callable[[Said, Tools], Plan | None]] = (
    inspire,
    training,
    digest,
    advise,
    amounts,
    compare,
    all_sheets,
    more,
    whole,
)


def _season(folded: str, tools: Tools) -> str:
    """What to search for a season that is named; nothing without one."""
    seasons = tools.talk.seasons.items()
    return next((words for season, words in seasons if re.search(rf"\b{fold(season)}\b", folded)), "")


def _chosen(said: Said, tools: Tools) -> tuple[str, ...]:
    """The sheets that a comparison names, in their order."""
    group = tools.references.group(said.folded, said.listed)
    if group:
        return group
    ranks = [r for r in tools.references.ranks(said.folded, len(said.listed)) if 1 <= r <= len(said.listed)]
    if ranks:
        return tuple(dict.fromkeys(said.listed[rank - 1] for rank in ranks))
    after = tools.talk.without("amounts", tools.talk.without("compare", said.folded))
    named = tools.references.named(after, tools.store.sheets(_known(said)))
    return named if len(named) > 1 else ()


def _count(word: str) -> int:
    return _COUNTS.get(word) or int(word)


def _beside(said: Said, tools: Tools) -> tuple[str, ...]:
    """The sheet that is talked about and the one it is held against: « plus cher que la fête du jeu ? »."""
    than = tools.talk.asks("than", said.folded)
    if not than or not said.focus:
        return ()
    other = said.folded[than.end() :]
    ranks = [rank for rank in tools.references.ranks(other, len(said.listed)) if 1 <= rank <= len(said.listed)]
    known = dict.fromkeys((*_known(said), *tools.references.titled(other)))
    held = [said.listed[rank - 1] for rank in ranks] or tools.references.named(other, tools.store.sheets(tuple(known)))
    chosen = tuple(dict.fromkeys((said.focus, *held)))
    return chosen if len(chosen) > 1 else ()


def _recent(said: Said) -> tuple[str, ...]:
    """The sheets pointed to together, or one after the other since the last list, oldest first."""
    last = said.last
    if last and last.kind in (TurnKind.SHEET, TurnKind.SECTION) and 1 < len(last.shown) < len(last.listed):
        return last.shown
    found: list[str] = []
    for turn in reversed(said.conversation.turns):
        if turn.focus is None or turn.kind in _SEARCHED:
            break
        found.insert(0, turn.focus)
    return tuple(dict.fromkeys(found))


def _known(said: Said) -> tuple[str, ...]:
    earlier = (sheet for turn in reversed(said.conversation.turns) for sheet in turn.shown)
    return tuple(dict.fromkeys([*said.listed, *earlier]))


def _goes_on(said: Said) -> bool:
    """« la suite » of the action that is talked about, rather than of a list."""
    talked = said.last and said.focus and said.last.kind is TurnKind.SECTION
    return bool(talked and said.roles == (Role.PERSPECTIVES,))


def _shown(count: int) -> str:
    return "Une seule fiche est montrée" if count == 1 else f"{count} fiches sont montrées"
