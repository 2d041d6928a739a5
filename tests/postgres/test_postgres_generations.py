"""Generations in a database, and the roles that write and read them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tempfile

import psycopg
import pytest

from assistant.errors import (
    DamagedIndex,
    IndexBusy,
    StoreUnfit,
)
from assistant.stores import postgres_finish, postgres_queries
from assistant.stores.postgres import PostgresStore
from assistant.stores.postgres_draft import PostgresDraft
from assistant.values import Facet
from benchmarks.postgres_server import Server
from tests.postgres.databases import VECTOR, ask, refused, run_sql, schemas

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
