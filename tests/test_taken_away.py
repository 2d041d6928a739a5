"""What was understood and is taken away: only that, and the reasons say it no more."""

from __future__ import annotations

from assistant.conversation.state import Conversation


def _after(assistant, *questions):
    conversation = Conversation()
    for question in questions:
        answer, conversation = assistant.ask(question, conversation)
    return answer


def test_one_concept_of_a_wording_is_taken_away_and_told_no_more(assistant):
    answer = _after(
        assistant,
        "isolement des seniors en milieu rural",
        "retirer Seniors",
        "retirer l’élargissement isolement social",
    )
    expansions = {concept for _, concept in answer.query.expansions}
    assert expansions == {"isolement en milieu rural"}
    assert "isolement social" not in answer.query.concepts
    assert answer.sheets
    assert not [excerpt.reason for excerpt in answer.sheets if "isolement social" in excerpt.reason]


def test_what_was_taken_away_stays_so_in_what_follows(assistant):
    answer = _after(assistant, "isolement", "retirer l’élargissement isolement social", "et pour les familles ?")
    assert "isolement social" not in {concept for _, concept in answer.query.expansions}
    assert not [excerpt.reason for excerpt in answer.sheets if "isolement social" in excerpt.reason]


def test_a_correction_is_taken_away_before_the_filter_that_it_made(assistant):
    answer = _after(assistant, "isolement des sénoirs en milieu rural", "retirer la correction seniors")
    assert not answer.query.corrections
