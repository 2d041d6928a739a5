"""Bounds: which sheets write, where they speak of means, an amount within what a question sets, and the proof."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import inf
from typing import NamedTuple

from assistant.conversation.figures import EUROS, figures
from assistant.conversation.wordings import Unit
from assistant.corpus.schema import Schema
from assistant.language.folding import fold
from assistant.replies import Figure
from assistant.values import AmountKind, Bound, Sheet

_ANYBODY = "participants"  # « 10 personnes »: whoever is counted


class Within(NamedTuple):
    """``kept``: the ids of the sheets within every bound, those of the least value first; ``beyond``: of those that
    write an amount and are not, the nearest first; ``silent``: how many write none that can be held against a bound;
    ``proofs``: what they write, by id.
    """

    kept: list[str]
    beyond: list[str]
    silent: int
    proofs: dict[str, tuple[Figure, ...]]


def within(sheets: Sequence[Sheet], bounds: Sequence[Bound], units: Mapping[str, Unit], schema: Schema) -> Within:
    """Holds sheets against bounds; a sheet that writes several amounts says none that can be held against one."""
    silent: set[str] = set()
    proofs: dict[str, tuple[Figure, ...]] = {}
    away: dict[str, float] = {}
    for bound in bounds:
        unit = _unit(bound, units)
        for figure in figures(sheets, unit, units[unit], bound.most == inf, schema):
            sheet_id = figure.sheet.id
            if figure.value is None:
                silent.add(sheet_id)
            else:
                proofs[sheet_id] = (*proofs.get(sheet_id, ()), figure)
                away[sheet_id] = away.get(sheet_id, 0.0) + bound.away(figure.value)
    kept = [sheet_id for sheet_id in proofs if sheet_id not in silent and not away[sheet_id]]
    beyond = sorted((sheet_id for sheet_id in proofs if sheet_id not in kept), key=away.__getitem__)
    return Within(kept, beyond, len(silent), proofs)


def _unit(bound: Bound, units: Mapping[str, Unit]) -> str:
    if bound.kind is AmountKind.MONEY:
        return EUROS
    return next((name for name, unit in units.items() if re.search(unit.asked, fold(bound.counted))), _ANYBODY)
