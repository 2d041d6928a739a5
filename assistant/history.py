"""What a generation was made from, kept beside the index: files by their hash, each once, and a record a generation.

The committed index has none of it: what it is made from is in the data folder.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import DamagedIndex, UsageError
from assistant.indexing.build import Build
from assistant.indexing.manifest import Manifest
from assistant.settings import Settings
from assistant.typography import guillemets
from assistant.writing import write_whole

KEPT = 3
_FOLDER = "kept"
_OBJECTS = "objects"


class Record(BaseModel):
    """A generation: when it was made (UTC), by what command, and how many sheets that changed.

    Counts are 0 for a generation that was there before anything was recorded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    manifest: Manifest
    made: datetime
    what: str
    added: int = 0
    changed: int = 0
    removed: int = 0


def keep_inputs(settings: Settings, data: Path, hashes: Mapping[str, str]) -> None:
    """Keep the files of a data folder that have these hashes, by name; those that changed since are not kept.

    Raises:
        OSError: they cannot be written.
    """
    objects = _folder(settings) / _OBJECTS
    objects.mkdir(parents=True, exist_ok=True)
    for name, digest in hashes.items():
        path = objects / f"{digest}.gz"
        if not path.exists() and (data / name).is_file():
            content = (data / name).read_bytes()
            if hashlib.sha256(content).hexdigest() == digest:
                write_whole(path, gzip.compress(content, compresslevel=4, mtime=0))


def record(settings: Settings, manifest: Manifest, what: str, build: Build | None) -> None:
    """Write the record of a generation unless it has one; forget those that are too old.

    Raises:
        OSError: it cannot be written.
    """
    folder = _folder(settings)
    path = folder / f"{manifest.generation}.json"
    known = _read(path)
    if known is None or known.manifest != manifest:
        counts = {"added": build.added, "changed": build.changed, "removed": build.removed} if build else {}
        made = Record(manifest=manifest, made=datetime.now(UTC), what=what, **counts)
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, made.model_dump_json(indent=1).encode())
    _prune(folder, manifest.generation)


def records(settings: Settings) -> list[Record]:
    """The records there are, the newest generation first."""
    paths = sorted(_folder(settings).glob("*.json"), reverse=True)
    return [found for found in map(_read, paths) if found is not None]


def record_of(settings: Settings, generation: str) -> Record:
    """The record of a generation, by its name or number.

    Raises:
        UsageError: there is none.
    """
    found = records(settings)
    for one in found:
        name = one.manifest.generation
        # generation-000001 in a folder, assistant_generation_000001 in a database
        if generation == name or (generation.isdecimal() and re.search(rf"[-_]{int(generation):06d}$", name)):
            return one
    names = ", ".join(one.manifest.generation for one in found) or "aucune"
    raise UsageError(
        f"La génération {guillemets(generation)} n’est pas gardée (gardées\u00a0: {names}).",
        "Voyez-les\u00a0: assistant history",
    )


def kept_input(settings: Settings, name: str, digest: str) -> bytes:
    """A file as it was, by its hash.

    Raises:
        DamagedIndex: it was not kept, or is damaged.
    """
    path = _folder(settings) / _OBJECTS / f"{digest}.gz"
    try:
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, ValueError) as error:
        content = b""
        if not isinstance(error, FileNotFoundError):
            raise DamagedIndex(
                f"{name}\u00a0: ce qui en était gardé est abîmé.", "Choisissez une autre génération."
            ) from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise DamagedIndex(
            f"{name}\u00a0: le fichier de cette génération n’a pas été gardé.", "Choisissez une autre génération."
        )
    return content


def kept_readings(settings: Settings) -> Path:
    """Where what was read of the sources is kept, to be read no more."""
    return _folder(settings) / "readings"


def _prune(folder: Path, current: str) -> None:
    paths = sorted(folder.glob("*.json"), reverse=True)
    for path in paths[KEPT:]:
        if path.stem != current:
            path.unlink(missing_ok=True)
    found = [one for one in map(_read, folder.glob("*.json")) if one is not None]
    wanted = {digest for one in found for digest in one.manifest.inputs.values()}
    for path in (folder / _OBJECTS).glob("*.gz"):
        if path.stem not in wanted:
            path.unlink(missing_ok=True)


def _read(path: Path) -> Record | None:
    try:
        return Record.model_validate_json(path.read_bytes())
    except (OSError, ValueError, ValidationError):
        return None


def _folder(settings: Settings) -> Path:
    """Beside the local generations; beside the data when a database holds the index."""
    return settings.data / f".{_FOLDER}" if settings.store else settings.index / _FOLDER
