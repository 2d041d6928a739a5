"""A conversation: plain values, replayed as they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from assistant.replies import TurnKind
from assistant.values import Facet, Role, apart

MOST_TURNS = 200
Choices = Mapping[Facet, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Need:
    """What is looked for: its words, and the choices in force. ``dropped`` are the corrections
    that the user took away, as they were typed, and the expansions, by their concept or the words that they were for;
    ``pieces`` what its words were said in, turn by turn."""

    text: str
    facets: Choices = field(default_factory=dict)
    excluded: Choices = field(default_factory=dict)
    preferred: Choices = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()

    @property
    def meanings(self) -> tuple[str, ...]:
        """The texts whose meanings together are the need's: each was encoded in its turn."""
        return apart(self.text, self.pieces)


EVERYTHING = Need("actions")
"""What is looked for when nothing is told apart: all sheets, which what follows may narrow."""

_GLANCED = (TurnKind.ALL, TurnKind.DIGEST, TurnKind.AMOUNTS)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question, what it was understood to ask, and what was shown.

    ``shown`` are sheet ids in the order of the answer, with their ``scores``; ``listed`` the sheets
    that « la deuxième » counts; ``focus`` the one that is talked about; ``near`` what was shown for want of an answer.
    """

    question: str
    kind: TurnKind
    need: Need
    roles: tuple[Role, ...] = ()
    shown: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    listed: tuple[str, ...] = ()
    focus: str | None = None
    near: tuple[str, ...] = ()

    def score(self, sheet_id: str) -> float:
        """The score under which a sheet was shown; 0 when it was not."""
        return dict(zip(self.shown, self.scores, strict=True)).get(sheet_id, 0.0)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns so far, oldest first. The same turns and ``seed`` give the same answers.

    ``danger`` are the emergency numbers that were given last, while what is said may still be of the same danger.
    """

    turns: tuple[Turn, ...] = ()
    seed: int = 0
    danger: tuple[str, ...] = ()

    @property
    def last(self) -> Turn | None:
        return self.turns[-1] if self.turns else None

    def then(self, turn: Turn, most: int = MOST_TURNS) -> Conversation:
        """The conversation with one more turn; the oldest fall out beyond ``most``."""
        return replace(self, turns=(*self.turns, turn)[-most:])

    def undone(self) -> Conversation:
        """The conversation before its last turn; the same when there is none."""
        return replace(self, turns=self.turns[:-1])

    def alarmed(self, numbers: tuple[str, ...] = ()) -> Conversation:
        """The conversation with these emergency numbers in force; none when the danger is over."""
        return replace(self, danger=numbers)

    def seen(self) -> frozenset[str]:
        """Every sheet shown so far; a list, or one line of each, shows none."""
        return frozenset(sheet for turn in self.turns if turn.kind not in _GLANCED for sheet in turn.shown)
