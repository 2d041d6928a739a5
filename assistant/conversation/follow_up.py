"""Follow-ups: what a question means after the ones before it.

A turn may ask something of the assistant itself (``asking``), go back (``ways_back``), point to a sheet that
was shown, ask for a section of those, narrow the need otherwise or add words to it (``following``); anything
else is a new subject, and its choices are its own. The rules are tried in order and the first that holds
wins; where no wording is known, the likeliest act is guessed (``guessing``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.conversation.acts import SUBJECT
from assistant.conversation.alarm import alarm
from assistant.conversation.asking import ASKED
from assistant.conversation.conditions import conditioned
from assistant.conversation.following import anew, bounded, narrowed, refined, section, subject
from assistant.conversation.guessing import (
    asks_section,
    certain,
    guessed,
    guessed_reply,
    guessed_role,
    likeliest,
    stands_alone,
    told_roles,
)
from assistant.conversation.plan import Plan
from assistant.conversation.pointing import added, first_ones, pointed
from assistant.conversation.said import Said, Tools, no_sheet, read, same, spoken, unfilled
from assistant.conversation.small_talk import SmallTalk
from assistant.conversation.state import Conversation, Need, Turn
from assistant.conversation.ways_back import anywhere, gone_back, other_way, removed, replaced, undo
from assistant.language.analyzer import terms
from assistant.language.folding import fold
from assistant.replies import TurnKind
from assistant.typography import guillemets

_OWN_SUBJECT = 4  # terms: a question with more of its own that only points back stands by itself
_BENDS = 2  # terms: « sinon » before more opens another subject
_FRAGMENT = 5  # terms: a longer question that opens with « pour » or « dans » stands by itself
_ALL = re.compile(r"\btou(?:te)?s\b")
_CUT = re.compile(r"\s*[,:;]")
_PAST = re.compile(
    r"^\W*(?:et |mais )?(?:combien|quel\w*|qui|que|pourquoi|comment|quand|ou|est-ce)\b.*"
    r"\b(?:(?:a-t-|ont-|avai(?:en)?t-)(?:il|elle|on)s?|etai(?:en)?t|avai(?:en)?t|sont \w+[eiu]s?|a dure|ont ete)\b"
)
_INDEFINITE = re.compile(r"\b(?:une?|quelqu\w+)\b")
_ONE_FORM = (
    "Une séance réunit toujours trois fiches contrastées, sans durée fixée\u00a0: ni leur nombre ni leur choix ne se "
    "règle. Demandez-en une sur un autre sujet, par exemple «\u00a0plutôt sur la santé\u00a0»"
)
_CHOOSES = re.compile(r"\W*(?:(?:et|mais|alors)\W+)*(?:laquelle|les?quel\w*)\b")


@dataclass(frozen=True, slots=True)
class Resolver:
    """Reads the turns of conversations over one corpus."""

    tools: Tools
    small_talk: SmallTalk

    def resolve(self, question: str, conversation: Conversation) -> Plan:
        """What a question means after the turns of a conversation."""
        tools = self.tools
        nothing = Need("")
        question = unfilled(question, tools)
        mended = tools.understanding.mended(question)
        forms = dict.fromkeys((fold(question), fold(mended)))
        if plan := alarm(question, conversation, tools, self.small_talk):
            return plan
        conversation = conversation.alarmed()
        reply = next(filter(None, map(self.small_talk.reply, forms)), None)
        if reply:
            return Plan(TurnKind.TALK, conversation, question, nothing, message=reply.answer)
        said = read(same(spoken(question, conversation, tools), conversation, tools), conversation, tools)
        for rule in RULES:
            plan = rule(said, tools)
            if plan:
                return plan
        if reply := guessed_reply(mended, said, tools, self.small_talk):
            return Plan(TurnKind.TALK, conversation, question, nothing, message=reply.answer)
        if plan := guessed(said, tools) or followed(said, tools):
            return plan
        return subject(said if said.last or said.question == question else read(question, conversation, tools), tools)


def opposed(said: Said, tools: Tools) -> Plan | None:
    """« non, pour les enfants »: what follows, in place of the last question."""
    wording = tools.talk.asks("opposed", said.folded)
    if not wording or not said.last:
        return None
    before = said.conversation.undone()
    rest = read(said.tail(wording.end()), said.conversation, tools)
    for rule in RULES[RULES.index(opposed) + 1 :]:
        if rest.question.strip() and rule is not anew and (plan := rule(rest, tools)):
            return _of_that(rest, plan)
    if not rest.own:
        return None if not (rest.named or rest.roles) else followed(rest, tools)
    if said.last.kind is TurnKind.SUBJECT and before.last and not tools.talk.asks("fresh", rest.folded):
        return refined(read(rest.question, before, tools), tools)
    return subject(read(rest.question, before, tools), tools)


def _of_that(rest: Said, plan: Plan) -> Plan:
    """« non, la première »: the section that was asked of another sheet."""
    last = rest.last
    if plan.kind is not TurnKind.SHEET or not last or last.kind is not TurnKind.SECTION or not last.roles:
        return plan
    return replace(plan, kind=TurnKind.SECTION, roles=last.roles)


def of_the_sheet(said: Said, tools: Tools) -> Plan | None:
    """« quel était le budget exact, intervenants compris ? »: of the sheet that is talked about, as what is over is
    asked of; « le budget d'une fête » is of another."""
    if not said.focus or said.named or _fresh(said, tools):
        return None
    if not _PAST.search(said.folded) or _INDEFINITE.search(said.folded):
        return None
    roles = said.roles or guessed_role(said.question, tools)
    return section(said, roles, words=said.question, unsure=True)


