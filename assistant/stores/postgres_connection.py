"""Talking to PostgreSQL: opening, sessions, retries, and its errors in French.

A read that a failover cuts is asked again, for ``_PATIENCE`` seconds at most; whatever is written is
never asked again, for a generation comes whole or not at all.
"""

from __future__ import annotations

import logging
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import psycopg
from pgvector.psycopg import register_vector
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolClosed
from pydantic import ValidationError

from assistant.errors import AssistantError, DamagedIndex, StoreUnfit, StoreUnreachable
from assistant.indexing.manifest import FORMAT, REBUILD, Manifest
from assistant.stores.postgres_migrations import check_schema, missing_index
from assistant.stores.postgres_queries import MANIFEST
from assistant.typography import guillemets

Connection = psycopg.Connection[Any]
T = TypeVar("T")
LEAST_VECTOR = (0, 8)  # of the extension: the first that scans on until a filter is satisfied
_WAIT = 5  # seconds to open a connection
_TURN = 2  # seconds to be given one of the pool
_ANSWER = 10  # seconds for one statement of a question
_LOCK = 30  # seconds that an indexer waits for a table
_PATIENCE = 10.0  # seconds during which a lost read is asked again
_PAUSE = 0.1  # seconds before the first retry, doubled at each
POOL = 8
"""Connections that an open store keeps at most."""
PREFIX = "assistant_generation_"
"""Of the schema of a generation, before its number."""
IN_USE = 7_163_203
"""With the number of a generation: the advisory lock that whoever reads it shares, any number but the indexers'."""
_NEAREST_KEPT = 500  # passages that HNSW weighs at once: benchmarks/postgres.py

# psycopg logs each connection lost; where no log is kept it would write them on the terminal, in English
logging.getLogger("psycopg").addHandler(logging.NullHandler())

_COMMON: dict[str, Any] = {"connect_timeout": _WAIT, "keepalives_idle": 30, "tcp_user_timeout": 20_000}
_READING = {
    "default_transaction_read_only": "on",
    "statement_timeout": f"{_ANSWER}s",
    # short statements: starting workers or compiling takes longer than they do
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    # what a filter leaves differs by its values: a plan for any value would be a bad one
    "plan_cache_mode": "force_custom_plan",
    # on until a filter is satisfied; in any order, for what is found is compared exactly again, and a strict
    # order would leave out what comes late
    "hnsw.iterative_scan": "relaxed_order",
    "hnsw.ef_search": str(_NEAREST_KEPT),
    "hnsw.max_scan_tuples": "100000",
    "hnsw.scan_mem_multiplier": "4",
}
_WRITING = {
    "lock_timeout": f"{_LOCK}s",
    "statement_timeout": "0",
    # a server whose indexer is gone must notice it while it builds, not after
    "client_connection_check_interval": "5s",
    # what is written before the swap can be written again; the swap itself waits for the disk
    "synchronous_commit": "off",
}


class Reader:
    """A pool of connections that only read the newest generation, for several threads."""

    def __init__(self, address: str) -> None:
        """Connect once, to say at once what is wrong.

        Raises:
            StoreUnreachable, StoreUnfit, MissingIndex, DamagedIndex
        """
        self._name = database_name(address)
        with speaking(self._name):
            with psycopg.connect(address, autocommit=True, **_COMMON) as connection:
                self.manifest = _manifest(connection)
                prepare_vectors(connection, self.manifest.generation)
            self._pool = ConnectionPool(
                address,
                kwargs={"autocommit": True, "application_name": "assistant", **_COMMON},
                min_size=1,
                max_size=POOL,
                timeout=_TURN,
                reconnect_timeout=_WAIT,
                configure=partial(_configure, schema=self.manifest.generation),
                open=True,
            )
        self.close = weakref.finalize(self, self._pool.close)

    def __call__(self, ask: Callable[[Connection], T]) -> T:
        """What ``ask`` reads with a connection, asked again when the connection is lost.

        Raises:
            StoreUnreachable, StoreUnfit, DamagedIndex
        """
        deadline, pause = time.monotonic() + _PATIENCE, _PAUSE
        with speaking(self._name):
            while True:
                try:
                    with self._pool.connection() as connection:
                        return ask(connection)
                except PoolClosed:
                    raise
                except psycopg.OperationalError as error:
                    if isinstance(error, errors.QueryCanceled) or time.monotonic() + pause > deadline:
                        raise
                time.sleep(pause)
                pause *= 2
                # the other connections were most likely lost with this one
                self._pool.check()


def newest_manifest(address: str) -> Manifest:
    """What the newest generation is made of, whatever became of its tables.

    Raises:
        StoreUnreachable, StoreUnfit, MissingIndex, DamagedIndex
    """
    with speaking(database_name(address)), psycopg.connect(address, autocommit=True, **_COMMON) as connection:
        return _manifest(connection)


def connect_writer(address: str, name: str) -> Connection:
    """A connection that writes, under a name that others see.

    Raises:
        StoreUnreachable
    """
    with speaking(database_name(address)):
        connection = psycopg.connect(address, autocommit=True, application_name=name, **_COMMON)
        _set(connection, _WRITING)
        return connection


