"""The manifest: what an index is made of. Opening an index reads it first, and checks."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import DamagedIndex, MissingIndex
from assistant.writing import write_whole

FORMAT = 5
FORMAT_SHARING = 6
"""That of a generation that shares the files of another, and holds what changed since."""
_READ = f"les formats {FORMAT} et {FORMAT_SHARING}"
FILE = "manifest.json"
REBUILD = "Reconstruisez-le\u00a0: assistant index --full"


class Manifest(BaseModel):
    """Hashes are SHA-256 in hexadecimal; ``inputs`` are data files, ``files`` those of the generation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    generation: str
    model: str
    dimension: int
    inputs: dict[str, str]
    files: dict[str, str]
    sheets: int
    passages: int

    @property
    def corpus_version(self) -> str:
        """Twelve digits that change when any data file changes."""
        return hashlib.sha256(json.dumps(self.inputs, sort_keys=True).encode()).hexdigest()[:12]


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index.

    Raises:
        MissingIndex: there is none.
        DamagedIndex: it cannot be read, or is of another format.
    """
    path = folder / FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingIndex(f"Aucun index dans {folder}.", "Construisez-le\u00a0: assistant index") from None
    except (OSError, ValueError) as error:
        raise DamagedIndex(f"Le manifeste {path} est illisible ({error}).", REBUILD) from None
    found = document.get("format") if isinstance(document, dict) else None
    if found not in (FORMAT, FORMAT_SHARING):
        raise DamagedIndex(f"L’index est au format {found}, cette version lit {_READ}.", REBUILD)
    try:
        return Manifest.model_validate(document)
    except ValidationError as error:
        raise DamagedIndex(f"Le manifeste {path} est incomplet ({error.errors()[0]['loc']}).", REBUILD) from None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make a generation the current one, in one atomic rename."""
    document = json.dumps(manifest.model_dump(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_whole(folder / FILE, document.encode())


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