def session_kept(said: Said, tools: Tools) -> Plan | None:
    """« en une heure », « avec deux fiches » after a session: it has one form."""
    session = said.last and said.last.kind is TurnKind.TRAINING
    return said.back(_ONE_FORM) if session and tools.talk.asks("session_form", said.folded) else None


def others(said: Said, tools: Tools) -> Plan | None:
    """« et les autres ? », « et pour toutes ? » after one sheet."""
    if not said.last or not said.focus:
        return None
    if tools.talk.asks("rest", said.folded):
        sheets = tuple(sheet for sheet in said.listed if sheet != said.focus)
        return section(said, said.last.roles, sheets) if sheets else None
    if said.last.kind is TurnKind.SECTION and tools.talk.asks("everyone", said.folded):
        return section(said, said.last.roles, said.listed)
    return None


def all_again(said: Said, _: Tools) -> Plan | None:
    """« les limites de toutes » once two were compared: of all those that were shown before."""
    if not said.last or not said.roles or not _ALL.search(said.folded):
        return None
    turns = [turn for turn in said.conversation.turns if turn.need == said.need]
    place = next((place for place, turn in enumerate(turns) if turn.listed == said.listed), 0)
    if not place or turns[place].kind is not TurnKind.COMPARE:
        return None
    listed = turns[place - 1].listed
    return replace(section(said, said.roles, listed), listed=listed, focus=None)


def gone_back_for(said: Said, tools: Tools) -> Plan | None:
    """« revenons aux vacances, qui encadre ? »: back to an earlier need, and what is asked of it."""
    cut = _CUT.search(said.folded)
    if not cut or not said.last or not tools.talk.asks("go_back", said.folded):
        return None
    back = gone_back(read(said.tail(0)[: cut.start()], said.conversation, tools), tools)
    more = said.tail(cut.end()).strip()
    if not back or back.kind is not TurnKind.RETURN or not terms(more):
        return None
    listed = back.sheets or ()
    turn = Turn(back.question, back.kind, back.need, shown=listed, scores=(0.0,) * len(listed), listed=listed)
    rest = read(spoken(more, said.conversation.then(turn), tools), said.conversation.then(turn), tools)
    found = (rule(rest, tools) for rule in RULES[RULES.index(gone_back) + 1 :])
    return next(filter(None, found), None) or guessed(rest, tools)


