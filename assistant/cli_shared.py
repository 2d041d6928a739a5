"""What the commands of every module share: options, the settings in force, finding sheets, printing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from assistant.errors import UsageError
from assistant.settings import Settings, read_settings
from assistant.typography import counted, guillemets

if TYPE_CHECKING:
    from assistant.answer import Assistant
    from assistant.corpus.examples import Titled
    from assistant.indexing.build import Build
    from assistant.values import Sheet

T = TypeVar("T")
Found = TypeVar("Found", bound="Titled")
Data = Annotated[Path | None, typer.Option("--data", metavar="DOSSIER", help="Dossier des fiches (ASSISTANT_DATA).")]
Index = Annotated[Path | None, typer.Option("--index", metavar="DOSSIER", help="Dossier de l’index (ASSISTANT_INDEX).")]
AsJson = Annotated[bool, typer.Option("--json", help="Écrit un seul document JSON.")]


def settings_of(data: Path | None, index: Path | None) -> Settings:
    """The settings, with what the options change."""
    settings = read_settings()
    if index:
        # a folder named on the command line goes before a database named in the environment
        settings = replace(settings, index=index, store="")
    return replace(settings, data=data or settings.data)


def open_assistant(data: Path | None, index: Path | None) -> Assistant:
    """The assistant over the index of the options."""
    from assistant.answer import Assistant

    return Assistant.open(settings_of(data, index))


def all_sheets(settings: Settings) -> list[Sheet]:
    """Every sheet of the index, in the order of the corpus."""
    from assistant.stores import open_store

    store = open_store(settings)
    return store.sheets(store.sheet_ids({}))


def find_sheet(found: Sequence[Found], wanted: str) -> Found:
    """The sheet of that id or title; else the only one whose title holds every word.

    Raises:
        UsageError: none, or several.
    """
    from assistant.language.folding import fold

    exact = [sheet for sheet in found if wanted in (sheet.id, sheet.title)]
    words = fold(wanted).split()
    near = exact or [sheet for sheet in found if words and all(word in fold(sheet.title) for word in words)]
    if len(near) == 1:
        return near[0]
    if near:
        titles = ", ".join(f"{guillemets(sheet.title)}" for sheet in near)
        raise UsageError(f"Plusieurs fiches portent ces mots\u00a0: {titles}.", "Donnez un titre entier.")
    raise UsageError(f"Aucune fiche n’a pour titre {guillemets(wanted)}.", "Voyez la liste\u00a0: assistant sheets")


def print_value(value: Any) -> None:
    """Text as it is; anything else as one JSON document."""
    typer.echo(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2))


def changes(build: Build) -> str:
    """What a build changed, in one French phrase."""
    sheets = (
        (build.added, "ajoutée"),
        (build.changed, "modifiée"),
        (build.removed, "retirée"),
        (build.kept, "inchangée"),
    )
    return ", ".join(counted(number, word) for number, word in sheets)


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr; the function given takes what is done and the total."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def progress(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    """The items, with a bar that says how many are done."""
    with bar(label) as advance:
        for done, item in enumerate(items, start=1):
            yield item
            advance(done, total)
