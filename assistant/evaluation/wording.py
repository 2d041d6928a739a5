"""What measures and groups are called, and how figures are written, in French."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MEASURE_NAMES = {
    "ndcg": "nDCG@5",
    "mrr": "MRR",
    "recall": "rappel@5",
    "section_hit": "section",
    "coverage": "couverture",
    "refusal": "refus justes",
    "false_refusal": "refus à tort",
    "words_a_sheet": "mots/fiche",
    "exactness": "exactitude",
}
HALVES = {"all": "toutes", "tuning": "à régler", "checking": "à vérifier"}
PUBLIC_NAMES = {"ndcg@10": "nDCG@10", "recall@100": "rappel@100", "mrr@10": "MRR@10"}
RANKING_NAMES = {"dense": "sens seul", "lexical": "mots seuls", "hybrid": "les deux"}
NOTHING = "–"


def group_name(group: str) -> str:
    """A half by its French name; a kind by its own."""
    return HALVES.get(group, group)


def number(value: float | None, name: str = "") -> str:
    """A figure with its decimal comma: three digits, one for words quoted; a dash for none."""
    return NOTHING if value is None else f"{value:.{_digits(name)}f}".replace(".", ",")


def signed(value: float, name: str = "") -> str:
    """A difference with its sign, a true minus; none for what is written as zero."""
    rounded = round(value, _digits(name))
    return number(0.0, name) if rounded == 0 else f"{rounded:+.{_digits(name)}f}".replace(".", ",").replace("-", "−")


def between(bounds: Sequence[float], name: str = "") -> str:
    """An interval of figures."""
    return f"{number(bounds[0], name)}–{number(bounds[1], name)}"


def signed_between(bounds: Sequence[float], name: str = "") -> str:
    """An interval of differences."""
    return f"{signed(bounds[0], name)} à {signed(bounds[1], name)}"


def by_group(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The summaries of a report, halves first, then kinds."""
    return {**{half: figures[half] for half in HALVES}, **figures["kinds"]}


def changes(move: Mapping[str, Any]) -> str:
    """What changed in the measures of a question, both values."""
    return ", ".join(
        f"{MEASURE_NAMES[name]} {number(both['before'])} → {number(both['after'])}"
        for name, both in move["measures"].items()
    )


def _digits(name: str) -> int:
    return 1 if name == "words_a_sheet" else 3
