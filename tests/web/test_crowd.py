"""How much may be asked at once: rates, places, names of hosts, and what is said beyond."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import socket

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from assistant.web import guard
from assistant.web.crowd import Crowd, Room
from assistant.web.guard import Guard
from assistant.web.hosts import served_hosts
from assistant.web.logs import JsonLines, RequestLog, shape
from assistant.web.rates import Rates

ELSEWHERE = ("203.0.113.7", 1)


class Slow:
    """An application that answers when it is let."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.most = self.now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await self.go.wait()
        self.now -= 1
        await PlainTextResponse("fait")(scope, receive, send)


def client(app, address: tuple[str, int] = ELSEWHERE) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=address), base_url="http://localhost")


def crowd(app, room: Room | None = None, rate: int = 1000) -> Crowd:
    return Crowd(app, Rates(rate, 10 * rate), room or Room(4, 4, 4))


@given(st.lists(st.floats(0, 30), min_size=1, max_size=60), st.integers(1, 20))
def test_no_minute_gives_more_than_a_bucket_and_what_refills_it(pauses: list[float], rate: int) -> None:
    now = 0.0
    rates, taken = Rates(rate, 1, lambda: now), []
    for pause in pauses:
        now += pause
        wait = rates.wait("203.0.113.7")
        if wait:
            now += wait + 1e-6  # who waits as told is served
            assert rates.wait("203.0.113.7") == 0
        taken.append(now)
    for start in taken:
        assert sum(start <= moment <= start + 60 for moment in taken) <= 2 * rate + 1


def test_each_client_has_its_own_bucket_and_a_network_of_version_6_is_one() -> None:
    rates = Rates(1, 3, lambda: 0.0)
    assert rates.wait("203.0.113.7") == 0
    assert rates.wait("203.0.113.7") == pytest.approx(60)
    assert rates.wait("203.0.113.8") == 0
    assert rates.wait("::ffff:203.0.113.8") > 0
    assert rates.wait("2001:db8::1") == 0
    assert rates.wait("2001:db8::2") > 0
    assert [rates.wait(here) == 0 for here in ("127.0.0.1", "::1", "127.0.0.2", "127.0.0.1")] == [True] * 3 + [False]


def test_clients_without_number_are_not_all_remembered() -> None:
    rates = Rates(1, 1, lambda: 0.0)
    for number in range(12_000):
        rates.wait(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(rates._buckets) == 10_000


def test_too_many_requests_are_told_when_to_come_back() -> None:
    async def run() -> None:
        async with client(crowd(PlainTextResponse("fait"), rate=2)) as someone:
            answers = [await someone.post("/api/ask") for _ in range(3)]
            style = await someone.get("/page.css")
        async with client(crowd(PlainTextResponse("fait"), rate=2), ("203.0.113.8", 1)) as other:
            assert (await other.post("/api/ask")).status_code == 200
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 30
        assert "Réessayez" in answers[-1].json()["remedy"]
        assert style.status_code == 200

    asyncio.run(run())


def test_beyond_capacity_is_said_at_once_and_what_waits_is_answered() -> None:
    async def run() -> None:
        slow = Slow()
        async with client(crowd(slow, Room(2, 3, 9))) as someone:
            asked = [asyncio.create_task(someone.post("/api/ask")) for _ in range(5)]
            while slow.now < 2:
                await asyncio.sleep(0)
            beyond = await someone.post("/api/ask")
            slow.go.set()
            answers = await asyncio.gather(*asked)
            after = await someone.post("/api/ask")
        assert (beyond.status_code, beyond.headers["retry-after"]) == (503, "2")
        assert beyond.json()["error"] == "Trop de questions arrivent en même temps."
        assert [answer.status_code for answer in answers] == [200] * 5
        assert after.status_code == 200
        assert slow.most == 2

    asyncio.run(run())


def test_a_full_queue_of_the_page_is_said_in_french() -> None:
    async def run() -> None:
        async with client(crowd(PlainTextResponse("Queue is full.", 503))) as someone:
            full = await someone.post("/gradio_api/queue/join")
        assert (full.status_code, full.headers["retry-after"]) == (503, "2")
        assert full.json()["error"].startswith("Trop de questions")

    asyncio.run(run())


def test_open_pages_are_bounded() -> None:
    async def run() -> None:
        slow = Slow()
        async with client(crowd(slow, Room(1, 1, 2))) as someone:
            opened = [asyncio.create_task(someone.get(f"/gradio_api/heartbeat/{name}")) for name in "ab"]
            while slow.now < 2:
                await asyncio.sleep(0)
            assert (await someone.get("/gradio_api/heartbeat/c")).status_code == 503
            slow.go.set()
            await asyncio.gather(*opened)

    asyncio.run(run())


def test_stopping_takes_nothing_new_and_waits_for_answers_not_for_pages() -> None:
    async def run() -> None:
        slow, room = Slow(), Room(1, 9, 9)
        async with client(crowd(slow, room)) as someone:
            page = asyncio.create_task(someone.get("/gradio_api/heartbeat/a"))
            asked = [asyncio.create_task(someone.post("/api/ask")) for _ in range(3)]
            while slow.now < 2:
                await asyncio.sleep(0)
            assert not await room.drain(0.1)
            late = await someone.post("/api/ask")
            assert (late.status_code, late.json()["error"]) == (503, "L’assistant s’arrête.")
            assert not await room.drain(3600, lambda: True)  # Ctrl+C once more
            drained = asyncio.create_task(room.drain(3600))
            slow.go.set()
            assert await drained
            assert [answer.status_code for answer in await asyncio.gather(*asked)] == [200] * 3
            await page

    asyncio.run(run())


@pytest.mark.parametrize(
    ("listens", "more", "host", "known"),
    [
        ("127.0.0.1", "", "127.0.0.1:7860", True),
        ("127.0.0.1", "", "LocalHost:7860", True),
        ("127.0.0.1", "", "[::1]:7860", True),
        ("127.0.0.1", "", "ailleurs.example", False),
        ("127.0.0.1", "", "192.0.2.7", False),
        ("127.0.0.1", "", "", False),
        ("127.0.0.1", "", "127.0.0.1.ailleurs.example", False),
        ("0.0.0.0", "", "192.0.2.7:7860", True),
        ("0.0.0.0", "", socket.gethostname(), True),
        ("0.0.0.0", "", "ailleurs.example", False),
        ("::", "", "[2001:db8::1]:80", True),
        ("0.0.0.0", "Fiches.example, b.example", "fiches.example:443", True),
        ("fiches.example", "", "fiches.example", True),
    ],
)
def test_names_of_hosts(listens: str, more: str, host: str, known: bool) -> None:
    assert served_hosts(listens, more).knows(host) is known


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_header_of_hosts_is_an_error(host: str, origin: str) -> None:
    hosts = served_hosts("0.0.0.0", "")
    assert not hosts.lets_send(f"ftp://{host}", host)
    hosts.knows(host)
    hosts.lets_send(origin, host)


def guarded(app=None) -> Guard:
    return Guard(app or PlainTextResponse("fait"), served_hosts("127.0.0.1", "fiches.example"))


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {"Origin": "http://localhost"}, 200),
        ("POST", {}, 200),
        ("POST", {"Origin": "https://fiches.example"}, 200),
        ("POST", {"Origin": "https://ailleurs.example"}, 403),
        ("POST", {"Origin": "null"}, 403),
        ("GET", {"Origin": "https://ailleurs.example"}, 200),
        ("GET", {"Host": "ailleurs.example"}, 400),
        ("GET", {"Host": "ailleurs.example", "Accept": "text/html"}, 400),
    ],
)
def test_other_sites_can_send_nothing(method: str, headers: dict[str, str], status: int) -> None:
    async def run() -> None:
        async with client(guarded()) as someone:
            answer = await someone.request(method, "/api/ask", headers=headers)
        assert answer.status_code == status
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        if status != 200:
            assert ('<html lang="fr">' in answer.text) is ("text/html" in headers.get("Accept", ""))
            assert "ASSISTANT_HOSTS" in answer.text

    asyncio.run(run())


