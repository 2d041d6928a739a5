"""``/api/v1``: what it promises beyond its own document, and the document held against the application."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

from assistant.api.mount import mount
from assistant.api.operations import Operations

# for each operation, well formed and malformed; API_CASES=170 makes 2,000 of them
CASES = int(os.environ.get("API_CASES", "8"))
OPERATIONS = [("/ask", "POST"), *((path, "GET") for path in ("/sheets", "/sheets/{sheet}", "/facets", "/compare"))]


@pytest.fixture(scope="session")
def document(application):
    return schemathesis.openapi.from_asgi("/api/openapi.json", application)


def test_every_operation_is_tried(document) -> None:
    described = {(path, method.upper()) for path, item in document.raw_schema["paths"].items() for method in item}
    assert described == {*OPERATIONS, ("/problems", "GET")}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_the_document_is_kept(document, path: str, method: str, mode: GenerationMode) -> None:
    cases = document[path][method].as_strategy(generation_mode=mode)

    @settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(cases)
    def keep(case) -> None:
        # a value that no sheet bears is well formed, and refused
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    keep()


def test_an_answer_is_not_sent_twice(client) -> None:
    for path in ("/sheets", "/facets?public=Seniors", "/sheets?public=Seniors&limit=1"):
        first = client.get(f"/api/v1{path}")
        tag = first.headers["etag"]
        assert first.json()["corpus"] in tag
        for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            again = client.get(f"/api/v1{path}", headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert client.get(f"/api/v1{path}", headers={"If-None-Match": '"x"'}).json() == first.json()


def test_the_tag_is_that_of_the_corpus_in_force(operations: Operations) -> None:
    held = [operations.held()]
    app = FastAPI(openapi_url=None)
    mount(app, Operations(operations.assistant, lambda: held[-1]))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        before = client.get("/api/v1/facets")
        held.append(replace(held[0], version="une-autre"))  # as when a running server takes a new index
        after = client.get("/api/v1/facets", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json()["corpus"] == "une-autre"
    assert "une-autre" in after.headers["etag"]


def test_what_fails_is_never_said_unchanged(client) -> None:
    assert client.get("/api/v1/sheets/perdue", headers={"If-None-Match": "*"}).status_code == 404


def test_the_list_is_filtered_and_paged(client) -> None:
    everything = client.get("/api/v1/sheets").json()
    assert everything["total"] == len(everything["sheets"]) == 24
    pages = [client.get("/api/v1/sheets", params={"limit": 7, "offset": n}).json()["sheets"] for n in (0, 7, 14, 21)]
    assert [sheet for page in pages for sheet in page] == everything["sheets"]
    seniors = client.get("/api/v1/sheets", params={"public": "Seniors"}).json()
    counted = {each["value"]: each["sheets"] for each in client.get("/api/v1/facets").json()["facets"]["public"]}
    assert seniors["total"] == counted["Seniors"]
    assert all("Seniors" in sheet["facets"]["public"] for sheet in seniors["sheets"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind", "said"),
    [
        ("GET", "/api/v2/sheets", None, 404, "adresse-inconnue", "n’existe pas"),
        ("GET", "/api/v1/sheets/perdue", None, 404, "fiche-inconnue", "perdue"),
        ("GET", "/api/v1/ask", None, 405, "methode-refusee", "qu’à POST"),
        ("DELETE", "/api/v1/sheets", None, 405, "methode-refusee", "qu’à GET"),
        ("GET", "/api/v1/sheets?limit=a", None, 422, "demande-mal-formee", "nombre entier"),
        ("GET", "/api/v1/compare?sheets=a&sheets=a", None, 422, "demande-mal-formee", "deux fois"),
        ("POST", "/api/v1/ask", b"{", 400, "requete-illisible", "JSON"),
        ("POST", "/api/v1/ask", b'{"question": "\\ud800"}', 422, "demande-mal-formee", "question"),
        ("POST", "/api/v1/ask", b'{"question": "?"}', 422, "question-refusee", "aucun mot"),
        ("POST", "/api/v1/ask", b'{"question": "a", "\\ud800": 1}', 422, "demande-mal-formee", "attendu"),
        ("POST", "/api/v1/ask", b"[" * 50_000, 400, "requete-illisible", ""),
    ],
)
def test_what_is_wrong_is_a_problem(server, method: str, path: str, body, status: int, kind: str, said: str) -> None:
    import httpx

    headers = {"Content-Type": "application/json"}
    response = httpx.request(method, f"{server.url}{path}", content=body, headers=headers, timeout=60)
    found = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, found["status"]) == (status, status)
    assert found["type"] == f"/api/v1/problems#{kind}"
    assert said in found["detail"]
    known = httpx.get(f"{server.url}/api/v1/problems", timeout=60).json()["problems"]
    assert found["type"] in [each["type"] for each in known]
