"""MCP with the SDK's own client: a real process over stdio, the real server over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable

import anyio
import httpx
import pytest
from mcp import Client, MCPError, StdioServerParameters, stdio_client

from assistant.api.mcp_server import create_mcp
from assistant.api.operations import Operations
from assistant.errors import FailureError

ISOLATION = "comment lutter contre l'isolement des seniors en milieu rural ?"
HOSTILE = [
    ("search", {}, "question"),
    ("search", {"question": 3}, "question"),
    ("search", {"question": "  ?! "}, "aucun mot"),
    ("search", {"question": "a" * 100_000}, "2\u202f000"),
    ("search", {"question": "seniors", "couleur": "bleu"}, "couleur"),
    ("search", {"question": "seniors", "filters": {"public": ["Martiens"]}}, "Martiens"),
    ("read_sheet", {"sheet": "../../etc/passwd"}, "identifiant"),
    ("compare", {"sheets": ["a"]}, "2 éléments"),
    ("compare", {"sheets": ["a", "b"], "sections": ["zut"]}, "limits"),
    ("list_facets", {"public": "Seniors"}, "liste"),
]


async def _visit(client: Client, source: str) -> None:
    """What a program does: looks, searches, reads, compares; then everything wrong, and the server is still up."""
    tools = {tool.name for tool in (await client.list_tools()).tools}
    assert tools == {"search", "read_sheet", "compare", "list_facets"}
    answer = (await client.call_tool("search", {"question": ISOLATION})).structured_content
    first, second = answer["sheets"][:2]
    for quote in [*first["quotes"], *second["quotes"]]:
        assert source[quote["start"] : quote["end"]] == quote["text"]
    sheet = (await client.call_tool("read_sheet", {"sheet": first["id"]})).structured_content
    assert (sheet["id"], sheet["title"]) == (first["id"], first["title"])
    board = (await client.call_tool("compare", {"sheets": [first["id"], second["id"]]})).structured_content
    assert [each["id"] for each in board["sheets"]] == [first["id"], second["id"]]
    facets = (await client.call_tool("list_facets", {})).structured_content["facets"]
    assert "Seniors" in [each["value"] for each in facets["public"]]
    for tool, arguments, said in HOSTILE:
        failed = await client.call_tool(tool, arguments)
        assert failed.is_error
        assert failed.structured_content["type"].startswith("/api/v1/problems#")
        assert said in failed.content[0].text
        assert "Traceback" not in failed.content[0].text
    with pytest.raises(MCPError, match="n’existe pas"):
        await client.call_tool("zut", {})
    assert (await client.call_tool("list_facets", {})).structured_content["facets"] == facets


@pytest.fixture(scope="session")
def source(settings) -> str:
    return (settings.data / "actions" / "actions-centres-sociaux.txt").read_bytes().decode("utf-8")


def _run(task: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        with anyio.fail_after(120):
            await task()

    anyio.run(bounded)


def test_over_stdio(settings, source: str, tmp_path) -> None:
    places = ["--data", str(settings.data), "--index", str(settings.index)]
    command = ["-c", "import sys; from assistant.cli import main; main(sys.argv[1:])", "mcp", *places]
    server = StdioServerParameters(command=sys.executable, args=command, env={"PYTHONPATH": ":".join(sys.path)})
    log = tmp_path / "log"

    async def task() -> None:
        with log.open("w") as errors:
            async with Client(stdio_client(server, errlog=errors)) as client:
                await _visit(client, source)

    _run(task)
    assert log.read_text("utf-8") == ""


def test_over_http(server, source: str) -> None:
    async def task() -> None:
        async with Client(f"{server.url}/mcp") as client:
            await _visit(client, source)

    _run(task)
    assert "Traceback" not in server.log.read_text()
    assert server.attempts.read_text() == ""


def test_other_sites_are_refused(server) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accepts = {"Accept": "application/json, text/event-stream"}
    for stranger in ({"Origin": "http://ailleurs.example"}, {"Origin": "null"}):
        assert httpx.post(f"{server.url}/mcp", json=call, headers=accepts | stranger, timeout=60).status_code == 403
    renamed = accepts | {"Host": "ailleurs.example"}
    assert httpx.post(f"{server.url}/mcp", json=call, headers=renamed, timeout=60).status_code == 400
    assert httpx.post(f"{server.url}/mcp", json=call, headers=accepts, timeout=60).status_code == 200


def test_what_is_not_mcp_leaves_the_server_up(server) -> None:
    accepts = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    for body in (b"", b"{", b"[]", b"\xff", b'{"jsonrpc": "9", "id": 1, "method": "zut"}'):
        assert httpx.post(f"{server.url}/mcp", content=body, headers=accepts, timeout=60).status_code == 400
    for version in ("1999-01-01", "zut"):
        asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        refused = httpx.post(
            f"{server.url}/mcp", json=asked, headers=accepts | {"MCP-Protocol-Version": version}, timeout=60
        )
        assert refused.status_code == 400
        assert "error" in refused.json()
    for method in ("GET", "DELETE", "PUT"):
        refused = httpx.request(method, f"{server.url}/mcp", timeout=60)
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
        assert "POST" in refused.json()["error"]
    assert httpx.get(f"{server.url}/healthz", timeout=60).status_code == 200


def test_a_crash_keeps_the_question_to_itself(operations: Operations, caplog: pytest.LogCaptureFixture) -> None:
    asked = "zanzibar"

    def broken() -> None:
        raise RuntimeError(asked)

    def warming() -> None:
        raise FailureError("L’assistant démarre.", "Reposez la question.")

    async def ask(assistant: Callable[[], None]) -> str:
        alone = Operations(assistant, operations.held)
        async with Client(create_mcp(alone)) as client:
            return (await client.call_tool("search", {"question": asked})).structured_content["type"]

    assert anyio.run(ask, broken).endswith("#erreur-inattendue")
    assert anyio.run(ask, warming).endswith("#service-indisponible")
    assert "RuntimeError" in caplog.text
    assert asked not in caplog.text
