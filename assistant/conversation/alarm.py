"""A danger that was told: what follows speaks of it until it clearly does not."""

from __future__ import annotations

from assistant.conversation.acts import SUBJECT
from assistant.conversation.guessing import ALARMING, CERTAIN, THANKS, guessed_numbers, likeliest
from assistant.conversation.plan import Plan
from assistant.conversation.said import Tools, read, unfilled
from assistant.conversation.small_talk import SmallTalk
from assistant.conversation.state import Conversation, Need
from assistant.language.folding import fold
from assistant.replies import TurnKind

FALSE_ALARM, OTHER_SUBJECT = "fausse alerte", "autre sujet"
_HELP = "aide"  # the reply that says how to ask, which nobody in danger asks for
_CALLED = "secours"  # the reply that the numbers stay
_LEAVES = ("new_subject", "go_back", "fresh", "besides")
Numbers = tuple[tuple[str, str], ...]


def alarm(question: str, conversation: Conversation, tools: Tools, small_talk: SmallTalk) -> Plan | None:
    """Whom to call, when someone is in danger, or was and is still spoken of."""
    told = _told(question, tools, small_talk)
    in_force = small_talk.reached(conversation.danger)
    if not in_force:
        numbers = told or guessed_numbers(question, tools, small_talk)
        return _called(question, conversation, numbers) if numbers else None
    if told:
        return _called(question, conversation, told + in_force)
    folded = fold(tools.understanding.mended(unfilled(question, tools)))
    reply = small_talk.reply(folded)
    if tools.talk.asks("undo", folded):  # the question that gave the alarm is no turn
        reply = small_talk.named(FALSE_ALARM)
    if reply and reply.name == FALSE_ALARM:
        return Plan(TurnKind.TALK, conversation.alarmed(), question, Need(""), message=reply.answer)
    if reply and reply.name == THANKS:  # they do not tell that it is over
        reply = small_talk.named(_CALLED)
    if reply and reply.name != _HELP:
        return Plan(TurnKind.TALK, conversation, question, Need(""), message=reply.answer)
    if not (reply or _still(question, folded, conversation, tools, small_talk)):
        return None
    # what is said of someone in danger is of now
    told = _told(question, tools, small_talk, present=True)
    guessed = guessed_numbers(question, tools, small_talk, ALARMING if told else CERTAIN)
    return _called(question, conversation, told + guessed + in_force, (FALSE_ALARM, OTHER_SUBJECT))


def _told(question: str, tools: Tools, small_talk: SmallTalk, present: bool = False) -> Numbers:
    """The emergency numbers of a danger that is told in words that are known."""
    forms = dict.fromkeys((fold(question), fold(tools.understanding.mended(question))))
    return next(filter(None, (small_talk.danger(form, present) for form in forms)), ())


def _called(question: str, conversation: Conversation, numbers: Numbers, choices: tuple[str, ...] = ()) -> Plan:
    numbers = tuple(dict.fromkeys(numbers))
    base = conversation.alarmed(tuple(number for number, _ in numbers))
    return Plan(TurnKind.DANGER, base, question, Need(""), numbers=numbers, choices=choices)


def _still(question: str, folded: str, conversation: Conversation, tools: Tools, small_talk: SmallTalk) -> bool:
    """Whether what follows a danger may be of it: « elle a 15 ans », « que faire ? », « j’ai peur », or nothing."""
    talk = tools.talk
    if helped := talk.asks("helped", folded):  # « les pompiers sont là, je cherche des actions… »
        folded = folded[helped.end() :]
    if any(talk.asks(name, folded) for name in _LEAVES):
        return False
    if talk.asks("in_danger", folded) or small_talk.danger(folded, present=True):
        return True
    guess = likeliest(tools.understanding.mended(question), tools)
    if guess.act.startswith("danger.") and not small_talk.elsewhere(folded):
        return True
    if talk.asks("first_person", folded) and not talk.asks("seeks", folded):
        return True
    if guess.act.startswith("talk."):
        return True
    said = read(question, conversation, tools)
    if said.own or said.named or (said.roles and said.listed):
        return False
    return not said.listed or guess.act == SUBJECT
