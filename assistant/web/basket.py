"""Ma sélection: sheets kept in the user's browser, in order, each with a note of the user's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

MOST_SHEETS = 60
MOST_NOTE = 5_000
MOST_NOTES = 60_000
"""Characters of all notes: the whole selection travels with every event of the page."""
_MOST_ID = 200


class Pick(NamedTuple):
    sheet: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Basket:
    """Picks in the user's order, each sheet once. Every change gives a new basket."""

    picks: tuple[Pick, ...] = ()

    @property
    def sheets(self) -> tuple[str, ...]:
        return tuple(pick.sheet for pick in self.picks)

    @property
    def full(self) -> bool:
        return len(self.picks) >= MOST_SHEETS

    def note(self, sheet: str) -> str:
        return next((pick.note for pick in self.picks if pick.sheet == sheet), "")

    def add(self, pick: Pick, place: int | None = None) -> Basket:
        """With the pick, at the end or at its place; the same when it is there or the basket is full."""
        if pick.sheet in self.sheets or self.full:
            return self
        place = len(self.picks) if place is None else place
        return replace(self, picks=(*self.picks[:place], pick, *self.picks[place:]))

    def remove(self, sheet: str) -> Basket:
        return replace(self, picks=tuple(pick for pick in self.picks if pick.sheet != sheet))

    def move(self, sheet: str, steps: int) -> Basket:
        """With the sheet moved down by so many places, up when negative; it stays within the basket."""
        if sheet not in self.sheets:
            return self
        place = self.sheets.index(sheet)
        moved = self.remove(sheet).picks
        place = max(0, min(place + steps, len(moved)))
        return replace(self, picks=(*moved[:place], self.picks[self.sheets.index(sheet)], *moved[place:]))

    def write(self, sheet: str, note: str) -> tuple[Basket, bool]:
        """With the note, cut to what a note may hold; whether it was cut."""
        others = sum(len(pick.note) for pick in self.picks if pick.sheet != sheet)
        kept = note[: max(0, min(MOST_NOTE, MOST_NOTES - others))]
        picks = tuple(Pick(sheet, kept) if pick.sheet == sheet else pick for pick in self.picks)
        return replace(self, picks=picks), kept != note

    def stored(self) -> str:
        """What the browser keeps, as JSON."""
        kept = [{"id": pick.sheet, "note": pick.note} for pick in self.picks]
        return json.dumps({"fiches": kept}, ensure_ascii=False)


def read_basket(text: str | None) -> Basket:
    """The basket that a browser kept: whatever is not one is left out, and nothing else is lost."""
    basket = Basket()
    try:
        stored = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return basket
    kept = stored.get("fiches") if isinstance(stored, Mapping) else None
    for found in kept if isinstance(kept, list) else []:
        sheet = found.get("id") if isinstance(found, Mapping) else None
        if isinstance(sheet, str) and 0 < len(sheet) <= _MOST_ID:
            note = found.get("note")
            basket, _ = basket.add(Pick(sheet)).write(sheet, note if isinstance(note, str) else "")
    return basket