def test_an_address_without_end_is_refused() -> None:
    async def run() -> None:
        async with client(guarded()) as someone:
            assert (await someone.get("/", params={"q": "a" * 20_000})).status_code == 414

    asyncio.run(run())


def test_a_body_that_does_not_come_keeps_no_place(monkeypatch) -> None:
    monkeypatch.setattr(guard, "_BODY_SECONDS", 0.01)

    async def starved():
        await asyncio.Event().wait()

    async def run() -> None:
        statuses = []

        async def send(message):
            statuses.append(message.get("status"))

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/ask",
            "query_string": b"",
            "headers": [(b"host", b"localhost")],
        }
        await guarded()(scope, starved, send)
        assert statuses[0] == 408

    asyncio.run(run())


def test_the_log_is_json_and_holds_no_word_of_a_question(monkeypatch) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError((await receive())["body"])

    asked = {"question": "zanzibar"}  # a line of a program is shown as it is
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("assistant.requests")
    monkeypatch.setattr(logger, "handlers", [handler])
    monkeypatch.setattr(logger, "level", logging.INFO)

    async def run() -> None:
        async with client(RequestLog(PlainTextResponse("fait"))) as someone:
            await someone.get("/", params={"q": "zanzibar"})
            await someone.get("/zanzibar")
            await someone.get("/gradio_api/heartbeat/zanzibar")
        async with client(RequestLog(broken)) as someone:
            try:
                await someone.post("/api/ask", json=asked)
            except RuntimeError:
                logger.exception("failed")

    logger._cache.clear()
    asyncio.run(run())
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line.get("path") for line in lines] == ["/", "…", "/gradio_api/heartbeat", "/api/ask", None]
    assert [line.get("status") for line in lines] == [200, 200, 200, 500, None]
    assert lines[-1]["error"] == "RuntimeError"
    assert "broken" in lines[-1]["where"]
    assert "zanzibar" not in written.getvalue()


@given(st.text(max_size=60))
def test_a_path_is_logged_by_its_shape_only(typed: str) -> None:
    known = {
        "/",
        "/healthz",
        "/emporter",
        "/page.css",
        "/page.js",
        "/stream.js",
        "/mcp",
        "/assets",
        "/static",
        "/svelte",
        "/api/v1",
    }
    assert shape(f"/{typed}") in known | {"…", f"/{typed}"}
    assert shape(f"/gradio_api/queue/data/{typed}".replace("\n", "")) == "/gradio_api/queue/data"
