"""The PostgreSQL store against whatever can befall a server: each fault is a real one."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psycopg
import pytest

from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.errors import (
    AssistantError,
    DamagedIndex,
    EncoderError,
    FailureError,
    IndexBusy,
    MissingIndex,
    StoreUnfit,
    StoreUnreachable,
)
from assistant.indexing.build import Build, build
from assistant.indexing.fields import FIELD_WEIGHTS, Field
from assistant.language.analyzer import terms
from assistant.settings import Settings
from assistant.stores import open_current, open_draft, postgres_connection, postgres_finish, postgres_queries
from assistant.stores.postgres import PostgresStore
from assistant.stores.postgres_connection import POOL
from assistant.stores.postgres_draft import PostgresDraft
from assistant.stores.postgres_migrations import migrations
from assistant.values import Facet
from benchmarks.postgres_server import PASSWORD, Server, server

VECTOR = np.array([1, 0, 0, 0, 0], dtype=np.float32)


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


def run_sql(address: str, *statements: str) -> list:
    with psycopg.connect(address, autocommit=True) as connection:
        cursors = [connection.execute(statement) for statement in statements]
        return cursors[-1].fetchall() if cursors[-1].description else []


def schemas(address: str) -> set[str]:
    return {row[0] for row in run_sql(address, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'assistant%'")}


def ask(store: PostgresStore) -> dict[str, float]:
    return dict(store.search(VECTOR, terms("potager"), {}, {}, 5).sheets)


def is_refused(address: str) -> bool:
    """Whether opening an index, or checking it, says that something is wrong; no other error will do."""
    try:
        return bool(PostgresStore(address).check())
    except DamagedIndex as error:
        return "assistant index --full" in error.remedy


def refused(action: Callable[[], object], kind: type[AssistantError]) -> AssistantError:
    """The error raised: of this kind, with what to do, without the password, and not after long."""
    began = time.monotonic()
    with pytest.raises(kind) as caught:
        action()
    assert type(caught.value) is kind
    assert caught.value.remedy
    assert isinstance(caught.value, FailureError)
    assert PASSWORD not in str(caught.value)
    assert time.monotonic() - began < 20
    return caught.value


# --- addresses


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda a: re.sub(r":\d+/", ":1/", a), "ne répond pas"),
        (lambda a: a.replace("127.0.0.1", "nulle-part.invalid"), "inconnu"),
        (lambda a: re.sub(r":[^:@]+@", ":faux@", a), "mot de passe est refusé"),
        (lambda a: re.sub(r":[^:@]+@", "@", a), "mot de passe est refusé, ou manque"),
        (lambda a: re.sub(r"/[^/]+$", "/absente", a), "n’existe pas"),
        (lambda a: a + "?sslmode=peut-être", "ne peut pas être lue|ne répond pas"),
        (lambda a: a.replace("127.0.0.1", "[oups"), "ne peut pas être lue"),
    ],
    ids=["port", "server", "password", "no password", "database", "option", "form"],
)
def test_an_address_that_leads_nowhere_is_said(address, fill, change, said):
    for action in (lambda: PostgresStore(change(address)), lambda: fill(change(address))):
        assert re.search(said, refused(action, StoreUnreachable).happened)


def test_the_command_line_says_it_in_french(address, tiny, run):
    wrong = re.sub(r":[^:@]+@", ":faux@", address)
    environment = {"ASSISTANT_STORE": wrong, "ASSISTANT_DATA": str(tiny)}
    for command in (["sheets"], ["check"], ["index"]):
        done = run(*command, environment=environment)
        assert done.returncode == 1
        assert "mot de passe" in done.stderr
        assert "Traceback" not in done.stderr
        assert "faux" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    done = run("sheets", environment=environment | {"ASSISTANT_STORE": address})
    assert done.returncode == 0
    assert "Le potager partagé" in done.stdout
    assert done.stderr == ""


def test_without_the_extra_it_is_said_what_to_install(tiny):
    program = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from assistant.settings import Settings; from assistant.stores import open_current, open_draft\n"
        "from assistant.errors import MissingExtra\n"
        "for action in (open_current, lambda place: open_draft(place, False)):\n"
        "    try: action(Settings(store='postgresql://nulle-part/base'))\n"
        "    except MissingExtra as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.count("'.[postgres]'") == 2


def test_nothing_of_postgresql_is_imported_for_the_local_store():
    program = "import sys, assistant.answer, assistant.update; print([m for m in sys.modules if 'psycopg' in m])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- a database that is not fit


def test_a_missing_extension_is_said_with_what_to_run(new_database, fill):
    bare = new_database(template="template1")
    assert "CREATE EXTENSION vector" in refused(lambda: fill(bare), StoreUnfit).remedy
    assert schemas(bare) == set()
    run_sql(bare, "CREATE EXTENSION vector")
    fill(bare)
    assert ask(PostgresStore(bare))


def test_an_extension_elsewhere_than_in_public_is_found(new_database, fill):
    bare = new_database(template="template1")
    run_sql(bare, 'CREATE SCHEMA "Les extensions"', 'CREATE EXTENSION vector SCHEMA "Les extensions"')
    fill(bare)
    assert PostgresStore(bare).check() == []


def test_an_old_schema_is_refused_then_brought_up_to_date(address, fill):
    newest = migrations()[-1]
    assert [migration.version for migration in migrations()] == list(range(1, newest.version + 1))
    tables = "meta, sheets, facets, passages, postings, vocabulary, mentions, examples".split(", ")
    run_sql(
        address,
        f"DELETE FROM assistant.migrations WHERE version = {newest.version}",
        *(f"DROP TABLE assistant.{table}" for table in tables),
    )
    error = refused(lambda: PostgresStore(address), StoreUnfit)
    assert f"schéma {newest.version - 1}, cette version attend le schéma {newest.version}" in error.happened
    assert "assistant index" in error.remedy
    fill(address)
    assert PostgresStore(address).check() == []


def test_a_newer_schema_is_left_alone(address, fill):
    run_sql(address, "INSERT INTO assistant.migrations (version, name) VALUES (99, 'later')")
    for action in (lambda: PostgresStore(address), lambda: fill(address)):
        assert "à jour" in refused(action, StoreUnfit).remedy


def test_an_empty_database_says_how_to_build(new_database):
    assert "assistant index" in refused(lambda: PostgresStore(new_database()), MissingIndex).remedy


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE {g}.sheets SET text = replace(text, 'potager', 'jardin')",
        "UPDATE {g}.postings SET score = score * 2",
        "UPDATE {g}.passages SET raw = raw + raw WHERE start = (SELECT min(start) FROM {g}.passages)",
        "DELETE FROM {g}.facets",
        "DELETE FROM {g}.meta WHERE key = 'mean'",
        "TRUNCATE {g}.examples",
        "DROP TABLE {g}.passages",
        "DROP SCHEMA {g} CASCADE",
        "UPDATE assistant.generations SET manifest = '{{\"format\": 1}}'",
        "UPDATE assistant.generations SET manifest = '{{\"format\": 3}}'",
    ],
)
def test_damage_is_found_and_mended(address, fill, damage):
    generation = PostgresStore(address).manifest.generation
    run_sql(address, damage.format(g=generation))
    assert is_refused(address)
    fill(address)
    assert PostgresStore(address).check() == []


def test_a_vector_of_another_model_is_refused(address):
    error = refused(lambda: PostgresStore(address).search(np.ones(7, dtype=np.float32), [], {}, {}, 5), EncoderError)
    assert "toy" in error.happened


def test_an_index_of_other_weights_is_refused_then_built_anew(address, fill, monkeypatch):
    monkeypatch.setitem(FIELD_WEIGHTS, Field.TITLE, 5.0)
    assert "pesait" in refused(lambda: PostgresStore(address), DamagedIndex).happened
    fill(address)
    assert PostgresStore(address).check() == []


# --- roles


def test_the_documented_roles_and_backup_do_what_they_say(postgres_server, repository, fill, monkeypatch):
    monkeypatch.setattr(postgres_queries, "EXACT_PASSAGES", 3)  # so that there is a vector index to restore
    document = (repository / "docs" / "postgresql.md").read_text("utf-8")
    statements = re.search(r"```sql\n(.*?)```", document, re.DOTALL)
    assert statements
    subprocess.run(
        [postgres_server.binaries / "psql", "--quiet", "--set=ON_ERROR_STOP=1", postgres_server.address("postgres")],
        input=statements.group(1),
        text=True,
        check=True,
    )
    passwords = dict(re.findall(r"CREATE ROLE (\w+) LOGIN PASSWORD '(.*?)'", document))
    writer, reader = (postgres_server.address("assistant", role, password) for role, password in passwords.items())
    fill(writer)
    store = PostgresStore(reader)
    assert store.check() == []
    assert ask(store) == ask(PostgresStore(writer))
    assert "rôle" in refused(lambda: fill(reader), StoreUnfit).remedy
    backed_up(postgres_server, document, passwords)
    assert PostgresStore(reader).check() == []
    for statement in (
        f"DELETE FROM {store.manifest.generation}.sheets",
        "CREATE TABLE public.mine ()",
        "DELETE FROM assistant.generations",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run_sql(reader, "SET default_transaction_read_only = off", statement)


def backed_up(running: Server, document: str, passwords: dict[str, str]) -> None:
    """Run the documented commands, to the letter: the index is saved, lost, and restored."""
    commands = [line for line in document.splitlines() if line.startswith(("pg_dump", "pg_restore"))]
    assert len(commands) == 2
    role = next(iter(passwords))
    environment = {
        "PATH": f"{running.binaries}:{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(running.port),
        "PGUSER": role,
        "PGPASSWORD": passwords[role],
    }
    with tempfile.TemporaryDirectory() as folder:
        for command in commands:
            subprocess.run(shlex.split(command), cwd=folder, env=environment, check=True)
            if command.startswith("pg_dump"):
                lost = PostgresStore(running.address("assistant")).manifest.generation
                run_sql(
                    running.address("assistant"), f"DROP SCHEMA {lost} CASCADE", "DELETE FROM assistant.generations"
                )


# --- generations


def test_three_generations_are_kept_and_one_that_somebody_has_open(address, fill):
    first = PostgresStore(address)
    before = ask(first)
    for _ in range(4):
        fill(address, full=True)
    assert len(schemas(address) - {"assistant"}) == postgres_finish.KEPT_GENERATIONS + 1 == 4
    assert first.manifest.generation in schemas(address)
    assert ask(first) == before
    first.close()
    last = fill(address, full=True).manifest.generation
    kept = sorted(schemas(address) - {"assistant"})
    assert len(kept) == 3
    assert kept[-1] == last
    assert len(run_sql(address, "SELECT number FROM assistant.generations")) == 3
    assert PostgresStore(address).check() == []


def test_a_generation_dropped_by_other_means_is_said(address):
    store = PostgresStore(address)
    run_sql(address, f"DROP SCHEMA {store.manifest.generation} CASCADE")
    assert "Rouvrez" in refused(lambda: ask(store), DamagedIndex).remedy


def test_a_generation_that_is_read_is_dropped_later(address, fill):
    with psycopg.connect(address) as reading:
        reading.execute(f"SELECT * FROM {PostgresStore(address).manifest.generation}.sheets")
        for _ in range(3):
            fill(address, full=True)
        assert len(schemas(address)) == 5
    fill(address, full=True)
    assert len(schemas(address)) == 4


def test_an_indexer_says_who_holds_the_lock(address, fill):
    with PostgresDraft(address):
        error = refused(lambda: fill(address), IndexBusy)
    assert re.search(r"en cours \(assistant index, .+ sur .+\)", error.happened)
    fill(address)


def test_the_planner_knows_which_values_go_with_which_facet(address, fill, change):
    known = (
        "SELECT nspname FROM pg_statistic_ext JOIN pg_namespace ON pg_namespace.oid = stxnamespace "
        "WHERE stxname = 'facets_values'"
    )
    assert run_sql(address, known) == [(PostgresStore(address).manifest.generation,)]
    change("12 jardiniers", "13 jardiniers")
    fill(address)
    assert (PostgresStore(address).manifest.generation,) in run_sql(address, known)


def test_many_passages_are_searched_by_hnsw_and_compared_exactly(address, fill, monkeypatch):
    filters = ({}, {Facet.PUBLIC: ("Adultes",)})
    before = PostgresStore(address)
    exact = [before.search(VECTOR, [], {}, facets, 50).passages for facets in filters]
    monkeypatch.setattr(postgres_queries, "EXACT_PASSAGES", 3)
    monkeypatch.setattr(postgres_queries, "EXACT_FILTERED", 0)
    fill(address, full=True)
    store = PostgresStore(address)
    assert store.check() == []
    for facets, expected in zip(filters, exact, strict=True):
        found = store.search(VECTOR, [], {}, facets, 50).passages
        assert dict(found) == pytest.approx(dict(expected), abs=1e-6)
        assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    plan = run_sql(
        address,
        f"SET search_path = {store.manifest.generation}, public",
        "SET enable_seqscan = off",
        "EXPLAIN SELECT * FROM passages ORDER BY centred(raw)::halfvec(5) <#> '[1,0,0,0,0]'::halfvec(5) LIMIT 3",
    )
    assert "passages_nearest" in str(plan)
    run_sql(address, f"DROP INDEX {store.manifest.generation}.passages_nearest")
    assert any("index des vecteurs" in fault for fault in store.check())


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
    program = [sys.executable, "-c", INDEXER, str(Path(__file__).parent), str(tiny), address]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "built\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
    assert PostgresStore(address).check() == []
    deadline = time.monotonic() + 10
    while True:  # the server notices within a moment that its client is gone
        try:
            fill(address)
            break
        except IndexBusy:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert PostgresStore(address).check() == []
    assert "assistant_draft" not in schemas(address)


def test_the_settings_choose_the_store(address, tiny):
    assert isinstance(open_current(Settings(data=tiny, store=address)), PostgresStore)
    assert isinstance(open_draft(Settings(data=tiny, store=address), full=False), PostgresDraft)
    assert PASSWORD not in repr(Settings(store=address))
