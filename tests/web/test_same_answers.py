"""The page, HTTP and MCP answer alike, and as they describe it."""

from __future__ import annotations

import json
from types import SimpleNamespace

import anyio
import pytest
from jsonschema import Draft202012Validator
from mcp import Client

from assistant.answer import Assistant
from assistant.api import answers
from assistant.api.mcp_server import create_mcp
from assistant.api.operations import Operations
from assistant.conversation.state import Conversation
from assistant.export.json_form import answer_document
from assistant.masking import Names
from assistant.replies import Answer
from assistant.web.talk import Talk

# one of each kind of turn that adds something to the answer
TURNS = [
    ["comment aider les seniors isolés ?", "compare les deux"],
    ["comment aider les seniors isolés ?", "laquelle coûte le moins ?"],
    ["quelles limites reviennent ?"],
    ["prépare une séance sur l'isolement"],
    ["surprends-moi"],
    ["combien y en a-t-il ?"],
    ["je veux mourir"],
    ["bonjour"],
    ["des actions sur Mars", "et pour les jeunes ?"],
]


def judged(assistant: Assistant) -> list[tuple[str, list[str]]]:
    """Every judged question, each once, with the earlier turns of its conversation."""
    files = sorted((assistant.settings.data / "judged").glob("*.jsonl"))
    lines = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    found = {(each["question"], tuple(each.get("history") or [])) for each in lines}
    return [(question, list(history)) for question, history in sorted(found)]


def direct(assistant: Assistant, question: str, history: list[str]) -> dict[str, object]:
    conversation = Conversation()
    for turn in history:
        _, conversation = assistant.ask(turn, conversation)
    answer, _ = assistant.ask(question, conversation)
    return json.loads(json.dumps(answer_document(answer)))


def by_page(assistant: Assistant, question: str, history: list[str]) -> dict[str, object]:
    """What the page would show: the answer that its events are given, which they note."""
    noted: list[Answer] = []
    journal = SimpleNamespace(note=lambda _question, answer, _origin: noted.append(answer))
    warming = SimpleNamespace(
        settled=True, assistant=lambda: assistant, shelf=SimpleNamespace(names=Names(frozenset()))
    )
    talk = Talk(warming, journal)
    conversation: Conversation = Conversation()
    for turn in [*history, question]:
        *_, (_, conversation, *_) = talk.ask(turn, conversation, [], ())
    return json.loads(json.dumps(answer_document(noted[-1])))


def test_every_judged_question_is_answered_alike(assistant, operations: Operations, client) -> None:
    questions = judged(assistant)
    assert len(questions) > 600
    asked = [{"question": question, "history": history} for question, history in questions]
    wanted = [by_page(assistant, question, history) for question, history in questions]
    assert [client.post("/api/v1/ask", json=body).json() for body in asked] == wanted

    async def by_mcp() -> list[object]:
        async with Client(create_mcp(operations)) as mcp:
            return [(await mcp.call_tool("search", body)).structured_content for body in asked]

    # the client holds each answer against the schema of the tool
    assert anyio.run(by_mcp) == wanted


@pytest.mark.parametrize("turns", TURNS, ids=lambda turns: turns[-1])
def test_every_kind_of_answer_is_described(assistant, turns: list[str]) -> None:
    document = direct(assistant, turns[-1], turns[:-1])
    Draft202012Validator(answers.Answer.model_json_schema()).validate(document)
