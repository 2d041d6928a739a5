"""Keeping an index in step with its data: update it, change both at once, go back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.bundle import check_own
from assistant.corpus.corpus import input_hashes
from assistant.corpus.outline import OutlinedCorpus, outline_corpus
from assistant.corpus.reader import Notice
from assistant.errors import AssistantError, DamagedIndex, FailureError, StoreUnreachable
from assistant.history import Record, keep_inputs, kept_input, kept_readings, record
from assistant.indexing.build import Build, Progress, build, sheet_digest
from assistant.indexing.encoder import DEFAULT_MODEL, model_name, open_encoder
from assistant.indexing.manifest import Manifest, write_manifest
from assistant.settings import Settings
from assistant.staging import drop, settle, stage
from assistant.stores import current_manifest, open_current, open_draft
from assistant.stores.damage import damaged_files
from assistant.writing import PATIENCE, Say, unwritable, writing


@dataclass(frozen=True, slots=True)
class Update:
    """``build`` is None when there was nothing to do."""

    manifest: Manifest
    build: Build | None
    warnings: tuple[Notice, ...]


def update_index(
    settings: Settings, model: str | None, full: bool, progress: Progress, say: Say = lambda _line: None
) -> Update:
    """Bring the index in step with the data; keeps the index's model unless another is named.

    Raises:
        AssistantError: nothing was changed; says why and what to do.
    """
    with writer(settings, say):
        update = _update(settings, settings.data, model, full, progress)
        _remember(settings, update.manifest, "index", update.build)
        return update


@contextmanager
def writer(settings: Settings, say: Say, patience: float = PATIENCE) -> Iterator[None]:
    """Be the only one to change the data and the index, both settled after a crash.

    A data folder that cannot be written cannot change: then the index's own lock is enough.

    Raises:
        IndexBusy: another one is at it still, after ``patience`` seconds.
    """
    held = writing(settings.data, patience, say) if os.access(settings.data, os.W_OK) else nullcontext()
    with held:
        current = known_manifest(settings)
        with _files(settings.data):
            settle(settings.data, current.inputs if current else {})
        if current:
            _remember(settings, current, "index", None)
        yield


def change_data(
    settings: Settings,
    files: Mapping[str, bytes | None],
    what: str,
    progress: Progress,
    full: bool = False,
    before: OutlinedCorpus | None = None,
) -> Update:
    """Change files of the data and bring the index in step, both or neither; inside ``writer``.

    Args:
        files: by name inside the data folder; None for a file that goes.
        what: the command, for the history.
        full: begin from nothing.
        before: the corpus as it is now, if it was read.

    Raises:
        AssistantError: nothing was changed; says why and what to do.
    """
    check_own(settings.data)
    with _files(settings.data):
        view = stage(settings.data, files)
    try:
        update = _update(settings, view, None, full, progress, before)
    except BaseException:
        # a build that got as far as its swap, or of which nobody can say, is left to the next writer or reader
        with suppress(StoreUnreachable):
            current = known_manifest(settings)
            if current is None or current.inputs != input_hashes(view):
                drop(settings.data)
        raise
    _finish(settings, update.manifest)
    _remember(settings, update.manifest, what, update.build)
    return update


def restore(settings: Settings, wanted: Record, progress: Progress) -> Manifest:
    """Go back to the data and the index of a generation; inside ``writer``.

    An index folder that still holds the generation serves it as it was; else the index is built from its data.

    Raises:
        AssistantError: nothing was changed; says why and what to do.
    """
    now = input_hashes(settings.data)
    then = wanted.manifest.inputs
    files: dict[str, bytes | None] = {name: None for name in now if name not in then}
    files |= {name: kept_input(settings, name, digest) for name, digest in then.items() if now.get(name) != digest}
    check_own(settings.data)
    if settings.store or damaged_files(settings.index, wanted.manifest):
        current = known_manifest(settings)
        # generations may share a file, so that what is wrong with one is wrong with the others
        full = not settings.store and (current is None or bool(damaged_files(settings.index, current)))
        return change_data(settings, files, f"restore {wanted.manifest.generation}", progress, full).manifest
    with _files(settings.data):
        stage(settings.data, files)
    with _files(settings.index):
        write_manifest(settings.index, wanted.manifest)
    _finish(settings, wanted.manifest)
    return wanted.manifest


def _update(
    settings: Settings,
    data: Path,
    model: str | None,
    full: bool,
    progress: Progress,
    before: OutlinedCorpus | None = None,
) -> Update:
    """Bring the index in step with a data folder, the settings' own or what it will be."""
    corpus = outlined(settings, data, before)
    warnings, inputs = corpus.warnings, corpus.inputs
    current = known_manifest(settings)
    name = model_name(model) if model else current.model if current else DEFAULT_MODEL
    other_model = current is not None and current.model != name
    if current and not full and not other_model and current.inputs == inputs:
        if _sound(settings):
            corpus.kept.write()
            return Update(current, None, warnings)
        full = True
    full = full or other_model
    draft = open_draft(settings, full)
    encoder = open_encoder(name, replace(settings, data=data))
    with suppress(OSError):  # history is a help, not a condition
        keep_inputs(settings, data, inputs)
    with _files(settings.index):
        try:
            done = build(corpus, inputs, encoder, draft, progress)
        except DamagedIndex:
            if full:
                raise
            # what the draft was begun from cannot be gone on with
            done = build(corpus, inputs, encoder, open_draft(settings, full=True), progress)
    corpus.kept.write()
    return Update(done.manifest, done, warnings)


def outlined(settings: Settings, data: Path, before: OutlinedCorpus | None = None) -> OutlinedCorpus:
    """The corpus of a data folder, by what is known of its sheets."""
    return outline_corpus(data, kept_readings(settings), sheet_digest, before)


def _finish(settings: Settings, manifest: Manifest) -> None:
    """Move what was staged into the data, now that the index is made of it."""
    with _files(settings.data):
        settle(settings.data, manifest.inputs)


def _remember(settings: Settings, manifest: Manifest, what: str, done: Build | None) -> None:
    with suppress(OSError):
        keep_inputs(settings, settings.data, manifest.inputs)
        record(settings, manifest, what, done)


@contextmanager
def _files(folder: Path) -> Iterator[None]:
    """Errors of the disk, said as what they are."""
    try:
        yield
    except OSError as error:
        raise unwritable(folder, error) from None
    except (sqlite3.Error, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "faiss" not in str(error):
            raise
        raise FailureError(
            f"L’index n’a pas pu être écrit ({str(error)[:120]}).",
            "Libérez de la place sur le disque, puis relancez la commande\u00a0; l’ancien index sert toujours.",
        ) from None


def known_manifest(settings: Settings) -> Manifest | None:
    """What the current generation is made of; None when there is none that can be read.

    Raises:
        StoreUnreachable: nobody can say whether there is one.
    """
    try:
        return current_manifest(settings)
    except StoreUnreachable:
        raise
    except AssistantError:
        return None


def _sound(settings: Settings) -> bool:
    """False has the index rebuilt whole, even when its data did not change."""
    try:
        with closing(open_current(settings)) as store:
            return not store.check()
    except AssistantError:
        return False
