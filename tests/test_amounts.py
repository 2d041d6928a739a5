"""Amounts: read with exact spans, in sheets and in questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.amounts import amounts, figures
from assistant.values import AmountKind

MONEY, PEOPLE = AmountKind.MONEY, AmountKind.PEOPLE


@pytest.mark.parametrize(
    ("text", "written", "kind", "low", "value"),
    [
        ("Coût : 1 500 € par an", "1 500 €", MONEY, 1500, 1500),
        ("150€ de jeux", "150€", MONEY, 150, 150),
        ("soit 300 euros.", "300 euros", MONEY, 300, 300),
        ("1\u202f200,50 € TTC", "1\u202f200,50 €", MONEY, 1200.5, 1200.5),
        ("1.500 € de la CAF", "1.500 €", MONEY, 1500, 1500),
        ("2 k€ environ", "2 k€", MONEY, 2000, 2000),
        ("deux cents euros", "deux cents euros", MONEY, 200, 200),
        ("20 bénévoles", "20 bénévoles", PEOPLE, 20, 20),
        ("4 professionnels", "4 professionnels", PEOPLE, 4, 4),
        ("une vingtaine de participants", "une vingtaine de participants", PEOPLE, 20, 20),
        ("une trentaine d’habitants", "une trentaine d’habitants", PEOPLE, 30, 30),
        ("trois salariées", "trois salariées", PEOPLE, 3, 3),
        ("10 à 15 personnes", "10 à 15 personnes", PEOPLE, 10, 15),
        ("15 jeunes bénévoles", "15 jeunes bénévoles", PEOPLE, 15, 15),
    ],
)
def test_an_amount_is_read_where_it_stands(text, written, kind, low, value):
    (figure,) = figures(text)
    assert text[figure.start : figure.end] == written
    assert (figure.kind, figure.low, figure.value) == (kind, low, value)


@pytest.mark.parametrize("text", ["le 12 mars 2019", "3 ans", "2 fois par semaine", "la salle 4", "un habitant", "A4"])
def test_other_numbers_are_none(text):
    assert list(figures(text)) == []


@given(text=st.text(alphabet="0123456789 ,.€\u202faàetuneviglroskénd'’-", max_size=60))
def test_spans_stay_in_the_text_and_never_overlap(text):
    end = 0
    for figure in figures(text):
        assert end <= figure.start < figure.end <= len(text)
        assert 0 <= figure.low <= figure.value
        end = figure.end
    assert len(amounts(text)) <= len(list(figures(text)))


@pytest.mark.parametrize(
    ("question", "count"),
    [("emmener une dizaine de familles", 0), ("pour 15 enfants", 0), ("avec 15 bénévoles", 1), ("à 30 personnes", 1)],
)
def test_whom_it_is_for_is_no_number_of_people_that_it_takes(question, count):
    assert len(amounts(question)) == count


def test_the_sheets_state_amounts_of_both_kinds(corpus):
    found = [(sheet, figure) for sheet in corpus.sheets for figure in figures(sheet.text)]
    assert {figure.kind for _, figure in found} == {MONEY, PEOPLE}
    assert all(sheet.text[figure.start : figure.end].strip() for sheet, figure in found)
