"""What is asked of a generation in SQL; tables are found by the session's search path."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.stores.store import Facets

# as benchmarks/postgres.py measures them: beyond, HNSW is the quicker
EXACT_PASSAGES = 10_000  # of a corpus, compared one by one
EXACT_FILTERED = 20_000  # of the sheets that a filter leaves: HNSW meets many that it does not
_OVERSAMPLING = 2  # HNSW's vectors are halved in precision: what it finds is compared again

MANIFEST = "SELECT manifest FROM assistant.generations ORDER BY number DESC LIMIT 1"
META = "SELECT value FROM meta WHERE key = %s"
COUNTS = "SELECT (SELECT count(*) FROM sheets), (SELECT count(*) FROM passages)"
FACETS = "SELECT facet, value, count(*) FROM facets GROUP BY 1, 2 ORDER BY 3 DESC, 2"
EXAMPLES = "SELECT kind, text, sheet, raw FROM examples ORDER BY number"
SHEETS = "SELECT id, title, source, start, text, sections, facets FROM sheets WHERE id = ANY(%s)"
OVERVIEW = "SELECT overview FROM sheets WHERE id = %s"
PASSAGES = """
    SELECT sheets.id, section, passages.start + sheets.start, stop + sheets.start, norm, raw
    FROM passages JOIN sheets ON number = sheet WHERE sheets.id = %s ORDER BY passages.start
"""
BEARING = "SELECT term, array_agg(id) FROM postings JOIN sheets ON number = sheet WHERE term = ANY(%s) GROUP BY 1"
RARITY = "SELECT term, rarity FROM vocabulary WHERE term = ANY(%s)"
NAMING = "SELECT concept, count(*) FROM mentions WHERE concept = ANY(%s) GROUP BY 1"
VECTOR_INDEX = """
    SELECT count(*) FROM pg_index JOIN pg_class ON oid = indexrelid
    WHERE indrelid = 'passages'::regclass AND relname = 'passages_nearest' AND indisvalid
"""

# a row as it is hashed: vectors by their bytes, which are quicker to write than their figures
_ROWS = {
    "meta": "meta::text",
    "sheets": "(number, id, digest, title, source, start, position, length)::text || text || sections || facets "
    "|| md5(vector_send(overview))",
    "facets": "facets::text",
    "passages": "(sheet, section, start, stop, norm)::text || md5(vector_send(raw))",
    "postings": "postings::text",
    "vocabulary": "vocabulary::text",
    "mentions": "mentions::text",
    "examples": "(number, kind, sheet, text)::text || md5(vector_send(raw))",
}
TABLES = tuple(_ROWS)


def digest(table: str) -> str:
    """One row, one text: what changes when any row of a table does."""
    row = f"md5({_ROWS[table]})"
    return f"SELECT md5(coalesce(string_agg({row}, '' ORDER BY {row}), '')) FROM {table}"


def filtering(facets: Facets) -> tuple[str, dict[str, object]]:
    """The condition, on a column ``sheet``, that it bears every facet; with its values."""
    conditions, values = ["true"], dict[str, object]()
    for number, (facet, wanted) in enumerate(facets.items()):
        conditions.append(
            f"sheet IN (SELECT sheet FROM facets WHERE facet = %(facet{number})s AND value = ANY(%(values{number})s))"
        )
        values |= {f"facet{number}": facet.value, f"values{number}": storable(wanted)}
    return " AND ".join(conditions), values


def by_vector(condition: str, dimension: int | None) -> str:
    """Passages, nearest first; through HNSW when the dimension of its vectors is given.

    The cosine of centred vectors is worked out from the encoder's own: (raw - mean) · vector / norm.
    """
    near = f"SELECT * FROM passages WHERE {condition}"
    if dimension is not None:
        wanted = f"%(vector)s::vector::halfvec({dimension})"
        near += f" ORDER BY centred(raw)::halfvec({dimension}) <#> {wanted} LIMIT {_OVERSAMPLING} * %(limit)s"
    return f"""
        SELECT id, section, near.start + sheets.start, stop + sheets.start, cosine
        FROM (
            SELECT sheet, section, start, stop, (-(raw <#> %(vector)s) - %(shift)s) / norm AS cosine
            FROM ({near}) AS candidates ORDER BY cosine DESC, sheet, start LIMIT %(limit)s
        ) AS near JOIN sheets ON number = sheet ORDER BY cosine DESC, sheet, near.start
    """


def by_terms(condition: str) -> str:
    """Sheets with their BM25, and the sum of the rarities of all terms, best first."""
    return f"""
        SELECT id, score, (
            SELECT sum(coalesce(rarity, %(unseen)s)) FROM unnest(%(terms)s::text[]) AS wanted
            LEFT JOIN vocabulary ON term = wanted
        )
        FROM (
            SELECT sheet, sum(score) AS score FROM postings WHERE term = ANY(%(terms)s) AND {condition}
            GROUP BY sheet ORDER BY 2 DESC, 1 LIMIT %(limit)s
        ) AS bearing JOIN sheets ON number = sheet ORDER BY score DESC, position
    """


def by_concepts(condition: str) -> str:
    """Sheets with the sum of what they share with the concepts asked for, best first."""
    return f"""
        SELECT id, total
        FROM (
            SELECT sheet, sum(asked * profile) AS total
            FROM unnest(%(concepts)s::text[], %(weights)s::float8[]) AS wanted(concept, asked)
            JOIN mentions USING (concept) WHERE {condition} GROUP BY sheet ORDER BY 2 DESC, 1 LIMIT %(limit)s
        ) AS naming JOIN sheets ON number = sheet ORDER BY total DESC, position
    """


def sheet_ids(condition: str) -> str:
    """Sheets in the order of the corpus."""
    return f"SELECT id FROM (SELECT number AS sheet, id, position FROM sheets) AS s WHERE {condition} ORDER BY position"


def storable(texts: Sequence[str]) -> list[str]:
    """Those that PostgreSQL can hold: no text that it holds has a null character or half a surrogate pair."""
    return [text for text in texts if "\x00" not in text and text == text.encode(errors="ignore").decode()]
