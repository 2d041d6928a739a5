"""A conversation: plain values, replayed as they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.values import Facet


@dataclass(frozen=True, slots=True)
class Turn:
    """One question, the need that it was understood to state, and the sheets that answered it."""

    question: str
    need: str
    facets: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns so far, oldest first."""

    turns: tuple[Turn, ...] = ()

    @property
    def last(self) -> Turn | None:
        return self.turns[-1] if self.turns else None

    def then(self, turn: Turn, most: int = 50) -> Conversation:
        """The conversation with one more turn; the oldest fall out beyond ``most``."""
        return Conversation((*self.turns, turn)[-most:])
