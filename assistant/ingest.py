"""Sheets come and go: what files would change is weighed first, then data and index change as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.corpus.columns import Columns, load_columns
from assistant.corpus.corpus import NEEDS, SCHEMA
from assistant.corpus.incoming import Content, read_content, read_delivery
from assistant.corpus.intake import Intake, applied, weigh
from assistant.corpus.outline import Outline, OutlinedCorpus
from assistant.corpus.schema import load_schema
from assistant.corpus.sources import source_path, without, without_needs
from assistant.errors import FailureError, UsageError
from assistant.history import record_of
from assistant.indexing.build import Progress
from assistant.indexing.manifest import Manifest
from assistant.settings import Settings
from assistant.update import Update, change_data, outlined, restore, writer
from assistant.values import Sheet
from assistant.writing import Say


@dataclass(frozen=True, slots=True)
class Added:
    """``update`` is None when there was nothing to change, or when it was only to be weighed."""

    intake: Intake
    update: Update | None


def weigh_files(settings: Settings, files: Sequence[Path], columns: Path | None) -> Intake:
    """What adding these files would do; nothing is written.

    Raises:
        UsageError: a file of which nothing can be taken, or one of the data that cannot be read.
    """
    return weigh_contents(settings, [read_content(path) for path in files], _given(settings, columns))


def add_files(settings: Settings, files: Sequence[Path], columns: Path | None, progress: Progress, say: Say) -> Added:
    """Add the sheets of these files to the data and to the index, both or neither.

    Raises:
        AssistantError: nothing was changed; says why and what to do.
    """
    contents = [read_content(path) for path in files]
    return add_contents(settings, contents, _given(settings, columns), progress, say)


def weigh_contents(settings: Settings, contents: Sequence[Content], given: Columns) -> Intake:
    """What adding the sheets of these files would do; nothing is written.

    Raises:
        UsageError: a file of which nothing can be taken, or one of the data that cannot be read.
    """
    return _weigh(outlined(settings, settings.data), contents, given)


def add_contents(
    settings: Settings,
    contents: Sequence[Content],
    given: Columns,
    progress: Progress,
    say: Say,
    expected: Intake | None = None,
) -> Added:
    """Add the sheets of these files to the data and to the index, both or neither.

    Args:
        expected: what was shown before; anything else is refused.

    Raises:
        AssistantError: nothing was changed; says why and what to do.
    """
    with writer(settings, say):
        corpus = outlined(settings, settings.data)
        intake = _weigh(corpus, contents, given)
        if expected is not None and intake != expected:
            raise FailureError("Les fiches ont changé depuis ce rapport.", "Refaites-le, puis relisez-le.")
        if not intake.changes:
            return Added(intake, None)
        corpus.kept.write()
        changed = applied(intake, corpus.sources, corpus.schema.sheet_marker)
        files: dict[str, bytes | None] = {source_path(name): text.encode() for name, text in changed.items()}
        what = f"add {' '.join(content.name for content in contents)}"
        return Added(intake, change_data(settings, files, what, progress, before=corpus))


def remove_sheet(
    settings: Settings, find: Callable[[Sequence[Outline]], Outline], progress: Progress, say: Say
) -> tuple[Sheet, Update]:
    """Take a sheet out of the data, wherever it stands, with its needs, and out of the index.

    Its source loses the lines of that sheet and stays byte for byte what it was otherwise; a source without
    sheets goes.

    Args:
        find: chooses the sheet.

    Raises:
        AssistantError: nothing was changed; says why and what to do.
    """
    with writer(settings, say):
        corpus = outlined(settings, settings.data)
        outline = find(corpus.outlines)
        if len(corpus.outlines) == 1:
            raise UsageError("C’est la dernière fiche.", "Ajoutez-en d’autres avant de la retirer.")
        corpus.kept.write()
        sheet = corpus.sheet(outline)
        contents: dict[str, bytes | None] = {}
        for name, text in corpus.sources.items():
            left = without(text, corpus.schema.sheet_marker, [sheet]) if sheet.text in text else text
            if left != text:
                contents[source_path(name)] = None if left is None else left.encode()
        contents |= _needs(settings.data / NEEDS, sheet, corpus)
        return sheet, change_data(settings, contents, f"remove {sheet.title}", progress, before=corpus)


def restore_generation(settings: Settings, generation: str, progress: Progress, say: Say) -> Manifest:
    """Go back to the data and the index of a kept generation.

    Raises:
        AssistantError: nothing was changed; says why and what to do.
    """
    with writer(settings, say):
        return restore(settings, record_of(settings, generation), progress)


def _given(settings: Settings, columns: Path | None) -> Columns:
    return load_columns(columns, load_schema(settings.data / SCHEMA)) if columns else Columns()


def _weigh(corpus: OutlinedCorpus, contents: Sequence[Content], given: Columns) -> Intake:
    deliveries = [read_delivery(content, corpus.schema, corpus.departments, given) for content in contents]
    return weigh(deliveries, corpus)


def _needs(path: Path, sheet: Sheet, corpus: OutlinedCorpus) -> dict[str, bytes | None]:
    namesakes = [other for other in corpus.outlines if other.title == sheet.title]
    if not path.is_file() or len(namesakes) > 1:
        return {}
    text = path.read_bytes().decode("utf-8")
    left = without_needs(text, [sheet.title])
    return {} if left == text else {path.name: left.encode()}
