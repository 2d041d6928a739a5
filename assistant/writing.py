"""Files written whole or not at all, and one writer at a time."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import FailureError, IndexBusy
from assistant.typography import counted

PATIENCE = 120.0
"""Seconds that a writer waits for another one."""
Say = Callable[[str], None]
_LOCK = ".lock"
_HOLDER = ".lock-holder"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file aside, make it durable, then give it its name.

    Raises:
        OSError: nothing changed.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Make a file durable, or what was renamed or removed in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def writing(folder: Path, patience: float, say: Say) -> Iterator[None]:
    """Hold a folder against other writers; the system lets go of it when the process dies.

    Args:
        patience: seconds to wait for another one, which is named to ``say`` first.

    Raises:
        IndexBusy: another one holds it still.
        FailureError: the folder cannot be written.
    """
    lock = FileLock(folder / _LOCK)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(f"Une autre écriture de {folder} est en cours ({_holder(folder)})\u00a0; attente…")
            lock.acquire(timeout=patience)
        _sign(folder)
    except Timeout:
        raise IndexBusy(
            f"Une autre écriture de {folder} est en cours ({_holder(folder)}).",
            "Attendez qu’elle finisse, puis relancez la commande.",
        ) from None
    except OSError as error:
        lock.release()
        raise unwritable(folder, error) from None
    try:
        yield
    finally:
        lock.release()


def _holder(folder: Path) -> str:
    """Who holds a folder, in French: its process and since when."""
    try:
        signed = json.loads((folder / _HOLDER).read_text("utf-8"))
        seconds = max(0, round(time.time() - float(signed["since"])))
        return f"processus {int(signed['pid'])}, depuis {counted(seconds, 'seconde')}"
    except (OSError, ValueError, KeyError, TypeError):
        return "par un processus inconnu"


def _sign(folder: Path) -> None:
    """Write who holds a folder; the lock's own file is emptied by whoever asks for it."""
    (folder / _HOLDER).write_text(json.dumps({"pid": os.getpid(), "since": time.time()}), encoding="utf-8")


def unwritable(folder: Path, error: OSError) -> FailureError:
    """What a folder that cannot be written is said to be; the cause decides what to do."""
    remedy = "Libérez de la place sur le disque" if _is_full(error) else "Donnez-vous le droit d’y écrire"
    return FailureError(
        f"Le dossier {folder} ne peut pas être écrit ({error.strerror or error}).",
        f"{remedy}, ou donnez un autre dossier (--data, --index), puis relancez la commande\u00a0; "
        "rien n’a été changé.",
    )


def _is_full(error: OSError) -> bool:
    """Whether there is no room left: on the disk, for the user, or for a file so big."""
    return error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
