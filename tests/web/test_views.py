"""The views as HTML: everything escaped, quotes to the letter, every state drawn; what messages change."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.catalogue import Catalogue
from assistant.errors import UsageError
from assistant.values import Facet, Kind, Role, Section, Sheet, Span, Status
from assistant.web.address import Address, View
from assistant.web.basket import Basket, Pick
from assistant.web.browse import PAGE
from assistant.web.shelf import Shelf, open_shelf
from assistant.web.taking import Thing, read_order
from assistant.web.views import Desk, draw, follow, noted

HOSTILE = '<script>alert("1")</script>\n\n# titre & \' <img src=x onerror=alert(1)> {{x}} **gras** [a](javascript:b)'
# what the sanitiser of the page lets through, less what could ask for anything
ALLOWED = set(
    """a article b blockquote br button caption dd details div dl dt fieldset form h1 h2 h3 i input label legend li
    mark nav ol p section small span summary table tbody td th thead tr ul""".split()
)


@pytest.fixture(scope="module")
def shelf(settings) -> Shelf:
    return open_shelf(settings)


def _hostile(number: int, status: Status = Status.FILLED) -> Sheet:
    end = len(HOSTILE)
    roles = (Role.SUMMARY, Role.PUBLIC, Role.FUNDING, Role.LIMITS, Role.PERSPECTIVES, Role.OTHER)
    sections = tuple(
        Section(
            f"{role} {HOSTILE}",
            role,
            Kind.CHOICE if role is Role.PUBLIC else Kind.TEXT,
            status,
            0,
            end,
            (Span(0, end),),
        )
        for role in roles
    )
    return Sheet(f'id"{number}<x>', HOSTILE, "f.txt", 0, HOSTILE, sections, dict.fromkeys(Facet, (HOSTILE,)))


def _page(shelf: Shelf, address: Address, basket: Basket, *unanswered: str) -> str:
    return "".join(draw(Desk(address, (), None, HOSTILE, HOSTILE), basket, unanswered, HOSTILE, shelf))


def _addresses(shelf: Shelf) -> list[Address]:
    first = shelf.catalogue.sheets[0]
    ids = tuple(sheet.id for sheet in shelf.catalogue.sheets[:3])
    span = Span(first.start, first.start + 5)
    choices = {Facet.PUBLIC: first.facet(Facet.PUBLIC)}
    return [
        *(Address(view, sheet=first.id, sheets=ids, extract=span, words="<b>", facets=choices) for view in View),
        Address(View.COMPARE),
        Address(View.COMPARE, sheets=ids, roles=tuple(shelf.schema.roles)[:6]),
        Address(View.COVERAGE, rows=Facet.TERRITORY),
        Address(View.BROWSE, words="introuvable"),
        Address(View.BROWSE, page=99),
    ]


def test_hostile_sheets_links_and_notes_are_text_in_every_view(shelf: Shelf) -> None:
    hostile = replace(shelf, catalogue=Catalogue([_hostile(n) for n in range(4)]))
    picks = (*(Pick(sheet.id, HOSTILE) for sheet in hostile.catalogue.sheets), Pick('gone"<x>', HOSTILE))
    for address in _addresses(hostile):
        for basket in (Basket(), Basket(picks)):
            page = _page(hostile, address, basket, HOSTILE)
            assert set(re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)", page)) <= ALLOWED, address.view
            assert "\n" not in page  # a blank line would give the rest to Markdown
            for tag in re.findall(r"<[^>]*>", page):
                assert not re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', "", tag)), tag
            assert not re.search(r'href="(?!/\?|#)', page)


def test_the_text_of_a_sheet_is_all_there_to_the_letter(shelf: Shelf) -> None:
    for sheet in shelf.catalogue.sheets:
        page = _page(shelf, Address(View.SHEET, sheet=sheet.id), Basket())
        quotes = re.findall(r'<blockquote class="quote">(.*?)</blockquote>', page)
        said = [html.unescape(re.sub(r"</?mark[^>]*>", "", quote)) for quote in quotes]
        texts = [s for s in sheet.sections if s.kind is Kind.TEXT]
        assert sorted(said) == sorted(sheet.slice(*value) for section in texts for value in section.values)
        assert page.count("non renseigné") >= sum(s.status is Status.EMPTY for s in texts)


@pytest.mark.parametrize(("before", "after"), [(0, 0), (3, -4)])
def test_the_mark_is_where_the_link_says(shelf: Shelf, before: int, after: int) -> None:
    sheet = shelf.catalogue.sheets[0]
    section = next(s for s in sheet.sections if s.role is Role.SUMMARY)
    span = Span(section.start + before, section.end + after)
    page = _page(shelf, Address(View.SHEET, sheet=sheet.id, extract=span), Basket())
    (marked,) = re.findall(r'<mark class="here" id="extrait">(.*?)</mark>', page)
    assert html.unescape(marked) == sheet.slice(*span)


def test_every_real_view_is_drawn_with_and_without_a_selection(shelf: Shelf) -> None:
    kept = Basket(tuple(Pick(sheet.id, "note") for sheet in shelf.catalogue.sheets[:8]))
    for address in _addresses(shelf):
        for basket in (Basket(), kept, Basket((Pick("partie"),))):
            page = _page(shelf, address, basket)
            assert page.count("<h1") == (address.view is not View.TALK)
            assert len(set(re.findall(r' id="([^"]*)"', page))) == len(re.findall(r' id="([^"]*)"', page))


def test_a_thousand_sheets_are_shown_a_page_at_a_time(shelf: Shelf) -> None:
    first = shelf.catalogue.sheets
    many = Catalogue([replace(first[n % len(first)], id=f"s{n}") for n in range(1000)])
    page = draw(Desk(Address(View.BROWSE)), Basket(), (), "", replace(shelf, catalogue=many)).view
    assert page.count("<article") == PAGE
    assert len(page) < 60_000


def test_sheets_that_are_gone_are_said_and_kept(shelf: Shelf) -> None:
    basket = Basket((Pick("partie", "ma note"), Pick(shelf.catalogue.sheets[0].id)))
    page = draw(Desk(Address(View.SELECTION)), basket, (), "", shelf).view
    assert "n’est plus dans le corpus" in page
    assert "ma note" in page


def test_messages_change_the_selection_and_can_be_undone(shelf: Shelf) -> None:
    ids = [sheet.id for sheet in shelf.catalogue.sheets[:3]]
    desk, basket = Desk(), Basket()
    for sheet in ids:
        desk, basket = follow(f"garder:{sheet}", desk, basket, shelf)
    desk, basket = noted(ids[1], "à voir", desk, basket)
    desk, basket = follow(f"descendre:{ids[0]}", desk, basket, shelf)
    assert basket.sheets == (ids[1], ids[0], ids[2])
    whole = basket
    for said in (f"retirer:{ids[1]}", "vider"):
        desk, basket = follow(said, desk, whole, shelf)
        assert basket != whole
        _, basket = follow("annuler", desk, basket, shelf)
        assert basket == whole


def test_a_full_selection_says_so(shelf: Shelf) -> None:
    full = Basket(tuple(Pick(f"s{n}") for n in range(60)))
    desk, basket = follow(f"garder:{shelf.catalogue.sheets[0].id}", Desk(), full, shelf)
    assert basket == full
    assert "60 fiches au plus" in desk.told


@given(
    st.text(max_size=40) | st.sampled_from(["garder:", "retirer:x", "monter:", "note:", "/?", "/?&&=", "annuler", ":"])
)
def test_messages_that_are_none_of_ours_change_nothing(shelf: Shelf, said: str) -> None:
    basket = Basket((Pick("a"),))
    desk, after = follow(said, Desk(), basket, shelf)
    if not said.startswith(("vider", "retirer:a")):
        assert after == basket
    draw(desk, after, (), "", shelf)


def test_inner_views_lead_back_to_where_they_were_opened(shelf: Shelf) -> None:
    sheet = shelf.catalogue.sheets[0].id
    desk = Desk(Address(View.BROWSE, facets={Facet.PUBLIC: ("Seniors",)}))
    there, transposed = Address(View.SHEET, sheet=sheet), Address(View.TRANSPOSE, sheet=sheet)
    inside = desk.to(there, "").to(transposed, "")
    assert inside.trail == (desk.address, there)
    assert inside.to(there, "").trail == (desk.address,)
    assert inside.to(there, "").to(desk.address, "").trail == ()


def test_an_order_is_read_from_a_form(shelf: Shelf) -> None:
    first, second = (sheet.id for sheet in shelf.catalogue.sheets[:2])
    fields = [("quoi", "selection"), ("format", "pdf"), ("fiches", f"{second},partie,{first},{second}")]
    names = shelf.schema.roles
    order = read_order([*fields, ("notes", "1"), (f"note:{first}", "n")], shelf.catalogue, names)
    assert order.thing is Thing.SELECTION
    assert [sheet.id for sheet in order.sheets] == [second, first]
    assert order.notes == {first: "n"}
    assert read_order([*fields, (f"note:{first}", "n")], shelf.catalogue, names).notes == {}


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("quoi", "selection"), ("format", "exe"), ("fiches", "a")],
        [("quoi", "selection"), ("format", "pdf"), ("fiches", "")],
    ],
)
def test_orders_that_cannot_be_made_are_said(shelf: Shelf, fields) -> None:
    with pytest.raises(UsageError):
        read_order(fields, shelf.catalogue, shelf.schema.roles)
