"""4. Keep: sheets, passages, vectors and terms together, one generation at a time.

Each store is imported when the settings ask for it: the other's libraries are not needed.
"""

from __future__ import annotations

from assistant.bundle import check_own
from assistant.corpus.corpus import input_hashes
from assistant.errors import AssistantError, MissingExtra, StaleIndex
from assistant.indexing.draft import Draft
from assistant.indexing.manifest import Manifest, read_manifest
from assistant.settings import Settings
from assistant.staging import is_staged, settle
from assistant.stores.store import Store
from assistant.writing import writing

_MOVING = 5.0  # seconds that a writer may take to move in what it staged


def open_store(settings: Settings) -> Store:
    """The current generation of an index, when it is made of these data.

    Raises:
        MissingIndex, DamagedIndex, StaleIndex, StoreUnreachable, StoreUnfit: each says what to do.
    """
    store = open_current(settings)
    if not _in_step(store, settings):
        store.close()
        if is_staged(settings.data):
            _settle(settings)
        # or a writer has ended since the store was opened
        store = open_current(settings)
    if not _in_step(store, settings):
        store.close()
        raise StaleIndex(
            f"Les fiches ou les réglages de {settings.data} ont changé depuis la construction de l’index.",
            "Mettez-le à jour\u00a0: assistant index",
        )
    return store


def _in_step(store: Store, settings: Settings) -> bool:
    """Whether a store is made of the data that there are."""
    try:
        return store.manifest.inputs == input_hashes(settings.data)
    except FileNotFoundError:
        return False  # gone between two looks


def _settle(settings: Settings) -> None:
    """Finish or drop a change that its writer left half-way, once no writer is at it."""
    try:
        with writing(settings.data, _MOVING, lambda _line: None):
            settle(settings.data, current_manifest(settings).inputs)
    except (AssistantError, OSError):
        return


def open_current(settings: Settings) -> Store:
    """The current generation of an index, whatever it is made of.

    Raises:
        MissingIndex, DamagedIndex, StoreUnreachable, StoreUnfit: each says what to do.
    """
    if settings.store:
        try:
            from assistant.stores.postgres import PostgresStore
        except ImportError:
            raise _missing_extra() from None
        return PostgresStore(settings.store)
    from assistant.stores.local import LocalStore

    return LocalStore(settings.index)


def open_draft(settings: Settings, full: bool) -> Draft:
    """The next generation, begun from the current one unless ``full``; not entered yet.

    Raises:
        StoreUnreachable: the address cannot be read.
        UsageError: the index is the one that came with the package.
    """
    if settings.store:
        try:
            from assistant.stores.postgres_draft import PostgresDraft
        except ImportError:
            raise _missing_extra() from None
        return PostgresDraft(settings.store, full)
    check_own(settings.index)
    from assistant.stores.local_draft import LocalDraft

    return LocalDraft(settings.index, full)


def current_manifest(settings: Settings) -> Manifest:
    """What the current generation is made of.

    Raises:
        MissingIndex, DamagedIndex, StoreUnreachable, StoreUnfit: each says what to do.
    """
    if not settings.store:
        return read_manifest(settings.index)
    try:
        from assistant.stores.postgres_connection import newest_manifest
    except ImportError:
        raise _missing_extra() from None
    return newest_manifest(settings.store)


def _missing_extra() -> MissingExtra:
    return MissingExtra("postgres", "la liaison avec PostgreSQL")
