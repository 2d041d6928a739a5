"""Turns in words that no pattern knows: the likeliest act, when it is likely enough, as if they had asked for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from assistant.conversation.acts import SUBJECT, Guess
from assistant.conversation.asking import advise, all_sheets, amounts, compare, digest, inspire, more, training, whole
from assistant.conversation.following import narrowed, refined, section
from assistant.conversation.plan import Plan
from assistant.conversation.said import Said, Tools
from assistant.conversation.small_talk import SmallTalk
from assistant.conversation.ways_back import anywhere, undo
from assistant.conversation.wordings import Reply
from assistant.language.folding import fold
from assistant.values import Role

_LIKELY = 0.5  # an act that is not likelier is not taken for what was meant
ALARMING = 0.6  # the same for a danger: its words are also those of professionals who ask for prevention
_NEAR = 0.0  # the cosine from which a turn speaks of the need before it
CERTAIN = 0.9  # the same where a looser wording would be understood otherwise
THANKS = "merci"
_NAMED = Guess("facet", 1.0)
_PREPARES = Guess("training", 1.0)
_SURE = 0.7  # the same where no turn came before, and for what is answered without a sheet


def likeliest(text: str, tools: Tools) -> Guess:
    """What a mended text most likely asks for. What opens as a follow-up and only names choices asks for these, and
    is not encoded to tell: « et pour les jeunes ? », but not « celle du Finistère ». Nor is « prépare une séance sur
    l'isolement », whose subject is encoded by itself.
    """
    folded = fold(text)
    if tools.talk.asks("training", folded):
        return _PREPARES
    opens = tools.talk.asks("opens", folded) or tools.talk.asks("fragment", folded)
    if opens and not tools.talk.asks("pointing", folded) and tools.choices.find(folded):
        left = tools.choices.rest(folded)
        if not _says(tools.talk.without("fragment", tools.talk.without("opens", left))):
            return _NAMED
    return tools.guess(text)


def guessed_numbers(
    question: str, tools: Tools, small_talk: SmallTalk, least: float = ALARMING
) -> tuple[tuple[str, str], ...]:
    """The emergency numbers of a danger that is told in other words; none for a professional's question."""
    mended = tools.understanding.mended(question)
    name = _within(likeliest(mended, tools), "danger.", least)
    if not name or small_talk.elsewhere(fold(mended)):
        return ()
    # a word that was read into another must not raise the alarm by itself
    typed = likeliest(question, tools)
    return () if typed.act == SUBJECT and typed.probability >= CERTAIN else small_talk.numbers(name)


def guessed_reply(text: str, said: Said, tools: Tools, small_talk: SmallTalk) -> Reply | None:
    """What is said back to small talk in other words; a word of the sector is none, « CLAS », nor are there thanks
    in one that sheets bear before any was shown, « classe »."""
    name = _within(likeliest(text, tools), "talk.", _SURE)
    if not name or tools.understanding.query(text).concepts:
        return None
    borne = name == THANKS and not said.last and any(tools.store.bearing(sorted(said.own)).values())
    return None if borne else small_talk.named(name)


def guessed_role(text: str, tools: Tools) -> tuple[Role, ...]:
    """The section that a part of a turn asks for."""
    says = _says(tools.talk.without("opens", text))
    name = _within(likeliest(text.strip(), tools), "section.", _LIKELY) if says else ""
    return (Role(name),) if name else ()


def told_roles(said: Said, tools: Tools) -> tuple[Role, ...]:
    """The sections that a turn asks for: the likeliest, where one wording speaks of several."""
    if len(said.roles) < 2 or _LISTS.search(said.folded):
        return said.roles
    likeliest = guessed_role(said.question, tools)
    return likeliest if set(likeliest) <= set(said.roles) and likeliest else said.roles


def certain(said: Said, tools: Tools) -> Plan | None:
    """What is asked of the assistant itself, when hardly anything else can be meant."""
    guess = likeliest(tools.understanding.mended(said.question), tools)
    if guess.act not in (_ASKED if said.last else _FIRST) or guess.probability < CERTAIN:
        return None
    return _LATER[guess.act](replace(said, act=guess.act), tools)


def asks_section(said: Said, tools: Tools) -> bool:
    """Whether a turn that names a choice asks about it: « est-ce toujours en cours ? »."""
    return bool(_within(likeliest(tools.understanding.mended(said.question), tools), "section.", CERTAIN))


def only_points(said: Said, tools: Tools) -> bool:
    """Whether a turn points to a sheet and asks nothing of it: « je garde la deuxième »."""
    return likeliest(tools.understanding.mended(said.question), tools).act == "sheet"


def stands_alone(said: Said, tools: Tools) -> bool:
    """Whether a turn that opens as a follow-up is a question of its own: « et pour l'aide aux devoirs, une idée ? »
    after another matter, or after a question that no sheet answered. What says « plutôt » never is.
    """
    if tools.talk.asks("bends", said.folded):
        return False
    if said.last and not said.last.shown:
        return True
    if tools.talk.asks("besides", said.folded) and len(said.own) > 1:
        return True
    guess = likeliest(tools.understanding.mended(said.question), tools)
    alone = guess.act == SUBJECT and guess.probability >= CERTAIN
    return alone and tools.nearness(said.question, said.need.text) < _NEAR


def guessed(said: Said, tools: Tools) -> Plan | None:
    """What the likeliest act asks for."""
    guess = likeliest(tools.understanding.mended(said.question), tools)
    if guess.probability < (_LIKELY if said.last and not guess.strange else _SURE):
        return None
    again = replace(said, act=guess.act)
    if not said.last:
        return _FIRST[guess.act](again, tools) if guess.act in _FIRST and not guess.strange else None
    if role := _within(guess, "section.", _LIKELY):
        return section(
            said, told_roles(said, tools) or (Role(role),), words=said.question if said.own else "", unsure=True
        )
    if guess.act == "more":
        return inspire(again, tools) or more(again, tools)
    # « celles avec des bénévoles » narrows by what is no choice, « des idées avec des bénévoles » asks anew
    if guess.act in ("refine", "facet") and not tools.talk.asks("fresh", said.folded):
        return narrowed(said, tools) if said.named else refined(said, tools)
    return _LATER[guess.act](again, tools) if guess.act in _LATER else None


def _within(guess: Guess, family: str, least: float) -> str:
    """The name of an act within its family, when it is likely enough; else empty."""
    return guess.act.removeprefix(family) if guess.act.startswith(family) and guess.probability >= least else ""


def _says(folded: str) -> str:
    """A text less the words that only link it to what was said."""
    return _LINKS.sub("", folded).strip(" ?!.,'")


_LINKS = re.compile(r"\b(?:et|mais|ok|la|les?|l|pour|avec|sur|de|du|des|aux?|a)\b")  # « et les » asks for nothing
# « les limites et le budget », but not « c'est fini ou ça continue ? », which asks one thing
_LISTS = re.compile(
    r"\w\W*(?:\bet\b|\bou\b(?! (?:ca|c|cela|il|elle|ils|elles|on|bien|pas|plus|encore|toujours)\b)|,)\W*\w"
)
Rule = Callable[[Said, Tools], Plan | None]
_FIRST: Mapping[str, Rule] = {"inspire": inspire, "training": training, "digest": digest}
_LATER: Mapping[str, Rule] = {
    **_FIRST,
    "all": all_sheets,
    "amounts": amounts,
    "compare": compare,
    "common": compare,
    "advise": advise,
    "whole": whole,
    "undo": undo,
    "clear": anywhere,
}
_ASKED = ("amounts", "compare", "common", "digest", "whole", "training")
