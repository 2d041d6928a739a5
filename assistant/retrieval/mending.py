"""Mending: a question as it is typed, into one that can be read: apostrophes, shorthand, spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.language.analyzer import tokens
from assistant.language.folding import fold
from assistant.language.spelling import Speller

QUOTED = re.compile('«\\s*([^«»]+?)\\s*»|"([^"]+)"|“([^“”]+)”')
_SPLIT = re.compile(
    r"(?<![\w'’-])((?:[ldjmnst]|c(?= [eéè])|qu|aujourd|quelqu|jusqu|lorsqu|puisqu)) (?=[aeiouyhàâéèêëîïôöûùœ]\w|a |y )",
    re.IGNORECASE,
)
_INVERTED = (
    (re.compile(r"(?<!\w)qu['’ ]?est[ -]ce\b", re.IGNORECASE), "qu’est-ce"),
    (re.compile(r"(?<!\w)est ce (?=qu)", re.IGNORECASE), "est-ce "),
    (re.compile(r"(?<!\w)j([bcdfgklmnpqrstv]\w{2,})"), r"je \1"),
)
# within a sentence a capital tells the island from a meeting: « à la Réunion », but « à la réunion de quartier »
_ISLAND = re.compile(r"(?<=[^\W\d_] )(?<!le de )[Ll]a R[ée]union\b(?! (?:de|du|des)\b| d['’])")


@dataclass(frozen=True, slots=True)
class Mended:
    """A question as it is read; ``corrections`` pair what was typed with what was read."""

    text: str
    corrections: tuple[tuple[str, str], ...] = ()


class Mender:
    """Mends questions; what is between quotes, names and sigles are left as they are typed."""

    def __init__(
        self, speller: Speller, shorthand: Mapping[str, str], bearing: Callable[[Sequence[str]], Mapping[str, set[str]]]
    ) -> None:
        """``bearing``: for each of some stems, the ids of the sheets that bear it."""
        self._speller = speller
        self._bearing = bearing
        self._shorthand = {fold(short): whole for short, whole in shorthand.items()}
        short = sorted({*shorthand, *self._shorthand}, key=len, reverse=True)
        self._short = re.compile(
            rf"(?<![\w'’.&-])(?<!\d )(?:{'|'.join(map(re.escape, short))})(?![\w'’.-]\w|\w)" if short else r"(?!)",
            re.IGNORECASE,
        )

    def mend(self, text: str) -> Mended:
        """The question as it is read."""
        kept = {token.word for quoted in QUOTED.finditer(text) for token in tokens(quoted.group())}
        corrections: dict[str, str] = {}
        text = self._expanded(_joined(text), corrections)
        for typed, read in self._misspelt(text, kept):
            text = re.sub(rf"(?<!\w){re.escape(typed)}(?!\w)", read, text)
            corrections[typed] = read
        return Mended(text, tuple(corrections.items()))

    def _expanded(self, text: str, corrections: dict[str, str]) -> str:
        """The question with what is typed in a hurry written out."""
        shouted = text.isupper()
        quoted = [match.span() for match in QUOTED.finditer(text)]

        def whole(match: re.Match[str]) -> str:
            typed = match.group()
            sigle = typed.isupper() and not shouted and (match.start() > 0 or len(typed) > 1)
            if sigle or any(start <= match.start() < end for start, end in quoted):
                return typed
            read = self._shorthand[fold(typed)]
            corrections[typed] = read
            return read

        return self._short.sub(whole, text)

    def _misspelt(self, text: str, kept: set[str]) -> list[tuple[str, str]]:
        shouted = text.isupper()
        found: dict[str, str] = {}
        unknown = [
            token
            for position, token in enumerate(tokens(text))
            if not (position > 0 and token.word[0].isupper() and not shouted)
            and token.word not in kept
            and self._speller.may_change(token.word)
        ]
        bearing = self._bearing([token.term for token in unknown]) if unknown else {}
        for token in unknown:
            if token.word in found or bearing[token.term]:
                continue
            read = self._speller.read(token.word)
            written = read and re.search(rf"(?<!\w){re.escape(token.word)}(?!\w)", text)
            if read and written and fold(read) != fold(token.word):
                found[token.word] = read
        return list(found.items())


def _joined(text: str) -> str:
    """« l isolement », « qu est ce que » with the apostrophes that they lack; La Réunion as an island."""
    text = _ISLAND.sub("l’île de La Réunion", _SPLIT.sub(r"\1’", text))
    for pattern, whole in _INVERTED:
        text = pattern.sub(whole, text)
    return text
