"""Summaries: the measures of many questions, by half and by kind, with their intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.evaluation.bootstrap import Share, figure, interval
from assistant.evaluation.measures import Result

MEASURES = (
    "ndcg",
    "mrr",
    "recall",
    "section_hit",
    "coverage",
    "refusal",
    "false_refusal",
    "words_a_sheet",
    "exactness",
)
LESS_IS_BETTER = ("false_refusal", "words_a_sheet")
DIGITS = 6  # more than is shown: what is rounded twice is rounded wrong


def share(result: Result, name: str) -> Share | None:
    """What a question adds to a measure; None when the measure has no sense on it."""
    if name in ("refusal", "false_refusal"):
        right = name == "false_refusal"
        return Share(result.values["refused"] or 0.0) if bool(result.judged.relevant) is right else None
    if name == "words_a_sheet":
        return Share(sum(result.words), len(result.words)) if result.words else None
    if name == "exactness":
        return Share(result.exact, result.quotes) if result.quotes else None
    value = result.values.get(name)
    return None if value is None else Share(value)


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """Each measure over the questions on which it has a sense, None when there is none.

    ``intervals`` gives, by measure, the bounds within which 95 % of bootstrap draws fall.
    """
    shares = {name: [found for result in results if (found := share(result, name))] for name in MEASURES}
    return {
        "questions": len(results),
        **{name: round(figure(found), DIGITS) if found else None for name, found in shares.items()},
        "quotes": sum(result.quotes for result in results),
        "quotes_exact": sum(result.exact for result in results),
        "intervals": {
            name: [round(bound, DIGITS) for bound in interval(found)] for name, found in shares.items() if found
        },
    }


def groups(results: Sequence[Result]) -> dict[str, list[Result]]:
    """All questions, each half, then each kind in alphabetical order."""
    kinds: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        kinds[result.judged.group].append(result)
    return {
        "all": list(results),
        "tuning": [result for result in results if result.judged.tuning],
        "checking": [result for result in results if not result.judged.tuning],
        **{kind: kinds[kind] for kind in sorted(kinds)},
    }


def report(results: Sequence[Result], files: Mapping[str, Sequence[Result]] | None = None) -> dict[str, Any]:
    """The summary of all questions, of each half, and of each kind; then the same of each file."""
    figures = _by_group(results)
    if files:
        figures["files"] = {name: _by_group(found) for name, found in files.items()}
    return figures


def _by_group(results: Sequence[Result]) -> dict[str, Any]:
    summaries = {name: summary(found) for name, found in groups(results).items()}
    halves = ("all", "tuning", "checking")
    return {
        **{name: summaries[name] for name in halves},
        "kinds": {name: found for name, found in summaries.items() if name not in halves},
    }
