"""Tables from anywhere: CSV, XLSX and JSON Lines as headers and rows of cells, bounded, nothing computed."""

from __future__ import annotations

import csv
import io
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from assistant.corpus.archive import check_archive
from assistant.errors import IncomingError
from assistant.typography import guillemets, thousands

Cell = str | tuple[str, ...]
LINE_CHARACTERS = 100_000
ROWS = 50_000
COLUMNS = 200
_SNIFFED = 20
_TOO_LONG = f"une ligne ou une cellule a plus de {thousands(LINE_CHARACTERS)} caractères"


@dataclass(frozen=True, slots=True)
class Row:
    """``place`` says where it stands, in French; ``cells`` are by header, empty ones left out."""

    place: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds, before its columns are labels; ``notices`` are said to who brings it, in French."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    notices: tuple[str, ...] = ()


def read_csv(name: str, data: bytes) -> Table:
    """A table of any usual separator, in UTF-8 or Windows-1252; its first line gives the headers.

    Raises:
        IncomingError: it cannot be read as one.
    """
    notices: list[str] = []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise IncomingError(f"{name}\u00a0: l’encodage n’est pas reconnu.", "Enregistrez-le en UTF-8.") from None
        notices.append("lu en Windows-1252\u00a0: vérifiez les accents.")
    rows = _csv_rows(name, text)
    header = next(rows, None)
    if header is None:
        raise IncomingError(f"{name}\u00a0: le fichier est vide.", "Donnez-en un autre.")
    headers = _headers(name, header[1])
    return Table(headers, tuple(_rows(name, headers, rows)), tuple(notices))


def _csv_rows(name: str, text: str) -> Iterator[tuple[str, list[Cell]]]:
    if any(len(line) > LINE_CHARACTERS for line in text.split("\n")):
        raise IncomingError(f"{name}\u00a0: {_TOO_LONG}.", "Coupez-la.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    first = 1
    try:
        for cells in reader:
            if any(cells):
                yield f"ligne {first}", list(cells)
            first = reader.line_num + 1
    except csv.Error as error:
        raise IncomingError(
            f"{name}, ligne {first}\u00a0: le CSV est mal formé ({error}).",
            "Enregistrez-le de nouveau depuis votre tableur.",
        ) from None


def _separator(text: str) -> str:
    """The one that cuts the first rows in most columns, as many in each."""

    def columns(separator: str) -> tuple[bool, int]:
        try:
            read = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
            widths = [len(row) for row, _ in zip(read, range(_SNIFFED), strict=False) if row]
        except csv.Error:
            return False, 0
        return len(set(widths)) == 1 and widths[0] > 1, widths[0] if widths else 0

    return max(";,\t|", key=columns)


def read_xlsx(name: str, data: bytes) -> Table:
    """Every visible worksheet, put end to end; the first row that is not empty gives the headers of each.

    Numbers and dates are written as a French reader would; formulas are refused: what they show is not in them.

    Raises:
        IncomingError: not a workbook, a hostile one, or one with formulas.
    """
    check_archive(name, data, "xl/workbook.xml")
    import openpyxl

    headers: dict[str, None] = {}
    rows: list[Row] = []
    notices: list[str] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    notices.append(f"feuille masquée {guillemets(sheet.title)}\u00a0: laissée de côté.")
                    continue
                read = _xlsx_rows(name, sheet)
                header = next(read, None)
                if header is None:
                    continue
                own = _headers(name, header[1])
                headers |= dict.fromkeys(own)
                rows += _rows(name, own, read)
    except IncomingError:
        raise
    except Exception as error:  # the library raises many kinds for one cause: a part it cannot read
        raise IncomingError(
            f"{name}\u00a0: le classeur ne peut pas être lu ({type(error).__name__}).",
            "Enregistrez-le de nouveau en .xlsx.",
        ) from error
    if not headers:
        raise IncomingError(f"{name}\u00a0: le classeur est vide.", "Donnez-en un autre.")
    return Table(tuple(headers), tuple(rows), tuple(notices))


def _xlsx_rows(name: str, sheet: Any) -> Iterator[tuple[str, list[Cell]]]:
    for number, row in enumerate(sheet.iter_rows(max_row=ROWS + 2, max_col=COLUMNS + 1), start=1):
        if number > ROWS + 1:
            raise _too_many(name)
        cells: list[Cell] = [_shown(name, sheet.title, cell) for cell in row]
        if any(cells):
            yield f"feuille {guillemets(sheet.title)}, ligne {number}", cells


def _shown(name: str, sheet: str, cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        what = "une formule" if cell.data_type == "f" else "une erreur de calcul"
        raise IncomingError(
            f"{name}, feuille {guillemets(sheet)}, cellule {cell.coordinate}\u00a0: c’est {what}.",
            "Remplacez-la par sa valeur (copier, puis collage spécial, valeurs).",
        )
    if len(text := _scalar(value)) > LINE_CHARACTERS:
        raise IncomingError(f"{name}, cellule {cell.coordinate}\u00a0: {_TOO_LONG}.", "Coupez-la.")
    return text


def _scalar(value: object) -> str:
    """A value as a French reader writes it."""
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value).replace(".", ",")
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y}" if value.time() == time() else f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value)


