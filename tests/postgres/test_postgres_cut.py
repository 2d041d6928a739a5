"""A connection or an indexer that is lost at any moment, and many questions at once."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import (
    DamagedIndex,
    MissingIndex,
    StoreUnreachable,
)
from assistant.language.analyzer import terms
from assistant.stores import postgres_connection, postgres_finish, postgres_queries
from assistant.stores.postgres import PostgresStore
from assistant.stores.postgres_connection import POOL
from tests.postgres.databases import VECTOR, ask, refused, run_sql, schemas, when_free

# --- a connection lost


class StoppingEncoder:
    """Stops the server, or whatever is given, when the third sheet comes to be encoded."""

    def __init__(self, encoder, stop: Callable[[], None]) -> None:
        self._encoder, self._stop, self._calls = encoder, stop, 0
        self.name, self.dimension = encoder.name, encoder.dimension

    def encode_questions(self, texts):
        return self._encoder.encode_questions(texts)

    def encode_passages(self, texts):
        self._calls += 1
        if self._calls == 3:
            self._stop()
        return self._encoder.encode_passages(texts)


def test_a_server_that_stops_in_the_middle_of_indexing_keeps_the_old_generation(fragile, fill, toy_encoder):
    address = fragile.address("postgres")
    before = fill(address).manifest
    error = refused(lambda: fill(address, StoppingEncoder(toy_encoder, fragile.stop), full=True), StoreUnreachable)
    assert "ne répond pas" in error.happened
    fragile.start()
    store = PostgresStore(address)
    assert store.manifest == before
    assert store.check() == []
    after = fill(address, full=True).manifest
    assert after.generation > before.generation
    assert schemas(address) == {"assistant", before.generation, after.generation}


def test_a_first_index_cut_short_is_no_index(fragile, fill, toy_encoder):
    address = fragile.address("postgres")
    refused(lambda: fill(address, StoppingEncoder(toy_encoder, fragile.stop)), StoreUnreachable)
    fragile.start()
    refused(lambda: PostgresStore(address), MissingIndex)
    fill(address)
    assert PostgresStore(address).check() == []


def test_what_fails_before_the_swap_leaves_the_old_generation(address, fill, monkeypatch):
    before = PostgresStore(address).manifest
    for step in ("passages", "postings", "profiles", "statistics", "digests", "counts", "name"):
        with monkeypatch.context() as patched:
            patched.setattr(postgres_finish, step, lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                fill(address, full=True)
        assert PostgresStore(address).manifest == before
        assert schemas(address) == {"assistant", before.generation}


def test_a_server_that_stops_is_said_and_answers_again_when_it_comes_back(fragile, fill, monkeypatch):
    monkeypatch.setattr(postgres_connection, "_PATIENCE", 1.0)
    address = fragile.address("postgres")
    fill(address)
    store = PostgresStore(address)
    before = ask(store)
    fragile.stop()
    assert "ne répond pas" in refused(lambda: ask(store), StoreUnreachable).happened
    fragile.start()
    assert ask(store) == before


def test_a_short_failover_goes_unnoticed(fragile, fill):
    address = fragile.address("postgres")
    fill(address)
    store = PostgresStore(address)
    before = ask(store)

    def cut() -> None:
        fragile.stop()
        time.sleep(1)
        fragile.start()

    failing = threading.Thread(target=cut)
    failing.start()
    answers = []
    while failing.is_alive():
        answers.append(ask(store))
    failing.join()
    assert len(answers) > 1
    assert all(answer == before for answer in answers)


def test_a_question_cut_by_the_server_is_asked_again(address):
    store = PostgresStore(address)
    before = ask(store)
    store._reader(lambda c: None)
    run_sql(
        address,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    assert ask(store) == before


def test_many_questions_share_few_connections(address):
    """Each needs two: none may hold one while it waits for the other, nor be given another's passages."""
    store = PostgresStore(address)
    asked = [(np.roll(VECTOR, turn), terms(word)) for turn, word in enumerate(("potager", "jeux", "vacances", "vélo"))]
    alone = [store.search(vector, wanted, {}, {}, 5) for vector, wanted in asked]
    assert len({matches.passages for matches in alone}) > 1
    with ThreadPoolExecutor(4 * POOL) as many:
        found = many.map(lambda one: store.search(*one, {}, {}, 5), asked * 5 * POOL)
        assert list(found) == alone * 5 * POOL
    store.close()
    assert "ne répond pas" in refused(lambda: ask(store), StoreUnreachable).happened


@pytest.mark.parametrize("failing", ["by_vector", "by_terms"])
def test_one_half_of_a_search_that_fails_fails_the_whole(address, monkeypatch, failing):
    store = PostgresStore(address)
    before = ask(store)
    with monkeypatch.context() as broken:
        broken.setattr(postgres_queries, failing, lambda *_: "SELECT 1 / 0")
        assert "DivisionByZero" in refused(lambda: ask(store), DamagedIndex).happened
    assert ask(store) == before


def test_a_question_that_takes_too_long_is_cut(address, monkeypatch):
    monkeypatch.setitem(postgres_connection._READING, "statement_timeout", "100ms")
    store = PostgresStore(address)
    began = time.monotonic()
    error = refused(lambda: store._reader(lambda c: c.execute("SELECT pg_sleep(9)")), StoreUnreachable)
    assert "n’a pas répondu" in error.happened
    assert time.monotonic() - began < 2
    assert ask(store)


INDEXER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from conftest import ToyEncoder
from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.indexing.build import build
from assistant.stores.postgres_draft import PostgresDraft
data = Path(sys.argv[2])
corpus, inputs = read_corpus(data), input_hashes(data)
while True:
    build(corpus, inputs, ToyEncoder(), PostgresDraft(sys.argv[3], full=True), lambda done, total: None)
    print("built", flush=True)
"""


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05, 0.1, 0.2])
def test_killed_at_any_moment_an_indexer_leaves_a_whole_generation(address, tiny, fill, delay):
    program = [sys.executable, "-c", INDEXER, str(Path(__file__).parents[1]), str(tiny), address]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "built\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
    assert PostgresStore(address).check() == []
    when_free(lambda: fill(address))
    assert PostgresStore(address).check() == []
    assert "assistant_draft" not in schemas(address)