def prepare_vectors(connection: Connection, schema: str) -> None:
    """Teach a connection the type of vectors, and in which schema it finds tables.

    Raises:
        StoreUnfit: the extension is missing or too old.
    """
    row = connection.execute(_EXTENSION).fetchone()
    name = guillemets(connection.info.dbname)
    if row is None:
        raise StoreUnfit(
            f"L’extension pgvector n’est pas installée dans la base {name}.",
            "Faites exécuter dans cette base, par qui l’administre\u00a0: CREATE EXTENSION vector;",
        )
    version, home = row
    if tuple(int(part) for part in version.split(".")[:2]) < LEAST_VECTOR:
        raise StoreUnfit(
            f"L’extension pgvector de la base {name} est en version {version}, il faut au moins la 0.8.",
            "Faites exécuter dans cette base, par qui l’administre\u00a0: ALTER EXTENSION vector UPDATE;",
        )
    _set(connection, {"search_path": f'"{schema}", "{home}"'})
    register_vector(connection)


def database_name(address: str) -> str:
    """An address without its password, to be shown.

    Raises:
        StoreUnreachable: it cannot be read.
    """
    try:
        parts = conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        raise StoreUnreachable("L’adresse donnée par ASSISTANT_STORE ne peut pas être lue.", _ADDRESS) from None
    return f"{parts.get('dbname') or ''} sur {parts.get('host') or 'cette machine'}".strip()


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Turn what psycopg raises into errors that say what happened and what to do."""
    try:
        yield
    except psycopg.Error as error:
        raise _in_french(error, name) from None


def _configure(connection: Connection, schema: str) -> None:
    _set(connection, _READING)
    prepare_vectors(connection, schema)
    number = int(schema.removeprefix(PREFIX))
    connection.execute("SELECT pg_advisory_lock_shared(%s::int4, %s::int4)", (IN_USE, number))


def _manifest(connection: Connection) -> Manifest:
    check_schema(connection)
    row = connection.execute(MANIFEST).fetchone()
    if row is None:
        raise missing_index(connection.info.dbname)
    found = row[0].get("format")
    if found != FORMAT:
        raise DamagedIndex(f"L’index est au format {found}, cette version lit le format {FORMAT}.", REBUILD)
    try:
        return Manifest.model_validate(row[0])
    except ValidationError as error:
        raise DamagedIndex(f"Le manifeste de l’index est incomplet ({error.errors()[0]['loc']}).", REBUILD) from None


def _set(connection: Connection, session: dict[str, str]) -> None:
    connection.execute(
        "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS a(name, value)",
        (list(session), list(session.values())),
    )


_EXTENSION = """
    SELECT extversion, nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'vector'
"""
_ADDRESS = "Corrigez ASSISTANT_STORE\u00a0: postgresql://utilisateur:mot-de-passe@serveur:5432/base"
_ROLES = "Voyez docs/postgresql.md\u00a0: quels rôles écrivent et lisent."
# connection errors come as text, in the language of the server
_REFUSALS = (
    (
        ("password authentication", "authentification par mot de passe", "no password", "aucun mot de passe"),
        "le mot de passe est refusé, ou manque",
    ),
    (("does not exist", "n'existe pas", "n’existe pas"), "cette base ou ce rôle n’existe pas"),
    (("pg_hba",), "le serveur n’accepte pas cette machine ou ce rôle (pg_hba.conf)"),
    (("could not translate", "failed to resolve", "Name or service", "getaddrinfo"), "ce serveur est inconnu"),
)


def _in_french(error: psycopg.Error, name: str) -> AssistantError:
    if isinstance(error, errors.QueryCanceled):
        return StoreUnreachable(
            f"La base {name} n’a pas répondu en {_ANSWER} secondes.",
            "Réessayez\u00a0; si cela dure, elle est trop chargée.",
        )
    if isinstance(error, errors.InsufficientPrivilege):
        return StoreUnfit(f"Le rôle donné n’a pas les droits qu’il faut dans la base {name}.", _ROLES)
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return StoreUnfit(
            f"La base {name} ne peut pas être écrite.", "Donnez l’adresse du serveur principal, avec le rôle qui écrit."
        )
    if isinstance(error, errors.LockNotAvailable):
        return StoreUnreachable(f"La base {name} est occupée.", "Relancez la commande dans quelques minutes.")
    if isinstance(error, errors.DiskFull):
        return StoreUnfit(f"Le disque de la base {name} est plein.", "Faites de la place, puis relancez la commande.")
    if isinstance(error, errors.UndefinedTable | errors.InvalidSchemaName | errors.UndefinedFunction):
        return DamagedIndex(
            f"L’index ouvert n’est plus dans la base {name}.", f"Rouvrez l’assistant, ou\u00a0: {REBUILD}"
        )
    if isinstance(error, psycopg.OperationalError):
        said = str(error)
        for signs, happened in _REFUSALS:
            if any(sign in said for sign in signs):
                return StoreUnreachable(f"Connexion impossible à la base {name}\u00a0: {happened}.", _ADDRESS)
        return StoreUnreachable(
            f"La base {name} ne répond pas.",
            "Vérifiez que le serveur tourne et que ASSISTANT_STORE est la bonne adresse, puis réessayez.",
        )
    return DamagedIndex(f"La base {name} a refusé une demande ({type(error).__name__}).", REBUILD)
