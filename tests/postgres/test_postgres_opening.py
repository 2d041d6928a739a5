"""Opening a database: what is wrong with it is said, with what to do."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest

from assistant.errors import (
    DamagedIndex,
    EncoderError,
    MissingIndex,
    StoreUnfit,
    StoreUnreachable,
)
from assistant.indexing.fields import FIELD_WEIGHTS, Field
from assistant.settings import Settings
from assistant.stores import open_current, open_draft
from assistant.stores.postgres import PostgresStore
from assistant.stores.postgres_draft import PostgresDraft
from assistant.stores.postgres_migrations import migrations
from benchmarks.postgres_server import PASSWORD
from tests.postgres.databases import ask, is_refused, refused, run_sql, schemas

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


def test_the_settings_choose_the_store(address, tiny):
    assert isinstance(open_current(Settings(data=tiny, store=address)), PostgresStore)
    assert isinstance(open_draft(Settings(data=tiny, store=address), full=False), PostgresDraft)
    assert PASSWORD not in repr(Settings(store=address))
