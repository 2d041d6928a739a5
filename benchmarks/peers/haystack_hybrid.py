"""Haystack: chunks of 150 words, its BM25 and an embedding retriever over the store in memory, fused by rank."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.peers.contract import PASSAGE, QUESTION, Found, Search, Sheet, model, run

_STORE = "store.json"
_WORDS, _SHARED = 150, 30


def index(sheets: list[Sheet], folder: Path) -> None:
    from haystack import Document, Pipeline
    from haystack.components.preprocessors import DocumentSplitter
    from haystack.components.writers import DocumentWriter
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack.utils import ComponentDevice
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersDocumentEmbedder

    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    pipeline = Pipeline()
    pipeline.add_component("cut", DocumentSplitter(split_by="word", split_length=_WORDS, split_overlap=_SHARED))
    pipeline.add_component(
        "encode",
        SentenceTransformersDocumentEmbedder(
            model=model(),
            device=ComponentDevice.from_str("cpu"),
            prefix=PASSAGE,
            normalize_embeddings=True,
            progress_bar=False,
        ),
    )
    pipeline.add_component("write", DocumentWriter(store))
    pipeline.connect("cut", "encode")
    pipeline.connect("encode", "write")
    documents = [Document(content=sheet["text"], meta={"sheet": number}) for number, sheet in enumerate(sheets)]
    pipeline.run({"cut": {"documents": documents}})
    folder.mkdir(parents=True, exist_ok=True)
    store.save_to_disk(str(folder / _STORE))


def open_index(sheets: list[Sheet], folder: Path) -> Search:  # noqa: ARG001 - one form for every peer
    from haystack import Pipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack.utils import ComponentDevice
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

    store = InMemoryDocumentStore.load_from_disk(str(folder / _STORE))
    every = store.count_documents()
    pipeline = Pipeline()
    pipeline.add_component(
        "encode",
        SentenceTransformersTextEmbedder(
            model=model(),
            device=ComponentDevice.from_str("cpu"),
            prefix=QUESTION,
            normalize_embeddings=True,
            progress_bar=False,
        ),
    )
    pipeline.add_component("meaning", InMemoryEmbeddingRetriever(store, top_k=every))
    pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=every))
    pipeline.add_component("join", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=every))
    pipeline.connect("encode.embedding", "meaning.query_embedding")
    pipeline.connect("meaning", "join")
    pipeline.connect("words", "join")

    def search(question: str) -> Iterator[Found]:
        found = pipeline.run({"encode": {"text": question}, "words": {"query": question}})
        for document in found["join"]["documents"]:
            start = document.meta["split_idx_start"]
            yield Found(document.meta["sheet"], start, start + len(document.content), float(document.score))

    return search


if __name__ == "__main__":
    run(index, open_index)
