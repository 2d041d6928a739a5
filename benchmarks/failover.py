"""Two servers of ours on one database, whose primary dies while 20 users ask: python -m benchmarks.failover [docs]

A primary and a replica that streams from it, both of this machine; two processes of ``assistant serve``, whose
address names both. Each user asks one judged question after another of one of the two servers, with a pause
between. The primary is stopped at once, as by a crash; the replica is promoted ``--delay`` seconds later, which
is what noticing takes. Done twice, with both servers started anew: with any host that answers, and with the
primary alone (``target_session_attrs``). Recovery is from the crash to the first moment from which every user has
been answered again. With a folder, the table takes its place in ``scaling.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np

from assistant.batch import Question, read_questions
from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.indexing.build import build
from assistant.settings import Settings
from assistant.stores import open_current, open_draft
from benchmarks.postgres_server import OWNER, PASSWORD, Replica, Server, replica, server
from benchmarks.replay import Replay

BEGIN, END = "<!-- failover -->", "<!-- end of failover -->"
_USERS, _SERVERS = 20, 2
_THINKING = 2.0  # seconds between an answer and the next question
_BEFORE, _AFTER = 20.0, 30.0  # seconds of asking before the crash and after it
_WAIT = 120.0  # seconds for a server to be ready


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: who asked, when it left and came back (seconds of a clock that only grows), what came back."""

    user: int
    start: float
    end: float
    status: str


@dataclass(frozen=True, slots=True)
class Run:
    """All that was asked, when the primary was stopped, and when the replica had become one."""

    asked: Sequence[Asked]
    crash: float
    promoted: float


def main() -> None:
    """Print the table; with a folder, write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--delay", type=float, default=3.0, help="seconds from the crash to the promotion")
    parser.add_argument("docs", type=Path, nargs="?")
    arguments = parser.parse_args()
    lines = [
        "| adresse | questions | erreurs | rétablie en | attente la plus longue | médiane avant, après |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for attributes in ("any", "primary"):
        lines.append(_row(attributes, _fail_over(attributes, arguments.delay)))
    text = "\n".join(lines)
    print(text)
    if arguments.docs:
        page = arguments.docs / "scaling.md"
        before, _, rest = page.read_text("utf-8").partition(BEGIN)
        page.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def _fail_over(attributes: str, delay: float) -> Run:
    with ExitStack() as stack:
        primary = stack.enter_context(server({"hot_standby": "on"}))
        _fill(primary)
        copy = stack.enter_context(replica(primary))
        _caught_up(primary, copy)
        hosts = f"127.0.0.1:{primary.port},127.0.0.1:{copy.port}"
        address = f"postgresql://{OWNER}:{quote(PASSWORD, safe='')}@{hosts}/postgres?target_session_attrs={attributes}"
        ports = [stack.enter_context(_serving(address)) for _ in range(_SERVERS)]
        asked: list[Asked] = []
        over = threading.Event()
        users = [
            threading.Thread(target=_user, args=(number, ports[number % _SERVERS], asked, over))
            for number in range(_USERS)
        ]
        for user in users:
            user.start()
        try:
            time.sleep(_BEFORE)
            crash = time.monotonic()
            primary.stop()
            time.sleep(delay)
            copy.promote()
            promoted = time.monotonic()
            time.sleep(_AFTER)
        finally:
            over.set()
            for user in users:
                user.join()
        return Run(asked, crash, promoted)


def _fill(primary: Server) -> None:
    local = Settings()
    corpus = read_corpus(local.data)
    primary.sql("postgres", "CREATE EXTENSION vector")
    draft = open_draft(Settings(store=primary.address("postgres")), full=True)
    build(corpus, input_hashes(local.data), Replay(open_current(local), corpus), draft, lambda *_: None)


def _caught_up(primary: Server, copy: Replica) -> None:
    """Wait until the replica has replayed all that the primary has written."""
    written = primary.sql("postgres", "SELECT pg_current_wal_lsn()::text")[0][0]
    deadline = time.monotonic() + _WAIT
    while not copy.sql("postgres", f"SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn")[0][0]:
        if time.monotonic() > deadline:
            raise TimeoutError("the replica does not follow")
        time.sleep(0.1)


@contextmanager
def _serving(address: str) -> Iterator[int]:
    """The port of an ``assistant serve`` that has answered."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [str(Path(sys.executable).with_name("assistant")), "serve", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "ASSISTANT_STORE": address}, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _WAIT
        while _ask(port, "isolement des seniors") != "200":
            if time.monotonic() > deadline or process.poll() is not None:
                raise TimeoutError("the server does not answer")
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait()


def _user(number: int, port: int, asked: list[Asked], over: threading.Event) -> None:
    questions = read_questions(Settings().data / "judged" / "dev.jsonl", Question)
    turn = number * len(questions) // _USERS
    over.wait(_THINKING * number / _USERS)  # they do not come together
    while not over.is_set():
        start = time.monotonic()
        status = _ask(port, questions[turn % len(questions)].question)
        asked.append(Asked(number, start, time.monotonic(), status))
        turn += 1
        over.wait(_THINKING)


def _ask(port: int, question: str) -> str:
    """The status of the answer, or what came instead."""
    headers = {"Content-Type": "application/json"}
    document = json.dumps({"question": question}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/ask", document, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            return str(answer.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError as error:
        return type(error).__name__


def _row(attributes: str, run: Run) -> str:
    wrong = Counter(one.status for one in run.asked if one.status != "200")
    answered = [one for one in run.asked if one.status == "200"]
    # of each user, the first answer to what was asked once its last failure, or the crash, was past
    last_wrong = [
        max((a.end for a in run.asked if a.user == u and a.status != "200"), default=0.0) for u in range(_USERS)
    ]
    again = [
        min((one.end for one in answered if one.user == user and one.end > max(run.crash, last)), default=float("inf"))
        for user, last in enumerate(last_wrong)
    ]
    before = [one.end - one.start for one in answered if one.end < run.crash]
    after = [one.end - one.start for one in answered if one.start > max(again)]
    errors = ", ".join(f"{count} × {status}" for status, count in sorted(wrong.items()))
    longest = max(one.end - one.start for one in run.asked if one.end > run.crash)
    cells = (
        f"`{attributes}`",
        str(len(run.asked)),
        f"{sum(wrong.values())}" + (f" ({errors})" if errors else ""),
        f"{_number(max(again) - run.crash)} s",
        f"{_number(longest)} s",
        f"{1000 * np.median(before):.0f} et {1000 * np.median(after):.0f} ms",
    )
    print(f"{attributes}: promoted {run.promoted - run.crash:.1f} s after the crash", file=sys.stderr)
    return "| " + " | ".join(cells) + " |"


def _number(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


if __name__ == "__main__":
    main()
