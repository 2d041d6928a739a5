"""The prepared file of the question engine: format, key, writing aside, checks.

A first page of text (the SHA-256 of its JSON, the JSON, spaces), then sections: the arrays of the graph, the
graph, which names this file for its arrays, and the tables of the cutter. It is mapped, never loaded whole.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
from collections.abc import Iterable
from io import BufferedRandom
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = 3  # one more whenever what is written changes, the graph included
_PAGE = 4096
_ALIGNED = 64
_SAMPLES = 256


def file_key(weights: Path, adapter: Path | None) -> str:
    """Changes with the format, the weights or the adapter; of the weights, pages spread over the file are read.

    Raises:
        OSError: one cannot be read.
    """
    digest = hashlib.sha256(f"{FORMAT} {weights.stat().st_size} ".encode())
    data = np.memmap(weights, dtype=np.uint8, mode="r")
    for start in np.linspace(0, max(0, len(data) - _PAGE), _SAMPLES, dtype=np.int64).tolist():
        digest.update(data[start : start + _PAGE].data)
    if adapter and adapter.exists():
        digest.update(adapter.read_bytes())
    return digest.hexdigest()[:16]


def file_name(key: str) -> str:
    return f"questions-{key}.bin"


def file_digest(path: Path, start: int = 0) -> str:
    """SHA-256 of a file from byte ``start``."""
    with path.open("rb") as file:
        file.seek(start)
        return hashlib.file_digest(file, "sha256").hexdigest()


class Writer:
    """Sections, one after the other; ``finish`` writes the first page last, so that a file cut short never opens."""

    def __init__(self, file: BufferedRandom) -> None:
        """Begin an empty file, open for reading and writing."""
        self._file = file
        self._file.write(b" " * _PAGE)
        self._sections: dict[str, tuple[int, int]] = {}

    def put(self, data: bytes | NDArray[Any]) -> tuple[int, int]:
        """Where it begins, and its length, in bytes."""
        start = -(-self._file.tell() // _ALIGNED) * _ALIGNED
        self._file.seek(start)
        # an array is handed over as it lies
        size = self._file.write(data if isinstance(data, bytes) else np.ascontiguousarray(data).data)
        return start, size

    def section(self, name: str, data: bytes) -> None:
        self._sections[name] = self.put(data)

    def finish(self, facts: dict[str, Any]) -> None:
        """Write the first page: these facts, and what verifies the file. Durable when it returns."""
        size = self._file.tell()
        self._file.seek(_PAGE)
        digest = hashlib.file_digest(self._file, "sha256").hexdigest()
        facts = facts | {"format": FORMAT, "size": size, "sections": self._sections, "digest": digest}
        text = json.dumps(facts, sort_keys=True).encode("ascii")
        page = hashlib.sha256(text).hexdigest().encode("ascii") + b" " + text + b"\n"
        if len(page) > _PAGE:
            raise ValueError("the first page is too long")
        self._file.seek(0)
        self._file.write(page)
        self._file.flush()
        os.fsync(self._file.fileno())


def read_facts(path: Path, key: str) -> dict[str, Any]:
    """The first page of a file, once its own checksum and the size of the file are verified.

    Raises:
        OSError: there is none.
        ValueError: it is damaged, or another's.
    """
    with path.open("rb") as file:
        digest, _, rest = file.read(_PAGE).partition(b" ")
    text = rest.partition(b"\n")[0]
    if hashlib.sha256(text).hexdigest().encode("ascii") != digest:
        raise ValueError("first page damaged")
    facts: dict[str, Any] = json.loads(text)
    if facts["key"] != key or path.stat().st_size != facts["size"]:
        raise ValueError("another file, or cut short")
    return facts


def read_sections(path: Path, facts: dict[str, Any]) -> dict[str, memoryview]:
    """Views of a mapped file by name of section."""
    with path.open("rb") as file:
        whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    return {name: whole[start : start + size] for name, (start, size) in facts["sections"].items()}


def is_whole(path: Path, key: str) -> bool:
    """Whether every byte is the one written; reads the whole file.

    Raises:
        OSError: it cannot be read.
    """
    try:
        return bool(read_facts(path, key)["digest"] == file_digest(path, _PAGE))
    except ValueError:
        return False


def old_files(folder: Path, kept: int) -> Iterable[Path]:
    """The prepared files of a folder but for the ``kept`` latest."""
    return sorted(folder.glob(file_name("*")), key=lambda path: path.stat().st_mtime, reverse=True)[kept:]
