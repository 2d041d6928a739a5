"""Figures of an evaluation as text for a terminal: a line a group of questions, its intervals below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from assistant.evaluation.wording import (
    MEASURE_NAMES,
    NOTHING,
    PUBLIC_NAMES,
    RANKING_NAMES,
    between,
    by_group,
    changes,
    group_name,
    number,
    signed,
    signed_between,
)
from assistant.export.text_form import printable

_FIRST = 18
_NARROW = 13
_WIDE = 16
_MOVED = 40  # questions listed in a terminal; --json and --report give all


def report_text(figures: Mapping[str, Any]) -> str:
    """An evaluation: the means of each group, with the 95 % intervals below; file by file when several."""
    blocks = [_table(figures)]
    blocks += [f"{name}\n{_table(found)}" for name, found in figures.get("files", {}).items()]
    if "comparison" in figures:
        blocks.append(comparison_text(figures["comparison"]))
    everything = figures["all"]
    blocks.append(f"Citations exactes\u00a0: {everything['quotes_exact']} sur {everything['quotes']}.")
    return printable("\n\n".join(blocks))


def comparison_text(comparison: Mapping[str, Any]) -> str:
    """Differences by group with their paired intervals, then the questions that moved, worst first."""
    lines = ["Différences avec l’autre mesure (celle-ci moins l’autre)", _line("", MEASURE_NAMES.values(), _WIDE)]
    for group, found in comparison["differences"].items():
        values = {name: found[name] for name in MEASURE_NAMES}
        cells = [NOTHING if value is None else signed(value["difference"], name) for name, value in values.items()]
        below = ["" if value is None else signed_between(value["interval"], name) for name, value in values.items()]
        lines += [_line(_counted(group, found), cells, _WIDE), _line("", below, _WIDE)]
    moved = comparison["moved"]
    lines += ["", f"Questions qui ont bougé\u00a0: {len(moved)}" + (", la pire d’abord" if moved else "")]
    for move in moved[:_MOVED]:
        lines.append(f"  {move['id']} ({move['kind']}) {changes(move)}\n      {move['question']}")
    if len(moved) > _MOVED:
        lines.append(f"  … et {len(moved) - _MOVED} autres, données par --json et --report.")
    return "\n".join(lines)


def public_text(figures: Mapping[str, Any]) -> str:
    """The rankings of a public set, and what the fusion gains on each of the two that it is made of."""
    lines = [
        f"{figures['queries']} questions, {figures['documents']} documents, {figures['passages']} passages, "
        f"modèle {figures['model']}",
        "",
        _line("", PUBLIC_NAMES.values(), _WIDE),
    ]
    for ranking, name in RANKING_NAMES.items():
        values = figures["rankings"][ranking]
        lines.append(_line(name, [number(values[measure]) for measure in PUBLIC_NAMES], _WIDE))
        lines.append(_line("", [between(values["intervals"][measure]) for measure in PUBLIC_NAMES], _WIDE))
    lines += ["", "Ce que gagnent les deux ensemble"]
    for ranking, found in figures["gains"].items():
        gains = [found[measure] for measure in PUBLIC_NAMES]
        lines.append(_line(f"sur {RANKING_NAMES[ranking]}", [signed(gain["difference"]) for gain in gains], _WIDE))
        lines.append(_line("", [signed_between(gain["interval"]) for gain in gains], _WIDE))
    return "\n".join(lines)


def _table(figures: Mapping[str, Any]) -> str:
    lines = [_line("", MEASURE_NAMES.values(), _NARROW)]
    for group, found in by_group(figures).items():
        intervals = found["intervals"]
        cells = [number(found[name], name) for name in MEASURE_NAMES]
        below = [between(intervals[name], name) if name in intervals else "" for name in MEASURE_NAMES]
        lines += [_line(_counted(group, found), cells, _NARROW), _line("", below, _NARROW)]
    return "\n".join(lines)


def _counted(group: str, found: Mapping[str, Any]) -> str:
    return f"{group_name(group)} ({found['questions']})"


def _line(first: str, cells: Iterable[str], width: int) -> str:
    return (f"{first:<{_FIRST}}" + "".join(f"{cell:>{width}}" for cell in cells)).rstrip()
