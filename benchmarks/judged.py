"""Judged questions, asked as the product asks them: what the fitting scripts share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Assistant
from assistant.batch import read_questions
from assistant.conversation.state import Conversation
from assistant.evaluation import Judged
from assistant.values import Hit


def read_judged(assistant: Assistant) -> list[Judged]:
    """Every judged set of the data folder."""
    paths = sorted((assistant.settings.data / "judged").glob("*.jsonl"))
    return [question for path in paths for question in read_questions(path, Judged)]


def evidence(assistant: Assistant, question: Judged, limit: int | None = None) -> tuple[list[Hit], dict[str, float]]:
    """What is known of a question once its earlier turns are replayed."""
    conversation = Conversation()
    for turn in question.history or ():
        _, conversation = assistant.ask(turn, conversation)
    return assistant.evidence(question.question, conversation, limit)


def halves(judged: Sequence[Judged]) -> Iterable[tuple[str, NDArray[np.bool_]]]:
    """The tuning half, and the checking half that nothing is fitted on."""
    tuning = np.array([question.tuning for question in judged])
    return (("tuning", tuning), ("checking", ~tuning))
