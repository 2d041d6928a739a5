"""The assistant for long, under load, and killed: ``python -m benchmarks.soak PART``, or no part for all of them.

    python -m benchmarks.soak users --seconds 20

Each part writes its row of docs/reliability.md, and fails when something does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from assistant.settings import Settings
from benchmarks.reliability import figure, write_row
from benchmarks.soak_kills import kill
from benchmarks.soak_load import ask_api, crowd, through_queue
from benchmarks.soak_server import PATIENCE, many_questions, questions, served
from benchmarks.soak_swaps import swap

_GROWTH = 0.05
_BEFORE = 2000  # questions until what is read and remembered once is there
_TOGETHER = 4


def users(options: argparse.Namespace) -> str:
    """Many ask in closed loop through the API."""
    settings = Settings()
    with served(settings) as server:
        outcome = crowd(server.url, ask_api, questions(settings)[: options.questions], options.users, options.seconds)
    outcome.check()
    return f"{options.users} users in closed loop for {options.seconds:.0f} s on `/api/ask`: {outcome}"


def queue(options: argparse.Namespace) -> str:
    """Fewer ask in closed loop through the queue of the page."""
    settings = Settings()
    with served(settings) as server:
        ask = through_queue(server.url)
        outcome = crowd(server.url, ask, questions(settings)[: options.questions], options.visitors, options.seconds)
    outcome.check()
    return f"{options.visitors} users in closed loop for {options.seconds:.0f} s through the queue: {outcome}"


def memory(options: argparse.Namespace) -> str:
    """Many questions, hardly two of them the same, leave the memory of the server where it was."""
    settings = Settings()
    asked = many_questions(settings)

    async def ask(url: str, count: int) -> None:
        left = iter(list(itertools.islice(asked, count)))
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:

            async def one() -> None:
                for question in left:
                    await ask_api(client, question)

            await asyncio.gather(*(one() for _ in range(_TOGETHER)))

    with served(settings) as server:
        before = min(_BEFORE, options.asked // 10)
        asyncio.run(ask(server.url, before))
        start = server.resident()
        asyncio.run(ask(server.url, options.asked - before))
        end = server.resident()
    growth = end / start - 1
    said = (
        f"{figure(options.asked)} questions: {start:.0f} MB resident after {figure(before)}, "
        f"{end:.0f} MB at the end ({growth:+.1%})"
    )
    if growth > _GROWTH:
        raise SystemExit(said)
    return said


def swaps(options: argparse.Namespace) -> str:
    """Generations change while it answers."""
    settings = Settings()
    with tempfile.TemporaryDirectory() as folder:
        found = swap(settings, Path(folder), questions(settings)[: options.questions], options.swaps, options.requests)
    if found.failed or found.two_ways:
        raise SystemExit(f"{found}\n{found.failed[:3]}\n{found.two_ways[:3]}")
    return str(found)


def kills(options: argparse.Namespace) -> str:
    """Writers are killed."""
    with tempfile.TemporaryDirectory() as folder:
        left = kill(options.kills, Path(folder))
    return (
        f"{left.total()} of {options.kills} writers killed at a random moment left a whole index in step "
        f"with its data: {left['old']} that of before, {left['new']} that of after"
    )


_PARTS: Mapping[str, Callable[[argparse.Namespace], str]] = {
    "users": users,
    "queue": queue,
    "memory": memory,
    "swaps": swaps,
    "kills": kills,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("part", nargs="?", choices=_PARTS, help="all of them when none is named")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long users and queue ask")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--visitors", type=int, default=20, help="users of the queue")
    parser.add_argument("--questions", type=int, default=60, help="how many different ones are asked")
    parser.add_argument("--asked", type=int, default=20_000, help="how many memory asks")
    parser.add_argument("--swaps", type=int, default=10)
    parser.add_argument("--requests", type=int, default=5_000, help="how many swaps asks at least")
    parser.add_argument("--kills", type=int, default=100)
    options = parser.parse_args()
    given = [argument for argument in sys.argv[1:] if argument != options.part]
    for part in [options.part] if options.part else _PARTS:
        write_row(part, _PARTS[part](options), " ".join(["python -m benchmarks.soak", part, *given]))


if __name__ == "__main__":
    main()
