"""The assistant beside what a user would assemble, on the same sheets, questions and weights, in one run.

usage: python -m benchmarks.compare [--rounds 3] [--questions 0] [docs]

The peers of ``benchmarks/peers`` run in an environment of their own (``make bench`` makes it), each on an index
that it saved. The table is printed and, with a folder given, takes the place of the one in its ``benchmarks.md``,
beside which the plot is drawn.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from assistant.batch import read_questions
from assistant.corpus.corpus import ACTIONS, read_corpus, source_texts
from assistant.evaluation.measures import Judged, Result, measure
from assistant.settings import Settings, read_settings
from benchmarks.compare_report import write_report

PEERS = {
    "langchain_faiss": ("langchain-community", "langchain-huggingface", "langchain-text-splitters", "faiss-cpu"),
    "txtai_hybrid": ("txtai",),
    "haystack_hybrid": ("haystack-ai", "sentence-transformers-haystack"),
    "bm25s_sheets": ("bm25s", "PyStemmer"),
}
WITHOUT_MODEL = ("bm25s_sheets",)
# what the peers' own packages leave to be installed beside them
_ENCODER = ("sentence-transformers",)
OURS = "assistant"
CARD = "comment lutter contre l'isolement des seniors en milieu rural ?"
WARM = 20
_PAUSE = 0.003  # seconds, for threads that wait for more work to fall asleep
_ROOT = Path(__file__).parents[1]
_PEERS_PYTHON = _ROOT / ".venv-peers" / "bin" / "python"


@dataclass(slots=True)
class Measured:
    """One product: seconds, milliseconds, bytes, and its answers."""

    installed: int = 0
    indexing: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    resident: int = 0
    answers: list[dict[str, Any]] = field(default_factory=list)
    results: Sequence[Result] = ()


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a run keeps its files; ``environment`` is that of the processes it starts."""

    folder: Path
    settings: Settings
    environment: Mapping[str, str]

    def serving(self, name: str) -> list[str]:
        if name == OURS:
            return [sys.executable, "-m", "benchmarks.peers.ours"]
        module = f"benchmarks.peers.{name}"
        return [str(_PEERS_PYTHON), "-m", module, "serve", str(self.folder / "corpus.json"), str(self.folder / name)]

    def run(self, command: Sequence[str]) -> tuple[str, float]:
        """What a command prints, and its seconds, from its start to its end."""
        start = time.perf_counter()
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, cwd=_ROOT, check=False)
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr[-2000:]}")
        return done.stdout, time.perf_counter() - start


