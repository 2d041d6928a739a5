"""What was worked out of the sources, kept in a folder to be found again; nothing is lost with it.

Each thing is a file of its own, under a checksum: what was changed, cut short or made by other code is forgotten.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assistant.writing import write_whole

_CODE = ("corpus", "indexing", "language", ".")
_LIBRARIES = ("simplemma", "PyStemmer")


class Kept:
    """What is kept for one form of the sources: another schema makes another form."""

    def __init__(self, folder: Path, form: str, before: Kept | None = None) -> None:
        """``before``: what was kept a moment ago; it is not read again."""
        self._folder = folder
        self._form = hashlib.sha256(f"{form} {_code()}".encode()).hexdigest()
        self._asked: set[str] = set()
        self._held: dict[str, Any] = dict(before._held) if before and before._form == self._form else {}
        self._new: dict[str, str] = {}

    def load(self, kind: str, key: str) -> Any:
        """What was kept by this key; None when there is nothing sound."""
        name = f"{kind}-{key}.json"
        self._asked.add(name)
        if name not in self._held:
            document = self._read(self._folder / name)
            if document is None:
                return None
            self._held[name] = document
        return self._held[name]

    def every(self, kind: str) -> Iterator[Any]:
        """All that is kept of a kind."""
        for path in self._folder.glob(f"{kind}-*.json"):
            document = self._read(path)
            if document is not None:
                yield document

    def save(self, kind: str, key: str, document: object) -> None:
        """Keep a JSON document; on the disk when it is written."""
        name = f"{kind}-{key}.json"
        self._held[name] = document
        self._new[name] = json.dumps(document, ensure_ascii=False, separators=(",", ":"))

    def write(self) -> None:
        """Make a file of what is new, and forget what else there is of the kinds that were asked for; without room
        or right to, neither."""
        kinds = {name.partition("-")[0] for name in self._asked}
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            for name, text in self._new.items():
                write_whole(self._folder / name, f"{self._checksum(text)}\n{text}".encode())
            self._new.clear()
            for path in self._folder.glob("*.json"):
                if path.name not in self._asked and path.name.partition("-")[0] in kinds:
                    path.unlink()

    def _read(self, path: Path) -> Any:
        try:
            checksum, _, text = path.read_bytes().decode().partition("\n")
            return json.loads(text) if checksum == self._checksum(text) else None
        except (OSError, ValueError):
            return None

    def _checksum(self, text: str) -> str:
        return hashlib.sha256(f"{self._form}\n{text}".encode()).hexdigest()


def _code() -> str:
    """A hash of what reads and of what makes digests of it: our modules, and the versions of libraries."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for path in sorted(path for folder in _CODE for path in (root / folder).glob("*.py")):
        digest.update(path.read_bytes())
    for name in _LIBRARIES:
        digest.update(version(name).encode())
    return digest.hexdigest()
