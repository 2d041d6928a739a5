"""bm25s: words alone, French stop words and stems, one document a sheet, quoted whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.peers.contract import Found, Search, Sheet, run


def _tokens(texts: str | list[str]) -> Any:
    import bm25s
    import Stemmer

    return bm25s.tokenize(texts, stopwords="fr", stemmer=Stemmer.Stemmer("french"), show_progress=False)


def index(sheets: list[Sheet], folder: Path) -> None:
    import bm25s

    words = bm25s.BM25()
    words.index(_tokens([sheet["text"] for sheet in sheets]), show_progress=False)
    words.save(str(folder))


def open_index(sheets: list[Sheet], folder: Path) -> Search:
    import bm25s

    words = bm25s.BM25.load(str(folder))

    def search(question: str) -> Iterator[Found]:
        numbers, scores = words.retrieve(_tokens(question), k=len(sheets), show_progress=False)
        for number, score in zip(numbers[0].tolist(), scores[0].tolist(), strict=True):
            yield Found(number, 0, len(sheets[number]["text"]), score)

    return search


if __name__ == "__main__":
    run(index, open_index)
