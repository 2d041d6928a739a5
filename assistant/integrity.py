"""Whether an index is whole and made of its data; and making again what is not."""

from __future__ import annotations

from contextlib import ExitStack, closing

from assistant.corpus.corpus import input_hashes
from assistant.errors import DamagedIndex, EncoderError
from assistant.history import records
from assistant.indexing.alignment import unit
from assistant.indexing.build import Progress
from assistant.indexing.encoder import open_encoder
from assistant.indexing.manifest import Manifest, write_manifest
from assistant.indexing.passages import passage_text
from assistant.settings import Settings
from assistant.stores import current_manifest, open_current
from assistant.stores.damage import damaged_files
from assistant.stores.store import Store
from assistant.update import known_manifest, update_index
from assistant.writing import Say

_SAMPLE = 3  # sheets whose first passage is encoded again by a check
_SAME = 0.99


def check_index(settings: Settings) -> list[str]:
    """What is wrong with the index, one French sentence each; nothing when all is well.

    Raises:
        MissingIndex: there is nothing to check.
    """
    with ExitStack() as opened:
        try:
            manifest = current_manifest(settings)
            faults = [] if settings.store else damaged_files(settings.index, manifest)
            if not faults:
                store = opened.enter_context(closing(open_current(settings)))
                faults = store.check()
        except DamagedIndex as error:
            return [error.happened]
        inputs = input_hashes(settings.data)
        changed = [name for name in {*inputs, *manifest.inputs} if inputs.get(name) != manifest.inputs.get(name)]
        kept = _kept_manifest(settings, manifest)
        if kept and kept != manifest:
            what = "le manifeste" if settings.store else "manifest.json\u00a0: le fichier"
            faults.append(f"{what} a changé depuis qu’il a été écrit.")
        faults += [f"{name}\u00a0: le fichier a changé depuis la construction de l’index." for name in sorted(changed)]
        return faults or _encoded_otherwise(store)


def repair_index(settings: Settings, progress: Progress, say: Say = lambda _line: None) -> list[str]:
    """Make again what is derived from the data and does not hold; what is still wrong after that.

    Raises:
        AssistantError: it cannot be made; says why and what to do.
    """
    model = _lost_model(settings) if settings.store else None
    for full in (False, True):
        if not settings.store:
            _mend_manifest(settings)
        update_index(settings, model, full, progress, say)
        faults = check_index(settings)
        if not faults:
            return []
    return faults


def _mend_manifest(settings: Settings) -> None:
    """Put back the manifest of the newest generation whose files hold, when the one there is not its own."""
    current = known_manifest(settings)
    if current and not damaged_files(settings.index, current) and _kept_manifest(settings, current) in (None, current):
        return
    for known in records(settings):
        if not damaged_files(settings.index, known.manifest):
            write_manifest(settings.index, known.manifest)
            return


def _lost_model(settings: Settings) -> str | None:
    """The model that the history says an index has, when the manifest in its database says another, or nothing."""
    current = known_manifest(settings)
    if current is None:
        return next((known.manifest.model for known in records(settings)), None)
    kept = _kept_manifest(settings, current)
    return kept.model if kept and kept.files == current.files and kept.model != current.model else None


def _kept_manifest(settings: Settings, manifest: Manifest) -> Manifest | None:
    """What the history says that the manifest of a generation is."""
    return next(
        (known.manifest for known in records(settings) if known.manifest.generation == manifest.generation), None
    )


def _encoded_otherwise(store: Store) -> list[str]:
    """Whether today's encoder still gives the vectors that the index holds."""
    try:
        encoder = open_encoder(store.manifest.model)
    except EncoderError as error:
        return [error.happened]
    for sheet in store.sheets(store.sheet_ids({})[:_SAMPLE]):
        for passage, held in store.encoded(sheet.id)[:1]:
            vector = encoder.encode_passages([passage_text(sheet, passage)])[0]
            if float(unit(held) @ unit(vector)) >= _SAME:
                continue
            return [f"le modèle {encoder.name} ne donne plus les vecteurs de l’index."]
    return []
