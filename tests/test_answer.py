"""What holds of any answer, whatever ranks, understands and cuts: through ``Assistant.ask`` alone."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.conversation.state import Conversation
from assistant.corpus.corpus import source_texts
from assistant.errors import QuestionError
from assistant.language.sentences import sentences
from assistant.replies import Answer
from assistant.values import Facet, Kind, Role, Status

QUESTIONS = (
    "Comment lutter contre l’isolement des personnes âgées ?",
    "jardin partagé",
    "des idées pour que les parents jouent avec leurs enfants",
    "aide aux démarches en ligne",
    "fête de quartier avec les jeunes",
    "santé mentale",
    "partir en vacances en famille",
    "atelier mémoire",
)


@pytest.fixture(scope="module")
def sources(assistant) -> dict[str, str]:
    return source_texts(assistant.settings.data)


@pytest.fixture(scope="module")
def judged(assistant, repository) -> list[Answer]:
    """The answer to every judged question, at the end of its conversation."""
    answers = []
    for path in sorted((repository / "data" / "judged").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            asked = json.loads(line)
            conversation = Conversation()
            for turn in asked.get("history") or ():
                _, conversation = assistant.ask(turn, conversation)
            answers.append(assistant.ask(asked["question"], conversation)[0])
    assert len(answers) > 400
    return answers


def excerpts(answers):
    return [excerpt for answer in answers for excerpt in (*answer.sheets, *answer.nearest)]


def section_of(excerpt, quote):
    """The section that a quote names and lies in."""
    return next(
        section
        for section in excerpt.sheet.sections
        if section.label == quote.section and section.start <= quote.start < quote.end <= section.end
    )


def assert_faithful(answers, texts, schema) -> None:
    """Every quote exact at its offsets, in its section, cut between words, with no placeholder in it."""
    for excerpt in excerpts(answers):
        for quote in excerpt.quotes:
            source = texts[quote.source]
            assert source[quote.start : quote.end] == quote.text
            assert quote.source == excerpt.sheet.source
            for edge in (quote.start, quote.end):
                around = source[edge - 1 : edge + 1]
                assert not (len(around) == 2 and around.isalnum()), f"cut in a word: …{source[edge - 20 : edge + 20]}…"
            section = section_of(excerpt, quote)
            assert section.status is Status.FILLED
            if section.kind is Kind.TEXT:
                said = [quote.text[start:end] for start, end in sentences(quote.text)]
                assert said
                assert not any(schema.is_placeholder(sentence) for sentence in said), quote.text
            assert all(quote.start <= start < end <= quote.end for start, end in quote.marks)
            assert quote.whole == ((quote.start, quote.end) == (section.start, section.end))


# --- quotes


def test_every_quote_of_every_judged_question_is_faithful(judged, sources, corpus):
    assert sum(len(excerpt.quotes) for excerpt in excerpts(judged)) > 1000
    assert_faithful(judged, sources, corpus.schema)


def test_a_placeholder_between_two_sentences_is_never_quoted(tiny_assistant):
    """« Premier. voir la fiche d'action. Dernier. »: what stands on both sides cannot be one quote."""
    asked = ("lecture aux enfants", "une heure de lecture avec les parents", "lecture perspectives", "albums")
    answers = [tiny_assistant.ask(question)[0] for question in asked]
    assert any("LECTURE" in excerpt.sheet.title for excerpt in excerpts(answers))
    assert_faithful(answers, source_texts(tiny_assistant.settings.data), tiny_assistant.schema)


def test_every_trap_of_the_tiny_corpus_is_quoted_faithfully(tiny_assistant):
    asked = ("potager", "cuisine du monde", "vélo", "bavarder", "limites du potager", "combien ça coûte la cuisine ?")
    answers = [tiny_assistant.ask(question)[0] for question in asked]
    assert_faithful(answers, source_texts(tiny_assistant.settings.data), tiny_assistant.schema)


def test_limits_and_perspectives_are_given_or_their_silence_said(judged):
    for excerpt in excerpts(judged):
        for role, quotes in ((Role.LIMITS, excerpt.limits), (Role.PERSPECTIVES, excerpt.perspectives)):
            statuses = {section.status for section in excerpt.sheet.sections_with(role)}
            assert bool(quotes) == (Status.FILLED in statuses)
            assert bool(quotes) != (role in excerpt.silent)
            assert all(section_of(excerpt, quote).role is role for quote in quotes)
            assert set(quotes) <= set(excerpt.quotes)
            if not quotes:
                placeholder = Status.PLACEHOLDER in statuses
                assert excerpt.silent[role] is (Status.PLACEHOLDER if placeholder else Status.EMPTY)


