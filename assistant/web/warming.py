"""The assistant while its encoder warms up: the index is checked at once, the model is loaded aside."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace

from assistant.answer import Assistant
from assistant.errors import AssistantError, FailureError, StoreUnreachable
from assistant.indexing.encoder import DEFAULT_MODEL
from assistant.indexing.manifest import Manifest
from assistant.settings import Settings
from assistant.stores import current_manifest
from assistant.web.renewal import FIRST_QUESTION, Generation, Renewal, open_generation
from assistant.web.shelf import Shelf, open_shelf

_BEHIND = "Les fiches ont changé, mais leur nouvel index n’a pas pu être ouvert\u00a0: celui d’avant répond encore."
_log = logging.getLogger(__name__)


class Warming:
    """Holds the assistant from the moment when it answers, then that of each new generation.

    ``shelf`` is what views are made from; ``behind`` why a newer generation is not taken up, if there is one.
    """

    def __init__(self, settings: Settings) -> None:
        """Check what can be checked quickly.

        Raises:
            MissingIndex, DamagedIndex, StaleIndex, SchemaError, EncoderError: each says what to do.
        """
        self.settings = settings
        manifest = current_manifest(settings)
        self.failure: AssistantError | None = None
        self.behind: AssistantError | None = None
        self._done = threading.Event()
        self._current: Generation | None = None
        # the default model is opened in no time and read by the first question; any other takes seconds
        self._opened = open_generation(settings) if manifest.model == DEFAULT_MODEL else None
        self._first = (manifest, self._opened.shelf if self._opened else open_shelf(settings))

    def start(self) -> None:
        """Warm up in the background."""
        threading.Thread(target=self._warm, name="warming", daemon=True).start()

    @property
    def ready(self) -> bool:
        return self._done.is_set() and self.failure is None

    @property
    def settled(self) -> bool:
        """Ready, or failed."""
        return self._done.is_set()

    @property
    def manifest(self) -> Manifest:
        return self._current.manifest if self._current else self._first[0]

    @property
    def shelf(self) -> Shelf:
        shelf, behind = self._current.shelf if self._current else self._first[1], self.behind
        if behind is None:
            return shelf
        happened = behind.happened if isinstance(behind, StoreUnreachable) else _BEHIND
        return replace(shelf, behind=f"{happened} {behind.remedy}")

    def assistant(self, seconds: float | None = None) -> Assistant:
        """The assistant, once it answers.

        Args:
            seconds: how long to wait for it; None for as long as it takes.

        Raises:
            AssistantError: it cannot be opened, or is not ready yet.
        """
        self._done.wait(seconds)
        if self.failure:
            raise self.failure
        if self._current is None:
            raise FailureError("L’assistant démarre.", "Reposez la question dans quelques secondes.")
        return self._current.assistant

    def _warm(self) -> None:
        try:
            found = self._opened or open_generation(self.settings)
            self._opened = None  # it would be kept when another takes its place
            found.assistant.ask(FIRST_QUESTION)
            self._take(found)
            Renewal(self.settings, found, self._take, self._leave).start()
        except AssistantError as error:
            self.failure = error
        except Exception:  # noqa: BLE001 - a thread that dies would leave the page waiting for ever
            _log.exception("warming up failed")
            self.failure = FailureError("L’assistant n’a pas pu démarrer.", "Le journal du serveur dit pourquoi.")
        finally:
            self._done.set()

    def _take(self, found: Generation) -> None:
        self._current = found

    def _leave(self, error: AssistantError | None) -> None:
        self.behind = error
