"""How a network writes its sheets: labels, kinds, roles, placeholders; read from ``schema.yaml``."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from pydantic import Field, model_validator

from assistant.documents import Pattern, Strict, load_yaml, refuse_twice
from assistant.language.folding import fold
from assistant.values import Facet, Kind, Role


class Label(Strict):
    """One label, exactly as sheets write it."""

    label: str = Field(min_length=1)
    kind: Kind
    role: Role
    facet: Facet | None = None
    optional: bool = False
    subheading: str | None = None
    values: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _choices_feed_facets(self) -> Label:
        if self.kind is Kind.TEXT and (self.facet or self.values or self.subheading):
            raise ValueError("facet, values et subheading ne vont qu’avec kind: choice")
        return self


class Schema(Strict):
    name: str
    sheet_marker: str = Field(min_length=1)
    labels: tuple[Label, ...] = Field(min_length=1)
    placeholders: tuple[Pattern, ...] = ()
    spellings: dict[str, str] = {}
    roles: dict[Role, str]

    @model_validator(mode="after")
    def _roles_are_named(self) -> Schema:
        missing = [role.value for role in Role if role not in self.roles]
        if missing:
            raise ValueError(f"rôle sans nom : {', '.join(missing)}")
        return self

    @property
    def written_form(self) -> str:
        """All that decides how sheets are read and stored; role names only decide how they are shown."""
        return self.model_dump_json(exclude={"roles"})

    @cached_property
    def by_name(self) -> dict[str, Label]:
        return {label.label: label for label in self.labels}

    @cached_property
    def by_key(self) -> dict[str, Label]:
        """Labels by their letters and digits alone: finds the ones written almost right."""
        return {letters(label.label): label for label in self.labels}

    @cached_property
    def _placeholder(self) -> re.Pattern[str] | None:
        if not self.placeholders:
            return None
        return re.compile("|".join(f"(?:{pattern})" for pattern in self.placeholders), re.IGNORECASE)

    def is_placeholder(self, text: str) -> bool:
        """True when a line or sentence only stands for text that is not there."""
        return bool(self._placeholder and self._placeholder.fullmatch(text.strip()))


def letters(text: str) -> str:
    """Letters and digits alone, in lower case, without accents."""
    return "".join(filter(str.isalnum, fold(text)))


def load_schema(path: Path) -> Schema:
    """The schema of a data folder.

    Raises:
        SchemaError: with file and line.
    """
    schema = load_yaml(path, Schema)
    refuse_twice(path, [label.label for label in schema.labels], "labels")
    return schema
