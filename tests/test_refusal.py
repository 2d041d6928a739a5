"""Refusals say why: a condition to drop, a topic that no sheet touches, what sheets never give, another world."""

import pytest

from assistant.conversation.state import Conversation
from assistant.replies import Cause
from assistant.values import Facet


@pytest.mark.parametrize(
    ("question", "cause"),
    [
        ("En Lozère, une action contre l’isolement des seniors", Cause.CHOICES),
        ("prévention du suicide chez les agriculteurs", Cause.TOPIC),
        # near what is asked of services, a topic alone asks for no information
        ("service civique", Cause.TOPIC),
        ("surendettement", Cause.TOPIC),
        ("quel est le numéro de la directrice ?", Cause.PRACTICAL),
        # every sheet has means, which are no evidence that one is about it
        ("quelle subvention pour un food truck ?", Cause.UNKNOWN),
        ("la recette de la tarte aux pommes", Cause.WORLD),
    ],
)
def test_a_refusal_says_why_and_shows_the_nearest_sheet(assistant, question, cause):
    answer, _ = assistant.ask(question)
    assert not answer.answered
    assert answer.refusal.cause is cause
    assert len(answer.nearest) == 1


def test_a_condition_to_drop_says_what_dropping_it_finds(assistant):
    answer, conversation = assistant.ask("En Lozère, une action contre l’isolement des seniors")
    (drop,) = answer.refusal.drops
    assert "Lozère" in drop.text
    after, _ = assistant.ask(drop.removal, conversation)
    assert after.answered
    assert len(after.sheets) == drop.sheets


def test_a_missing_topic_is_named(assistant):
    answer, _ = assistant.ask("prévention du suicide chez les agriculteurs")
    assert answer.refusal.topics == ("prévention du suicide",)
    assert "«\u00a0prévention du suicide\u00a0»" in answer.message


def test_two_names_of_one_topic_are_told_once(assistant):
    answer, _ = assistant.ask("repas partagé")
    assert answer.refusal.topics == ("repas partagé",)


@pytest.mark.parametrize("question", ["comment lutter contre l’isolement des seniors ?", "bonjour", "le la les"])
def test_an_answer_is_no_refusal_nor_is_a_question_that_asks_nothing(assistant, question):
    answer, _ = assistant.ask(question, Conversation())
    assert answer.refusal is None


def test_what_is_left_out_draws_no_sheet(assistant):
    answer, _ = assistant.ask("une sortie sans enfants")
    plain, _ = assistant.ask("une sortie")
    kept = [one.sheet.id for one in plain.sheets if "Enfance" not in one.sheet.facet(Facet.PUBLIC)]
    assert [one.sheet.id for one in answer.sheets][: len(kept)] == kept


def test_a_place_without_a_sheet_for_the_public_is_said_and_others_are_near(assistant):
    answer, conversation = assistant.ask("En Essonne, des actions pour les seniors")
    assert not answer.answered
    assert answer.refusal.cause is Cause.CHOICES
    assert "Essonne" in answer.message
    assert "Seniors" in answer.message
    assert "Seniors" in answer.nearest[0].sheet.facet(Facet.PUBLIC)
    assert [drop.sheets > 0 for drop in answer.refusal.drops] == [True, True]
    for drop in answer.refusal.drops:
        after, _ = assistant.ask(drop.removal, conversation)
        assert len(after.sheets) == drop.sheets


def test_a_place_with_a_sheet_for_everyone_answers_a_public(assistant):
    answer, _ = assistant.ask("En Haute-Garonne, des actions pour les seniors")
    assert answer.answered
    assert any("Tous publics" in one.sheet.facet(Facet.PUBLIC) for one in answer.sheets)
