"""Follow-ups: a question that leans on the one before is completed with its need.

« et les limites ? » has no subject of its own; « et pour les jeunes ? » adds to the need;
« d'autres fiches » asks for more of the same; anything else is a new subject.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.conversation.state import Conversation
from assistant.language.analyzer import tokens
from assistant.language.folding import fold
from assistant.retrieval.understand import Cues
from assistant.values import Role

_NEW_SUBJECT = re.compile(r"^\W*(?:non\W+)?(?:rien a voir|autre sujet|nouveau sujet|changeons de sujet|sinon)\b\W*")
_MORE = re.compile(
    r"^\W*(?:et |montre\S* |avez-vous |il y a )*(?:d'autres?|une autre|autre chose|la suite|encore|plus d'actions)"
    r"(?: (?:actions?|fiches?|idees?|exemples?|pistes?|resultats?))?\W*$"
)
_LEANS = re.compile(
    r"^\W*(?:et|mais|plutot|ou alors|alors|donc|aussi|ok|d'accord)\b"
    r"|\b(?:ils|elles|leurs?|eux|ca|cela|celui|celle|ceux|celles|celui-ci|celle-ci|ces (?:action|fiche)s?"
    r"|cette (?:action|fiche)|la premiere|la deuxieme|la troisieme|la derniere)\b"
)
_OWN_SUBJECT = 3  # words: a question with more of its own leans on nothing, whatever it begins with


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question made whole: the need to search for, the sections asked for, the sheets to leave out."""

    need: str
    roles: tuple[Role, ...]
    follows: bool = False
    leave_out: frozenset[str] = frozenset()


def resolve(question: str, conversation: Conversation, cues: Cues) -> Resolved:
    """What a question means after the turns before it."""
    last = conversation.last
    folded = fold(question)
    roles = cues.roles(question)
    opening = _NEW_SUBJECT.match(folded)
    if last is None or opening:
        return Resolved(question[opening.end() :] if opening and len(folded) == len(question) else question, roles)
    if _MORE.match(folded):
        shown = frozenset(sheet for turn in conversation.turns if turn.need == last.need for sheet in turn.shown)
        return Resolved(last.need, roles, follows=True, leave_out=shown)
    subject = {token.term for token in tokens(cues.without(question))}
    if not subject:
        return Resolved(last.need, roles, follows=True)
    if _LEANS.search(folded) and (len(subject) <= _OWN_SUBJECT or not folded.startswith("et ")):
        return Resolved(f"{last.need} {question}", roles, follows=True)
    return Resolved(question, roles)
