"""The real server in a process of its own, and the questions that are put to it."""

from __future__ import annotations

import itertools
import math
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from assistant.batch import read_questions
from assistant.evaluation import Judged
from assistant.settings import Settings

PATIENCE = 120.0
"""Seconds that anything may take on a busy machine."""
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers: its address and its process."""

    url: str
    process: subprocess.Popen[bytes]

    def resident(self) -> float:
        """Megabytes of memory that it holds."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 2**20


@contextmanager
def served(settings: Settings) -> Iterator[Served]:
    """A server over the data and the index of ``settings``, stopped at the end.

    Raises:
        RuntimeError: it does not start; says what it wrote.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command(settings, "serve", "--port", str(port)), stdout=log, stderr=log)
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in until(PATIENCE):
                if process.poll() is not None or _healthy(url):
                    break
            if not _healthy(url):
                log.seek(0)
                raise RuntimeError(log.read().decode())
            yield Served(url, process)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def command(settings: Settings, *arguments: str) -> list[str]:
    """The command line of the assistant, over these settings."""
    places = ["--data", str(settings.data), "--index", str(settings.index)]
    program = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from assistant.cli import main; main()"
    return [sys.executable, "-c", program, *arguments, *places]


def until(seconds: float, pause: float = 0.1) -> Iterator[None]:
    """Again and again until so many seconds have passed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(pause)


def corpus_of(url: str) -> str:
    """The version of the corpus that the server answers from."""
    return str(httpx.get(f"{url}/healthz", timeout=PATIENCE).json()["corpus"])


def questions(settings: Settings) -> list[str]:
    """Every judged question, each once."""
    paths = sorted((settings.data / "judged").glob("*.jsonl"))
    return list(dict.fromkeys(asked.question for path in paths for asked in read_questions(path, Judged)))


def many_questions(settings: Settings) -> Iterator[str]:
    """Questions without end, hardly two the same: the first half of one judged question, the second of another."""
    found = questions(settings)
    for shift in itertools.count(1):
        for number, question in enumerate(found):
            other = found[(number + shift) % len(found)]
            yield f"{question[: len(question) // 2]} {other[len(other) // 2 :]}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=PATIENCE).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
