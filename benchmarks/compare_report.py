"""The table and the plot of ``benchmarks/compare.py``."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from assistant.evaluation.measures import Judged, Result

if TYPE_CHECKING:
    from benchmarks.compare import Measured

BEGIN, END = "<!-- table -->", "<!-- end of table -->"
_OURS = "assistant"
_WITHOUT_MODEL = "bm25s_sheets"
Cost = Callable[["Measured"], float]
COSTS: Mapping[str, tuple[Cost, str]] = {
    "start to first answer, s": (lambda one: statistics.median(one.first), "≤ 0.25"),
    "question, warm, median ms": (lambda one: statistics.median(one.took), "≤ 0.50"),
    "question, warm, 95th ms": (lambda one: float(np.percentile(one.took, 95)), ""),
    "resident memory, MB": (lambda one: one.resident / 1e6, "≤ 0.33"),
    "indexing 24 sheets, s": (lambda one: statistics.median(one.indexing), "≤ 0.50"),
    "installed, MB": (lambda one: one.installed / 1e6, ""),
}


def write_report(found: Mapping[str, Measured], judged: Sequence[Judged], docs: Path | None) -> None:
    """Print the tables; with a folder, write them into its page and draw the plot beside it."""
    text = "\n".join([*_costs(found), "", *_quality(found, judged), "", _conditions(judged)])
    print(text)
    if docs:
        page = docs / "benchmarks.md"
        before, _, rest = page.read_text("utf-8").partition(BEGIN)
        page.write_text(
            f"{before}{BEGIN}\n{text}\n\n![Costs of each](benchmarks.svg)\n{END}{rest.partition(END)[2]}",
            encoding="utf-8",
        )
        _plot(found, docs / "benchmarks.svg")


def _costs(found: Mapping[str, Measured]) -> list[str]:
    lines = [
        f"| | {' | '.join(found)} | to the best peer with the model | goal |",
        "| --- |" + " ---: |" * (len(found) + 2),
    ]
    for name, (cost, goal) in COSTS.items():
        values = {product: cost(one) for product, one in found.items()}
        best = min(value for product, value in values.items() if product not in (_OURS, _WITHOUT_MODEL))
        cells = [f"{value:.2f}" if value < 100 else f"{value:.0f}" for value in values.values()]
        lines.append(f"| {name} | {' | '.join(cells)} | {values[_OURS] / best:.2f} | {goal} |")
    return lines


def _quality(found: Mapping[str, Measured], judged: Sequence[Judged]) -> list[str]:
    kinds: dict[str, Callable[[Judged], bool]] = {"all": lambda _: True, "checking half": lambda one: not one.tuning}
    kinds |= {kind: _of(kind) for kind in dict.fromkeys(one.group for one in judged if one.relevant)}
    lines = [
        f"| nDCG@5 | questions | {' | '.join(found)} | less the best peer |",
        "| --- |" + " ---: |" * (len(found) + 2),
    ]
    for kind, kept in kinds.items():
        means = {name: _ndcg(one.results, kept) for name, one in found.items()}
        count = sum(bool(one.relevant) and kept(one) for one in judged)
        best = max(value for name, value in means.items() if name != _OURS)
        cells = " | ".join(f"{value:.3f}" for value in means.values())
        lines.append(f"| {kind} | {count} | {cells} | {means[_OURS] - best:+.3f} |")
    refused = (_refusals(one.results) for one in found.values())
    count = sum(not one.relevant for one in judged)
    lines.append(f"| *refused, rightly* | {count} | {' | '.join(f'{value:.2f}' for value in refused)} | |")
    return lines


def _of(kind: str) -> Callable[[Judged], bool]:
    return lambda one: one.group == kind


def _ndcg(results: Sequence[Result], kept: Callable[[Judged], bool]) -> float:
    values = [one.values["ndcg"] for one in results if one.judged.relevant and kept(one.judged)]
    return statistics.fmean(value or 0.0 for value in values) if values else 0.0


def _refusals(results: Sequence[Result]) -> float:
    return statistics.fmean([one.values["refused"] or 0.0 for one in results if not one.judged.relevant] or [0.0])


def _conditions(judged: Sequence[Judged]) -> str:
    threads = os.environ.get("OMP_NUM_THREADS") or "each library's own number"
    load = os.getloadavg()[1]
    machine = f"{os.cpu_count()} processors, OpenMP threads: {threads}; load of the machine {load:.1f}"
    return f"{len(judged)} questions, {machine}."


def _plot(found: Mapping[str, Measured], path: Path) -> None:
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    for axes, (name, (cost, _)) in zip(figure.subplots(2, 3).flat, COSTS.items(), strict=True):
        values = [cost(one) for one in found.values()]
        axes.barh(list(found), values, color=["#c8553d", *["#1f3a5f"] * (len(found) - 1)])
        axes.set_title(name, fontsize=9)
        axes.invert_yaxis()
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None, "Title": "Benchmarks"})
