"""A bound on money or people keeps the sheets that write an amount within it, and proves it."""

from __future__ import annotations

import pytest

from assistant.api.answers import Answer as AnswerForm
from assistant.conversation.bounding import within
from assistant.export.json_form import answer_document
from assistant.language.amounts import bounds, without
from assistant.replies import Cause, TurnKind
from assistant.values import Facet


@pytest.mark.parametrize(
    ("text", "written", "least", "most"),
    [
        ("des actions à moins de 500 euros", "moins de 500 euros", 0, 500),
        ("avec 2 bénévoles maximum", "2 bénévoles maximum", 0, 2),
        ("pas plus de trois salariés", "pas plus de trois salariés", 0, 3),
        ("au moins 50 participants", "au moins 50 participants", 50, float("inf")),
        ("avec 300 €", "300 €", 0, 300),
        ("on a juste 300 € pour ça", "300 €", 0, 300),
        ("un budget entre 200 et 300 euros", "entre 200 et 300 euros", 200, 300),
    ],
)
def test_a_bound_is_read_with_its_words(text, written, least, most):
    (bound,) = bounds(text)
    assert (bound.text, bound.least, bound.most) == (written, least, most)
    assert written not in without(text, [bound])


@pytest.mark.parametrize(
    "text",
    ["quand 300 personnes débarquent", "une subvention de 1 500 €", "moins de 3 ans", "un couple avec 2 enfants"],
)
def test_a_size_bounds_nothing(text):
    assert bounds(text) == ()


@pytest.mark.parametrize(
    ("text", "within"),
    [
        ("moins de 1500 €", False),
        ("plus de 1500 €", False),
        ("inférieur à 1500 €", False),
        ("pas plus de 1500 €", True),
        ("jusqu'à 1500 €", True),
        ("au moins 1500 €", True),
        ("entre 1000 et 1500 €", True),
    ],
)
def test_a_bound_holds_its_own_value_as_french_says(text, within):
    (bound,) = bounds(text)
    assert (bound.away(1500) == 0) is within


def test_every_sheet_shown_proves_that_it_is_within(assistant):
    answer, _ = assistant.ask("moins de 500 euros", limit=24)
    assert answer.answered
    every = assistant.store.sheets(assistant.store.sheet_ids({}))
    units = assistant._units
    held = within(every, answer.query.bounds, units, assistant.schema)
    assert [excerpt.sheet.id for excerpt in answer.sheets] == held.kept
    assert f"{held.silent} fiches sans nombre à comparer" in answer.message
    for excerpt in answer.sheets:
        (figure,) = held.proofs[excerpt.sheet.id]
        assert figure.value <= 500
        proof = figure.quotes[0]
        assert any(quote.start <= proof.start and proof.end <= quote.end for quote in excerpt.quotes)


def test_no_sheet_within_is_said_and_the_nearest_beyond_is_shown(assistant):
    answer, _ = assistant.ask("moins de 10 euros")
    assert not answer.answered
    assert answer.refusal.cause is Cause.CHOICES
    assert "moins de 10 euros" in answer.message
    assert "150" in answer.nearest[0].reason


def test_a_bound_holds_the_sheets_of_a_public(assistant):
    answer, _ = assistant.ask("des actions pour les tout-petits à moins de 200 €")
    assert answer.answered
    assert {value for one in answer.sheets for value in one.sheet.facet(Facet.PUBLIC)} == {"Petite enfance"}


def test_a_bound_follows_replaces_another_and_is_taken_away(assistant):
    before, conversation = assistant.ask("une fête")
    answer, conversation = assistant.ask("et à moins de 2000 euros ?", conversation)
    assert 0 < len(answer.sheets) < len(before.sheets)
    answer, conversation = assistant.ask("plutôt moins de 1600 €", conversation)
    assert [bound.text for bound in answer.query.bounds] == ["moins de 1600 €"]
    chip = next(chip for chip in answer.turned.chips if "1600" in chip.text)
    answer, conversation = assistant.ask(chip.removal, conversation)
    assert not answer.query.bounds
    assert [one.sheet.id for one in answer.sheets] == [one.sheet.id for one in before.sheets]


def test_another_world_stays_one_under_a_bound(assistant):
    answer, _ = assistant.ask("Quel téléphone acheter à moins de 300 euros ?")
    assert not answer.answered
    assert answer.refusal.cause is Cause.WORLD


@pytest.mark.parametrize("question", ["moins de 500 euros", "au moins 50 participants", "moins de 10 euros"])
def test_what_programs_are_told_of_a_bound_has_its_form(assistant, question):
    answer, _ = assistant.ask(question)
    document = answer_document(answer)
    AnswerForm.model_validate(document)
    assert document["understood"]["bounds"][0]["text"] == question


@pytest.mark.parametrize("question", ["les moins chères", "avec un petit budget", "des actions pas chères"])
def test_a_small_budget_alone_ranks_every_sheet_from_the_least(assistant, question):
    answer, _ = assistant.ask(question)
    values = [figure.value for figure in answer.turned.figures if figure.value is not None]
    assert len(answer.turned.figures) == assistant.store.manifest.sheets
    assert values == sorted(values)


def test_the_least_of_a_public_is_told_of_its_sheets_alone(assistant):
    answer, _ = assistant.ask("quelles sont les actions les moins chères pour les tout-petits ?")
    assert answer.turned.kind is TurnKind.AMOUNTS
    assert answer.turned.figures[0].value == 150
    assert all("Petite enfance" in figure.sheet.facet(Facet.PUBLIC) for figure in answer.turned.figures)
    answer, _ = assistant.ask("les actions les moins chères pour les seniors")
    assert {"Seniors"} == {value for one in answer.sheets for value in one.sheet.facet(Facet.PUBLIC)}
