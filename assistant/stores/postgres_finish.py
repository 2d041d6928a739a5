"""The last steps of a generation, on the server: statistics, ranking weights, the vector index, its name.

Rows are loaded first. Tables whose rows all change are written again, sorted, rather than updated: the
old rows of an update would stay in the files that every question reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from psycopg import errors

from assistant.indexing.encoder import Vectors
from assistant.indexing.manifest import Manifest
from assistant.stores import postgres_queries as queries
from assistant.stores.bm25 import K1, LEAST_RARITY, B
from assistant.stores.postgres_connection import IN_USE, PREFIX, Connection

KEPT_GENERATIONS = 3
_MEMORY = "512MB"  # to build the vector index in
_LINKS = 16  # of a vector to its neighbours in it
_CANDIDATES = 128  # weighed for each link
_PASSAGES = """
    SELECT sheet, section, start, stop, raw, greatest(raw <-> %s, 1e-9) FROM loaded ORDER BY sheet, start
"""
_VOCABULARY = """
    INSERT INTO vocabulary
    SELECT term, bearing, greatest(%s, ln((sheets - bearing + 0.5) / (bearing + 0.5)))
    FROM (SELECT term, count(*)::float8 AS bearing FROM postings GROUP BY term) AS counted,
        (SELECT count(*)::float8 AS sheets FROM sheets) AS whole
    ORDER BY term
"""
_POSTINGS = """
    SELECT term, sheet, counts,
        rarity * often * (%(k1)s::float8 + 1) / (often + %(k1)s * (1 - %(b)s::float8 + %(b)s * length / mean))
    FROM loaded JOIN vocabulary USING (term) JOIN sheets ON number = sheet,
        LATERAL (SELECT sum(c * w) AS often FROM unnest(counts, %(weights)s::float8[]) AS field(c, w)) AS weighed,
        (SELECT avg(length)::float8 AS mean FROM sheets) AS whole
    ORDER BY term, sheet
"""
_PROFILES = """
    WITH weighed AS (
        SELECT concept, sheet, weight * ln(1 + (sheets - naming + 0.5) / (naming + 0.5)) AS share
        FROM mentions
        JOIN (SELECT concept, count(*)::float8 AS naming FROM mentions GROUP BY concept) AS counted USING (concept),
            (SELECT count(*)::float8 AS sheets FROM sheets) AS whole
    ), lengths AS (SELECT sheet, sqrt(sum(share ^ 2)) AS length FROM weighed GROUP BY sheet)
    UPDATE mentions SET profile = share / length FROM weighed JOIN lengths USING (sheet)
    WHERE mentions.concept = weighed.concept AND mentions.sheet = weighed.sheet
