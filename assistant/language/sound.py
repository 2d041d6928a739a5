"""Sound: how French words are heard, roughly. Words that are written for each other share it."""

from __future__ import annotations

import re
from functools import lru_cache

# in order, over a folded word whose « ch » has become « S »
_SOUNDS = [
    (r"ph", "f"), (r"h", ""), (r"qu|q|ck|k", "k"), (r"g(?=[eiy])", "j"), (r"s?c+(?=[eiy])", "s"),
    (r"c", "k"), (r"y", "i"), (r"(.)\1+", r"\1"), (r"eau|au", "o"), (r"(?:er|ez|es|e)$", "e"), (r"ai|ei", "e"),
    (r"[ae][nm](?![aeiou])", "an"), (r"[ie]in(?![aeiou])", "in"), (r"z", "s"), (r"ent$|nt$", "n"),
    (r"(?<=.{2})[tdsxpe]+$", ""),
]  # fmt: skip
_RULES = [(re.compile(pattern), replacement) for pattern, replacement in _SOUNDS]
_ONSETS = str.maketrans({**dict.fromkeys("aeiouy", "V"), **dict.fromkeys("ckqsz", "S"), "j": "g"})


@lru_cache(maxsize=100_000)
def sound(folded: str) -> str:
    """How a folded word sounds, roughly."""
    spoken = folded.replace("ch", "S")
    for pattern, replacement in _RULES:
        spoken = pattern.sub(replacement, spoken)
    return spoken


def onset(folded: str) -> str:
    """One letter for how a folded word begins: words that sound alike share it."""
    if folded.startswith("ph"):
        return "f"
    return folded.lstrip("h")[:1].translate(_ONSETS)
