"""Which files of a local generation are not what its manifest says; known before any library opens them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from assistant.errors import AssistantError, DamagedIndex
from assistant.indexing.manifest import REBUILD, Manifest, file_hash

_P = ParamSpec("_P")
_R = TypeVar("_R")


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


def damage(folder: Path, manifest: Manifest) -> DamagedIndex | None:
    """What to raise when a file of a generation is missing or changed."""
    faults = damaged_files(folder, manifest)
    return DamagedIndex(f"L’index est abîmé\u00a0: {faults[0]}", REBUILD) if faults else None


def telling_damage(method: Callable[Concatenate[Any, _P], _R]) -> Callable[Concatenate[Any, _P], _R]:
    """A method of a store whose errors, when a file of the generation is damaged, are said to be that.

    A byte that changed comes out of a library as any error, or as a value that means nothing further on.
    """

    @wraps(method)
    def run(store: Any, /, *values: _P.args, **named: _P.kwargs) -> _R:
        try:
            return method(store, *values, **named)
        except AssistantError:
            raise
        except Exception as error:
            if found := damage(store.folder.parent, store.manifest):
                raise found from error
            raise

    return run
