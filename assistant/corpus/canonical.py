"""A sheet from cells, written as the text export writes sheets: what is quoted is this text.

What was in a cell is what its section holds, character for character, once line breaks are ``\\n`` and what
surrounds the text (blanks, lone dashes) is off. A cell that would be read otherwise is refused, never changed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from assistant.corpus.schema import Label, Schema
from assistant.errors import IncomingError
from assistant.typography import guillemets, thousands
from assistant.values import Kind

Cells = Mapping[str, str | tuple[str, ...]]
"""By label: a text, or the values of a choice."""
CELL_CHARACTERS = 100_000


def canonical_sheet(title: str, cells: Cells, schema: Schema) -> str:
    """The text of a sheet, from its title to its last character, without the line that opens sheets.

    Every label that sheets may not do without is written, even when its cell is empty.

    Args:
        cells: labels are the schema's.

    Raises:
        IncomingError: a cell cannot be written so that it is read as it is; names the label.
    """
    lines = [_title(title, schema)]
    for label in schema.labels:
        values = _values(label, cells.get(label.label, ()), schema)
        if values or not label.optional:
            lines.append(f"- {label.label}")
            lines += [f"- {value}" for value in values] if label.kind is Kind.CHOICE else values
    return "\n".join(lines)


def clean(text: str) -> str:
    """A cell's text: line breaks are ``\\n``, and nothing but text at either end."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    while lines and lines[0].strip() in ("", "-"):
        del lines[0]
    while lines and lines[-1].strip() in ("", "-"):
        del lines[-1]
    return "\n".join(lines).strip()


def _title(title: str, schema: Schema) -> str:
    text = clean(title)
    _refuse_unreadable("le titre", text)
    if not text:
        raise IncomingError("la fiche n’a pas de titre.", "Écrivez-le dans la colonne du titre.")
    if "\n" in text:
        raise IncomingError("le titre tient sur plusieurs lignes.", "Écrivez-le sur une seule.")
    _refuse_lookalikes("le titre", text, schema)
    return text


def _values(label: Label, cell: str | tuple[str, ...], schema: Schema) -> list[str]:
    name = guillemets(label.label)
    texts = [clean(text) for text in ((cell,) if isinstance(cell, str) else cell)]
    values = [text for text in texts if text]
    for value in values:
        _refuse_unreadable(name, value)
        if label.kind is Kind.TEXT:
            _refuse_lookalikes(name, value, schema)
        elif "\n" in value:
            raise IncomingError(f"une valeur de {name} tient sur plusieurs lignes.", "Écrivez-la sur une seule.")
        elif value in schema.by_name or f"- {value}" == schema.sheet_marker:
            raise IncomingError(
                f"une valeur de {name} est le libellé {guillemets(value)}\u00a0: elle ouvrirait une autre section.",
                "Écrivez-la autrement.",
            )
    if label.kind is Kind.TEXT and len(values) > 1:
        return ["\n".join(values)]
    return values


def _refuse_lookalikes(where: str, text: str, schema: Schema) -> None:
    for line in text.split("\n"):
        if line == schema.sheet_marker:
            raise IncomingError(
                f"une ligne de {where} est {guillemets(line)}, qui ouvre une fiche.", "Changez cette ligne."
            )
        if line.startswith("- ") and line[2:].rstrip() in schema.by_name:
            raise IncomingError(
                f"une ligne de {where} est {guillemets(line)}, qui ouvre une section.", "Retirez le tiret, par exemple."
            )


def _refuse_unreadable(where: str, text: str) -> None:
    if len(text) > CELL_CHARACTERS:
        raise IncomingError(
            f"{where} a plus de {thousands(CELL_CHARACTERS)} caractères.", "Coupez ce texte, ou joignez un document."
        )
    for char in text:
        # lone surrogates cannot be written, control characters neither shown nor kept by every store
        if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t":
            raise IncomingError(f"{where} contient le caractère illisible U+{ord(char):04X}.", "Retirez-le.")
