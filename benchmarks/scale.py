"""How the local index grows: python -m benchmarks.scale [docs] [--sheets 24 1000 10000 100000]

Sheets are made up as in ``benchmarks/postgres.py``: ten sentences of the real corpus drawn by a seeded generator,
each a passage. Vectors, those of questions too, are drawn from the normal distribution that has the mean and the
covariance of the real passages': harder than texts, which lie in groups. Each size is written by one process and
searched by another, whose memory is measured. A search is made by one thread: its processor milliseconds are what
it takes on a machine that does nothing else; the others include waiting for whoever shares this one. Recall is of
the 50 nearest, by comparison with every passage.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import psutil
from matplotlib.figure import Figure

from assistant.corpus.corpus import read_corpus
from assistant.indexing.encoder import Vectors
from assistant.settings import Settings
from assistant.stores import open_current, open_draft
from assistant.stores.local import LocalStore
from assistant.stores.local_rankings import Rankings
from assistant.stores.store import Facets, Matches
from benchmarks.postgres import (
    _FILTERS,
    _LIMIT,
    _PASSAGES_A_SHEET,
    _RECALL,
    _WARM,
    Asked,
    _load,
    _made_up,
    _questions,
    _vectors,
    nearest,
)

SIZES = (24, 1_000, 10_000, 100_000)
BEGIN, END = "<!-- growth -->", "<!-- end of growth -->"
_SEED = 8
_QUESTIONS, _COMPARED = 200, 50
_PARTS = ("vectors", "terms", "terms, none asked before", "concepts")
_COLUMNS = ("median processor ms", "95th processor ms", "median ms", "95th ms")
T = TypeVar("T")


class Took(NamedTuple):
    """Milliseconds from beginning to end, and those of them that the thread worked."""

    whole: float
    worked: float


def main() -> None:
    """Print the table; with a folder, write it and draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheets", type=int, nargs="+", default=SIZES)
    parser.add_argument("--step", choices=("write", "search"), help=argparse.SUPPRESS)
    parser.add_argument("--index", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("docs", type=Path, nargs="?")
    arguments = parser.parse_args()
    if arguments.step:
        step = _write if arguments.step == "write" else _search
        print(json.dumps(step(arguments.sheets[0], arguments.index)))
        return
    rows = []
    for sheets in arguments.sheets:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(_child("write", sheets, folder) | _child("search", sheets, folder) | {"sheets": sheets})
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    text = "\n".join([*_table(rows), "", "![Milliseconds of a search by number of sheets](growth.svg)"])
    print(text)
    if arguments.docs:
        page = arguments.docs / "benchmarks.md"
        before, _, rest = page.read_text("utf-8").partition(BEGIN)
        page.write_text(
            f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}",
            encoding="utf-8",
        )
        _plot(rows, arguments.docs / "growth.svg")