def test_no_quote_is_given_twice_in_a_sheet(judged):
    for excerpt in excerpts(judged):
        places = [(quote.start, quote.end) for quote in excerpt.quotes]
        assert len(places) == len(set(places))


# --- answers


def test_an_answer_shows_sheets_or_the_nearest_one(judged, assistant):
    for answer in judged:
        assert answer.answered == bool(answer.sheets)
        assert not (answer.sheets and answer.nearest)
        assert answer.message.strip()
        assert len(answer.sheets) <= assistant.settings.sheets
        ids = [excerpt.sheet.id for excerpt in answer.sheets]
        assert len(ids) == len(set(ids))
        scores = [excerpt.score for excerpt in answer.sheets]
        # a question that only sets a limit is answered from the least amount on
        assert answer.query.bounds or scores == sorted(scores, reverse=True)
        assert all(excerpt.reason.strip() for excerpt in excerpts([answer]))


def test_filters_read_in_a_question_hold_for_every_sheet_shown(judged):
    for answer in judged:
        for excerpt in answer.sheets:
            for facet, values in answer.query.facets.items():
                assert set(values) & set(excerpt.sheet.facet(facet)), (answer.question, facet, values)


@pytest.mark.parametrize("question", QUESTIONS[:4])
def test_filters_given_hold_for_every_sheet(assistant, question):
    for facet, counts in assistant.store.facets().items():
        for value in list(counts)[:4]:
            answer, _ = assistant.ask(question, filters={facet: (value,)})
            assert all(value in excerpt.sheet.facet(facet) for excerpt in (*answer.sheets, *answer.nearest))


def test_values_of_a_filter_may_be_a_list(assistant):
    listed, _ = assistant.ask("des activités", filters={Facet.PUBLIC: ["Seniors"]})
    assert listed == assistant.ask("des activités", filters={Facet.PUBLIC: ("Seniors",)})[0]


def test_values_of_one_filter_are_alternatives_and_filters_add_up(assistant):
    filters = {Facet.PUBLIC: ("Jeunesse", "Seniors"), Facet.STATUS: ("En cours",)}
    answer, _ = assistant.ask("des idées d'animation", filters=filters, limit=24)
    for excerpt in (*answer.sheets, *answer.nearest):
        assert {"Jeunesse", "Seniors"} & set(excerpt.sheet.facet(Facet.PUBLIC))
        assert excerpt.sheet.facet(Facet.STATUS) == ("En cours",)


def test_a_filter_that_no_sheet_bears_is_a_refusal(assistant):
    answer, _ = assistant.ask(QUESTIONS[0], filters={Facet.PUBLIC: ("Martiens",)})
    assert not answer.answered
    assert not answer.sheets
    assert [drop.text for drop in answer.refusal.drops] == ["public\u00a0: Martiens"]
    assert answer.message


@pytest.mark.parametrize("limit", [1, 2, 24])
def test_no_more_sheets_than_asked_for_and_the_same_first(assistant, limit):
    for question in QUESTIONS:
        few, _ = assistant.ask(question, limit=limit)
        usual, _ = assistant.ask(question)
        assert len(few.sheets) <= limit
        both = min(len(few.sheets), len(usual.sheets))
        assert [e.sheet.id for e in few.sheets[:both]] == [e.sheet.id for e in usual.sheets[:both]]


def test_the_same_question_gets_the_same_answer(assistant):
    for question in QUESTIONS:
        assert assistant.ask(question) == assistant.ask(question)


def test_several_people_asking_at_once_get_the_answers_of_one(assistant):
    alone = [assistant.ask(question)[0] for question in QUESTIONS]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda question: assistant.ask(question)[0], QUESTIONS * 4))
    assert together == alone * 4


def test_asking_for_the_limits_keeps_the_sheets(assistant):
    followed = 0
    for question in QUESTIONS:
        first, conversation = assistant.ask(question)
        if not first.answered:
            continue
        second, _ = assistant.ask("et les limites ?", conversation)
        assert second.follows
        assert Role.LIMITS in second.query.roles
        assert [e.sheet.id for e in second.sheets] == [e.sheet.id for e in first.sheets]
        followed += 1
    assert followed >= 4


def test_a_conversation_is_a_value(assistant):
    _, conversation = assistant.ask(QUESTIONS[0])
    before = Conversation(conversation.turns)
    assert assistant.ask("et les perspectives ?", conversation) == assistant.ask("et les perspectives ?", conversation)
    assert conversation == before


