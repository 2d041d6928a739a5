"""Reads the quotes of a Markdown export back, as ``markdown`` wrote them and as people may have changed them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.export.found import Contents, Found, paired
from assistant.export.markdown import BREAK
from assistant.export.reference import Reference, read_reference

_CODE = re.compile(r"\\([!-/:-@\[-`{-~])|&#(\d{1,7});|&(amp|lt|gt|quot|nbsp);")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "nbsp": "\u00a0"}
_QUOTE = re.compile(r"<q>(.*?)</q>")
_REFERENCE = re.compile(r"^\*(\\\[.*\\\])\*$")
_VERSION = re.compile(r"\(corpus ([0-9a-z]{1,64})\)")


def read_markdown(text: str) -> Contents:
    """Every quote of the file, in its order; those whose reference is gone too."""
    version = _VERSION.search(text)
    lines = text.replace("\r\n", "\n").split("\n")
    return Contents(tuple(_quotes(lines)), version[1] if version else "")


def unescaped(text: str) -> str:
    """The text that ``escaped`` was given."""
    return _CODE.sub(_decoded, text)


def _decoded(code: re.Match[str]) -> str:
    if code[1]:
        return code[1]
    if code[3]:
        return _NAMED[code[3]]
    number = int(code[2])
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else code[0]


def _quotes(lines: Sequence[str]) -> Iterator[Found]:
    block: list[str] = []
    for line in [*lines, ""]:
        if line.startswith(">"):
            block.append(line[2:] if line.startswith("> ") else line[1:])
            continue
        if block:
            yield from paired(_paragraphs(block))
            block = []
        if line.startswith("|"):
            for cell in line.split("|"):
                yield from paired(_pieces(cell))


def _paragraphs(block: Sequence[str]) -> Iterator[str | Reference]:
    """The paragraphs of a block of quotes: a line that ends with « \\ » is broken there, another one only wrapped."""
    joined = "\n".join(block)
    for paragraph in re.split(r"(?<!\\)\n\n+", joined):
        if paragraph:
            yield _reference(paragraph) or unescaped(
                paragraph.replace("\\\n", "\0").replace("\n", " ").replace("\0", "\n")
            )


def _pieces(cell: str) -> Iterator[str | Reference]:
    """The quotes and references of a cell of a table."""
    for piece in re.split(rf"{BREAK}(?=<q>|\*\\\[)", cell.strip()):
        quote = _QUOTE.fullmatch(piece)
        reference = _reference(piece)
        if quote:
            yield unescaped(quote[1].replace(BREAK, "\n"))
        elif reference:
            yield reference


def _reference(piece: str) -> Reference | None:
    written = _REFERENCE.match(piece.strip())
    return read_reference(unescaped(written[1])) if written else None
