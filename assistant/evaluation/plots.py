"""Plots of a report, as SVG files; the only module that needs matplotlib (the extra ``report``).

The same figures give the same bytes: no date, no random ids, text kept as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import MissingExtra
from assistant.evaluation.reliability import Bin
from assistant.evaluation.wording import by_group, group_name, number

try:
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter
except ImportError:
    raise MissingExtra("report", "les graphiques du rapport (matplotlib)") from None

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STYLE: Any = {
    "svg.hashsalt": "assistant",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_INK = "#1f3a5f"
_ACCENT = "#c8553d"
_PALE = "#9aa5b1"


def plot_kinds(path: Path, figures: Mapping[str, Any]) -> None:
    """nDCG@5 of each group that has one, with its 95 % interval."""
    rows = [(name, found) for name, found in by_group(figures).items() if found["ndcg"] is not None]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(7.5, 1.2 + 0.34 * len(rows)), layout="constrained")
        axes = figure.subplots()
        for height, (_, found) in enumerate(reversed(rows)):
            low, high = found["intervals"]["ndcg"]
            axes.plot([low, high], [height, height], color=_INK, linewidth=2)
            axes.plot([found["ndcg"]], [height], "o", color=_INK)
            axes.annotate(
                number(found["ndcg"]), (found["ndcg"], height), (0, 5), textcoords="offset points", ha="center", size=9
            )
        labels = [f"{group_name(name)} ({found['questions']})" for name, found in reversed(rows)]
        axes.set_yticks(range(len(rows)), labels)
        axes.set_ylim(-0.6, len(rows) - 0.2)
        axes.set_xlim(0, 1.02)
        axes.set_xlabel("nDCG@5, avec l’intervalle de confiance à 95\u00a0%")
        axes.grid(axis="x", color=_PALE, linewidth=0.4)
        _french(axes, "x")
        _save(figure, path, "nDCG@5 par genre de question")


def plot_reliability(path: Path, bins: Sequence[Bin], threshold: float) -> None:
    """What was predicted against what was the case; the diagonal is where both agree."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(5.6, 5.2), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=_PALE, linestyle="--", linewidth=1, label="accord parfait")
        axes.axvline(threshold, color=_ACCENT, linewidth=1, label=f"seuil du refus ({number(threshold)})")
        for each in bins:
            spot = (each.predicted, each.relevant)
            axes.plot(*spot, "o", color=_INK, markersize=4 + each.questions**0.5)
            place = (0, -20) if each.relevant > 0.9 else (0, 10)
            axes.annotate(str(each.questions), spot, place, textcoords="offset points", ha="center", size=9)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.04)
        axes.set_xlabel("probabilité annoncée que le corpus réponde")
        axes.set_ylabel("part des questions qui ont une fiche (chiffres\u00a0: leur nombre)")
        axes.legend(loc="center right", frameon=False)
        _french(axes, "x")
        _french(axes, "y")
        _save(figure, path, "Fiabilité de l’abstention")


def _french(axes: Axes, side: str) -> None:
    axis = axes.xaxis if side == "x" else axes.yaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.1f}".replace(".", ",")))


def _save(figure: Figure, path: Path, title: str) -> None:
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None, "Title": title})
