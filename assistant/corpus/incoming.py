"""Files that come in, as sheets in the form of the sheets, each read back before it may go further."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from assistant.corpus.canonical import canonical_sheet, clean
from assistant.corpus.columns import DEPARTMENT, TITLE, Column, Columns, match_columns
from assistant.corpus.places import Department
from assistant.corpus.reader import read_source
from assistant.corpus.schema import Schema
from assistant.corpus.sources import blocks, together
from assistant.corpus.tables import LINE_CHARACTERS, Cell, Row, Table, read_csv, read_jsonl, read_xlsx
from assistant.corpus.word import read_docx
from assistant.errors import IncomingError
from assistant.typography import guillemets, thousands
from assistant.values import Facet, Kind, Sheet

FILE_BYTES = 50_000_000
_TABLES = {".csv": read_csv, ".tsv": read_csv, ".xlsx": read_xlsx, ".jsonl": read_jsonl, ".ndjson": read_jsonl}
KINDS = (".txt", *_TABLES, ".docx")


@dataclass(frozen=True, slots=True)
class Content:
    """A file that comes in. ``name`` is only shown and tells its kind: nothing is opened by it."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A sheet that comes in. ``text`` is what a source would hold of it; ``sheet`` is read from it alone."""

    file: str
    place: str
    text: str
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Refused:
    """A sheet that cannot be taken: where, and why, in French."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a file brings. ``whole`` is the file when it is a text export, to be stored as it is."""

    file: str
    sheets: tuple[Incoming, ...]
    refused: tuple[Refused, ...] = ()
    notices: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    whole: str | None = None


class NoTitle(IncomingError):
    """A table of which no column is the title: ``columns`` are those it has."""

    def __init__(self, file: str, columns: tuple[Column, ...]) -> None:
        headers = ", ".join(column.header for column in columns)
        super().__init__(
            f"{file}\u00a0: aucune colonne n’est le titre des fiches ({headers[:300]}).",
            f"Nommez-la {guillemets(TITLE)}, ou dites laquelle c’est dans un fichier donné par --columns.",
        )
        self.file = file
        self.columns = columns


def read_content(path: Path) -> Content:
    """A file of the disk.

    Raises:
        IncomingError: it cannot be read, or is too big.
    """
    try:
        if path.stat().st_size > FILE_BYTES:
            raise IncomingError(
                f"{path.name}\u00a0: le fichier pèse plus de {FILE_BYTES // 1_000_000}\u00a0Mo.",
                "Coupez-le en plusieurs.",
            )
        return Content(path.name, path.read_bytes())
    except OSError as error:
        raise IncomingError(
            f"{path}\u00a0: le fichier ne peut pas être lu ({error.strerror}).", "Vérifiez son nom et ses droits."
        ) from None


def read_delivery(content: Content, schema: Schema, departments: Mapping[str, Department], given: Columns) -> Delivery:
    """Read a file of sheets: text export, CSV, XLSX, JSON Lines or Word, told by its extension.

    Raises:
        IncomingError, CorpusError: nothing of it can be taken; says why and what to do.
    """
    name, data = content.name, content.data
    kind = PurePath(name).suffix.lower()
    if kind not in KINDS:
        raise IncomingError(
            f"{name}\u00a0: ce genre de fichier ne se lit pas.", f"Enregistrez-le en {', '.join(KINDS)}."
        )
    if kind == ".txt":
        return _export(name, data, schema, departments)
    table = read_docx(name, data, schema, given) if kind == ".docx" else _TABLES[kind](name, data)
    return _from_table(name, table, schema, departments, given)


