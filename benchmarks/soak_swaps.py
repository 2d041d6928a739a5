"""Generations of the index that change while a server answers, with writers killed in between."""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from assistant.settings import Settings
from assistant.stores import current_manifest, open_store
from benchmarks.soak_kills import TEXT, TITLE
from benchmarks.soak_server import PATIENCE, Served, command, corpus_of, served, until

_ASKING = 4


@dataclass
class Swaps:
    """What was answered while generations changed; ``answers`` are by version of the corpus and question."""

    requests: int = 0
    swaps: int = 0
    killed: int = 0
    failed: list[str] = field(default_factory=list)
    answers: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, fault: str | None, asked: tuple[str, str] = ("", ""), answer: str = "") -> None:
        """One more request, that failed or was answered."""
        with self._lock:
            self.requests += 1
            if fault is None:
                self.answers[asked].add(answer)
            else:
                self.failed.append(fault)

    @property
    def two_ways(self) -> list[tuple[str, str]]:
        """What one generation answered in more than one way."""
        return [asked for asked, answers in self.answers.items() if len(answers) > 1]

    def __str__(self) -> str:
        return (
            f"{self.requests:,} requests over {self.swaps} swaps of generations, {self.killed} more writers killed: "
            f"{len(self.failed)} failed, {len(self.two_ways)} answered in two ways by one generation"
        )


def swap(settings: Settings, folder: Path, asked: Sequence[str], swaps: int, requests: int, seed: int = 7) -> Swaps:
    """Serve a copy of the data, in ``folder``, that a sheet comes into and leaves.

    Before each swap a writer is killed at a random moment. Ends when there were enough swaps and requests.

    Raises:
        RuntimeError: a generation was not taken up, or a writer failed.
    """
    own = replace(settings, data=folder / "data", index=folder / "index")
    for name in ("data", "index"):
        shutil.copytree(getattr(settings, name), folder / name)
    (folder / "venant.txt").write_text(TEXT, encoding="utf-8")
    found, enough, chance = Swaps(), threading.Event(), random.Random(seed)
    with served(own) as server:
        asking = [threading.Thread(target=_ask, args=(server, asked[n:], found, enough)) for n in range(_ASKING)]
        for thread in asking:
            thread.start()
        try:
            while found.swaps < swaps:
                _swap(own, server, found, chance)
            for _ in until(PATIENCE * swaps):
                if found.requests >= requests:
                    break
        finally:
            enough.set()
            for thread in asking:
                thread.join()
    return found


def _swap(own: Settings, server: Served, found: Swaps, chance: random.Random) -> None:
    """The sheet comes in, or leaves; first a writer who is at that is killed."""
    with subprocess.Popen(_writing(own), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as writer:
        try:
            writer.wait(chance.uniform(0.5, 4.0))
        except subprocess.TimeoutExpired:
            writer.kill()
            found.killed += 1
    _in_step(own, server)
    done = subprocess.run(_writing(own), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    _in_step(own, server)
    found.swaps += 1


def _writing(own: Settings) -> list[str]:
    """The command that adds the sheet, or takes it away when it is there."""
    store = open_store(own)
    here = any(sheet.title == TITLE for sheet in store.sheets(store.sheet_ids({})))
    store.close()
    return command(own, *(["remove", TITLE] if here else ["add", str(own.data.parent / "venant.txt")]))


def _in_step(own: Settings, server: Served) -> None:
    """Wait until the server answers from the current generation."""
    wanted = current_manifest(own).corpus_version
    for _ in until(PATIENCE):
        if corpus_of(server.url) == wanted:
            return
    raise RuntimeError("the server did not take up the new generation")


def _ask(server: Served, asked: Sequence[str], found: Swaps, enough: threading.Event) -> None:
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        for question in itertools.cycle(asked):
            if enough.is_set():
                return
            try:
                answer = client.post("/api/ask", json={"question": question})
                answer.raise_for_status()
            except httpx.HTTPError as error:
                found.count(str(error))
            else:
                found.count(None, (answer.json()["corpus"], question), answer.text)
