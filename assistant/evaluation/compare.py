"""Comparing two runs on the same questions: what changed, by kind and question by question."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from assistant.batch import Question, read_questions
from assistant.errors import JudgedError
from assistant.evaluation.bootstrap import figure, paired_interval
from assistant.evaluation.measures import Judged, Result
from assistant.evaluation.summary import DIGITS, MEASURES, groups, share
from assistant.typography import guillemets

_REMEDY = "Donnez un fichier de réponses, tel que l’écrit\u00a0: assistant batch"
_MOVES = ("ndcg", "mrr", "recall", "section_hit", "coverage", "refusal")  # each better when higher


class _Quote(BaseModel):
    section: str
    text: str
    source: str
    start: int
    end: int


class _Sheet(BaseModel):
    title: str
    quotes: tuple[_Quote, ...]


class _Answered(Question):
    """A line of an answers file, as far as it is measured."""

    question: str = ""
    answered: bool
    sheets: tuple[_Sheet, ...]
    confidence: float | None = None


def read_run(path: Path, judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """The answers of a file that ``batch`` wrote, as ``measure`` takes them.

    Raises:
        JudgedError: the file cannot be read, a line is no answer, or a judged question has none.
    """
    try:
        answers = read_questions(path, _Answered)
    except JudgedError as error:
        raise JudgedError(error.happened, _REMEDY) from None
    answered = {answer.id for answer in answers}
    missing = [question.id for question in judged if question.id not in answered]
    if missing:
        more = f" (et {len(missing) - 1} autres)" if len(missing) > 1 else ""
        raise JudgedError(f"{path} n’a pas de réponse à la question {guillemets(missing[0])}{more}.", _REMEDY)
    return [answer.model_dump() for answer in answers]


def compare(before: Sequence[Result], after: Sequence[Result]) -> dict[str, Any]:
    """Both runs by group and measure, and the questions that moved, worst first.

    Args:
        before, after: results on the same questions, in the same order.
    """
    earlier = {result.judged.id: result for result in before}
    differences = {
        group: _differences([earlier[result.judged.id] for result in found], found)
        for group, found in groups(after).items()
    }
    moved = [move for result in after if (move := _move(earlier[result.judged.id], result))]
    return {
        "differences": differences,
        "moved": sorted(moved, key=lambda move: (move["gain"], move["id"])),
    }


def _differences(before: Sequence[Result], after: Sequence[Result]) -> dict[str, Any]:
    """For each measure, both figures over the questions on which both runs have one.

    Words quoted and exactness have no sense on a refusal: a question that one run refused is left out.
    """
    found: dict[str, Any] = {"questions": len(after)}
    for name in MEASURES:
        both = [(share(old, name), share(new, name)) for old, new in zip(before, after, strict=True)]
        olds, news = [], []
        for old, new in both:
            if old and new:
                olds.append(old)
                news.append(new)
        found[name] = None
        if olds:
            then, now = figure(olds), figure(news)
            found[name] = {
                "before": round(then, DIGITS),
                "after": round(now, DIGITS),
                "difference": round(now - then, DIGITS),
                "interval": [round(bound, DIGITS) for bound in paired_interval(olds, news)],
            }
    return found


def _move(before: Result, after: Result) -> dict[str, Any] | None:
    """The measures of one question that changed, and the sum of what they gained; None when none did."""
    measures = {}
    for name in _MOVES:
        old, new = share(before, name), share(after, name)
        if old and new and round(old.part, DIGITS) != round(new.part, DIGITS):
            measures[name] = {"before": round(old.part, DIGITS), "after": round(new.part, DIGITS)}
    if not measures:
        return None
    return {
        "id": after.judged.id,
        "kind": after.judged.group,
        "question": after.judged.question,
        "gain": round(sum(both["after"] - both["before"] for both in measures.values()), DIGITS),
        "measures": measures,
    }
