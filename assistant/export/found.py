"""What a reader finds in an export: quotes as they stand in the file, which people may have changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.errors import UsageError
from assistant.export.reference import Reference
from assistant.values import Span

LARGEST = 20_000_000  # bytes of a file, and of what a packed one holds once unpacked


@dataclass(frozen=True, slots=True)
class Found:
    """One quote of a file.

    ``words`` is what its reference names (see ``reference``), None when the reference is gone, and
    ``span`` where it says that the quote stands. ``seen`` is false when what a person reads is not
    ``text``, in a format that carries both.
    """

    text: str
    words: str | None
    span: Span | None
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Contents:
    """``corpus_version`` is the one that the file names, when it does."""

    quotes: tuple[Found, ...]
    corpus_version: str


class UnreadableExport(UsageError):
    """A file that is no export, or no longer one."""


def unreadable(what: str) -> UnreadableExport:
    """The error for a file that is damaged; ``what`` is a French noun with its article."""
    return UnreadableExport(f"{what} ne peut pas être lu\u00a0: il est abîmé.", "Refaites l’export, puis vérifiez-le.")


def paired(pieces: Iterator[str | Reference]) -> Iterator[Found]:
    """Each reference with the quotes before it, one a span; quotes too many have lost their reference."""
    before: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            before.append(piece)
            continue
        count = len(piece.spans)
        yield from (Found(text, None, None) for text in before[: max(0, len(before) - count)])
        texts = before[-count:]
        # a quote that was taken away leaves its span without words
        texts = [""] * (count - len(texts)) + texts
        yield from (Found(text, piece.words, span) for text, span in zip(texts, piece.spans, strict=True))
        before = []
    yield from (Found(text, None, None) for text in before)
