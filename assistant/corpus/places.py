"""Where an action stands: structure, département, région."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import SchemaError
from assistant.language.folding import fold


@dataclass(frozen=True, slots=True)
class Department:
    code: str
    name: str
    region: str


def load_departments(path: Path) -> Mapping[str, Department]:
    """The départements of a CSV file (code, departement, region), by folded name.

    Raises:
        SchemaError: the file is missing or lacks a column.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if any(None in row.values() for row in rows):
            raise KeyError("une colonne")
        departments = [Department(row["code"], row["departement"], row["region"]) for row in rows]
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as error:
        raise SchemaError(
            f"La liste des départements {path} ne peut pas être lue ({error!r}).",
            "Remettez un fichier CSV aux colonnes code, departement, region.",
        ) from None
    return {fold(department.name): department for department in departments}


def split_structure(value: str, departments: Mapping[str, Department]) -> tuple[str, Department | None]:
    """``NAME - DÉPARTEMENT`` at its last `` - ``; the whole value and None when no département follows."""
    name, separator, place = value.rpartition(" - ")
    department = departments.get(fold(place.strip())) if separator else None
    return (name.strip(), department) if department else (value.strip(), None)
