"""What a peer is given and what it answers: plain JSON, so that it runs in an environment of its own.

A peer has two commands. ``index CORPUS FOLDER`` cuts, encodes and saves an index; ``serve CORPUS FOLDER`` opens
that index and answers each line of its input, a question, with one line of output, an answer.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

# no peer may reach for the network, nor count its users
os.environ.update(
    HF_HUB_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    HAYSTACK_TELEMETRY_ENABLED="False",
    TOKENIZERS_PARALLELISM="false",
    HF_HUB_DISABLE_PROGRESS_BARS="1",
)
MODEL = "ASSISTANT_BENCH_MODEL"  # the folder of the unpacked model
SHOWN = 5
CHUNK, OVERLAP = 1000, 200  # characters
QUESTION, PASSAGE = "query: ", "passage: "  # what the model was trained to see before each

Sheet = dict[str, Any]


class Found(NamedTuple):
    """A chunk: which sheet, where in its text, and how well it answers; higher is better."""

    sheet: int
    start: int
    end: int
    score: float


Search = Callable[[str], Iterable[Found]]
"""Every chunk of the corpus, best first."""


def model() -> str:
    """The folder of the model."""
    return os.environ[MODEL]


def chunks(sheets: list[Sheet]) -> list[tuple[int, int, str]]:
    """LangChain's usual cut of each sheet: its number, where the chunk begins, its text."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    cutter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP, add_start_index=True)
    texts, numbers = [sheet["text"] for sheet in sheets], [{"sheet": number} for number in range(len(sheets))]
    return [
        (one.metadata["sheet"], one.metadata["start_index"], one.page_content)
        for one in cutter.create_documents(texts, numbers)
    ]


def run(index: Callable[[list[Sheet], Path], None], open_index: Callable[[list[Sheet], Path], Search]) -> None:
    """The two commands of a peer."""
    command, corpus, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    sheets = json.loads(corpus.read_text("utf-8"))
    if command == "index":
        index(sheets, folder)
        return
    search = open_index(sheets, folder)

    def answer(asked: dict[str, Any]) -> Answered:
        # a peer knows no conversation: what was said before goes in front
        question = " ".join([*(asked.get("history") or ()), asked["question"]])
        start = time.perf_counter()
        document = {"answered": True, "sheets": list(_quoted(sheets, search(question)))}
        return document, time.perf_counter() - start

    serve(answer)


Answered = tuple[dict[str, Any], float]
"""An answer, and the seconds that it took."""


def serve(answer: Callable[[dict[str, Any]], Answered]) -> None:
    """Answer each line with the document and the milliseconds taken."""
    # what a library prints must not stand between two answers
    output, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        document, seconds = answer(json.loads(line))
        output.write(json.dumps([document, seconds * 1000], ensure_ascii=False) + "\n")
        output.flush()


def _quoted(sheets: list[Sheet], found: Iterable[Found]) -> Iterator[dict[str, Any]]:
    """The best sheets, each by its best chunk, which is what is quoted of it."""
    seen: set[int] = set()
    for one in found:
        if one.sheet in seen:
            continue
        seen.add(one.sheet)
        yield {"title": sheets[one.sheet]["title"], "score": one.score, "quotes": [_quote(sheets[one.sheet], one)]}
        if len(seen) == SHOWN:
            return


def _quote(sheet: Sheet, found: Found) -> dict[str, Any]:
    """A chunk knows no section: it is given the label of the one that covers most of it."""
    start, end = found.start + sheet["start"], found.end + sheet["start"]
    covered = [(min(end, b) - max(start, a), label) for label, a, b in sheet["sections"]]
    section = max(covered, default=(0, ""))[1]
    text = sheet["text"][found.start : found.end]
    return {"section": section, "text": text, "source": sheet["source"], "start": start, "end": end}
