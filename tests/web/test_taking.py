"""Taking away: each form of the page gives a file in each format, whose every quote still holds."""

import pytest

from assistant.errors import UsageError
from assistant.export.verify import Verdict, verify
from assistant.settings import Settings
from assistant.web.shelf import open_shelf
from assistant.web.taking import FORMATS, Order, Thing, make


@pytest.fixture(scope="module")
def shelf():
    return open_shelf(Settings())


def order(shelf, thing, form, number):
    sheets = tuple(shelf.catalogue.sheets[:number])
    return Order(thing, form, sheets, {sheets[0].id: "à revoir en équipe"}, (), "")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("thing", Thing)
def test_every_form_gives_a_file_that_verifies(shelf, corpus, thing, form):
    file = make(order(shelf, thing, form, 1 if thing is Thing.TRANSPOSITION else 3), shelf)
    assert file.name.endswith(f".{form}")
    quotes = verify(file.content, file.name, corpus).quotes
    assert quotes
    assert {quote.verdict for quote in quotes} == {Verdict.HOLDS}


@pytest.mark.parametrize(("thing", "number"), [(Thing.COMPARISON, 1), (Thing.COMPARISON, 7), (Thing.TRANSPOSITION, 2)])
def test_a_number_of_sheets_that_does_not_fit_is_said(shelf, thing, number):
    with pytest.raises(UsageError) as refused:
        make(order(shelf, thing, "md", number), shelf)
    assert refused.value.remedy
