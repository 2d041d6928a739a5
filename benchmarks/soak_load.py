"""A crowd that asks in closed loop: through the API, and through the queue of the page."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx

from benchmarks.soak_server import PATIENCE, percentile

Ask = Callable[[httpx.AsyncClient, str], Awaitable[str]]
"""Ask a question, and give the answer as text that can be compared; raises ``Failed`` when there is none."""


class Failed(Exception):
    """The server did not answer."""


@dataclass
class Outcome:
    """Seconds of each answer, what failed, and which questions were answered otherwise than alone."""

    seconds: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        p95 = percentile(self.seconds, 0.95) if self.seconds else float("nan")
        return (
            f"{len(self.seconds):,} answers, {len(self.failed)} failed, "
            f"{len(self.other)} unlike the unloaded ones, p95 {1000 * p95:.0f} ms"
        )

    def check(self) -> None:
        """Raises:
        SystemExit: something failed.
        """
        if self.failed or self.other or not self.seconds:
            raise SystemExit(f"{self}\n{self.failed[:3]}\n{self.other[:3]}")


def crowd(url: str, ask: Ask, asked: Sequence[str], users: int, seconds: float) -> Outcome:
    """What each question is answered alone, then what ``users`` who all ask at once get for so many seconds."""
    return asyncio.run(_crowd(url, ask, asked, users, seconds))


async def _crowd(url: str, ask: Ask, asked: Sequence[str], users: int, seconds: float) -> Outcome:
    outcome = Outcome()
    async with _client(url) as client:
        alone = {question: await ask(client, question) for question in asked}
    end = time.monotonic() + seconds

    async def user(number: int) -> None:
        # a connection of one's own: one that lies idle in a common pool may be closed while it is taken
        async with _client(url) as client:
            for turn in itertools.count(number * 7):
                if time.monotonic() >= end:
                    return
                question = asked[turn % len(asked)]
                start = time.monotonic()
                try:
                    answer = await ask(client, question)
                except (Failed, httpx.HTTPError) as error:
                    outcome.failed.append(f"{type(error).__name__} {error}")
                    continue
                outcome.seconds.append(time.monotonic() - start)
                if answer != alone[question]:
                    outcome.other.append(question)

    await asyncio.gather(*(user(number) for number in range(users)))
    return outcome


def _client(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=PATIENCE)


async def ask_api(client: httpx.AsyncClient, question: str) -> str:
    """Through ``/api/ask``."""
    answer = await client.post("/api/ask", json={"question": question})
    if answer.status_code != httpx.codes.OK:
        raise Failed(answer.status_code, answer.text)
    return answer.text


def through_queue(url: str) -> Ask:
    """Through the queue of the page, as someone who opens it for each question."""
    config = httpx.get(f"{url}/config", timeout=PATIENCE).json()
    box = next(part["id"] for part in config["components"] if part["props"].get("elem_id") == "question")
    event = next(event for event in config["dependencies"] if [box, "submit"] in event["targets"])
    nothing = [None] * (len(event["inputs"]) - 1)

    async def ask(client: httpx.AsyncClient, question: str) -> str:
        session = secrets.token_hex(8)
        body = {"data": [question, *nothing], "fn_index": event["id"], "session_hash": session}
        joined = await client.post("/gradio_api/queue/join", json=body)
        if joined.status_code != httpx.codes.OK:
            raise Failed(joined.status_code, joined.text)
        async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
            events = [json.loads(line[5:]) async for line in stream.aiter_lines() if line.startswith("data:")]
        done = next((event for event in events if event["msg"] == "process_completed" and event["success"]), None)
        if done is None:
            raise Failed(events[-1:])
        return json.dumps(done["output"]["data"][0])

    return ask
