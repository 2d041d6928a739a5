"""The server over HTTP: health, API, headers, and what stays shut."""

from __future__ import annotations

import json
import logging
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from assistant.conversation.state import Conversation
from assistant.errors import MissingIndex, ServerError
from assistant.indexing.manifest import read_manifest
from assistant.settings import Settings
from assistant.web.guard import MOST_BODY_BYTES
from assistant.web.page import EXAMPLES
from assistant.web.server import serve
from assistant.web.talk import Talk
from assistant.web.warming import Warming

ISOLATION = "comment lutter contre l'isolement des seniors en milieu rural ?"


def test_health_tells_what_answers(server, settings: Settings) -> None:
    response = httpx.get(f"{server.url}/healthz", timeout=60)
    manifest = read_manifest(settings.index)
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "corpus": manifest.corpus_version,
        "sheets": manifest.sheets,
        "passages": manifest.passages,
    }


def test_ask_gives_quotes_that_are_in_the_source(server, settings: Settings) -> None:
    answer = server.ask(ISOLATION).json()
    assert answer["answered"]
    sheet = answer["sheets"][0]
    assert sheet["title"] == "les visiteurs à domicile"
    assert sheet["quotes"]
    assert sheet["limits"]
    assert sheet["perspectives"]
    for quote in sheet["quotes"]:
        source = (settings.data / "actions" / quote["source"]).read_bytes().decode("utf-8")
        assert source[quote["start"] : quote["end"]] == quote["text"]


def test_history_keeps_the_subject(server) -> None:
    alone = server.ask("et les limites ?").json()
    after = server.ask("et les limites ?", history=[ISOLATION]).json()
    assert not alone["understood"]["follows"]
    assert after["understood"]["follows"]
    assert after["sheets"][0]["title"] == "les visiteurs à domicile"
    assert after["understood"]["sections"] == ["limits"]


def test_a_correction_can_be_refused(server) -> None:
    assert server.ask("lisolement").json()["understood"]["corrections"] == [["lisolement", "isolement"]]
    assert server.ask("lisolement", as_typed=True).json()["understood"]["corrections"] == []


def test_filters_and_top_narrow(server) -> None:
    answer = server.ask("activités", filters={"public": ["Seniors"]}, top=1).json()
    assert len(answer["sheets"] + answer["nearest"]) == 1
    assert all("Seniors" in sheet["public"] for sheet in answer["sheets"])


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({"question": "seniors", "filters": {"couleur": ["bleu"]}}, 422, ["couleur", "public"]),
        ({"question": "seniors", "filters": {"public": ["Martiens"]}}, 422, ["Martiens", "Seniors"]),
        ({"question": "a" * 2001}, 422, ["2\u202f001", "2\u202f000"]),
        ({"question": "seniors", "history": ["a" * 2001]}, 422, ["2\u202f000"]),
        ({"question": "  ?! "}, 422, ["aucun mot"]),
        ({}, 422, ["question"]),
        ({"question": 3}, 422, ["question"]),
        ({"question": "seniors", "top": 0}, 422, ["top"]),
        ({"question": "seniors", "history": ["a"] * 51}, 422, ["history", "50"]),
        ({"question": "seniors", "colour": 1}, 422, ["colour"]),
        ([], 422, []),
    ],
)
def test_bad_input_is_said_in_french(server, body: object, status: int, named: list[str]) -> None:
    response = httpx.post(f"{server.url}/api/ask", json=body, timeout=60)
    assert response.status_code == status
    assert set(response.json()) == {"error", "remedy"}
    assert all(name in f"{response.json()['error']} {response.json()['remedy']}" for name in named)


def test_what_is_not_json_is_refused(server) -> None:
    for body in (b"{", b"\xff\xfe", b""):
        response = httpx.post(f"{server.url}/api/ask", content=body, timeout=60)
        assert response.status_code == 400
        assert "JSON" in response.json()["error"]


