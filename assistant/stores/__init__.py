"""4. Keep: sheets, passages, vectors and terms together, one generation at a time."""

from __future__ import annotations

from pathlib import Path

from assistant.corpus.corpus import input_hashes
from assistant.errors import StaleIndex
from assistant.stores.local import LocalStore
from assistant.stores.store import Store


def open_store(index: Path, data: Path) -> Store:
    """The current generation of an index, when it is made of these data.

    Raises:
        MissingIndex, DamagedIndex, StaleIndex: each says what to do.
    """
    store = LocalStore(index)
    if store.manifest.inputs != input_hashes(data):
        store.close()
        raise StaleIndex(
            f"Les fiches ou les réglages de {data} ont changé depuis la construction de l’index.",
            "Mettez-le à jour\u00a0: assistant index",
        )
    return store
