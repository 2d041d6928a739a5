"""Questions as people ask them: the needs that sheets answer, and a background that none answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import yaml
from pydantic import BaseModel, ConfigDict, RootModel

from assistant.documents import load_yaml
from assistant.errors import SchemaError
from assistant.typography import guillemets
from assistant.values import Example, ExampleKind

_SHEET = re.compile(r"^[-\s]*sheet:\s*(.*)$")


class Titled(Protocol):
    """A sheet, or what is known of it."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...


class _Needs(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sheet: str
    needs: list[str]


class _NeedsFile(RootModel[list[_Needs]]):
    pass


class _BackgroundFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    everyday: list[str] = []
    sector: list[str] = []
    administrative: list[str] = []


def read_examples(needs: Path, background: Path, sheets: Sequence[Titled]) -> tuple[Example, ...]:
    """The examples of both files, each text once; a file that is absent gives none.

    Raises:
        SchemaError: a file cannot be read, or names a sheet that is not in the corpus; with its line.
    """
    examples = [*_needs(needs, sheets), *_background(background)]
    return tuple({example.text: example for example in examples}.values())


def _needs(path: Path, sheets: Sequence[Titled]) -> Iterable[Example]:
    if not path.exists():
        return
    ids = {sheet.title: sheet.id for sheet in sheets}
    for entry in load_yaml(path, _NeedsFile).root:
        if entry.sheet not in ids:
            line = _line(path, entry.sheet)
            raise SchemaError(
                f"{path}, ligne {line}\u00a0: la fiche {guillemets(entry.sheet)} n’est pas dans le corpus.",
                "Écrivez son titre exact, ou retirez-la.",
            )
        yield from (Example(ExampleKind.NEED, text, ids[entry.sheet]) for text in entry.needs)


def _line(path: Path, title: str) -> int:
    """The 1-based line that names this sheet."""
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        named = _SHEET.match(line)
        if named and yaml.safe_load(named[1]) == title:
            return number
    return 1


def _background(path: Path) -> Iterable[Example]:
    if not path.exists():
        return
    file = load_yaml(path, _BackgroundFile)
    for kind, texts in (
        (ExampleKind.EVERYDAY, file.everyday),
        (ExampleKind.SECTOR, file.sector),
        (ExampleKind.ADMINISTRATIVE, file.administrative),
    ):
        yield from (Example(kind, text) for text in texts)
