"""The text of a source, and its lines by where they stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from assistant.errors import CorpusError
from assistant.values import Span

BYTE_ORDER_MARK = "\ufeff"


class Line(NamedTuple):
    number: int
    start: int
    end: int
    stop: int
    text: str


def decode(name: str, data: bytes) -> str:
    """The text of a source.

    Raises:
        CorpusError: not UTF-8, or empty.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CorpusError(
            name, line, "le fichier n’est pas en UTF-8.", "Enregistrez-le en UTF-8, puis relancez l’indexation."
        ) from None
    if not text.strip():
        raise CorpusError(name, 1, "le fichier est vide.", "Retirez-le ou remplacez-le.")
    return text


def read_lines(text: str, start: int) -> Iterator[Line]:
    """Lines from ``start``, at ``\\n`` alone; a trailing ``\\r`` belongs to the line break."""
    number = 1
    while start < len(text):
        newline = text.find("\n", start)
        stop = len(text) if newline < 0 else newline + 1
        end = stop if newline < 0 else newline
        if end > start and text[end - 1] == "\r":
            end -= 1
        yield Line(number, start, end, stop, text[start:end])
        start = stop
        number += 1


def trimmed(line: Line, skip: int = 0) -> Span:
    content = line.text[skip:]
    left = len(content) - len(content.lstrip())
    start = line.start + skip + left
    return Span(start, start + len(content.strip()))