def test_bodies_are_capped(server) -> None:
    def pieces():
        for _ in range(MOST_BODY_BYTES // 1024 + 1):
            yield b"x" * 1024

    for body in (b"x" * (MOST_BODY_BYTES + 1), pieces()):
        response = httpx.post(f"{server.url}/api/ask", content=body, timeout=60)
        assert response.status_code == 413
        assert "256 ko" in response.json()["error"]


def test_headers_protect_the_page(server) -> None:
    for path in ("/", "/healthz", "/page.css", "/nowhere"):
        headers = httpx.get(f"{server.url}{path}", headers={"Origin": "https://ailleurs.example"}, timeout=60).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in headers
        assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize(
    "path",
    [
        "/openapi.json",
        "/docs",
        "/redoc",
        "/monitoring",
        "/monitoring/summary",
        "/gradio_api/openapi.json",
        "/gradio_api/info",
        "/gradio_api/file=https://example.org/",
        "/gradio_api/file=/etc/passwd",
        "/file=/etc/passwd",
        "/gradio_api/proxy=https://example.org/",
        "/gradio_api/upload_progress",
        "/gradio_api/deep_link",
        "/gradio_api/mcp/",
    ],
)
def test_what_is_not_used_is_shut(server, path: str) -> None:
    assert httpx.get(f"{server.url}{path}", timeout=60).status_code == 404


def test_nothing_can_be_uploaded(server) -> None:
    for path in ("/gradio_api/upload", "/upload", "/gradio_api//upload"):
        assert httpx.post(f"{server.url}{path}", files={"files": b"x"}, timeout=60).status_code == 404


def test_other_host_names_are_refused(server) -> None:
    refused = httpx.get(server.url, headers={"Host": "ailleurs.example"}, timeout=60)
    assert refused.status_code == 400
    assert "ne répond pas au nom «\u00a0ailleurs.example\u00a0»" in refused.text
    page = httpx.get(server.url, headers={"X-Forwarded-Host": "ailleurs.example"}, timeout=60)
    assert page.status_code == 200
    assert "ailleurs.example" not in page.text


def test_the_page_is_french_and_names_no_other_site(server) -> None:
    page = httpx.get(server.url, timeout=60).text
    assert 'lang="fr"' in page
    assert "og:image" not in page
    assert 'content="Gradio"' not in page


def test_nothing_leaves_the_machine(server) -> None:
    """The whole server runs with the network denied; the other tests of this folder use it too."""
    assert server.ask("jardin partagé").status_code == 200
    assert httpx.get(server.url, timeout=60).status_code == 200
    assert server.attempts.read_text() == ""


def test_questions_are_not_logged(server) -> None:
    server.ask("zanzibarquestion")
    httpx.get(f"{server.url}/?q=zanzibarquestion", timeout=60)
    assert "zanzibarquestion" not in server.log.read_text()


def test_the_port_answers_before_the_model(slow_server: Callable) -> None:
    with slow_server(3600) as server:
        health = httpx.get(f"{server.url}/healthz", timeout=60)
        assert (health.status_code, health.json()["status"]) == (503, "starting")
        assert server.ask("seniors").status_code == 503
        assert "démarre" in server.ask("seniors").json()["error"]
        assert httpx.get(server.url, timeout=60).status_code == 200


def test_stopping_finishes_the_answers_that_are_being_made(slow_server: Callable) -> None:
    body = json.dumps({"question": "et les limites ?", "history": [ISOLATION, "autre sujet : un jardin"] * 10}).encode()
    head = f"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    with slow_server(0) as server, ExitStack() as opened:
        server.wait()
        address = urlsplit(server.url)
        asked = [opened.enter_context(socket.create_connection((address.hostname, address.port))) for _ in range(8)]
        for connection in asked:
            connection.sendall(head.encode() + body)
        # all were read long before the first is answered: their bodies are read while answers are made
        said = [read_all(asked[0])]
        server.process.terminate()
        said += [read_all(connection) for connection in asked[1:]]
        assert [answer.split(b"\r\n")[0] for answer in said] == [b"HTTP/1.1 200 OK"] * 8
        assert server.process.wait(timeout=20) in (0, -signal.SIGTERM)


def read_all(connection: socket.socket) -> bytes:
    connection.settimeout(60)
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_taken_port_says_which_option(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerError) as caught:
            serve(replace(settings, port=port))
    assert str(port) in caught.value.happened
    assert "--port" in caught.value.remedy


def test_a_missing_index_is_said_before_the_port_opens(settings: Settings, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(MissingIndex):
        serve(replace(settings, index=tmp_path, port=port))
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_an_unforeseen_error_keeps_the_question_to_itself(settings: Settings, caplog, monkeypatch) -> None:
    class Broken:
        def ask(self, question: str, *_: object) -> None:
            raise RuntimeError(question)

    warming = Warming(settings)
    monkeypatch.setattr(warming, "assistant", lambda: Broken())
    with caplog.at_level(logging.DEBUG):
        *_, last = Talk(warming).ask("zanzibar", Conversation(), [], ())
    assert "erreur inattendue" in last[0][-1]["content"]
    assert "RuntimeError" in caplog.text
    assert "zanzibar" not in caplog.text


def test_the_examples_are_answered(server) -> None:
    assert [len(texts) for texts in EXAMPLES.values()] == [2, 2, 2]
    for texts in EXAMPLES.values():
        for text in texts:
            assert server.ask(text).json()["answered"], text


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({}, 422, "n’existe pas"),
        ({"quoi": "selection", "format": "pdf", "fiches": ""}, 422, "Aucune fiche à emporter"),
        ({"quoi": "selection", "format": "pdf", "fiches": "perdue"}, 422, "Aucune fiche à emporter"),
        ({f"champ{n}": "x" for n in range(300)}, 400, "n’a pas la forme attendue"),
    ],
)
def test_an_order_that_cannot_be_made_is_said(server, fields, status: int, said: str) -> None:
    answer = httpx.post(f"{server.url}/emporter", data=fields, timeout=60)
    assert answer.status_code == status
    assert said in answer.text


def test_a_link_that_names_what_gradio_reads_opens_the_page(server) -> None:
    for link in ("/?page=x", "/?vue=fiches&page=-1&deep_link=x&tri=%00", "/?__theme=dark"):
        assert httpx.get(f"{server.url}{link}", timeout=60).status_code == 200
