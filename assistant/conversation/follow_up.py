"""Follow-ups: a question that leans on the one before is completed with its need.

« et les limites ? » asks for a section of what was shown; « et pour les jeunes ? » adds to the need;
« d'autres fiches » asks for more of the same; anything else is a new subject.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.conversation.state import Conversation
from assistant.language.folding import fold
from assistant.retrieval.understand import Understanding
from assistant.values import Role

_NEW_SUBJECT = re.compile(r"^\W*(?:non\W+)?(?:rien a voir|autre sujet|nouveau sujet|changeons de sujet|sinon)\b\W*")
_MORE = re.compile(
    r"^\W*(?:et |montre\S* |avez-vous |il y a )*(?:d'autres?|une autre|autre chose|la suite|encore|plus d'actions)"
    r"(?: (?:actions?|fiches?|idees?|exemples?|pistes?|resultats?))?\W*$"
)
_OPENS = re.compile(r"^\W*(?:et|mais|plutot|ou alors|alors|donc|aussi|ok|d'accord|oui)\b")
_POINTS_BACK = re.compile(
    r"^\W*(?:(?:et|mais|alors|donc) )?(?:ils?|elles?|ca|cela|c'est|c'etait|celui|celle|ceux|celles|leurs?)\b"
    r"|\b(?:ils|elles|eux|celui-ci|celle-ci|celui|celle|ces (?:action|fiche)s?|cette (?:action|fiche)"
    r"|(?:la|le) (?:premiere?|deuxieme|troisieme|derniere?))\b"
)
_OWN_SUBJECT = 4  # terms: a question with more of its own that only points back stands by itself


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question made whole: the need to search for, the sections asked for, the sheets to leave out."""

    need: str
    roles: tuple[Role, ...]
    follows: bool = False
    leave_out: frozenset[str] = frozenset()


def resolve(question: str, conversation: Conversation, understanding: Understanding) -> Resolved:
    """What a question means after the turns before it."""
    last = conversation.last
    folded = fold(question)
    roles = understanding.roles(question)
    opening = _NEW_SUBJECT.match(folded)
    if last is None or opening:
        return Resolved(question[opening.end() :] if opening and len(folded) == len(question) else question, roles)
    if _MORE.match(folded):
        shown = frozenset(sheet for turn in conversation.turns if turn.need == last.need for sheet in turn.shown)
        return Resolved(last.need, roles, follows=True, leave_out=shown)
    subject = understanding.subject(question)
    opens = _OPENS.match(folded)
    points = _POINTS_BACK.search(folded) and len(subject) <= _OWN_SUBJECT
    if not subject or ((opens or points) and roles):
        return Resolved(last.need, roles, follows=True)
    if opens or points:
        return Resolved(f"{last.need} {question}", roles, follows=True)
    return Resolved(question, roles)
