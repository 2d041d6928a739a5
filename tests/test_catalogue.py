"""The catalogue: filters, live counts, search and order, held against a plain reading of every sheet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.catalogue import UNSET, Catalogue, Order, Wanted, filled
from assistant.corpus.corpus import Corpus
from assistant.language.folding import fold
from assistant.values import Facet, Kind, Role, Section, Sheet, Span, Status

WORDS = ("potager", "été", "jeux", "l'école", "Œuvre")


def _sheet(number: int, words: str, public: tuple[str, ...], statut: tuple[str, ...]) -> Sheet:
    title = f"Fiche {number}"
    section = Section("Résumé", Role.SUMMARY, Kind.TEXT, Status.FILLED, 0, len(words), (Span(0, len(words)),))
    return Sheet(f"s{number}", title, "f.txt", 0, words, (section,), {Facet.PUBLIC: public, Facet.STATUS: statut})


_values = st.lists(st.sampled_from(["A", "B", "C"]), max_size=2, unique=True).map(tuple)
_texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
_sheets = st.lists(st.tuples(_texts, _values, _values), max_size=8).map(
    lambda found: [_sheet(number, *said) for number, said in enumerate(found)]
)
_chosen = st.dictionaries(
    st.sampled_from([Facet.PUBLIC, Facet.STATUS]),
    st.lists(st.sampled_from(["A", "B", UNSET]), min_size=1, max_size=2).map(tuple),
)


def _bears(sheet: Sheet, facets: dict[Facet, tuple[str, ...]]) -> bool:
    return all(set(values) & set(sheet.facet(facet) or (UNSET,)) for facet, values in facets.items())


@given(_sheets, _chosen, st.sampled_from(["", "pot", "jeu", "ecole", "oeuvre", "ete pot"]))
def test_sheets_and_counts_are_those_of_a_plain_reading(sheets, chosen, words) -> None:
    found = Catalogue(sheets).find(Wanted(chosen, words))
    worded = [s for s in sheets if all(f" {w}" in f" {fold(s.text)}".replace("'", " ") for w in words.split())]
    assert {s.id for s in found.sheets} == {s.id for s in worded if _bears(s, chosen)}
    for facet in (Facet.PUBLIC, Facet.STATUS):
        others = {other: values for other, values in chosen.items() if other is not facet}
        left = [s for s in worded if _bears(s, others)]
        for value, count in found.counts[facet].items():
            assert count == sum(value in (s.facet(facet) or (UNSET,)) for s in left)
            assert count or value in chosen.get(facet, ())


def test_what_is_typed_finds_words_that_begin_so_without_accents_or_case(corpus: Corpus) -> None:
    catalogue = Catalogue(corpus.sheets)
    for typed in ("MEMOIRE", "mémoi", "memoi eurek"):
        titles = [sheet.title for sheet in catalogue.find(Wanted(words=typed)).sheets]
        assert titles[0] == '"ATELIER MÉMOIRE - PEP\'S EURÊKA"'
    assert not catalogue.find(Wanted(words="émoire")).sheets


@pytest.mark.parametrize("order", Order)
def test_orders_lose_nothing(corpus: Corpus, order: Order) -> None:
    found = Catalogue(corpus.sheets).find(Wanted(order=order)).sheets
    assert sorted(sheet.id for sheet in found) == sorted(sheet.id for sheet in corpus.sheets)
    if order is Order.TITLE:
        keys = ["".join(filter(str.isalnum, fold(sheet.title))) for sheet in found]
        assert keys[0] == min(keys)
    if order is Order.FILLED:
        assert [filled(sheet)[0] for sheet in found] == sorted((filled(s)[0] for s in found), reverse=True)
    if order is Order.CORPUS:
        assert list(found) == list(corpus.sheets)


def test_odd_searches_find_all_or_nothing(corpus: Corpus) -> None:
    catalogue = Catalogue(corpus.sheets)
    assert len(catalogue.find(Wanted(words=" ?! ")).sheets) == len(corpus.sheets)
    assert not catalogue.find(Wanted(words="x" * 5000)).sheets
    assert not Catalogue([]).find(Wanted(words="a")).sheets