def read_jsonl(name: str, data: bytes) -> Table:
    """An object a line: keys are headers, values texts, numbers or lists of them.

    Raises:
        IncomingError: with the line.
    """
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise IncomingError(f"{name}\u00a0: le fichier n’est pas en UTF-8.", "Enregistrez-le en UTF-8.") from None
    headers: dict[str, None] = {}
    rows: list[Row] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if len(rows) >= ROWS:
            raise _too_many(name)
        cells = _json_cells(f"{name}, ligne {number}", line)
        headers |= dict.fromkeys(cells)
        rows.append(Row(f"ligne {number}", {key: cell for key, cell in cells.items() if cell}))
    if not headers:
        raise IncomingError(f"{name}\u00a0: le fichier est vide.", "Donnez-en un autre.")
    return Table(_headers(name, list(headers)), tuple(rows))


def _json_cells(where: str, line: str) -> dict[str, Cell]:
    if len(line) > LINE_CHARACTERS:
        raise IncomingError(f"{where}\u00a0: {_TOO_LONG}.", "Coupez-la.")
    try:
        pairs = json.loads(line, object_pairs_hook=list)
    except (ValueError, RecursionError):
        raise IncomingError(f"{where}\u00a0: ce n’est pas du JSON.", "Écrivez un objet par ligne.") from None
    # an object comes as a list of pairs, in which a key given twice is seen
    if not (line.lstrip().startswith("{") and isinstance(pairs, list)):
        raise IncomingError(f"{where}\u00a0: ce n’est pas un objet JSON.", "Écrivez un objet par ligne.")
    cells: dict[str, Cell] = {}
    for key, value in pairs:
        if key in cells:
            raise IncomingError(f"{where}\u00a0: la clé {guillemets(key[:80])} est donnée deux fois.", "Gardez-en une.")
        cells[key] = _json_cell(where, key, value)
    return cells


def _json_cell(where: str, key: str, value: object) -> Cell:
    values = value if isinstance(value, list) else [value]
    if not all(item is None or isinstance(item, str | int | float) for item in values):
        raise IncomingError(
            f"{where}\u00a0: {guillemets(key[:80])} n’est ni un texte, ni un nombre, ni une liste de textes.",
            "Mettez-le à plat.",
        )
    texts = tuple("" if item is None else _scalar(item) if not isinstance(item, str) else item for item in values)
    return texts if isinstance(value, list) else texts[0]


def _headers(name: str, cells: Sequence[Cell]) -> tuple[str, ...]:
    headers = [str(cell).strip() for cell in cells]
    while headers and not headers[-1]:
        del headers[-1]
    if len(headers) > COLUMNS:
        raise IncomingError(f"{name}\u00a0: plus de {COLUMNS} colonnes.", "Gardez celles des fiches.")
    seen: dict[str, int] = {}
    unique = []
    for header in headers:
        seen[header] = seen.get(header, 0) + 1
        unique.append(header if seen[header] == 1 else f"{header} ({seen[header]})")
    return tuple(unique)


def _rows(name: str, headers: Sequence[str], rows: Iterator[tuple[str, list[Cell]]]) -> Iterator[Row]:
    for count, (place, cells) in enumerate(rows):
        if count >= ROWS:
            raise _too_many(name)
        if any(cells[len(headers) :]):
            raise IncomingError(
                f"{name}, {place}\u00a0: plus de cellules que d’en-têtes.",
                "Vérifiez les guillemets et les séparateurs de cette ligne.",
            )
        yield Row(place, {header: cell for header, cell in zip(headers, cells, strict=False) if cell})


def _too_many(name: str) -> IncomingError:
    return IncomingError(f"{name}\u00a0: plus de {thousands(ROWS)} lignes.", "Coupez-le en plusieurs fichiers.")
