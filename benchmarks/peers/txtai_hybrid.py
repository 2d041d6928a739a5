"""txtai: its hybrid index, its own weights, over LangChain's chunks: it has no cutter that keeps offsets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peers.contract import PASSAGE, QUESTION, Found, Search, Sheet, chunks, model, run

_PLACES = "places.json"


def index(sheets: list[Sheet], folder: Path) -> None:
    from txtai import Embeddings

    cut = chunks(sheets)
    prompts = {"query": QUESTION, "data": PASSAGE}
    embeddings = Embeddings(path=model(), hybrid=True, content=True, gpu=False, instructions=prompts)
    embeddings.index([(number, text, None) for number, (_, _, text) in enumerate(cut)])
    embeddings.save(str(folder))
    places = [(sheet, start, start + len(text)) for sheet, start, text in cut]
    (folder / _PLACES).write_text(json.dumps(places), "utf-8")


def open_index(sheets: list[Sheet], folder: Path) -> Search:  # noqa: ARG001 - one form for every peer
    from txtai import Embeddings

    embeddings = Embeddings()
    embeddings.load(str(folder))
    places = json.loads((folder / _PLACES).read_text("utf-8"))

    def search(question: str) -> Iterator[Found]:
        for row in embeddings.search(question, len(places)):
            sheet, start, end = places[int(row["id"])]
            yield Found(sheet, start, end, float(row["score"]))

    return search


if __name__ == "__main__":
    run(index, open_index)
