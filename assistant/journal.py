"""The journal of questions, when one is asked for: a JSON line each, personal data masked, kept for some days.

It holds the question as masked, the day and hour, whether a sheet answered and by which way it came: nothing of who
asked. Its file is readable by its owner alone.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import FailureError
from assistant.language.folding import fold
from assistant.masking import Names, load_names, mask
from assistant.replies import Answer, TurnKind
from assistant.settings import Settings
from assistant.values import Facet, Sheet

SEARCHED = frozenset({TurnKind.SUBJECT, TurnKind.REFINE, TurnKind.FACET, TurnKind.TRAINING, TurnKind.ALL})
_MOST_CHARACTERS = 300
_MOST_BYTES = 50_000_000
_PURGE_EVERY = 500  # lines written
_log = logging.getLogger(__name__)


class Entry(BaseModel):
    """``at`` to the hour, so that an entry says nothing of who was there; ``kind`` of the turn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: datetime
    question: str
    answered: bool
    kind: str
    way: str


class Journal:
    """Writes to one file, from several threads and processes."""

    def __init__(self, path: Path, days: int, names: Names) -> None:
        """Make the file when there is none, and forget what is too old.

        Raises:
            FailureError: it cannot be written.
        """
        self._path = path
        self._days = days
        self._names = names
        self._lock = threading.Lock()
        self._written = 0
        try:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600))
            purge(path, days)
        except OSError as error:
            raise FailureError(
                f"Le journal {path} ne peut pas être écrit ({error.strerror}).",
                "Corrigez ASSISTANT_JOURNAL, ou retirez cette variable\u00a0: rien ne sera conservé.",
            ) from None

    def note(self, question: str, answer: Answer, way: str) -> None:
        """Keep a question; one that cannot be kept changes nothing for who asked it."""
        kind = answer.turned.kind
        if kind is TurnKind.DANGER:
            return  # whoever is in danger leaves no trace
        at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        said = mask(question.strip(), self._names)[:_MOST_CHARACTERS]
        entry = Entry(at=at, question=said, answered=answer.answered, kind=kind.value, way=way)
        try:
            with self._lock, FileLock(f"{self._path}.lock", mode=0o600):
                if self._path.exists() and self._path.stat().st_size > _MOST_BYTES:
                    return
                opened = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
                with open(opened, "a", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor, for its mode
                    file.write(entry.model_dump_json() + "\n")
            self._written += 1
            if self._written % _PURGE_EVERY == 0:
                purge(self._path, self._days)
        except OSError as error:
            _log.warning("the journal could not be written: %s", error.strerror)


def open_journal(settings: Settings, sheets: Iterable[Sheet]) -> Journal | None:
    """The journal that the settings ask for; the names of the sheets' centres and places are no persons'.

    Raises:
        FailureError: it cannot be written.
    """
    if not settings.journal:
        return None
    return Journal(Path(settings.journal), settings.journal_days, load_names(settings.data, known_words(sheets)))


def known_words(sheets: Iterable[Sheet]) -> set[str]:
    """The folded words of the names of centres and places."""
    facets = (Facet.STRUCTURE, Facet.DEPARTMENT, Facet.REGION, Facet.TERRITORY)
    values = (value for sheet in sheets for facet in facets for value in sheet.facet(facet))
    return {word for value in values for word in fold(value).replace("-", " ").replace("’", " ").split()}


def read_journal(path: Path) -> list[Entry]:
    """The entries, oldest first; a line that is none (cut by a full disk, say) is left out.

    Raises:
        FailureError: there is no such file.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        raise FailureError(
            f"Il n’y a pas de journal dans {path}.", "Il commence quand ASSISTANT_JOURNAL nomme ce fichier."
        ) from None
    return [entry for entry in map(_entry, lines) if entry]


def purge(path: Path, days: int) -> int:
    """Forget the entries older than so many days, and whatever is no entry; how many lines went.

    Raises:
        OSError
    """
    oldest = datetime.now(UTC) - timedelta(days=days)
    with FileLock(f"{path}.lock", mode=0o600):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
        kept = [line for line in lines if (entry := _entry(line)) and entry.at.astimezone(UTC) > oldest]
        if len(kept) < len(lines):
            draft = path.with_name(f".{path.name}.{os.getpid()}")
            opened = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            with open(opened, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor, for its mode
                file.writelines(kept)
            draft.replace(path)
    return len(lines) - len(kept)


def unanswered(entries: Sequence[Entry]) -> list[tuple[str, int]]:
    """The questions of a subject that no sheet answered, most asked first."""
    asked = [entry.question for entry in entries if not entry.answered and entry.kind in SEARCHED]
    return Counter(asked).most_common()


def _entry(line: str) -> Entry | None:
    try:
        return Entry.model_validate(json.loads(line))
    except (ValueError, ValidationError):
        return None
