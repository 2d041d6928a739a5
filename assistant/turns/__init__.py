"""7. Answer: what each kind of turn shows. A plan in, an answer and the conversation with it out."""

from assistant.turns.taking import Turns

__all__ = ["Turns"]
