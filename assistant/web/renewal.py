"""A new generation of the index, taken up while the server answers.

The manifest is looked at often and cheaply; a new generation is opened aside, checked, asked a question, and only
then given; who answers with the old one finishes with it. One that is damaged is left: the last good one goes on
answering, and says so.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass

from assistant.answer import Assistant
from assistant.errors import AssistantError, FailureError
from assistant.indexing.manifest import FILE, Manifest
from assistant.settings import Settings
from assistant.stores import current_manifest
from assistant.stores.store import closed_on_failure
from assistant.web.shelf import Shelf, shelve

FIRST_QUESTION = "Comment lutter contre l’isolement\u202f?"
_LOOK_SECONDS = 0.5  # between two looks at the manifest in its folder
_ASK_SECONDS = 10.0  # between two questions to a database; between two tries of what was damaged
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Generation:
    """What answers, all of one generation."""

    assistant: Assistant
    shelf: Shelf

    @property
    def manifest(self) -> Manifest:
        return self.assistant.store.manifest


def open_generation(settings: Settings) -> Generation:
    """The current generation, checked.

    Raises:
        MissingIndex, DamagedIndex, StaleIndex, SchemaError, EncoderError: each says what to do.
    """
    assistant = Assistant.open(settings)
    with closed_on_failure(assistant.store):
        return Generation(assistant, shelve(assistant.store, settings.data))


class Renewal:
    """Watches for a new generation, in a thread of its own.

    Args:
        taken: told of a generation that is good.
        left: told why the newest one is not taken; None when that is over.
    """

    def __init__(
        self,
        settings: Settings,
        current: Generation,
        taken: Callable[[Generation], None],
        left: Callable[[AssistantError | None], None],
    ) -> None:
        self._settings = settings
        self._manifest = current.manifest
        self._taken = taken
        self._left = left
        self._behind = False
        self._retry = 0.0
        self._seen: object = None
        _close_when_left(current.assistant)

    def start(self) -> None:
        threading.Thread(target=self._watch, name="renewal", daemon=True).start()

    def look(self) -> None:
        """Take up what is new, if anything is."""
        try:
            seen = _mark(self._settings)
            if seen == self._seen and not (self._behind and time.monotonic() >= self._retry):
                return
            self._seen = seen
            if current_manifest(self._settings) == self._manifest:
                self._over()
                return
            found = open_generation(self._settings)
            with closed_on_failure(found.assistant.store):
                found.assistant.ask(FIRST_QUESTION)
        except AssistantError as error:
            if not self._followed():
                self._leave(error)
        except Exception:  # noqa: BLE001 - a thread that dies would leave the server behind for ever
            _log.exception("a new generation could not be opened")
            self._leave(FailureError("Le nouvel index n’a pas pu être ouvert.", "Le journal du serveur dit pourquoi."))
        else:
            self._manifest = found.manifest
            _close_when_left(found.assistant)
            self._over()
            self._taken(found)
            _log.info("generation %s taken up", found.manifest.generation)

    def _followed(self) -> bool:
        """Whether a newer generation came while one was opened: of many in a row, the old ones are not kept."""
        try:
            return _mark(self._settings) != self._seen
        except AssistantError:
            return False

    def _over(self) -> None:
        self._behind = False
        self._left(None)

    def _leave(self, error: AssistantError) -> None:
        if not self._behind:
            _log.warning("the newest generation is left: %s", error.happened)
        self._behind = True
        self._retry = time.monotonic() + _ASK_SECONDS
        self._left(error)

    def _watch(self) -> None:
        while True:
            before = self._manifest
            self.look()
            if self._manifest != before:
                gc.collect()  # what held the old generation goes round in circles
            time.sleep(_ASK_SECONDS if self._settings.store else _LOOK_SECONDS)


def _mark(settings: Settings) -> object:
    """What changes whenever the manifest does.

    Raises:
        AssistantError: the database does not answer.
    """
    if settings.store:
        return current_manifest(settings)
    try:
        found = (settings.index / FILE).stat()
    except OSError:
        return "missing"
    return found.st_ino, found.st_mtime_ns, found.st_size


def _close_when_left(assistant: Assistant) -> None:
    """Close the store once nobody holds the assistant any more: neither the server nor an answer being made."""
    weakref.finalize(assistant, assistant.store.close).atexit = False
