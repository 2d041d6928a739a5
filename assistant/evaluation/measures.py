"""The measures of each judged question.

Rankings are measured by ir-measures (https://ir-measur.es): nDCG@5 with gain 2^grade - 1, the
reciprocal rank of the first sheet with the question's best grade, recall@5 out of min(5, n).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import ir_measures
from pydantic import BaseModel

from assistant.batch import Question

_NDCG = ir_measures.parse_measure("nDCG(gains={1:1,2:3})@5")


class Relevant(BaseModel):
    sheet: str
    grade: int
    sections: tuple[str, ...] = ()


class Judged(Question):
    """A question with the sheets worth showing; none means that the right answer is a refusal."""

    kind: str
    subkind: str | None = None
    relevant: tuple[Relevant, ...] = ()
    must_quote: tuple[str, ...] = ()

    @property
    def best(self) -> int:
        return max((one.grade for one in self.relevant), default=0)

    @property
    def group(self) -> str:
        """Its kind, or the finer one that it has."""
        return self.subkind or self.kind

    @property
    def tuning(self) -> bool:
        """True for the half that may be tuned on, drawn by hash of the id."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True)
class Result:
    """One question's measures, 0 to 1 (None where a measure has no sense), and its quotes.

    ``words`` are those quoted from each sheet; ``confidence`` is the answer's own, where it has one.
    """

    judged: Judged
    values: Mapping[str, float | None]
    quotes: int
    exact: int
    words: tuple[int, ...]
    confidence: float | None = None


def measure(judged: Sequence[Judged], answers: Sequence[Mapping[str, Any]], sources: Mapping[str, str]) -> list[Result]:
    """The measures of each question.

    Args:
        answers: one document a question, in the form of ``batch``.
        sources: the text of each source, by name.
    """
    by_id = {answer["id"]: answer for answer in answers}
    return [_measure(question, by_id[question.id], sources) for question in judged]


def _measure(question: Judged, answer: Mapping[str, Any], sources: Mapping[str, str]) -> Result:
    sheets = answer["sheets"] if answer["answered"] else []
    quotes = [(sheet["title"], quote) for sheet in sheets for quote in sheet["quotes"]]
    values: dict[str, float | None] = {"refused": float(not answer["answered"])}
    if question.relevant:
        values |= _ranking(question, [sheet["title"] for sheet in sheets])
        values["section_hit"] = _section_hit(question, quotes)
        values["coverage"] = _coverage(question, [quote["text"] for _, quote in quotes])
    return Result(
        question,
        values,
        len(quotes),
        # a source that is no longer there has no such text
        sum(sources.get(quote["source"], "")[quote["start"] : quote["end"]] == quote["text"] for _, quote in quotes),
        tuple(sum(len(quote["text"].split()) for quote in sheet["quotes"]) for sheet in sheets),
        answer.get("confidence"),
    )


def _ranking(question: Judged, titles: Sequence[str]) -> dict[str, float | None]:
    if not titles:
        return {"ndcg": 0.0, "mrr": 0.0, "recall": 0.0}
    judged = {question.id: {one.sheet: one.grade for one in question.relevant}}
    run = {question.id: {title: float(-rank) for rank, title in enumerate(titles)}}
    best_rank = ir_measures.RR(rel=question.best)
    recall = ir_measures.R @ 5
    found = ir_measures.calc_aggregate([_NDCG, best_rank, recall], judged, run)
    # of 8 relevant sheets 5 can be shown: the ideal is 5
    most = min(5, len(question.relevant)) / len(question.relevant)
    return {"ndcg": found[_NDCG], "mrr": found[best_rank], "recall": found[recall] / most}


def _section_hit(question: Judged, quotes: Sequence[tuple[str, Mapping[str, Any]]]) -> float:
    wanted = {(one.sheet, label) for one in question.relevant if one.grade == question.best for label in one.sections}
    return float(any((title, quote["section"]) in wanted for title, quote in quotes))


def _coverage(question: Judged, texts: Sequence[str]) -> float | None:
    """The share of the excerpts that should be quoted, white space folded."""
    if not question.must_quote:
        return None
    shown = " ".join(" ".join(texts).split())
    return fmean(" ".join(excerpt.split()) in shown for excerpt in question.must_quote)
