"""Questions from a file, answers into another: all or nothing."""

from __future__ import annotations

import json

import pytest

from assistant.batch import Question, answer_all, read_questions, write_lines
from assistant.conversation.state import Conversation
from assistant.errors import JudgedError


def write(path, *lines: str):
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_blank_lines_and_other_fields_are_left_out(tmp_path):
    path = write(
        tmp_path / "q.jsonl", "", '{"id": "A", "question": "un", "note": 3}', "  ", '{"id": "B", "question": ""}'
    )
    assert [(each.id, each.question, each.history) for each in read_questions(path, Question)] == [
        ("A", "un", None),
        ("B", "", None),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "nope",
        "3",
        "null",
        '{"id": "A"}',
        '{"id": "", "question": "?"}',
        '{"id": 1, "question": "?"}',
        '{"id": "A", "question": "?", "history": "x"}',
    ],
)
def test_a_bad_line_is_named(tmp_path, line):
    path = write(tmp_path / "q.jsonl", '{"id": "Z", "question": "un"}', line)
    with pytest.raises(JudgedError, match="ligne 2") as refused:
        read_questions(path, Question)
    assert str(path) in str(refused.value)
    assert refused.value.exit_code == 2


def test_an_id_taken_twice_is_named(tmp_path):
    path = write(tmp_path / "q.jsonl", '{"id": "A", "question": "un"}', '{"id": "A", "question": "deux"}')
    with pytest.raises(JudgedError, match=r"ligne 2.*A"):
        read_questions(path, Question)


@pytest.mark.parametrize("content", [None, b"\xff\xfe{"], ids=["missing", "not UTF-8"])
def test_a_file_that_cannot_be_read_is_said(tmp_path, content):
    if content:
        (tmp_path / "q.jsonl").write_bytes(content)
    with pytest.raises(JudgedError, match=r"q\.jsonl"):
        read_questions(tmp_path / "q.jsonl", Question)


def test_history_is_replayed_through_a_conversation(assistant):
    turns = ("Comment lutter contre l’isolement des personnes âgées ?", "et les perspectives ?", "et les limites ?")
    conversation = Conversation()
    for turn in turns[:-1]:
        _, conversation = assistant.ask(turn, conversation)
    expected, _ = assistant.ask(turns[-1], conversation)
    question = Question(id="A", question=turns[-1], history=turns[:-1])
    document = next(answer_all(assistant, [question]))
    assert [sheet["id"] for sheet in document["sheets"]] == [excerpt.sheet.id for excerpt in expected.sheets]
    assert document["understood"]["follows"] is True


def test_each_question_starts_a_conversation_of_its_own(assistant):
    follow = Question(id="B", question="et les limites ?")
    after = list(answer_all(assistant, [Question(id="A", question="jardin partagé"), follow]))[1]
    assert after == next(answer_all(assistant, [follow]))


def test_a_question_that_cannot_be_asked_is_unanswered_and_says_why(assistant):
    document = next(answer_all(assistant, [Question(id="A", question="?")]))
    assert (document["id"], document["answered"], document["sheets"], document["nearest"]) == ("A", False, [], [])
    assert document["message"]


def test_lines_are_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "out.jsonl"
    documents = [{"id": "A", "text": "é\u2028\n\x85🙂"}, {"id": "B"}]
    assert write_lines(path, iter(documents)) == 2
    assert [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]] == documents
    before = path.read_bytes()

    def fails():
        yield {"id": "C"}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_lines(path, fails())
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["out.jsonl"]


def test_a_file_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(JudgedError, match="ne peut pas être écrit"):
        write_lines(tmp_path / "none" / "out.jsonl", [])
