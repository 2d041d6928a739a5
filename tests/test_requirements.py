"""An exact phrase has to be in every sheet shown; a sheet within the budget comes before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.retrieval.requirements import bearing_words, holds, plain, states
from assistant.values import Amount, AmountKind


@pytest.mark.parametrize(
    "phrase", ["lien social", "Centre  SOCIAL", "l’accès aux droits", "resultat pour les habitants"]
)
def test_every_sheet_shown_holds_the_phrase(assistant, phrase):
    answer, _ = assistant.ask(f"« {phrase} »", limit=24)
    every = assistant.store.sheets(assistant.store.sheet_ids({}))
    holding = {sheet.id for sheet in every if plain(phrase) in plain(f"{sheet.title}\n{sheet.text}")}
    assert {excerpt.sheet.id for excerpt in answer.sheets} == holding
    assert answer.answered is bool(holding)


def test_a_phrase_is_looked_for_beyond_the_nearest_sheets(assistant):
    found = set(bearing_words(["lien social"], assistant.store))
    answer, _ = assistant.ask("« lien social »", limit=24)
    assert {excerpt.sheet.id for excerpt in answer.sheets} <= found
    assert bearing_words(["et de la"], assistant.store) == []


def test_a_phrase_in_no_sheet_is_refused_and_said(assistant):
    answer, _ = assistant.ask("un atelier « rutabaga bleu » pour les seniors")
    assert not answer.answered
    assert "«\u00a0rutabaga bleu\u00a0»" in answer.message


def test_a_phrase_is_whole_words(corpus):
    sheet = replace(corpus.sheets[0], title="Le grand partage", sections=())
    assert holds(sheet, ("grand partage",))
    assert not holds(sheet, ("rand partage",))


def test_a_quoted_title_still_finds_its_sheet_first(assistant):
    answer, _ = assistant.ask("la fiche « Eveil musical »")
    assert answer.sheets[0].sheet.title == "Eveil musical"


def test_an_amount_counts_where_the_sheet_speaks_of_means(corpus):
    everything = Amount(AmountKind.MONEY, 0, float("inf"))
    stating = [sheet for sheet in corpus.sheets if states(sheet, everything)]
    assert 0 < len(stating) < len(corpus.sheets)
    for sheet in stating:
        assert not states(sheet, Amount(AmountKind.MONEY, 1e12, float("inf")))


def test_a_sheet_within_the_budget_gains_on_one_beyond_it(assistant):
    def scores(question: str) -> dict[str, float]:
        answer, _ = assistant.ask(question, limit=24)
        return {one.sheet.id: one.score for one in (*answer.sheets, *answer.nearest)}

    small, large = scores("un atelier à moins de 1000 €"), scores("un atelier à plus de 1000 €")
    every = {sheet.id: sheet for sheet in assistant.store.sheets([*small.keys() & large.keys()])}
    within = [i for i, s in every.items() if states(s, Amount(AmountKind.MONEY, 0, 1000))]
    beyond = [i for i, s in every.items() if i not in within and states(s, Amount(AmountKind.MONEY, 1000, 1e9))]
    assert all(small[one] - large[one] > small[other] - large[other] for one in within for other in beyond)
