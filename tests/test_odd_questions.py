"""Whatever is typed, an answer or a refusal that helps: never an exception of another kind."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import QuestionError
from assistant.export.text_form import EXPANSIONS_SHOWN, answer_text, searched_too


@pytest.mark.parametrize("question", ["comment faire ?", "a", "il y a et ou", "c'est quoi", "1" * 2000])
def test_a_question_without_subject_is_told_what_to_name(assistant, question):
    answer, _ = assistant.ask(question)
    assert not answer.answered
    assert answer.message.startswith("Nommez un besoin, un public ou un lieu")
    assert not answer.nearest


@pytest.mark.parametrize("question", ["42", "?? 7 !"])
def test_a_number_alone_is_no_need_either(assistant, question):
    """It may name a sheet of a list: there is none yet."""
    answer, _ = assistant.ask(question)
    assert not answer.answered
    assert "dites d’abord un besoin" in answer.message
    assert not answer.nearest


@pytest.mark.parametrize(
    "question",
    [
        "COMMENT LUTTER CONTRE L'ISOLEMENT DES PERSONNES ÂGÉES ?",
        "🎉 une fête de quartier 🎈🎈 avec les voisins 🙂",
        "how to help lonely elderly people",
        ("isolement des personnes âgées " * 80)[:2000].strip(),
        "isolement\tdes\u00a0personnes\u202fâgées",
    ],
    ids=["capitals", "emoji", "English", "2,000 characters", "odd spaces"],
)
def test_an_odd_form_is_answered_all_the_same(assistant, question):
    answer, _ = assistant.ask(question)
    assert answer.answered


@given(
    text=st.one_of(
        st.text(max_size=200),
        st.lists(
            st.sampled_from(["«", "»", '"', "'", "pas ", "sauf ", "ab'", "12 ", "€", "jk", "le ", "dans le 59"])
        ).map("".join),
    )
)
@settings(max_examples=60)
def test_no_question_breaks_understanding(assistant, text):
    with suppress(QuestionError):
        assistant.ask(text)


@pytest.mark.parametrize("piece", ["«", "ab'", "jardin ", "sauf ", "pas pour ", "12 à ", "a", "dans le ", "2 "])
def test_a_long_question_is_read_without_delay(assistant, piece):
    question = (piece * 2000)[:2000]
    start = time.process_time()
    assistant._understanding.query(question)
    assert time.process_time() - start < 2, "a wording takes more than linear time"


def test_corrections_and_what_else_was_searched_are_said(assistant):
    answer, _ = assistant.ask("lisolement des mamies")
    text = answer_text(answer, assistant.schema)
    assert "«\u00a0isolement\u00a0» pour «\u00a0lisolement\u00a0»" in text
    assert "--as-typed" in text
    assert 0 < len(searched_too(answer)) <= EXPANSIONS_SHOWN
    assert "Cherché aussi\u00a0: " + ", ".join(searched_too(answer)) in text


def test_a_correction_can_be_refused(assistant):
    answer, _ = assistant.ask("lisolement des mamies", as_typed=True)
    assert answer.query.corrections == ()
    assert answer.query.text == "lisolement des mamies"