"""


def passages(connection: Connection, dimension: int) -> Vectors:
    """Write the passages again with the length of their vectors less the mean; the mean, shape (dimension,)."""
    row = connection.execute("SELECT avg(raw) FROM passages", binary=True).fetchone()
    mean = row[0].to_numpy() if row and row[0] else np.zeros(dimension, dtype=np.float32)
    mean = np.asarray(mean, dtype=np.float32)
    _write_again(connection, "passages", _PASSAGES, (mean,))
    count = _one(connection, "SELECT count(*) FROM passages")
    if count > queries.EXACT_PASSAGES:
        _index_vectors(connection, mean, dimension)
    return mean


def postings(connection: Connection, weights: Sequence[float]) -> None:
    """Work out what each term adds to the BM25 of each sheet, and how rare it is."""
    connection.execute("TRUNCATE vocabulary")
    connection.execute(_VOCABULARY, (LEAST_RARITY,))
    _write_again(connection, "postings", _POSTINGS, {"k1": K1, "b": B, "weights": list(weights)})


def profiles(connection: Connection) -> None:
    """The concepts of each sheet as a unit vector, each weighed by its rarity (``concept_rarity``) in the corpus."""
    connection.execute(_PROFILES)


def statistics(connection: Connection) -> None:
    """Tell the planner what the tables hold, and let it answer from indexes alone."""
    # a value is of one facet: if it took the two for independent, it would think that a filter leaves a third of what
    # it leaves, and look each word up in each sheet
    connection.execute("CREATE STATISTICS IF NOT EXISTS facets_values ON facet, value FROM facets")
    for table in queries.TABLES:
        connection.execute(f"VACUUM (ANALYZE) {table}")


def digests(connection: Connection) -> dict[str, str]:
    """The digest of each table, for the manifest."""
    return {table: str(_one(connection, queries.digest(table))) for table in queries.TABLES}


def counts(connection: Connection) -> tuple[int, int]:
    """How many sheets and passages there are."""
    row = connection.execute(queries.COUNTS).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def name(connection: Connection, draft: str, manifest: Callable[[str], Manifest]) -> Manifest:
    """Make a draft the current generation, all at once and on disk.

    Args:
        manifest: what the generation of that name is made of.
    """
    with connection.transaction():
        connection.execute("SET LOCAL synchronous_commit = on")
        number = int(_one(connection, "SELECT coalesce(max(number), 0) + 1 FROM assistant.generations"))
        named = manifest(f"{PREFIX}{number:06d}")
        # a schema of that name and no row: a database restored by halves
        connection.execute(f"DROP SCHEMA IF EXISTS {named.generation} CASCADE")
        connection.execute(f"ALTER SCHEMA {draft} RENAME TO {named.generation}")
        connection.execute(
            "INSERT INTO assistant.generations (number, manifest) VALUES (%s, %s)", (number, named.model_dump_json())
        )
    return named


def prune(connection: Connection) -> None:
    """Drop all but the last generations; those that somebody has open are left to the next indexer."""
    rows = connection.execute("SELECT number FROM assistant.generations ORDER BY number DESC").fetchall()
    kept = {f"{PREFIX}{number:06d}" for (number,) in rows[:KEPT_GENERATIONS]}
    schemas = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'assistant\\_generation\\_%'")
    for (schema,) in schemas.fetchall():
        if schema not in kept and re.fullmatch(rf"{PREFIX}\d+", schema):
            number = int(schema.removeprefix(PREFIX))
            try:
                with connection.transaction():
                    if not _one(connection, "SELECT pg_try_advisory_xact_lock(%s::int4, %s::int4)", (IN_USE, number)):
                        continue
                    connection.execute("SET LOCAL lock_timeout = '2s'")
                    connection.execute(f"DROP SCHEMA {schema} CASCADE")
                    connection.execute("DELETE FROM assistant.generations WHERE number = %s", (number,))
            except errors.LockNotAvailable:
                continue


def _index_vectors(connection: Connection, mean: Vectors, dimension: int) -> None:
    """HNSW over centred vectors in half precision, which the table itself does not hold."""
    figures = "[" + ",".join(map(repr, mean.tolist())) + "]"
    connection.execute(
        # RETURN is read now, once: a restored database finds the same functions whatever its search path
        "CREATE FUNCTION centred(raw vector) RETURNS vector LANGUAGE sql IMMUTABLE PARALLEL SAFE "
        f"RETURN l2_normalize(raw - '{figures}'::vector)"
    )
    connection.execute("SELECT set_config('maintenance_work_mem', %s, false)", (_MEMORY,))
    connection.execute(
        f"CREATE INDEX passages_nearest ON passages USING hnsw ((centred(raw)::halfvec({dimension})) halfvec_ip_ops) "
        f"WITH (m = {_LINKS}, ef_construction = {_CANDIDATES})"
    )


def _write_again(connection: Connection, table: str, rows: str, values: Any) -> None:
    """Fill a new table from ``rows``, a query on the old one, which it calls ``loaded``."""
    connection.execute(f"ALTER TABLE {table} RENAME TO loaded")
    connection.execute(f"CREATE TABLE {table} (LIKE assistant.{table} INCLUDING ALL)")
    connection.execute(f"INSERT INTO {table} {rows}", values)
    connection.execute("DROP TABLE loaded")


def _one(connection: Connection, query: str, values: Sequence[object] = ()) -> Any:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None
