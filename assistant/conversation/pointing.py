"""Turns that point to sheets: « la deuxième », « celle de l'Aube », « les deux premières, les limites »."""

from __future__ import annotations

from dataclasses import replace

from assistant.conversation.following import section
from assistant.conversation.guessing import guessed_role, only_points
from assistant.conversation.plan import Plan
from assistant.conversation.said import Said, Tools, asked, no_sheet, only, read, which
from assistant.replies import TurnKind
from assistant.values import Role

_NONE_FITS = "Aucune des fiches montrées n’est celle-là"
_YOURS = "C’est à vous de l’ajouter\u00a0: «\u00a0Ajouter à ma sélection\u00a0», sous la fiche"
_FEW = 2  # terms: before any sheet is shown, a turn with more does not point to one


def first_ones(said: Said, tools: Tools) -> Plan | None:
    """« les deux premières », « les trois dernières, les limites »."""
    group = tools.references.group(said.folded, said.listed)
    if len(group) < 2:
        return None
    return section(said, said.roles, group) if said.roles else _together(said, group)


def pointed(said: Said, tools: Tools) -> Plan | None:
    """« la deuxième », « celle de l'Aube », « et l'atelier mémoire, combien de bénévoles ? »."""
    known = _known(said, tools)
    if tools.talk.asks("earlier", said.folded) and (earlier := _earlier(said)):
        return _one(said, earlier, said.roles)
    if not known and len(said.own) > _FEW:  # a question of its own, and no sheet that it could point to
        return None
    listed = said.listed or said.near
    found = tools.references.point(said.folded, listed, said.focus or next(iter(said.near), None), known)
    if not found.asked:
        return _none_fits(said, tools)
    if not listed and not found.sheets:
        return no_sheet(said) if len(said.own) <= _FEW else None
    if found.out_of_range is not None:
        return which(said, tools.titles(listed), only(len(listed)))
    if len(found.sheets) > 1:
        return _several(said, found.sheets, tools)
    (sheet,) = found.sheets
    left = tools.talk.without("about", found.left)
    roles = asked(left, said.conversation, tools) or guessed_role(left, tools)
    if not roles and said.last and _again(said, tools):
        roles = said.last.roles
    if found.loose and not roles:
        return None
    subject_left = tools.understanding.subject(tools.talk.without_sections(left)) - tools.talk.filler_terms
    words = left if subject_left else ""
    asks_more = roles or (words and not found.traits and not only_points(said, tools))
    return _one(said, sheet, roles, words, bool(asks_more))


def added(said: Said, tools: Tools) -> Plan | None:
    """« ajoute la fiche petit déjeuner »: it is shown, with who adds it."""
    wording = tools.talk.asks("adds", said.folded)
    if not wording or not said.last:
        return None
    plan = pointed(read(said.tail(wording.end()), said.conversation, tools), tools)
    return replace(plan, notice=_YOURS) if plan and plan.sheets else plan


def _known(said: Said, tools: Tools) -> tuple[str, ...]:
    """The sheets that a title may name: those shown, and any whose whole title is told where it can be meant."""
    earlier = (sheet for turn in reversed(said.conversation.turns) for sheet in turn.shown)
    known = tuple(dict.fromkeys([*said.listed, *said.near, *earlier]))
    if tools.talk.asks("pointing", said.folded) and "fiche" in said.folded:
        return (*known, *tools.store.sheet_ids({}))
    if said.last and (said.roles or _again(said, tools) or tools.talk.asks("about", said.folded)):
        return (*known, *tools.references.titled(said.folded))
    return known


def _none_fits(said: Said, tools: Tools) -> Plan | None:
    """« celle-là » that none of the sheets shown is."""
    pointing = said.listed and tools.talk.asks("pointing", said.folded) and only_points(said, tools)
    return which(said, tools.titles(said.listed), _NONE_FITS) if pointing else None


def _one(said: Said, sheet: str, roles: tuple[Role, ...], words: str = "", asks_more: bool = False) -> Plan:
    """One sheet, which is talked about from now on, or something of it."""
    kind = TurnKind.SECTION if roles or asks_more else TurnKind.SHEET
    elsewhere = sheet not in said.listed
    # what was filtered by need not hold of a sheet of before
    need = replace(said.need, facets={}, excluded={}) if elsewhere else said.need
    listed = (sheet,) if elsewhere else said.listed
    return said.plan(kind, need, sheets=(sheet,), listed=listed, focus=sheet, roles=roles, words=words)


def _earlier(said: Said) -> str:
    """The sheet that was talked about before this one; empty when there was none."""
    talked = (turn.focus for turn in reversed(said.conversation.turns) if turn.focus and turn.focus != said.focus)
    return next(talked, "")


def _again(said: Said, tools: Tools) -> bool:
    """« et la deuxième ? », « pareil pour la fête » after a section."""
    after = said.last and said.last.kind is TurnKind.SECTION
    return bool(after and tools.talk.asks("again", said.folded))


def _several(said: Said, sheets: tuple[str, ...], tools: Tools) -> Plan:
    """What points to several sheets: « la première et la deuxième », or a title that fits two."""
    if len(tools.references.ranks(said.folded, len(said.listed))) > 1:
        return _together(said, sheets)
    if said.roles and said.focus in sheets and not tools.talk.asks("pointing", said.folded):
        return section(said, said.roles)  # « et sur les habitants, ça a donné quoi ? » of the k’fé des habitants
    return which(said, tools.titles(sheets))


def _together(said: Said, sheets: tuple[str, ...]) -> Plan:
    return said.plan(TurnKind.SHEET, sheets=sheets, listed=said.listed, roles=said.roles)
