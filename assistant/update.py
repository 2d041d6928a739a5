"""Keeping an index in step with its data: update it, check it."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.corpus.reader import Notice
from assistant.errors import AssistantError
from assistant.indexing.alignment import unit
from assistant.indexing.build import Build, Progress, build
from assistant.indexing.encoder import DEFAULT_MODEL, model_name, open_encoder
from assistant.indexing.manifest import Manifest
from assistant.indexing.passages import passage_text
from assistant.settings import Settings
from assistant.stores import current_manifest, open_current, open_draft
from assistant.stores.store import Store

_SAMPLE = 3  # sheets whose first passage is encoded again by a check
_SAME = 0.99


@dataclass(frozen=True, slots=True)
class Update:
    """``build`` is None when there was nothing to do."""

    manifest: Manifest
    build: Build | None
    warnings: tuple[Notice, ...]


def update_index(settings: Settings, model: str | None, full: bool, progress: Progress) -> Update:
    """Bring the index in step with the data; keeps the index's model unless another is named.

    Raises:
        AssistantError: nothing was changed; says why and what to do.
    """
    corpus = read_corpus(settings.data)
    warnings = tuple(warning for reading in corpus.readings for warning in reading.warnings)
    inputs = input_hashes(settings.data)
    current = _manifest(settings)
    name = model_name(model) if model else current.model if current else DEFAULT_MODEL
    other_model = current is not None and current.model != name
    if current and not full and not other_model and current.inputs == inputs and _sound(settings):
        return Update(current, None, warnings)
    draft = open_draft(settings, full=full or other_model)
    done = build(corpus, inputs, open_encoder(name, settings), draft, progress)
    return Update(done.manifest, done, warnings)


def check_index(settings: Settings) -> list[str]:
    """What is wrong with the index, one French sentence each; nothing when all is well.

    Raises:
        MissingIndex, DamagedIndex: there is nothing to check.
    """
    store = open_current(settings)
    faults = store.check()
    inputs = input_hashes(settings.data)
    for name in sorted({*inputs, *store.manifest.inputs}):
        if inputs.get(name) != store.manifest.inputs.get(name):
            faults.append(f"{name}\u00a0: le fichier a changé depuis la construction de l’index.")
    return faults or _encoded_otherwise(store)


def _encoded_otherwise(store: Store) -> list[str]:
    """Whether today's encoder still gives the vectors that the index holds."""
    encoder = open_encoder(store.manifest.model)
    for sheet in store.sheets(store.sheet_ids({})[:_SAMPLE]):
        for passage, held in store.encoded(sheet.id)[:1]:
            vector = encoder.encode_passages([passage_text(sheet, passage)])[0]
            if float(unit(held) @ unit(vector)) >= _SAME:
                continue
            return [f"le modèle {encoder.name} ne donne plus les vecteurs de l’index."]
    return []


def _manifest(settings: Settings) -> Manifest | None:
    try:
        return current_manifest(settings)
    except AssistantError:
        return None


def _sound(settings: Settings) -> bool:
    """False has the index rebuilt whole, even when its data did not change."""
    try:
        store = open_current(settings)
    except AssistantError:
        return False
    sound = not store.check()
    store.close()
    return sound
