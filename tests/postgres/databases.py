"""What tests ask of a database, beside the store."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import psycopg
import pytest

from assistant.errors import (
    AssistantError,
    DamagedIndex,
    FailureError,
    IndexBusy,
)
from assistant.language.analyzer import terms
from assistant.stores.postgres import PostgresStore
from benchmarks.postgres_server import PASSWORD

VECTOR = np.array([1, 0, 0, 0, 0], dtype=np.float32)


def when_free(action: Callable[[], object]) -> None:
    """Do it once the server has noticed that the writer before is gone."""
    end = time.monotonic() + 10
    while True:
        try:
            action()
            return
        except IndexBusy:
            assert time.monotonic() < end
            time.sleep(0.1)


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