def _child(step: str, sheets: int, folder: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.scale", "--step", step, "--sheets", str(sheets), "--index", folder]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return found


def _real() -> Vectors:
    held = open_current(Settings())
    return np.array([vector for sheet in held.sheet_ids({}) for _, vector in held.encoded(sheet)])


def _write(sheets: int, index: Path) -> dict[str, Any]:
    """Seconds, less those of making the corpus up and of encoding; megabytes."""
    random = np.random.default_rng(_SEED)
    made = _made_up(random, read_corpus(Settings().data), sheets)
    vectors = _vectors(random, _real(), sheets * _PASSAGES_A_SHEET, "likely")
    start = time.perf_counter()
    _load(open_draft(Settings(index=index), full=True), made, vectors)
    seconds = time.perf_counter() - start
    size = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    return {"writing": seconds, "disk": size / 1e6, "writing memory": psutil.Process().memory_info().rss / 1e6}


def _search(_: int, index: Path) -> dict[str, Any]:
    """Milliseconds of each part of a search and of it whole, by filter; recall; megabytes held."""
    random = np.random.default_rng(_SEED + 1)
    real, corpus = _real(), read_corpus(Settings().data)
    asked = _questions(random, corpus, _vectors(random, real, _QUESTIONS, "likely"), real)
    before = psutil.Process().memory_info().rss
    start = time.perf_counter()
    store = LocalStore(index)
    opening = time.perf_counter() - start
    took: dict[str, list[Took]] = {name: [] for name in (*_FILTERS, *_PARTS)}
    found: dict[str, list[Matches]] = {name: [] for name in _FILTERS}
    forgetful = Rankings(store.folder, store._connection)
    for number, one in enumerate([*asked[:_WARM], *asked]):
        # whole searches come first: words that were not asked before are theirs to read
        for name, facets in _FILTERS.items():
            matches, milliseconds = _timed(partial(store.search, one.vector, one.terms, one.concepts, facets, _LIMIT))
            if number >= _WARM:
                took[name].append(milliseconds)
                found[name].append(matches)
        for name, call in _calls(store, forgetful, one).items():
            milliseconds = _timed(call)[1]
            if number >= _WARM:
                took[name].append(milliseconds)
    # to compare with every passage reads them all: what is held is measured before
    held = (psutil.Process().memory_info().rss - before) / 1e6
    return {
        "opening": opening,
        "memory": held,
        "took": {name: _summary(values) for name, values in took.items()},
        "recall": {name: _recall(store, facets, asked[:_COMPARED], found[name]) for name, facets in _FILTERS.items()},
    }


def _recall(store: LocalStore, facets: Facets, asked: Sequence[Asked], found: Sequence[Matches]) -> float | None:
    """The mean share of the nearest passages that searches found; none when the filter leaves nothing."""
    recalls = []
    for one, matches in zip(asked, found, strict=False):
        exact = nearest(store, one.vector, facets)
        kept = {passage for passage, _ in matches.passages[:_RECALL]}
        recalls += [len(kept & exact) / len(exact)] if exact else []
    return float(np.mean(recalls)) if recalls else None


def _calls(store: LocalStore, forgetful: Rankings, one: Asked) -> Mapping[str, Callable[[], object]]:
    """The parts of a search, by the names of ``_PARTS``."""
    wanted = sorted(set(one.terms))

    def forgotten() -> object:
        forgetful._kept.clear()
        return forgetful.by_terms(wanted, None, _LIMIT)

    return {
        "vectors": lambda: store.search(one.vector, (), {}, {}, _LIMIT),
        "terms": lambda: store._rankings.by_terms(wanted, None, _LIMIT),
        "terms, none asked before": forgotten,
        "concepts": lambda: store._by_concepts(one.concepts, None, _LIMIT),
    }


def _timed(call: Callable[[], T]) -> tuple[T, Took]:
    start, worked = time.perf_counter(), time.thread_time()
    found = call()
    return found, Took((time.perf_counter() - start) * 1000, (time.thread_time() - worked) * 1000)


def _summary(values: Sequence[Took]) -> dict[str, float]:
    """By the names of ``_COLUMNS``."""
    worked = [one.worked for one in values]
    waited = [one.whole for one in values]
    figures = (*np.percentile(worked, [50, 95]), *np.percentile(waited, [50, 95]))
    return dict(zip(_COLUMNS, map(float, figures), strict=True))


def _table(rows: Sequence[dict[str, Any]]) -> list[str]:
    def cells(values: Iterable[float], digits: int) -> str:
        return " | ".join(f"{value:.{digits}f}" for value in values)

    lines = [f"| sheets | {cells((row['sheets'] for row in rows), 0)} | slope of the last |"]
    lines.append("| --- |" + " ---: |" * (len(rows) + 1))
    figures = {
        "written in, s": [row["writing"] for row in rows],
        "on disk, MB": [row["disk"] for row in rows],
        "opened in, ms": [1000 * row["opening"] for row in rows],
        "memory held by the store, MB": [row["memory"] for row in rows],
    }
    for name in (*_FILTERS, *_PARTS):
        for which in _COLUMNS:
            figures[f"{_label(name)}, {which}"] = [row["took"][name][which] for row in rows]
    for name, values in figures.items():
        lines.append(f"| {name} | {cells(values, 2)} | {_slope(rows, values)} |")
    for name in _FILTERS:
        recalls = ("none left" if row["recall"][name] is None else f"{row['recall'][name]:.3f}" for row in rows)
        lines.append(f"| recall@{_RECALL}, {name} | {' | '.join(recalls)} | |")
    return lines


def _label(name: str) -> str:
    return f"whole, {name}" if name in _FILTERS else name


def _slope(rows: Sequence[dict[str, Any]], values: Sequence[float]) -> str:
    """The power of the number of sheets by which the last figure grew: 1 is in proportion."""
    if len(rows) < 2 or min(values[-2:]) <= 0:
        return ""
    return f"{math.log(values[-1] / values[-2]) / math.log(rows[-1]['sheets'] / rows[-2]['sheets']):.2f}"


def _plot(rows: Sequence[dict[str, Any]], path: Path) -> None:
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes: Any = figure.subplots()
    for name in (*_PARTS, "no filter", "filter, 50 % of sheets", "filter, 1 % of sheets"):
        axes.loglog(
            [row["sheets"] for row in rows], [row["took"][name][_COLUMNS[0]] for row in rows], "o-", label=_label(name)
        )
    axes.set_xlabel("sheets, ten passages each")
    axes.set_ylabel(_COLUMNS[0])
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None, "Title": "Growth"})


if __name__ == "__main__":
    main()
