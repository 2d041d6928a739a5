"""Word documents with headings, as rows: a heading above those of labels is a title, a heading of a label opens it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from assistant.corpus.archive import check_archive
from assistant.corpus.columns import TITLE, Columns, How, match_columns
from assistant.corpus.schema import Schema
from assistant.corpus.tables import Cell, Row, Table
from assistant.errors import IncomingError
from assistant.typography import guillemets

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

_HEADING = re.compile(r"(?:Heading|Titre) (\d)", re.IGNORECASE)
_TITLES = ("Title", "Titre")
_LISTS = re.compile(r"List|Liste", re.IGNORECASE)
_PARAGRAPHS = 200_000


class _Line(NamedTuple):
    """``level`` is 0 for a document's title, 1 to 9 for a heading, None for text; ``number`` is 1-based."""

    number: int
    level: int | None
    text: str


def read_docx(name: str, data: bytes, schema: Schema, given: Columns) -> Table:
    """A row a sheet; headers are the headings below the titles.

    Raises:
        IncomingError: not a Word document, a hostile one, or one without such headings.
    """
    check_archive(name, data, "word/document.xml")
    lines = _lines(name, data)
    headings = tuple(dict.fromkeys(line.text for line in lines if line.level is not None))
    matched = {column.header for column in match_columns(headings, schema, given) if _opens(column.label, column.how)}
    levels = [line.level for line in lines if line.level is not None and line.text in matched]
    if not levels:
        raise IncomingError(
            f"{name}\u00a0: aucun titre de ce document n’est un libellé de fiche.",
            "Donnez aux libellés le style Titre 2, et aux titres des fiches le style Titre 1.",
        )
    level = max(levels, key=lambda found: (levels.count(found), found))
    rows = tuple(_rows(lines, level))
    headers = dict.fromkeys(header for row in rows for header in row.cells if header != TITLE)
    if not rows:
        raise IncomingError(
            f"{name}\u00a0: aucun titre de fiche au-dessus des libellés.", "Donnez-leur le style Titre 1."
        )
    return Table((TITLE, *headers), rows)


def _opens(label: str, how: How) -> bool:
    return how is not How.UNKNOWN and label != TITLE


def _rows(lines: list[_Line], level: int) -> Iterator[Row]:
    """Titles that no label follows are chapters, and left out."""
    title: _Line | None = None
    cells: dict[str, list[str]] = {}
    header = ""
    for line in lines:
        if line.level is not None and line.level < level:
            if title and cells:
                yield _row(title, cells)
            title, cells, header = line, {}, ""
        elif line.level == level and title:
            header = line.text
            cells.setdefault(header, [])
        elif title and header:
            cells[header].append(line.text)
    if title and cells:
        yield _row(title, cells)


def _row(title: _Line, cells: dict[str, list[str]]) -> Row:
    texts: dict[str, Cell] = {TITLE: title.text}
    texts |= {header: "\n".join(lines) for header, lines in cells.items() if header != TITLE}
    return Row(f"paragraphe {title.number} ({guillemets(title.text[:60])})", texts)


def _lines(name: str, data: bytes) -> list[_Line]:
    try:
        import docx
        from docx.table import Table as WordTable

        lines = []
        for number, block in enumerate(docx.Document(io.BytesIO(data)).iter_inner_content(), start=1):
            if number > _PARAGRAPHS:
                raise IncomingError(f"{name}\u00a0: le document est trop long.", "Coupez-le en plusieurs fichiers.")
            if isinstance(block, WordTable):
                lines += [_Line(number, None, " | ".join(cell.text for cell in row.cells)) for row in block.rows]
            else:
                lines.append(_line(number, block))
        return lines
    except IncomingError:
        raise
    except Exception as error:  # the library raises many kinds for one cause: a part it cannot read
        raise IncomingError(
            f"{name}\u00a0: le document ne peut pas être lu ({type(error).__name__}).",
            "Enregistrez-le de nouveau en .docx.",
        ) from error


def _line(number: int, paragraph: Paragraph) -> _Line:
    style = (paragraph.style.name if paragraph.style else "") or ""
    heading = _HEADING.match(style)
    text = paragraph.text
    if style in _TITLES and text.strip():
        return _Line(number, 0, text.strip())
    if heading and text.strip():
        return _Line(number, int(heading[1]), text.strip())
    # the bullet that a reader sees is in the style, not in the text
    return _Line(number, None, f"- {text}" if _LISTS.match(style) and text.strip() else text)
