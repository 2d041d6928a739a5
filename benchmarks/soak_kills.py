"""SIGKILL at random moments of adding and removing sheets; then what is left is looked at: old or new, whole.

    python -m benchmarks.soak kills --kills 100

Each writer is a forked process that adds and removes a sheet again and again; its death is drawn at random.
Then the index is opened as a server would, checked against the data, and its sheets compared with the two
states that there may be.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from assistant.cli_shared import find_sheet
from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.errors import AssistantError
from assistant.ingest import add_files, remove_sheet
from assistant.integrity import check_index
from assistant.settings import Settings
from assistant.stores import open_store
from assistant.update import update_index
from benchmarks.hashed_encoder import HashedEncoder

TITLE = "La fiche qui va et vient"
TEXT = f"Actions\n{TITLE}\n- Structure organisatrice\n- Centre Bidule - Aube\n- Résumé\nElle vient, elle repart.\n"
_TINY = Path(__file__).resolve().parent.parent / "tests" / "corpus"
_DATA = Path(__file__).resolve().parent.parent / "data"


@contextmanager
def hashed_encoding() -> Iterator[None]:
    """Index with the encoder that costs nothing."""
    with (
        patch("assistant.update.open_encoder", lambda _name, _asking=None: HashedEncoder()),
        patch("assistant.integrity.open_encoder", lambda _name: HashedEncoder()),
    ):
        yield


def make_place(folder: Path) -> Settings:
    """The tiny corpus, indexed, with the sheet to add beside it; inside ``hashed_encoding``."""
    shutil.copytree(_TINY, folder / "data")
    for path in _DATA.iterdir():
        if path.is_file() and not (folder / "data" / path.name).exists():
            shutil.copy(path, folder / "data")
    (folder / "venant.txt").write_text(TEXT, encoding="utf-8")
    settings = Settings(data=folder / "data", index=folder / "index")
    update_index(settings, None, False, _silent)
    return settings


def kill_once(settings: Settings, seconds: float) -> str:
    """Kill a writer after so long, and look at what is left; « old » or « new » by whether the sheet is there.

    Raises:
        AssertionError: it is neither.
    """
    child = os.fork()
    if child == 0:
        try:
            _write_for_ever(settings)
        finally:
            os._exit(1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise AssertionError("the writer ended by itself")
    return look(settings)


def look(settings: Settings) -> str:
    """Open the index as a server does and hold it against the data."""
    store = open_store(settings)
    sheets = store.sheets(store.sheet_ids({}))
    inputs = store.manifest.inputs
    store.close()
    faults = check_index(settings)
    if faults:
        raise AssertionError(faults)
    if inputs != input_hashes(settings.data) or sheets != list(read_corpus(settings.data).sheets):
        raise AssertionError("index and data are not of the same generation")
    titles = [sheet.title for sheet in sheets]
    if len(titles) != 5 + (TITLE in titles):
        raise AssertionError(titles)
    return "new" if TITLE in titles else "old"


def _write_for_ever(settings: Settings) -> None:
    incoming = settings.data.parent / "venant.txt"
    while True:
        try:
            add_files(settings, [incoming], None, _silent, _say)
            remove_sheet(settings, lambda found: find_sheet(found, TITLE), _silent, _say)
        except AssistantError as error:
            os.write(2, f"{error}\n".encode())
            raise


def _silent(_done: int, _total: int) -> None:
    return


def _say(_line: str) -> None:
    return


def kill(kills: int, folder: Path, seed: int = 7) -> Counter[str]:
    """How many writers killed left the sheets « old », and how many « new ».

    Raises:
        AssertionError: one left something else.
    """
    chance = random.Random(seed)
    left: Counter[str] = Counter()
    with hashed_encoding():
        settings = make_place(folder)
        for _ in range(kills):
            left[kill_once(settings, chance.uniform(0.0, 1.5))] += 1
    return left
