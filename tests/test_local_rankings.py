"""Columns kept in memory give what SQLite gives, whatever is kept, forgotten or left out by a filter."""

import pytest

from assistant.language.analyzer import terms
from assistant.stores import local_rankings
from assistant.stores.local_rankings import Rankings
from assistant.stores.local_terms import _WEIGHTS
from assistant.values import Facet

QUESTIONS = ("potager", "la lecture aux enfants", "cuisine vélo potager quartier habitants", "zzz", "")


@pytest.fixture(
    params=[(0, 2000), (200, 2000), (200_000_000, 2000), (200_000_000, 0)],
    ids=["nothing kept", "a few columns kept", "all kept", "columns added one by one"],
)
def rankings(toy_store, request, monkeypatch):
    kept, few = request.param
    monkeypatch.setattr(local_rankings, "_MOST_KEPT", kept)
    monkeypatch.setattr(local_rankings, "_FEW", few)
    return Rankings(toy_store.folder, toy_store._connection)


def fts5(store, wanted: list[str]) -> dict[str, float]:
    """What FTS5 gives to a whole question, best first, then in the order of the corpus."""
    query = (
        f"SELECT id, -bm25(terms, {_WEIGHTS}) FROM terms JOIN sheets ON number = terms.rowid "
        "WHERE terms MATCH ? ORDER BY 2 DESC, position"
    )
    return dict(store._all(query, (" OR ".join(f'"{term}"' for term in wanted),))) if wanted else {}


def test_a_question_s_scores_are_fts5_s_to_the_last_bit_and_come_in_its_order(rankings, toy_store):
    for question in QUESTIONS * 2:
        wanted = sorted(set(terms(question)))
        ideal = (local_rankings.K1 + 1) * sum(toy_store.rarity(wanted).values())
        expected = {sheet: score / ideal for sheet, score in fts5(toy_store, wanted).items()}
        assert list(rankings.by_terms(wanted, None, 1000).items()) == list(expected.items())
        for limit in range(1, 6):
            assert list(rankings.by_terms(wanted, None, limit).items()) == list(expected.items())[:limit]


def test_a_filter_leaves_scores_and_order_as_they_are(rankings, toy_store):
    wanted = sorted(set(terms("cuisine vélo potager quartier habitants lecture enfants")))
    whole = rankings.by_terms(wanted, None, 1000)
    filters = [{facet: [value]} for facet, values in toy_store.facets().items() for value in values]
    assert len(filters) > 5
    for facets in [*filters, {Facet.PUBLIC: ["absent"]}]:
        allowed = {
            row[0]
            for facet, values in facets.items()
            for row in toy_store._all(
                "SELECT id FROM facets JOIN sheets ON number = sheet WHERE facet = ? AND value = ?", (facet, values[0])
            )
        }
        found = rankings.by_terms(wanted, rankings.among(facets), 1000)
        assert list(found.items()) == [(sheet, score) for sheet, score in whole.items() if sheet in allowed]


def test_what_is_kept_stays_within_its_bound(rankings, toy_store):
    for term in terms("cuisine vélo potager quartier habitants lecture enfants jardin livre atelier"):
        rankings.bearing(term)
        assert rankings._bytes <= local_rankings._MOST_KEPT
        assert rankings._bytes == sum(map(local_rankings._size, rankings._kept.values()))
