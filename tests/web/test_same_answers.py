"""HTTP, MCP and the command line answer alike, and as they describe it."""

from __future__ import annotations

import json

import anyio
import pytest
from jsonschema import Draft202012Validator
from mcp import Client

from assistant.answer import Assistant
from assistant.api import answers
from assistant.api.mcp_server import create_mcp
from assistant.api.operations import Operations
from assistant.export.json_form import answer_document

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
    lines = (assistant.settings.data / "judged" / "dev.jsonl").read_text("utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [(each["question"], each.get("history") or []) for each in found]


def direct(assistant: Assistant, question: str, history: list[str]) -> dict[str, object]:
    from assistant.conversation.state import Conversation

    conversation = Conversation()
    for turn in history:
        _, conversation = assistant.ask(turn, conversation)
    answer, _ = assistant.ask(question, conversation)
    return json.loads(json.dumps(answer_document(answer)))


def test_every_judged_question_is_answered_alike(assistant, operations: Operations, client) -> None:
    questions = judged(assistant)
    assert len(questions) > 100
    asked = [{"question": question, "history": history} for question, history in questions]
    wanted = [direct(assistant, question, history) for question, history in questions]
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
