"""Limits: which sheets write, where they speak of means, an amount within what a question sets, and the proof."""

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
from assistant.values import AmountKind, Limit, Sheet

_ANYBODY = "participants"  # « 10 personnes »: whoever is counted


class Within(NamedTuple):
    """``kept``: the ids of the sheets within every limit, those of the least value first; ``beyond``: of those that
    write an amount and are not, the nearest first; ``silent``: how many write none that can be held against a limit;
    ``proofs``: what they write, by id.
    """

    kept: list[str]
    beyond: list[str]
    silent: int
    proofs: dict[str, tuple[Figure, ...]]


def within(sheets: Sequence[Sheet], limits: Sequence[Limit], units: Mapping[str, Unit], schema: Schema) -> Within:
    """Holds sheets against limits; a sheet that writes several amounts says none that can be held against one."""
    silent: set[str] = set()
    proofs: dict[str, tuple[Figure, ...]] = {}
    away: dict[str, float] = {}
    for limit in limits:
        unit = _unit(limit, units)
        for figure in figures(sheets, unit, units[unit], limit.most == inf, schema):
            sheet_id = figure.sheet.id
            if figure.value is None:
                silent.add(sheet_id)
            else:
                proofs[sheet_id] = (*proofs.get(sheet_id, ()), figure)
                away[sheet_id] = away.get(sheet_id, 0.0) + max(
                    limit.least - figure.value, figure.value - limit.most, 0.0
                )
    kept = [sheet_id for sheet_id in proofs if sheet_id not in silent and not away[sheet_id]]
    beyond = sorted((sheet_id for sheet_id in proofs if sheet_id not in kept), key=away.__getitem__)
    return Within(kept, beyond, len(silent), proofs)


def _unit(limit: Limit, units: Mapping[str, Unit]) -> str:
    if limit.kind is AmountKind.MONEY:
        return EUROS
    return next((name for name, unit in units.items() if re.search(unit.asked, fold(limit.counted))), _ANYBODY)
