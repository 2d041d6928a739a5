"""Sentences as spans, for text in which sigles have dots, lines are bullets and sentences are glued.

A boundary is a line break, or closing punctuation before a capital (the site that exported the
sheets lost line breaks, so « …citoyens.Le jacqu'Accompagne » has no space). Dots of sigles
(C.A.F., E.V.S), initials (J. Anquetil) and abbreviations do not close a sentence.
"""

from __future__ import annotations

import re

from assistant.values import Span

_LINE = re.compile(r"[^\n\r\u2028]+")
_STOP = re.compile(r"[.!?…]+[)\"»”]*(?P<gap>\s*)(?=(?P<next>[A-ZÀ-ÖØ-ÝŒ«\"“(▪•-]|\d))")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:cf|ex|etc|m|mm|mme|mlle|dr|env|art|p|n|tel|tél|av|bd|st|ste)\.$", re.IGNORECASE
)
_SIGLE = re.compile(r"(?:\b[A-Z]\.){2,}$")
_INITIAL = re.compile(r"(?:^|[\s('’-])[A-Z]\.$")
_BULLET_ONLY = re.compile(r"[-▪•*–\s]*")
_TAIL = 4  # words
_CLAUSE = re.compile(r"(?<=[,;:)])\s+|\s+(?=\()")


def sentences(text: str, offset: int = 0) -> list[Span]:
    """The sentences of ``text``, in order, white space at both ends left out, shifted by ``offset``.

    Every character outside the spans is white space or a lone bullet.
    """
    spans: list[Span] = []
    for line in _LINE.finditer(text):
        start = line.start()
        for stop in _STOP.finditer(text, line.start(), line.end()):
            if _closes(text, start, stop):
                spans.append(Span(start, stop.start("gap")))
                start = stop.end()
        spans.append(Span(start, line.end()))
    trimmed = (_trim(text, span) for span in spans)
    return [
        Span(span.start + offset, span.end + offset)
        for span in trimmed
        if span.start < span.end and not _BULLET_ONLY.fullmatch(text, span.start, span.end)
    ]


def clauses(text: str, span: Span, most: int) -> list[Span]:
    """``span`` cut at commas, colons, semicolons and brackets into pieces of at most ``most`` words.

    Clauses that fit together stay together; a clause longer than ``most`` words stays whole, so
    that nothing is ever cut inside a word. A last piece of a few words (« etc). ») says nothing by
    itself: it stays with the one before, which may pass ``most`` by as much.
    """
    cuts = [Span(*match.span()) for match in _CLAUSE.finditer(text, span.start, span.end)]
    pieces: list[Span] = []
    start = end = resume = span.start  # the piece in hand, and where the next one would begin
    for cut in (*cuts, Span(span.end, span.end)):
        if end > start and _words(text, start, cut.start) > most:
            pieces.append(Span(start, end))
            start = resume
        end, resume = cut
    if pieces and _words(text, start, span.end) <= _TAIL:
        start = pieces.pop().start
    trimmed = (_trim(text, piece) for piece in (*pieces, Span(start, span.end)))
    return [piece for piece in trimmed if piece.start < piece.end]


def _closes(text: str, start: int, stop: re.Match[str]) -> bool:
    before = text[start : stop.start() + 1]
    glued = not stop["gap"]
    following = text[stop.end() : stop.end() + 2]
    if stop["next"].isdigit():
        return not glued
    if stop["next"] == "-":
        return text[stop.end() : stop.end() + 2] in ("- ", "-\t")
    if glued and not (
        len(following) == 2 and following[0].isupper() and (following[1].islower() or following[1] in "'’")
    ):
        # « E.V.S », « 2.A », « Mr.X »: only a capitalised word starts a glued sentence
        return False
    if _SIGLE.search(before):
        return True
    return not (_INITIAL.search(before) or _ABBREVIATION.search(before))


def _trim(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _words(text: str, start: int, end: int) -> int:
    return len(text[start:end].split())
