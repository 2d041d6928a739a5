"""Conditions on the sheets shown, or on all where none is: those that say nothing of a section, that are free."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.conversation.choices import by_facet, changed
from assistant.conversation.figures import EUROS
from assistant.conversation.following import narrowed
from assistant.conversation.plan import Plan
from assistant.conversation.said import Said, Tools, among
from assistant.conversation.state import EVERYTHING
from assistant.language.analyzer import terms
from assistant.replies import TurnKind
from assistant.retrieval.quoting import left_out
from assistant.typography import guillemets
from assistant.values import Facet, Role

_ASKS_WHICH = re.compile(r"\b(?:laquelle|lequel|les?quel(?:le)?s|quelles? (?:fiches?|actions?))\b")
_FREE = "gratuit gratuité gratuitement"


def conditioned(said: Said, tools: Tools) -> Plan | None:
    """« lesquelles n'ont pas de limites renseignées ? », « lesquelles sont gratuites ? », « lesquelles sont
    terminées ? »: the sheets of which it holds, and nothing else sought."""
    if not tools.talk.asks("which_of", said.folded):
        return None
    if not said.last and not said.own and any(named.facet is Facet.STATUS for named in said.named):
        return said.plan(TurnKind.SUBJECT, changed(EVERYTHING, said.named, EVERYTHING.text), roles=said.roles)
    if said.named:
        return _bearing(said, tools)
    if tools.talk.asks("free", said.folded) and not _says_more(said, "free", tools):
        return _free(said, tools)
    for name in ("silent", "filled"):
        if said.roles and tools.talk.asks(name, said.folded) and not _says_more(said, name, tools):
            return _saying(said, tools, silent=name == "silent")
    return None


def _bearing(said: Said, tools: Tools) -> Plan | None:
    """« laquelle est avec la CAF ? »: of the sheets shown those that bear it; where none does, others are sought."""
    if said.own or any(named.out for named in said.named) or not _ASKS_WHICH.search(said.folded):
        return None
    wanted = by_facet(said.named)
    kept = tuple(sheet.id for sheet in tools.store.sheets(said.listed) if sheet.bears_all(wanted))
    return replace(narrowed(said, tools), sheets=kept, listed=kept) if kept else None


def _says_more(said: Said, name: str, tools: Tools) -> bool:
    """Whether a turn has words of its own besides those of the condition."""
    rest = tools.talk.without(name, tools.talk.without("which_of", said.folded))
    own = tools.understanding.subject(tools.talk.without_sections(rest)) - tools.talk.filler_terms
    return bool(own - set(terms(" ".join(_names(said, tools)))))


def _names(said: Said, tools: Tools) -> list[str]:
    """The sections that a turn asks for, as the page names them."""
    return [tools.role_names[role] for role in said.roles]


def _free(said: Said, tools: Tools) -> Plan:
    """The sheets that write it, with their words; else what each writes of an amount."""
    sheets = among(said, tools)
    bearing = tools.store.bearing(terms(_FREE))
    found = tuple(sheet for sheet in sheets if any(sheet in writing for writing in bearing.values()))
    if found:
        message = _counted(len(found), len(sheets), "écrit", "écrivent", guillemets("gratuit"))
        return said.plan(
            TurnKind.SECTION,
            said.wide_need,
            sheets=found,
            listed=sheets,
            roles=(Role.FUNDING,),
            words=_FREE,
            message=message,
        )
    message = "Cette fiche n’écrit pas que c’est gratuit"
    if len(sheets) > 1:
        message = f"Aucune de ces {len(sheets)} fiches n’écrit que c’est gratuit"
    return said.plan(
        TurnKind.AMOUNTS,
        said.wide_need,
        sheets=sheets,
        listed=sheets,
        unit=EUROS,
        roles=(Role.FUNDING,),
        message=message,
    )


def _saying(said: Said, tools: Tools, silent: bool) -> Plan:
    """The sheets that leave out the sections asked for, or those that fill them."""
    sheets = among(said, tools)
    named = ", ".join(_names(said, tools))
    which = "cette rubrique" if len(said.roles) == 1 else "ces rubriques"
    kept = tuple(sheet.id for sheet in tools.store.sheets(sheets) if left_out(sheet, said.roles) is silent)
    if not kept:
        verb = "renseigne" if silent else "ne renseigne"
        those = "des fiches montrées" if said.listed else "des fiches"
        return said.back(f"{'Chacune' if silent else 'Aucune'} {those} {verb} {which}\u00a0: {named}")
    one, several = ("ne renseigne pas", "ne renseignent pas") if silent else ("renseigne", "renseignent")
    message = f"{_counted(len(kept), len(sheets), one, several, which)}\u00a0: {named}"
    return said.plan(TurnKind.SECTION, said.wide_need, sheets=kept, listed=kept, roles=said.roles, message=message)


def _counted(count: int, of: int, one: str, several: str, what: str) -> str:
    return f"{count} fiche{'s' if count > 1 else ''} sur {of} {several if count > 1 else one} {what}"
