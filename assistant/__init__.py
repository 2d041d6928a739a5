"""Finds the action sheets that answer a French practitioner's question, and quotes them to the letter.

``Assistant.open().ask("…")`` gives an ``Answer`` of typed values, and the ``Conversation`` to go on with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.conversation.state import Conversation
from assistant.replies import Answer
from assistant.values import Quote, Sheet

if TYPE_CHECKING:
    from assistant.answer import Assistant

__all__ = ["Answer", "Assistant", "Conversation", "Quote", "Sheet"]


def __getattr__(name: str) -> Any:
    """``Assistant`` on first use: reading sheets or a manifest should not load FAISS."""
    if name == "Assistant":
        from assistant.answer import Assistant

        return Assistant
    raise AttributeError(name)
