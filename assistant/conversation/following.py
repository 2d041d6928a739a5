"""Needs after others: the same one narrowed, with more words, asked a section of; or a new one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.conversation.choices import PLACES, changed
from assistant.conversation.plan import Plan
from assistant.conversation.said import Said, Tools
from assistant.conversation.state import EVERYTHING, Need
from assistant.language.amounts import bounds, without
from assistant.language.analyzer import terms
from assistant.language.folding import fold
from assistant.replies import TurnKind
from assistant.typography import guillemets
from assistant.values import Bound, Facet, Role, apart

OTHER_SUBJECT = "non, autre sujet"
NEAREST = "De la fiche la plus proche, faute d’une qui réponde"
SAME_SUBJECT = "non, c’est la suite"
_PLURAL = re.compile(r"\b(?:les|des|nos|mes|vos|leurs|ces|aux|de|pour|avec|entre|quelques|chez) $")
_PLURALS = ("s", "x")
_MATTERS = (Facet.PUBLIC, Facet.KEYWORDS, Facet.DIMENSION)  # choices that may be all that is sought
_LEFT_OUT = re.compile(
    r"^\W*(?:(?:sans|sauf|hors|hormis|pas|pour|avec|ceux|celles|qui|que)\W+)*(?:(?:les?|la|des|du|de|aux?)\s+|[ld]['’])?",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s+(?:de|d['’]|à|a)(?=\s*$|\s+(?:pour|avec|dans|chez|en|sur)\b)", re.IGNORECASE)


def section(
    said: Said,
    roles: tuple[Role, ...],
    sheets: tuple[str, ...] | None = None,
    words: str = "",
    unsure: bool = False,
) -> Plan:
    """Something of the sheets shown: of the one that is talked about, when there is one."""
    shown = sheets or ((said.focus,) if said.focus else said.listed) or said.near or None
    focus = shown[0] if shown and len(shown) == 1 and shown[0] in (said.focus, *said.near) else None
    return said.plan(
        TurnKind.SECTION,
        roles=roles,
        sheets=shown,
        listed=said.listed or said.near or None,
        focus=focus,
        words=words,
        notice=NEAREST if said.near else "",
        other_way=OTHER_SUBJECT if unsure else "",
    )


def narrowed(said: Said, tools: Tools) -> Plan:
    """The same need, under the choices that the turn names."""
    if undone := _leaves_nothing(said):
        told, value = undone
        message = f"{guillemets(told)} se lit ici comme {guillemets(value)}, qui est ce que vous cherchez\u00a0: "
        return said.back(f"{message}les fiches ne les séparent pas. Que faire\u202f?", (f"retirer {value}",))
    touched = tuple({n.facet for n in said.named})
    if set(touched) & set(PLACES):
        touched = (*touched, *PLACES)
    text = words_without(said.need, touched, tools)
    if any(not n.firm and not n.out for n in said.named):
        text = _in_its_place(said, tools) or f"{text} {_less_opening(said, tools)}"
    plan = same_need(said, changed(said.need, said.named, text))
    return _as_before(said, replace(plan, roles=said.roles, other_way=OTHER_SUBJECT))


def _as_before(said: Said, plan: Plan) -> Plan:
    """« surprends-moi », « non, plutôt pour les jeunes »: a surprise again, where anything was sought."""
    surprised = said.last and said.last.kind is TurnKind.INSPIRE and said.need.text.startswith(EVERYTHING.text)
    return replace(plan, kind=TurnKind.INSPIRE) if surprised else plan


def _leaves_nothing(said: Said) -> tuple[str, str] | None:
    """« et sans les crèches ? » of what is for early childhood: what is left out, in other words than those of the
    choice in force that it stands for, and that choice."""
    words = set(terms(said.need.text))
    for named in said.named:
        chosen = (*said.need.facets.get(named.facet, ()), *said.need.preferred.get(named.facet, ()))
        told = said.tail(named.start)[: named.end - named.start]
        same = set(terms(named.value)) <= set(terms(told)) or set(terms(_LEFT_OUT.sub("", told))) <= words
        if named.out and named.facet in _MATTERS and named.value in chosen and not same:
            return _LEFT_OUT.sub("", told), named.value
    return None


def refined(said: Said, tools: Tools) -> Plan:
    """The same need, with the words of the turn."""
    before, touched = said.need, {n.facet for n in said.named}
    if tools.talk.asks("other_people", said.folded):
        touched.add(Facet.PUBLIC)
        before = replace(before, preferred={f: v for f, v in before.preferred.items() if f is not Facet.PUBLIC})
    kept = words_without(said.need, tuple(touched), tools)
    pieces = (*apart(kept, said.need.pieces), said.question)
    need = replace(changed(before, said.named, " ".join(pieces)), pieces=pieces)
    plan = said.plan(TurnKind.REFINE, need, roles=said.roles, other_way=OTHER_SUBJECT, notice=_following(said.need))
    return _as_before(said, plan)


def same_need(said: Said, need: Need) -> Plan:
    """The need before, as it has become."""
    return said.plan(TurnKind.FACET, need, notice=_following(said.need))


def bounded(said: Said, tools: Tools) -> Plan | None:
    """« et à moins de 500 euros ? »: the same need within a bound, in place of one of the same kind."""
    question = tools.understanding.mended(said.question)
    new = bounds(question)
    if not new or not said.last or said.named:
        return None
    rest = tools.talk.without("opens", fold(without(question, new)))
    if tools.understanding.subject(rest) - tools.talk.filler_terms:
        return None
    kinds = {bound.kind for bound in new}
    kept = less_bounds(said.need.text, [bound for bound in bounds(said.need.text) if bound.kind in kinds])
    need = replace(said.need, text=f"{kept} {', '.join(bound.text for bound in new)}".strip())
    return replace(same_need(said, need), roles=said.roles, other_way=OTHER_SUBJECT)


def subject(said: Said, tools: Tools) -> Plan:
    """A need of its own: nothing of the turns before holds."""
    before = bool(said.last)
    # the words that open a first question are its own; after others they are only a link
    opening = tools.talk.asks("opens", said.folded) if before else None
    text = said.tail(opening.end()) if opening and terms(said.folded[opening.end() :]) else said.question
    return said.plan(
        TurnKind.SUBJECT,
        tools.subject(text.lstrip(" ,;:.!") or said.question),
        roles=said.roles or tools.understanding.asked(said.question),
        notice="Compris comme un nouveau sujet" if before else "",
        other_way=SAME_SUBJECT if before else "",
    )


def anew(said: Said, tools: Tools) -> Plan | None:
    """« seniors », « familles » after a question that no sheet answered: there is nothing to narrow, and what says
    neither « et » nor « pour » is sought by itself."""
    if not said.last or said.roles or not _unanswered(said):
        return None
    if any(tools.talk.asks(name, said.folded) for name in ("opens", "fragment")):
        return None
    matters = said.named and not said.own and all(n.facet in _MATTERS and not n.out for n in said.named)
    return subject(said, tools) if matters or tools.talk.asks("people", said.folded) else None


def _unanswered(said: Said) -> bool:
    """Whether no sheet answered the need in hand: what was shown since is only what was nearest."""
    of_need = (turn for turn in said.conversation.turns if turn.need == said.need)
    return bool(said.last and not said.last.shown) or any(turn.near and not turn.shown for turn in of_need)


def words_without(need: Need, facets: Sequence[Facet], tools: Tools) -> str:
    """The words of a need less those that name a choice of these facets."""
    text = tools.choices.without(need.text, facets) if facets else need.text
    return text if terms(text) or EVERYTHING.text in fold(text) else f"{EVERYTHING.text} {text}".strip()


def less_bounds(text: str, gone: Sequence[Bound]) -> str:
    """The words of a need less these bounds, and what joined them to the rest: « une fête à moins de 500 € »."""
    return _JOINED.sub("", without(text, gone)) if gone else text


def _in_its_place(said: Said, tools: Tools) -> str:
    """« nos anciens s'ennuient », then « et pour les jeunes ? »: « nos jeunes s'ennuient ». Only where one name in
    the plural stands for another; else nothing."""
    text, folded = said.need.text, fold(said.need.text)
    one, other = tools.choices.find(said.folded), tools.choices.find(folded)
    spans = {(n.start, n.end) for n in other if one and n.facet is one[0].facet and not n.firm and not n.out}
    aligned = len(text) == len(folded) and len(said.plain) == len(said.folded)
    if len(one) != 1 or len(spans) != 1 or not aligned:
        return ""
    ((start, end),) = spans
    new = said.plain[one[0].start : one[0].end]
    plural = _PLURAL.search(folded[:start]) and folded[start:end].endswith(_PLURALS)
    return f"{text[:start]}{new}{text[end:]}" if plural and fold(new).endswith(_PLURALS) else ""


def _less_opening(said: Said, tools: Tools) -> str:
    opens = tools.talk.asks("opens", said.folded)
    start = opens.end() if opens else 0
    if not said.own:  # nothing but the choices: « qu'avez-vous là-dessus pour les enfants ? »
        start = max(start, tools.choices.start(said.folded))
    return said.tail(start).strip(" ?!.,")


def _following(need: Need) -> str:
    return f"Compris comme la suite de\u00a0: {need.text}" if need.text != EVERYTHING.text else ""
