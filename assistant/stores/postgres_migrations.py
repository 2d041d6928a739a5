"""Migrations: numbered SQL files, each applied once, in order, in a transaction of its own."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, NamedTuple

import psycopg
from psycopg import errors

from assistant.errors import MissingIndex, StoreUnfit
from assistant.typography import guillemets

_VERSIONS = """
CREATE SCHEMA IF NOT EXISTS assistant;
CREATE TABLE IF NOT EXISTS assistant.migrations (
    version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
"""


class Migration(NamedTuple):
    """``version`` is the number that its file name begins with."""

    version: int
    name: str
    sql: str


def migrations() -> list[Migration]:
    """Every migration of this program, in order."""
    folder = files("assistant.stores") / "migrations"
    found = [(file.name, file.read_text(encoding="utf-8")) for file in folder.iterdir() if file.name.endswith(".sql")]
    return [Migration(int(name.split("_")[0]), name, sql) for name, sql in sorted(found)]


def migrate(connection: psycopg.Connection[Any]) -> None:
    """Apply what is not applied yet; the connection holds the lock of indexers.

    Raises:
        StoreUnfit: a newer program has written there.
    """
    for statement in _VERSIONS.split(";"):
        connection.execute(statement)
    reached = _reached(connection)
    _refuse_newer(reached)
    for migration in migrations():
        if migration.version > reached:
            with connection.transaction():
                # on disk at once: a crash that lost it would leave a database that looks old
                connection.execute("SET LOCAL synchronous_commit = on")
                connection.execute(migration.sql)
                connection.execute("INSERT INTO assistant.migrations (version, name) VALUES (%s, %s)", migration[:2])


def check_schema(connection: psycopg.Connection[Any]) -> None:
    """Refuse a database that this program cannot read.

    Raises:
        MissingIndex, StoreUnfit
    """
    try:
        reached = _reached(connection)
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        raise missing_index(connection.info.dbname) from None
    _refuse_newer(reached)
    if reached < migrations()[-1].version:
        raise StoreUnfit(
            f"La base {guillemets(connection.info.dbname)} est au schéma {reached}, cette version attend le schéma "
            f"{migrations()[-1].version}.",
            "Mettez-la à niveau, avec le rôle qui écrit\u00a0: assistant index",
        )


def missing_index(database: str) -> MissingIndex:
    """The error of a database that holds no index yet."""
    return MissingIndex(f"Aucun index dans la base {guillemets(database)}.", "Construisez-le\u00a0: assistant index")


def _reached(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("SELECT coalesce(max(version), 0) FROM assistant.migrations").fetchone()
    return int(row[0]) if row else 0


def _refuse_newer(reached: int) -> None:
    newest = migrations()[-1].version
    if reached > newest:
        raise StoreUnfit(
            f"La base est au schéma {reached}, cette version ne connaît que le schéma {newest}.",
            "Mettez l’assistant à jour sur cette machine, ou donnez une autre base.",
        )
