"""Databases that hold the tiny corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.indexing.build import Build, build
from assistant.stores.postgres_draft import PostgresDraft
from benchmarks.postgres_server import Server, server


@pytest.fixture
def fill(tiny, toy_encoder) -> Callable[..., Build]:
    """``fill(address)`` brings the index of the tiny corpus in step."""

    def run(address: str, encoder=toy_encoder, full: bool = False) -> Build:
        draft = PostgresDraft(address, full)
        return build(read_corpus(tiny), input_hashes(tiny), encoder, draft, lambda _done, _total: None)

    return run


@pytest.fixture
def address(new_database, fill) -> str:
    """The tiny corpus under the toy encoder."""
    found = new_database()
    fill(found)
    return found


@pytest.fixture
def fragile() -> Iterator[Server]:
    """A server of one test's own, to be stopped."""
    with server() as running:
        running.sql("postgres", "CREATE EXTENSION vector")
        yield running