def new_subject(said: Said, tools: Tools) -> Plan | None:
    """« rien à voir : … », « ok merci, et sinon pour les papas ? »."""
    otherwise = tools.talk.asks("otherwise", said.folded)
    if otherwise and said.last:
        rest = read(said.tail(otherwise.end()), said.conversation, tools)
        # « sinon en groupe » alone bends the need
        parts = re.search(r"\bet\W+sinon", otherwise.group()) or len(rest.own) > _BENDS
        if parts and rest.own and not rest.roles and likeliest(rest.plain, tools).act in (SUBJECT, "refine", "facet"):
            return subject(rest, tools)
    wording = tools.talk.asks("new_subject", said.folded)
    if not wording:
        return None
    rest = read(said.tail(wording.end()), said.conversation, tools)
    if rest.own or rest.named or rest.roles:
        return subject(rest, tools)
    return said.back("D’accord, un autre sujet. Lequel\u202f?")


def contradicted(said: Said, tools: Tools) -> Plan | None:
    found = tools.choices.contradiction(said.folded, said.named)
    if not found:
        return None
    named = " ou ".join(guillemets(choice) for choice in found.choices)
    return said.back(f"Ces conditions ne vont pas ensemble\u00a0: {named}. Laquelle garder\u202f?", found.choices)


def alike(said: Said, tools: Tools) -> Plan | None:
    """« quelqu'un fait la même chose à Toulouse ? », « familles »: the same need, with what the turn adds."""
    more = tools.talk.asks("alike", said.folded) or tools.talk.asks("people", said.folded)
    return refined(said, tools) if said.last and said.own and more else None


def only_named(said: Said, tools: Tools) -> Plan | None:
    """« et pour les jeunes ? », « limites »: a turn that names choices or sections and nothing else."""
    if not said.last or said.own or _fresh(said, tools):
        return None
    if not said.named:
        return section(said, told_roles(said, tools)) if said.roles else None
    points = tools.talk.asks("points_back", said.folded)
    if points and said.roles and said.focus:
        return section(said, said.roles)
    # « est-ce toujours en cours ? » asks, « toujours en cours » and « laquelle l'est toujours ? » choose
    asks = asks_section(said, tools) and not said.roles and not _CHOOSES.match(said.folded)
    return None if asks else narrowed(said, tools)


def followed(said: Said, tools: Tools) -> Plan | None:
    """What opens or points back as a follow-up does, in no words that are known."""
    opens = tools.talk.asks("opens", said.folded)
    if not said.last:
        bare = opens and said.roles and not said.own and not said.named
        return no_sheet(said) if bare else None
    if _fresh(said, tools):
        return None
    if not said.own:
        return narrowed(said, tools) if said.named else section(said, said.roles)
    points = tools.talk.asks("points_back", said.folded) and len(said.own) <= _OWN_SUBJECT
    if (opens or points) and said.roles and not said.named:
        return section(said, said.roles, words=said.question, unsure=True)
    if said.roles and not said.named and len(said.own) < 2 and tools.talk.asks("of_them", said.folded):
        return section(said, said.roles, words=said.question, unsure=True)
    if points and said.listed and not said.named:
        return section(said, said.roles, words=said.question, unsure=True)
    fragment = tools.talk.asks("fragment", said.folded) and len(said.own) <= _FRAGMENT
    if not (opens or points or fragment) or stands_alone(said, tools):
        return None
    return refined(said, tools)


def _fresh(said: Said, tools: Tools) -> bool:
    """« des idées pour les jeunes »; but no need is made of what is left out alone: « une action sans la CAF »."""
    asked = said.own or any(not named.out for named in said.named)
    return bool(asked and tools.talk.asks("fresh", said.folded))


Rule = Callable[[Said, Tools], Plan | None]
RULES: Sequence[Rule] = (
    undo,
    other_way,
    opposed,
    replaced,
    removed,
    anywhere,
    gone_back_for,
    gone_back,
    session_kept,
    all_again,
    others,
    bounded,
    conditioned,
    *ASKED,
    new_subject,
    contradicted,
    certain,
    first_ones,
    added,
    pointed,
    of_the_sheet,
    anew,
    only_named,
    alike,
)
