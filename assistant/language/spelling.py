"""Spelling: words that French does not know, read as the words that they stand for.

A word that French, the sheets or the thesaurus knows is never changed. Others are looked for without
a glued elision (« lisolement »), by their sound (« vacanse », « atelié »), then by few wrong letters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from math import log10

import wordfreq
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from assistant.language.folding import fold

_ELIDED = re.compile(r"^(?:qu|[dlj])(?=[aeiouyh])")
_ARTICLE = re.compile(r"^(?:la|les?|des?|du|une?|m[aeo]s?|mon)(?=[^aeiouyh])")
_SHORTEST = 4  # letters: shorter unknown words are sigles, names or shorthand, and left alone
_LONG = 7  # letters: from here two wrong ones are forgiven
_SAME_SOUND = 3  # letters by which words that sound alike may differ in length
_SOUND_WORTH = 0.6  # wrong letters that the same sound makes up for
_TENFOLD_WORTH = 0.25
_COMMON = 3e-6  # frequency from which a general word is worth being read into another
_DOMAIN = 1e-3  # a word of the sector is likelier here than its frequency in French says

# how letters sound, roughly: in order, over a folded word
_SOUNDS = [
    (r"ph", "f"), (r"h", ""), (r"qu|q|ck|k", "k"), (r"g(?=[eiy])", "j"), (r"s?c+(?=[eiy])", "s"),
    (r"c", "k"), (r"y", "i"), (r"(.)\1+", r"\1"), (r"eau|au", "o"), (r"(?:er|ez|es|e)$", "e"), (r"ai|ei", "e"),
    (r"[ae][nm](?![aeiou])", "an"), (r"[ie]in(?![aeiou])", "in"), (r"z", "s"), (r"ent$|nt$", "n"),
    (r"(?<=.{2})[tdsxpe]+$", ""),
]  # fmt: skip
_SOUND_RULES = [(re.compile(pattern), replacement) for pattern, replacement in _SOUNDS]


@lru_cache(maxsize=100_000)
def sound(folded: str) -> str:
    """How a folded word sounds, roughly; words that are spelt for each other share it."""
    spoken = folded.replace("ch", "S")
    for pattern, replacement in _SOUND_RULES:
        spoken = pattern.sub(replacement, spoken)
    return spoken


class Speller:
    """Reads misspelt words, towards the words of one corpus and thesaurus first."""

    def __init__(self, domain: Iterable[str], shorthand: Mapping[str, str]) -> None:
        """``domain``: the words of the sector, as they are spelt; ``shorthand``: what is typed for what."""
        self._domain = {fold(word): word for word in domain if len(word) >= _SHORTEST}
        self._shorthand = {fold(short): whole for short, whole in shorthand.items()}

    def read(self, word: str) -> str | None:
        """The word that an unknown word stands for; None when it is known, or nothing is near."""
        folded = fold(word)
        if folded in self._shorthand:
            return self._shorthand[folded]
        if len(folded) < _SHORTEST or not folded.isalpha() or self._known(folded, word):
            return None
        return self._without(_ELIDED, folded) or self._without(_ARTICLE, folded) or self._likeliest(folded)

    def _known(self, folded: str, word: str) -> bool:
        if any(form in self._domain or form in self._general for form in (folded, folded.removesuffix("s"))):
            return True
        import simplemma

        return bool(simplemma.is_known(word, lang="fr") or simplemma.is_known(word.lower(), lang="fr"))

    def _without(self, glued: re.Pattern[str], folded: str) -> str | None:
        """« lisolement », « lamaison », « latelié »: the word without what is glued before it."""
        rest = glued.sub("", folded)
        if rest == folded or len(rest) <= _SHORTEST:
            return None
        if rest in self._targets:
            return self._spelt(rest)
        alike = [word for word in self._by_sound.get(sound(rest), ()) if word in self._domain]
        return self._spelt(min(alike, key=lambda word: self._cost(rest, word))) if alike else None

    def _likeliest(self, folded: str) -> str | None:
        """The likeliest of the words that sound alike, or are few letters away and begin alike."""
        alike = [word for word in self._by_sound.get(sound(folded), ()) if abs(len(word) - len(folded)) <= _SAME_SOUND]
        most = 1 if len(folded) < _LONG else 2
        found = process.extract(folded, self._choices, scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=20)
        words = {*alike, *(word for word, _, _ in found if word[0] == folded[0])}
        return self._spelt(min(words, key=lambda word: (self._cost(folded, word), word))) if words else None

    def _cost(self, folded: str, word: str) -> float:
        """Wrong letters, less what speaks for the word: the same sound, and each tenfold of frequency."""
        heard = _SOUND_WORTH if sound(folded) == sound(word) else 0.0
        return DamerauLevenshtein.distance(folded, word) - heard - _TENFOLD_WORTH * log10(self._targets[word] / _COMMON)

    def _spelt(self, folded: str) -> str:
        return self._domain.get(folded) or self._spellings[folded]

    @cached_property
    def _general(self) -> frozenset[str]:
        return frozenset(fold(word) for word in wordfreq.get_frequency_dict("fr", wordlist="small"))

    @cached_property
    def _spellings(self) -> dict[str, str]:
        """The commonest spelling of each general word, by its folded form."""
        spellings: dict[str, str] = {}
        for word, frequency in wordfreq.get_frequency_dict("fr", wordlist="small").items():
            if frequency >= _COMMON and len(word) >= _SHORTEST and word.isalpha():
                spellings.setdefault(fold(word), word)
        return spellings

    @cached_property
    def _targets(self) -> dict[str, float]:
        """What a word may be read as, with how likely it is."""
        frequencies = wordfreq.get_frequency_dict("fr", wordlist="small")
        targets = {folded: frequencies[word] for folded, word in self._spellings.items()}
        return targets | {word: targets.get(word, 0.0) + _DOMAIN for word in self._domain}

    @cached_property
    def _choices(self) -> list[str]:
        return list(self._targets)

    @cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = defaultdict(list)
        for word in self._targets:
            groups[sound(word)].append(word)
        return groups
