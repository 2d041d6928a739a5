"""General vocabularies: which words French knows, how common words are. Loaded at the first need."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import takewhile
from math import log10
from pathlib import Path

_CENTIBELS = -100.0
_NOW_AND_THEN = 2.5e-7  # share of all words


@cache
def frequencies(language: str) -> dict[str, float]:
    """The 30,000 commonest words of a language with their share, 0 to 1, of all words; commonest first.

    Read from the package's own file: importing wordfreq takes ten times as long.
    """
    return {word: 10 ** (step / _CENTIBELS) for step, words in _steps(f"small_{language}") for word in words}


@cache
def seen_words() -> frozenset[str]:
    """The words that French texts use now and then, rare ones and names among them; the commonest slips too."""
    rarest = _CENTIBELS * log10(_NOW_AND_THEN)
    steps = takewhile(lambda step: step[0] <= rarest, _steps("large_fr"))
    return frozenset(word for _, words in steps for word in words)


def _steps(name: str) -> Iterator[tuple[int, list[str]]]:
    """The words of a list, commonest first, a hundredth of a bel at a time."""
    import msgpack

    package = find_spec("wordfreq")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("wordfreq")
    with gzip.open(Path(package.origin).with_name("data") / f"{name}.msgpack.gz") as file:
        packed = msgpack.Unpacker(file, raw=False)
        length = packed.read_array_header()
        packed.skip()  # the header of the format
        for step in range(length - 1):
            yield step, packed.unpack()


def is_french(word: str) -> bool:
    """Whether the French dictionary has this form, accents included, whatever the case of its letters."""
    import simplemma  # its dictionary takes 0.2 s to load: only once a word would be changed

    return bool(simplemma.is_known(word, lang="fr") or simplemma.is_known(word.lower(), lang="fr"))