def _export(name: str, data: bytes, schema: Schema, departments: Mapping[str, Department]) -> Delivery:
    reading = read_source(name, data, schema, departments)
    for number, line in enumerate(reading.text.split("\n"), start=1):
        if len(line) > LINE_CHARACTERS:
            raise IncomingError(
                f"{name}, ligne {number}\u00a0: une ligne a plus de {thousands(LINE_CHARACTERS)} caractères.",
                "Coupez-la.",
            )
    sheets = []
    at, counted = 1, 0
    for block in blocks(reading.text, schema.sheet_marker):
        at, counted = at + reading.text.count("\n", counted, block.title), block.title
        sheets.append(Incoming(name, f"ligne {at}", block.text, _alone(name, block.text, schema, departments)[0]))
    notices = tuple(f"ligne {notice.line}\u00a0: {notice.message}" for notice in reading.warnings)
    return Delivery(name, tuple(sheets), notices=notices, whole=reading.text)


def _from_table(
    name: str, table: Table, schema: Schema, departments: Mapping[str, Department], given: Columns
) -> Delivery:
    columns = match_columns(table.headers, schema, given)
    if not any(column.label == TITLE for column in columns):
        raise NoTitle(name, columns)
    sheets: list[Incoming] = []
    refused: list[Refused] = []
    notices = list(table.notices)
    for row in table.rows:
        try:
            text, sheet, said = _sheet(name, row, columns, schema, departments, given)
        except IncomingError as error:
            refused.append(Refused(row.place, str(error)))
            continue
        sheets.append(Incoming(name, row.place, text, sheet))
        notices += [f"{row.place}\u00a0: {message}" for message in said]
    return Delivery(name, tuple(sheets), tuple(refused), tuple(notices), columns)


def _sheet(
    name: str,
    row: Row,
    columns: Sequence[Column],
    schema: Schema,
    departments: Mapping[str, Department],
    given: Columns,
) -> tuple[str, Sheet, list[str]]:
    cells = {
        column.label: row.cells[column.header] for column in columns if column.label and column.header in row.cells
    }
    meant = dict(_meant(cells, schema, given))
    text = canonical_sheet(_one(cells.get(TITLE, "")), meant, schema)
    sheet, said = _alone(name, text, schema, departments)
    for section in sheet.sections:
        held = [sheet.slice(*span) for span in section.values]
        if held != [clean(value) for value in meant.get(section.label, ()) if clean(value)]:
            # no such cell is known; if there is one, it stops here and not in a quote
            raise IncomingError(
                f"{guillemets(section.label)} ne se relit pas comme il est écrit.", "Simplifiez ce texte."
            )
    return text, sheet, said


def _meant(cells: Mapping[str, Cell], schema: Schema, given: Columns) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The texts of each label: those of a choice apart, the département with the structure."""
    for label in schema.labels:
        cell = cells.get(label.label, "")
        if label.kind is Kind.TEXT:
            yield label.label, (_one(cell),)
            continue
        values = [
            value.strip().removeprefix("- ").strip() for value in _apart(cell, given.separators) if value.strip(" -\t")
        ]
        place = clean(_one(cells.get(DEPARTMENT, "")))
        if label.facet is Facet.STRUCTURE and place and values and not values[0].endswith(f" - {place}"):
            values[0] = f"{values[0]} - {place}"
        yield label.label, tuple(values)


def _apart(cell: Cell, separators: str) -> Sequence[str]:
    if not isinstance(cell, str):
        return cell
    for separator in separators:
        cell = cell.replace(separator, "\n")
    return cell.replace("\r", "\n").split("\n")


def _one(cell: Cell) -> str:
    return cell if isinstance(cell, str) else "\n".join(text for text in cell if text)


def _alone(name: str, text: str, schema: Schema, departments: Mapping[str, Department]) -> tuple[Sheet, list[str]]:
    """A sheet read from its own text, and what was said of it."""
    try:
        data = together([text], schema.sheet_marker).encode()
    except UnicodeEncodeError:
        raise IncomingError("le texte n’est pas de l’Unicode.", "Enregistrez le fichier de nouveau.") from None
    reading = read_source(name, data, schema, departments)
    if len(reading.sheets) != 1:
        raise IncomingError("la fiche se relit comme plusieurs.", "Simplifiez son texte.")
    return reading.sheets[0], [notice.message for notice in reading.warnings]
