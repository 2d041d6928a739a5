"""Ma sélection: whatever a browser kept, nothing is lost that can be kept, and nothing grows without bounds."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.web.basket import MOST_NOTE, MOST_NOTES, MOST_SHEETS, Basket, Pick, read_basket

_baskets = st.lists(st.tuples(st.sampled_from("abcdef"), st.text(max_size=20)), unique_by=lambda p: p[0]).map(
    lambda picks: Basket(tuple(Pick(*pick) for pick in picks))
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["fiches", "id", "note"]), inner),
)


@given(_baskets)
def test_what_is_stored_is_read_back(basket: Basket) -> None:
    assert read_basket(basket.stored()) == basket


@given(_json)
def test_anything_a_browser_may_hold_is_read(stored: object) -> None:
    basket = read_basket(json.dumps(stored))
    assert read_basket(basket.stored()) == basket


@given(_baskets, st.sampled_from("abcdefg"), st.integers(-9, 9))
def test_moving_keeps_every_pick(basket: Basket, sheet: str, steps: int) -> None:
    moved = basket.move(sheet, steps)
    assert sorted(moved.picks) == sorted(basket.picks)
    assert [s for s in moved.sheets if s != sheet] == [s for s in basket.sheets if s != sheet]
    if sheet in basket.sheets:
        wanted = basket.sheets.index(sheet) + steps
        assert moved.sheets.index(sheet) == max(0, min(wanted, len(basket.picks) - 1))


@given(_baskets, st.sampled_from("abcdef"))
def test_what_is_removed_comes_back_where_it_was(basket: Basket, sheet: str) -> None:
    if sheet in basket.sheets:
        place = basket.sheets.index(sheet)
        assert basket.remove(sheet).add(basket.picks[place], place) == basket


def test_bounds() -> None:
    basket = Basket()
    for number in range(MOST_SHEETS + 5):
        basket = basket.add(Pick(f"s{number}"))
    assert len(basket.picks) == MOST_SHEETS
    written, cut = basket.write("s0", "é" * (MOST_NOTE + 1))
    assert cut
    assert written.note("s0") == "é" * MOST_NOTE
    for sheet in basket.sheets:
        basket, _ = basket.write(sheet, "x" * 100_000)
    assert sum(len(pick.note) for pick in basket.picks) == MOST_NOTES
    huge = {"fiches": [{"id": str(n), "note": "x" * 100_000} for n in range(999)]}
    assert len(read_basket(json.dumps(huge)).picks) == MOST_SHEETS


@pytest.mark.parametrize(
    "stored",
    [None, "", "x", "null", "[]", "[" * 100_000, '{"fiches": {"id": "a"}}', '{"fiches": [1, {"id": ""}, {"id": 3}]}'],
)
def test_what_is_no_basket_is_an_empty_one(stored: str | None) -> None:
    assert read_basket(stored) == Basket()
