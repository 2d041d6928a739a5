"""A plan: what a turn asks, made whole by the turns before it. Nothing is searched yet."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.conversation.state import Conversation, Need
from assistant.replies import TurnKind
from assistant.values import Role


@dataclass(frozen=True, slots=True)
class Plan:
    """``base`` is the conversation that the turn follows, recorded under ``question``.

    ``sheets``: those to show, when they are known; else they are searched for, less ``leave_out``.
    ``words``: of the turn itself, by which quotes are chosen besides the need. ``message`` is said in place
    of what would be, and is all that is when nothing is searched (``kind`` talk, danger or clarify), with its
    ``choices``, ``numbers``. ``unit`` is what is counted, most first when ``most``; ``common`` keeps what
    sheets share.
    """

    kind: TurnKind
    base: Conversation
    question: str
    need: Need
    roles: tuple[Role, ...] = ()
    sheets: tuple[str, ...] | None = None
    leave_out: frozenset[str] = frozenset()
    listed: tuple[str, ...] | None = None
    focus: str | None = None
    words: str = ""
    message: str = ""
    notice: str = ""
    other_way: str = ""
    choices: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    most: bool = False
    common: bool = False

    @property
    def follows(self) -> bool:
        """True when the turn leans on the ones before."""
        return self.kind in _FOLLOWS and bool(self.base.turns)

    @property
    def silent(self) -> bool:
        """True when nothing is searched and the turns stay as they are."""
        return self.kind in (TurnKind.TALK, TurnKind.DANGER, TurnKind.CLARIFY)


_FOLLOWS = frozenset(TurnKind) - {
    TurnKind.SUBJECT,
    TurnKind.UNDO,
    TurnKind.RETURN,
    TurnKind.INSPIRE,
    TurnKind.TRAINING,
    TurnKind.TALK,
    TurnKind.DANGER,
    TurnKind.CLARIFY,
}
