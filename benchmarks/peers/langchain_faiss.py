"""LangChain: chunks of 1,000 characters, embeddings of the model with its prompts, FAISS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.peers.contract import PASSAGE, QUESTION, Found, Search, Sheet, chunks, model, run


def _embeddings() -> Any:
    from langchain_huggingface import HuggingFaceEmbeddings

    return HuggingFaceEmbeddings(
        model_name=model(),
        model_kwargs={"device": "cpu"},
        encode_kwargs={"normalize_embeddings": True, "prompt": PASSAGE},
        query_encode_kwargs={"normalize_embeddings": True, "prompt": QUESTION},
    )


def index(sheets: list[Sheet], folder: Path) -> None:
    from langchain_community.vectorstores import FAISS

    cut = chunks(sheets)
    places = [{"sheet": sheet, "start": start, "end": start + len(text)} for sheet, start, text in cut]
    FAISS.from_texts([text for _, _, text in cut], _embeddings(), places).save_local(str(folder))


def open_index(sheets: list[Sheet], folder: Path) -> Search:  # noqa: ARG001 - one form for every peer
    from langchain_community.vectorstores import FAISS

    store = FAISS.load_local(str(folder), _embeddings(), allow_dangerous_deserialization=True)

    def search(question: str) -> Iterator[Found]:
        for document, distance in store.similarity_search_with_score(question, k=store.index.ntotal):
            place = document.metadata
            yield Found(place["sheet"], place["start"], place["end"], 1 - float(distance) / 2)

    return search


if __name__ == "__main__":
    run(index, open_index)