# --- any question at all


@pytest.mark.parametrize(
    "question",
    [
        "",
        " \n\t\u00a0",
        "?!…",
        "🙂🎈",
        "\x00\x01\x02\x7f",
        "\u202e\u202d",
        " " * 1_000_000,
        "a" * 2001,
        "jardin " * 150_000,
    ],
    ids=["empty", "blank", "punctuation", "emoji", "binary", "marks", "a megabyte of blanks", "2001", "a megabyte"],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(assistant, question):
    with pytest.raises(QuestionError) as refused:
        assistant.ask(question)
    assert refused.value.exit_code == 2
    assert refused.value.remedy
    assert len(str(refused.value)) < 400


def test_a_question_too_long_is_refused_with_the_limit(assistant):
    with pytest.raises(QuestionError) as refused:
        assistant.ask("a" * 2001)
    figures = "".join(char for char in str(refused.value) if char.isdigit())
    assert "2001" in figures
    assert "2000" in figures.replace("2001", "", 1)
    assistant.ask("a" * 1990 + " " * 5000)  # white space around does not count


@pytest.mark.parametrize(
    "question",
    [
        "jardin\x00partagé",
        "<script>alert('jardin')</script> <b>isolement</b>",
        "'; DROP TABLE sheets; --",
        '"jardin" AND (senior OR *) NEAR/2 ^title:x',
        "\u202eniдраj\u202c jardin",
        "مرحبا بالعالم",
        "👵🏽 seniors 🙂",
        "jardin\ud800 partagé",
        "\udcff\udcfe jardin",
        "%s %d {} {0} \\x \\",
        "ﷺ ½ ² Ⅻ ŉ",
        "e\u0301" * 500,
        "ça " * 600,
        " ".join(f"mot{number}" for number in range(240)),
    ],
    ids=[
        "NUL",
        "markup",
        "SQL",
        "query syntax",
        "right to left",
        "Arabic",
        "emoji",
        "lone surrogate",
        "bytes that are not UTF-8",
        "formats",
        "odd letters",
        "combining",
        "stop words",
        "hundreds of words",
    ],
)
def test_odd_questions_get_an_answer_or_a_refusal(assistant, sources, corpus, question):
    try:
        answer, conversation = assistant.ask(question)
    except QuestionError:
        return
    assert answer.message.strip()
    assert_faithful([answer], sources, corpus.schema)
    assert assistant.ask("et les limites ?", conversation)[0].message.strip()


@settings(max_examples=150)
@given(question=st.text(max_size=80) | st.text(alphabet="abcdéè'’«»?!-–.,;:()[]{}\"*^%$ \n\u202e🙂", max_size=60))
def test_no_text_gives_another_exception(question, tiny_assistant):
    message = "refused"
    try:
        message = tiny_assistant.ask(question)[0].message
    except QuestionError as refused:
        message = str(refused)
    assert message.strip()


@settings(max_examples=60)
@given(turns=st.lists(st.sampled_from([*QUESTIONS, "et les limites ?", "d'autres", "et en Isère ?", "?"]), max_size=6))
def test_no_conversation_gives_another_exception(turns, tiny_assistant):
    conversation = Conversation()
    for turn in turns:
        try:
            answer, conversation = tiny_assistant.ask(turn, conversation)
        except QuestionError:
            continue
        assert answer.message.strip()
        assert answer.question == turn


def test_a_word_out_of_its_wording_is_no_reason(assistant):
    answer, _ = assistant.ask("des actions culturelles en milieu rural pour les jeunes")
    borne = assistant.store.bearing(answer.query.terms)
    parts = [one for one in answer.sheets if one.sheet.id in borne["milieu"] - borne["rural"]]
    assert parts
    assert not any("milieu" in one.reason for one in parts)


def test_a_sheet_that_says_it_in_other_words_is_told_to_by_what_they_mean(assistant):
    answer, _ = assistant.ask("les nounous se sentent seules, on peut faire quoi ?")
    assert answer.sheets[0].reason.startswith("Retenue pour\u00a0: assistantes maternelles")
    assert "nounous" not in answer.sheets[0].reason


def test_what_only_asks_for_a_section_or_counts_is_no_reason(assistant):
    answer, _ = assistant.ask("ça coûte combien une fête de quartier à moins de 2000 euros ?")
    assert answer.sheets
    for excerpt in answer.sheets:
        assert not {"combien", "coûte", "2000", "euros"} & set(excerpt.reason.replace(",", " ").split())
