"""Speed and memory, as ratios against a reference run beside them: the machine may be shared and noisy.

usage: make bench
"""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from unittest import mock

import psutil

from assistant.answer import Assistant
from assistant.batch import Question, read_questions
from assistant.indexing.encoder import Encoder, open_encoder
from assistant.settings import Settings, read_settings

CARD = "comment lutter contre l'isolement des seniors en milieu rural ?"
ROUNDS = 3
_PROGRAM = Path(sys.executable).with_name("assistant")


def main() -> None:
    rows = [*_warm(), _cold(), _memory()]
    print(f"\n{'what':<58}{'ours':>12}{'reference':>12}{'ratio':>8}{'goal':>8}")
    for what, ours, reference, unit, goal in rows:
        ratio = f"{ours / reference:.2f}" if unit != "MB" else "–"
        print(f"{what:<58}{ours:>9.1f} {unit:<2}{reference:>9.1f} {unit:<2}{ratio:>8}{goal:>8}")


def _warm() -> list[tuple[str, float, float, str, str]]:
    """Question to answer against encoding that question alone, interleaved; no question is asked twice."""
    settings = read_settings()
    assistant = Assistant.open(settings)
    encoder = open_encoder(assistant.store.manifest.model, settings)
    for question in _questions(settings.data, "fresh"):  # what is read once is read
        assistant.ask(question)
    whole: list[float] = []
    alone: list[float] = []
    for question in _questions(settings.data, "dev", "own", "oblique"):
        whole.append(_timed(partial(assistant.ask, question)))
        alone.append(_timed(partial(encoder.encode_adapted, question)))
    rest = [max(0.0, a - b) for a, b in zip(whole, alone, strict=True)]
    known = _encoded_before(settings, encoder)
    median = statistics.median
    return [
        ("question to answer, warm / encoding it alone (median)", median(whole), median(alone), "ms", "<= 1.3"),
        ("all but encoding / encoding (median)", median(rest), median(alone), "ms", ""),
        ("the same with vectors known before (median)", median(known), median(alone), "ms", "<= 3 ms"),
    ]


def _encoded_before(settings: Settings, encoder: Encoder) -> list[float]:
    """Question to answer where all that would be encoded was before; this assistant is asked no question twice.

    What is left when the encoder's time is taken off is more: its weights empty a processor's caches, and fewer of
    the words were read before.
    """
    remembered = mock.patch.object(encoder, "encode_adapted", cache(encoder.encode_adapted))
    with remembered, mock.patch("assistant.answer.open_encoder", return_value=encoder):
        before, assistant = Assistant.open(settings), Assistant.open(settings)
        asked = _questions(settings.data, "dev", "own", "oblique")
        for question in asked:
            before.ask(question)
        for question in _questions(settings.data, "fresh"):
            assistant.ask(question)
        return [_timed(partial(assistant.ask, question)) for question in asked]


def _questions(data: Path, *sets: str) -> list[str]:
    """The judged questions that stand by themselves, each once."""
    asked = (one for name in sets for one in read_questions(data / "judged" / f"{name}.jsonl", Question))
    return list(dict.fromkeys(one.question for one in asked if not one.history))


def _cold() -> tuple[str, float, float, str, str]:
    """A whole process to an answer against importing sentence-transformers, interleaved."""
    ask = [str(_PROGRAM), "ask", CARD]
    load = [sys.executable, "-c", "import sentence_transformers"]
    ours, reference = [], []
    for _ in range(ROUNDS):
        ours.append(_timed(lambda: subprocess.run(ask, check=True, capture_output=True)))
        reference.append(_timed(lambda: subprocess.run(load, check=True, capture_output=True)))
    what = "`assistant ask`, whole process / import sentence_transformers"
    return (what, statistics.median(ours), statistics.median(reference), "ms", "< 0.5")


def _memory() -> tuple[str, float, float, str, str]:
    """Resident memory of a server that has answered; no reference, a goal in MB."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([str(_PROGRAM), "serve", "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/healthz")
        for _ in range(50):
            _post(f"http://127.0.0.1:{port}/api/ask", {"question": CARD})
        resident = psutil.Process(server.pid).memory_info().rss / 1e6
    finally:
        server.terminate()
        server.wait()
    return ("resident memory of a serving process", resident, 450, "MB", "< 450")


def _timed(call: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def _wait(address: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(address)


def _post(address: str, document: dict[str, str]) -> None:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address, json.dumps(document).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()


if __name__ == "__main__":
    main()
