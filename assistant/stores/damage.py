"""Which files of a local generation are not what its manifest says; known before any library opens them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from assistant.indexing.manifest import Manifest, file_hash


def damaged_files(folder: Path, manifest: Manifest, only: Collection[str] = ()) -> list[str]:
    """A French sentence for each file that is missing or changed.

    Args:
        folder: the index's, in which the manifest names a generation.
        only: the files to look at, if not all of them.
    """
    generation = folder / manifest.generation
    faults = []
    for name, digest in manifest.files.items():
        if only and name not in only:
            continue
        path = generation / name
        if not path.is_file():
            faults.append(f"{name}\u00a0: le fichier manque dans {manifest.generation}.")
        elif file_hash(path) != digest:
            faults.append(f"{name}\u00a0: le fichier a changé depuis qu’il a été écrit.")
    return faults
