"""An export as Markdown (CommonMark with tables). Quotes keep every character: what Markdown would change is escaped.

A quote is a block of « > » lines, its reference the last of them, in italics; in a table, ``<q>``
elements followed by their reference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from assistant.export.document import (
    Block,
    Box,
    Citation,
    Cited,
    Document,
    Heading,
    Line,
    Note,
    PageBreak,
    Ruled,
    Said,
    Table,
)
from assistant.export.reference import full_reference, short_reference
from assistant.export.wording import MY_NOTE, check_line, made_line

BREAK = "<br>"
_ESCAPED = re.compile(r"[*_`\[\]<>#~]")
_CODED = frozenset("\\|&")  # tables read « \\ » and « | » in their own way
_OPENS = re.compile(r"^(?:[-+=]|(\d{1,9})(?=[.)]))")
_BLANK = "\\_" * 60


def render_markdown(document: Document) -> bytes:
    """The file, UTF-8, lines ended by a line feed."""
    head = [f"# {escaped(document.title)}", escaped(made_line(document))]
    foot = ["---", escaped(check_line())]
    return ("\n\n".join([*head, *map(_block, document.blocks), *foot]) + "\n").encode()


def escaped(text: str) -> str:
    """Text of one line that Markdown shows, and gives back, as it is."""
    inner = "".join(_char(char) for char in text)
    inner = _OPENS.sub(lambda mark: f"{mark[1]}\\" if mark[1] else f"\\{mark[0]}", inner)
    return re.sub(r"^ | $", "&#32;", inner)


def _char(char: str) -> str:
    if _ESCAPED.match(char):
        return f"\\{char}"
    if char in _CODED or unicodedata.category(char) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp"):
        return f"&#{ord(char)};"
    return char


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * (level + 1)} {escaped(text)}"
        case Said(text):
            return escaped(text)
        case Note(_, text):
            return "\\\n".join([f"**{MY_NOTE}**", *(escaped(line) for line in text.splitlines())])
        case Cited(citation):
            return "\n>\n".join([*_quoted(citation), f"> *{escaped(full_reference(citation))}*"])
        case Table():
            return "\n".join(_table(block))
        case Ruled(count):
            return "\\\n".join([_BLANK] * count)
        case PageBreak():
            return "---"


def _quoted(citation: Citation) -> Iterator[str]:
    for quote in citation.quotes:
        yield "\\\n".join(f"> {escaped(line)}" for line in quote.text.split("\n"))


def _table(table: Table) -> Iterator[str]:
    yield _row(map(escaped, table.header))
    yield _row("---" for _ in table.header)
    for line in table.lines:
        yield _line(line)


def _line(line: Line) -> str:
    return _row([f"**{escaped(line.name)}**", *map(_box, line.boxes)])


def _row(cells: Iterator[str] | list[str] | map[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _box(box: Box) -> str:
    parts = []
    for citation in box.citations:
        parts += [f"<q>{BREAK.join(map(escaped, quote.text.split(chr(10))))}</q>" for quote in citation.quotes]
        parts.append(f"*{escaped(short_reference(citation))}*")
    return BREAK.join(parts) or escaped(box.said)
