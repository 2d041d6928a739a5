"""The assistant while its encoder warms up: the index is checked at once, the model is loaded aside."""

from __future__ import annotations

import logging
import threading

from assistant.answer import Assistant
from assistant.errors import AssistantError, FailureError
from assistant.indexing.encoder import DEFAULT_MODEL
from assistant.settings import Settings
from assistant.stores import current_manifest, open_store

_FIRST_QUESTION = "Comment lutter contre l’isolement\u202f?"
_log = logging.getLogger(__name__)


class Warming:
    """Holds the assistant from the moment when it answers."""

    def __init__(self, settings: Settings) -> None:
        """Check what can be checked quickly.

        Raises:
            MissingIndex, DamagedIndex, StaleIndex, SchemaError, EncoderError: each says what to do.
        """
        self.settings = settings
        self.manifest = current_manifest(settings)
        self._done = threading.Event()
        self._assistant: Assistant | None = None
        # the default model is opened in no time and read by the first question; any other takes seconds
        self._opened = Assistant.open(settings) if self.manifest.model == DEFAULT_MODEL else None
        if self._opened is None:
            open_store(settings).close()
        self.failure: AssistantError | None = None

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
        if self._assistant is None:
            raise FailureError("L’assistant démarre.", "Reposez la question dans quelques secondes.")
        return self._assistant

    def _warm(self) -> None:
        try:
            assistant = self._opened or Assistant.open(self.settings)
            assistant.ask(_FIRST_QUESTION)
            self._assistant = assistant
        except AssistantError as error:
            self.failure = error
        except Exception:  # noqa: BLE001 - a thread that dies would leave the page waiting for ever
            _log.exception("warming up failed")
            self.failure = FailureError("L’assistant n’a pas pu démarrer.", "Le journal du serveur dit pourquoi.")
        finally:
            self._done.set()
