"""The sheets and the index that came with the package: only to be read, and copied by who wants to change them."""

from __future__ import annotations

import os
import shutil
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from assistant.errors import UsageError
from assistant.indexing.manifest import read_manifest
from assistant.settings import BUNDLED, Settings
from assistant.writing import PATIENCE, Say, unwritable, writing


def check_own(folder: Path) -> None:
    """Refuse to change what came with the package: the next installation would take the change away.

    Raises:
        UsageError
    """
    if folder.resolve().is_relative_to(BUNDLED):
        raise UsageError(
            "Les fiches et l’index livrés avec le paquet ne se changent pas sur place.",
            "Copiez-les d’abord dans un dossier à vous\u00a0: assistant init",
        )


def copy_own(settings: Settings, folder: Path, say: Say = lambda _line: None) -> Settings:
    """Copy the sheets and the index of the settings into a folder that is not there yet, all or nothing.

    Raises:
        UsageError: the folder is there.
        MissingIndex, DamagedIndex: there is no index to copy.
        IndexBusy: they are being changed, and still are after a while.
        FailureError: it cannot be written.
    """
    if folder.exists():
        raise UsageError(f"{folder} existe déjà.", "Donnez le nom d’un dossier à créer.")
    draft = folder.with_name(f".{folder.name}.draft")
    with _unchanging(settings.data, say):
        read_manifest(settings.index)
        try:
            shutil.rmtree(draft, ignore_errors=True)  # of a copy that was cut short
            for name, source in (("data", settings.data), ("index", settings.index)):
                _copy(source, draft / name)
            draft.rename(folder)
        except OSError as error:
            raise unwritable(folder, error) from None
        finally:
            shutil.rmtree(draft, ignore_errors=True)  # a full disk, or Ctrl-C, leaves nothing behind
    return Settings(data=folder / "data", index=folder / "index")


def _unchanging(data: Path, say: Say) -> AbstractContextManager[None]:
    """Hold sheets against whoever changes them with their index; nobody changes those of the package."""
    if data.resolve().is_relative_to(BUNDLED) or not os.access(data, os.W_OK):
        return nullcontext()
    return writing(data, PATIENCE, say)


def _copy(source: Path, target: Path) -> None:
    """All but what is hidden. The first fault ends it: ``copytree`` would go on, and forget what the fault was."""
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir():
            _copy(path, target / path.name)
        else:
            shutil.copy2(path, target / path.name)