class Serving:
    """A product that answers, in a process of its own."""

    def __init__(self, bench: Bench, name: str) -> None:
        self._process = subprocess.Popen(
            bench.serving(name),
            env=bench.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=_ROOT,
        )

    def ask(self, question: Mapping[str, Any]) -> tuple[dict[str, Any], float]:
        """The answer, and the milliseconds that it took."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        document, milliseconds = json.loads(self._process.stdout.readline())
        return document, float(milliseconds)

    @property
    def resident(self) -> int:
        """Bytes."""
        return int(psutil.Process(self._process.pid).memory_info().rss)

    def close(self) -> None:
        self._process.communicate()


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="of indexing and of first answers")
    parser.add_argument("--questions", type=int, default=0, help="ask only so many; 0 for all")
    parser.add_argument("docs", type=Path, nargs="?")
    arguments = parser.parse_args()
    settings = read_settings()
    judged = [
        one for path in sorted((settings.data / "judged").glob("*.jsonl")) for one in read_questions(path, Judged)
    ]
    judged = judged[: arguments.questions or len(judged)]
    found = {name: Measured() for name in (OURS, *PEERS)}
    with tempfile.TemporaryDirectory() as folder:
        bench = _prepare(Path(folder), settings)
        for name, one in found.items():
            one.installed = _installed(bench, name)
        for number in range(arguments.rounds):
            for name, one in found.items():
                one.indexing.append(_index(bench, name))
                _say(f"{name}: {one.indexing[-1]:.1f} s to index ({number + 1}/{arguments.rounds})")
        for _ in range(arguments.rounds):
            for name, one in found.items():
                one.first.append(_first(bench, name))
        _ask(bench, judged, found)
    sources = source_texts(settings.data)
    for one in found.values():
        one.results = measure(judged, one.answers, sources)
    write_report(found, judged, arguments.docs)


def _prepare(folder: Path, settings: Settings) -> Bench:
    """The corpus and the model as peers take them, and sheets that our index has never seen."""
    model = folder / "model"
    environment = {**os.environ, "ASSISTANT_BENCH_MODEL": str(model), "PYTHONPATH": str(_ROOT)}
    bench = Bench(folder, settings, environment)
    bench.run([sys.executable, "-m", "benchmarks.peers.unpack", str(model)])
    sheets = [
        {
            "title": sheet.title,
            "source": sheet.source,
            "start": sheet.start,
            "text": sheet.text,
            "sections": [[section.label, section.start, section.end] for section in sheet.sections],
        }
        for sheet in read_corpus(settings.data).sheets
    ]
    (folder / "corpus.json").write_text(json.dumps(sheets, ensure_ascii=False), "utf-8")
    data = folder / "data"
    shutil.copytree(settings.data, data)
    # a sheet of another file is another sheet: all 24 are cut and encoded anew
    for path in (data / ACTIONS).glob("*.txt"):
        path.rename(path.with_name(f"new-{path.name}"))
    return bench


def _index(bench: Bench, name: str) -> float:
    """Seconds of a whole process that reads, cuts, encodes and saves the sheets."""
    folder = bench.folder / name
    shutil.rmtree(folder, ignore_errors=True)
    if name == OURS:
        shutil.copytree(bench.settings.index, folder)
        program = str(Path(sys.executable).with_name("assistant"))
        return bench.run([program, "index", "--data", str(bench.folder / "data"), "--index", str(folder)])[1]
    folder.mkdir()
    command = bench.serving(name)
    command[command.index("serve")] = "index"
    return bench.run(command)[1]


def _first(bench: Bench, name: str) -> float:
    """Seconds from the start of a process to its first answer; for the assistant, of its command line."""
    if name == OURS:
        return bench.run([str(Path(sys.executable).with_name("assistant")), "ask", "--json", CARD])[1]
    start = time.perf_counter()
    serving = Serving(bench, name)
    serving.ask({"question": CARD})
    took = time.perf_counter() - start
    serving.close()
    return took


def _ask(bench: Bench, judged: Sequence[Judged], found: Mapping[str, Measured]) -> None:
    """Every question to every product in turn, once they are warm."""
    serving = {name: Serving(bench, name) for name in found}
    warm = judged[-WARM:]
    for number, one in enumerate([*warm, *judged]):
        asked = {"question": one.question, "history": one.history}
        for name, product in serving.items():
            document, milliseconds = product.ask(asked)
            time.sleep(_PAUSE)
            if number >= len(warm):
                found[name].took.append(milliseconds)
                found[name].answers.append({"nearest": [], **document, "id": one.id})
    for name, product in serving.items():
        found[name].resident = product.resident
        product.close()


def _installed(bench: Bench, name: str) -> int:
    """Bytes of the distributions that it needs, and of the model and files that it reads."""
    script = str(_ROOT / "benchmarks" / "peers" / "installed.py")
    if name == OURS:
        # the package of the weights is among the distributions; its sources and data are not, when editable
        own = [_ROOT / "assistant", bench.settings.data, bench.settings.index, bench.settings.cache]
        packages = bench.run([sys.executable, script, "assistant-centres-sociaux"])[0]
        return int(packages) + sum(map(_size, own))
    names = PEERS[name] if name in WITHOUT_MODEL else (*PEERS[name], *_ENCODER)
    packages = bench.run([str(_PEERS_PYTHON), script, *names])[0]
    return int(packages) + (0 if name in WITHOUT_MODEL else _size(bench.folder / "model"))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
