"""Fuzzing of what people and programs send: questions, links and messages of the page, conversations, requests."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from hypothesis import strategies as st

from assistant.answer import Assistant
from assistant.api.operations import over
from assistant.conversation.record import from_json, to_json
from assistant.conversation.state import Conversation
from assistant.errors import AssistantError, ConversationError
from assistant.replies import Answer, TurnKind
from assistant.values import Facet, Role
from assistant.web import api
from assistant.web.basket import Basket, Pick
from assistant.web.guard import Guard
from assistant.web.hosts import served_hosts
from assistant.web.renewal import open_generation
from assistant.web.shelf import shelve
from assistant.web.views import Desk
from assistant.web.visit import Visit
from assistant.web.warming import Warming
from benchmarks.fuzz_inputs import ANY_JSON, Target, hold, hold_helpful, typed

_STATUSES = {200, 400, 413, 422}
_PARAMETERS = ("q", "vue", "chercher", "tri", "p", "fiche", "fiches", "extrait", "rubriques", "grille", "corpus")
_VALUES = (
    *("fiches", "comparer", "couverture", "selection", "fiche", "transposer", "modele", "conversation"),
    *("Seniors", "0", "-1", "99999999", "1-2", "0-0", "titre", "limites,perspectives", "<script>", "\0", "%00"),
)


def asking_targets(assistant: Assistant) -> Mapping[str, Target]:
    """The targets by name, over an open index."""
    return {
        "understanding": Target(typed(30), lambda text: _understood(assistant, text)),
        "questions": Target(st.lists(typed(), min_size=1, max_size=3), lambda said: _answered(assistant, said)),
        "links": _links(assistant),
        "conversations": _conversations(assistant),
        "requests": _requests(assistant),
    }


def _understood(assistant: Assistant, text: str) -> None:
    query = assistant._understanding.query(text)
    hold(set(query.terms) <= set(query.words), "a term has no word")


def _answered(assistant: Assistant, said: list[str], conversation: Conversation | None = None) -> None:
    talked = conversation or Conversation()
    for question in said:
        try:
            answer, talked = assistant.ask(question, talked)
        except AssistantError as error:
            hold_helpful(error)
        else:
            _hold_exact(answer)


def _hold_exact(answer: Answer) -> None:
    for excerpt in (*answer.sheets, *answer.nearest):
        for quote in excerpt.quotes:
            hold(excerpt.sheet.slice(quote.start, quote.end) == quote.text, "a quote is not the text")


def _links(assistant: Assistant) -> Target:
    shelf = shelve(assistant.store, assistant.settings.data)
    visit = Visit(lambda: shelf)
    ids = [sheet.id for sheet in shelf.catalogue.sheets]
    name = st.sampled_from([*_PARAMETERS, *Facet]) | st.text(max_size=8)
    value = st.sampled_from([*_VALUES, *ids, ",".join(ids)]) | st.text(max_size=20)
    encodable = st.lists(st.tuples(name, value), max_size=5).map(lambda said: urlencode(said, errors="surrogatepass"))
    verb = st.sampled_from(["garder:", "retirer:", "monter:", "descendre:", "note:", "vider", "annuler", "/?vue=", ""])
    message = encodable.map(lambda query: f"1|/?{query}") | st.tuples(
        st.just("1|"), verb, st.sampled_from(ids) | st.text(max_size=12), st.sampled_from(["", "\n", "\nnote"])
    ).map("".join)
    basket = Basket(tuple(Pick(sheet, "note") for sheet in ids[:2])).stored()
    stored = st.just(basket) | st.text(max_size=20) | ANY_JSON.map(json.dumps)

    def check(drawn: tuple[list[str], str]) -> None:
        messages, kept = drawn
        desk = Desk()
        for said in messages:
            desk, *parts = visit.go(said, desk, kept, ("une question",), Conversation())
            hold("<script" not in "".join(map(str, parts)), "markup of a link is in the page")

    return Target(st.tuples(st.lists(message | st.text(max_size=20), min_size=1, max_size=3), stored), check)


def _conversations(assistant: Assistant) -> Target:
    ids = assistant.store.sheet_ids({})
    text = typed(4).map(lambda said: said.encode("utf-8", "replace").decode())
    sheet = st.sampled_from(ids) | st.text(max_size=8)
    values = st.dictionaries(st.sampled_from(list(Facet)), st.lists(text, max_size=2), max_size=2)
    need = st.fixed_dictionaries(
        {"text": text, "facets": values, "excluded": values, "preferred": values, "dropped": st.lists(text, max_size=2)}
    )
    scored = st.lists(st.tuples(sheet, st.floats(-1, 1)), max_size=3)
    turn = st.builds(
        lambda said, shown: {**said, "shown": [name for name, _ in shown], "scores": [score for _, score in shown]},
        st.fixed_dictionaries(
            {
                "question": text,
                "kind": st.sampled_from(list(TurnKind)),
                "need": need,
                "roles": st.lists(st.sampled_from(list(Role)), max_size=2),
                "listed": st.lists(sheet, max_size=3),
                "focus": st.none() | sheet,
            }
        ),
        scored,
    )
    turns = st.lists(turn, max_size=2)
    made = st.fixed_dictionaries({"form": st.just(1), "seed": st.integers(0, 9), "turns": turns}).map(_signed)
    drawn = made | ANY_JSON.map(json.dumps) | st.text(max_size=60)

    def check(given: tuple[str, str]) -> None:
        text, question = given
        try:
            conversation = from_json(text)
        except ConversationError as error:
            hold_helpful(error)
            return
        hold(from_json(to_json(conversation)) == conversation, "a conversation is not read back as it was")
        _answered(assistant, [question], conversation)

    return Target(st.tuples(drawn, typed(2)), check)


def _signed(document: dict[str, Any]) -> str:
    """As a conversation is kept, with its digest."""
    digest = hashlib.sha256(json.dumps(document, ensure_ascii=True, sort_keys=True).encode()).hexdigest()
    return json.dumps({**document, "sha256": digest})


def _requests(assistant: Assistant) -> Target:
    app = FastAPI(openapi_url=None)
    warming, operations = Warming(assistant.settings), over(assistant)
    warming._take(open_generation(assistant.settings))
    warming._done.set()  # without the thread that looks for a newer generation

    @app.post("/api/ask")
    async def ask(request: Request) -> JSONResponse:
        return await api.ask(request, warming, operations)

    guarded = Guard(app, served_hosts("127.0.0.1", ""))
    asked = typed(4)
    body = st.fixed_dictionaries(
        {"question": asked | ANY_JSON},
        optional={
            "history": st.lists(asked, max_size=2) | ANY_JSON,
            "filters": st.dictionaries(st.sampled_from([*Facet, "x"]), st.lists(st.text(max_size=8), max_size=2))
            | ANY_JSON,
            "top": st.integers(-1, 60) | ANY_JSON,
            "as_typed": st.booleans() | ANY_JSON,
        },
    )
    content = (body | ANY_JSON).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60)

    def check(sent: bytes) -> None:
        status, text = asyncio.run(_post(guarded, sent))
        hold(status in _STATUSES, f"{status} {text}")
        said = json.loads(text)
        hold(
            status == httpx.codes.OK or bool(said["error"] and said["remedy"]), f"a refusal that does not help: {text}"
        )

    return Target(content, check)


async def _post(app: Any, sent: bytes) -> tuple[int, str]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.post("/api/ask", content=sent)
        return answer.status_code, answer.text
