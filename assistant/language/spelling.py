"""Spelling: words that French does not know, read as the words that they stand for.

A word that French, the sheets or the thesaurus knows is never changed. Others are looked for without
a glued elision (« lisolement »), by their sound (« vacanse », « atelié »), by few wrong letters, then
as two words glued.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, cached_property, lru_cache
from math import log10

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.language.folding import fold
from assistant.language.sound import onset, sound
from assistant.language.vocabulary import frequencies, is_french, seen_words

_ELIDED = re.compile(r"^(?:qu|[dlj])(?=[aeiouyh])")
_ARTICLE = re.compile(r"^(?:la|les?|des?|du|une?|m[aeo]s?|mon)(?=[^aeiouyh])")
_SHORTEST = 4  # letters: shorter unknown words are sigles, names or shorthand, and left alone
_LONGEST = 30  # letters: beyond, no word
_LONG = 7  # letters: from here two wrong ones are forgiven
_SAME_SOUND = 3  # letters by which words that sound alike may differ in length
_SOUND_WORTH = 0.6  # wrong letters that the same sound makes up for, of the first
_SOUND_WORTH_MORE = 0.35  # and of each after it: « kartier » is « quartier » rather than « cartier »
_MIXED_WORTH = 0.4  # the same for having the same letters in another order
_GLUED_COST = 0.6  # of an article glued to its word, in wrong letters
_TENFOLD_WORTH = 0.25
_COMMON = 1e-6  # frequency from which a general word is worth being read into another
_PAIRED = 3e-5  # the same for each of two words glued
_NEVER = float("inf")
_DOMAIN = 2e-3  # a word of the sector is likelier here than its frequency in French says


class Speller:
    """Reads misspelt words, towards the words of one corpus and thesaurus first."""

    def __init__(self, domain: Iterable[str]) -> None:
        """``domain``: the words of the sector, as they are spelt."""
        # of two spellings the accented one, which sorts last, whatever the order in which they come
        self._domain = {fold(word): word for word in sorted(domain) if len(word) >= _SHORTEST}
        self._likely = lru_cache(maxsize=10_000)(self._search)
        self._heard = cache(self._heard_so)

    def may_change(self, word: str) -> bool:
        """Whether a word is unknown, and such as words are misspelt: all that ``read`` may change, at little cost."""
        folded = fold(word)
        return _SHORTEST <= len(folded) <= _LONGEST and folded.isalpha() and not self._common(folded)

    def read(self, word: str) -> str | None:
        """The word that an unknown word stands for; None when it is known, or nothing is near."""
        if not self.may_change(word):
            return None
        folded = fold(word)
        found = self._likely(folded)
        if (
            found is None
            or self._english(folded, found)
            or (word.lower() in seen_words() and not _confused(folded, found))
        ):
            return None
        # the dictionary comes last: it is slow to load, and only needed when a word would be changed
        return None if is_french(word) else found

    def _common(self, folded: str) -> bool:
        return any(form in self._domain or form in self._general for form in {folded, folded.removesuffix("s")} if form)

    def _english(self, folded: str, found: str) -> bool:
        """« workshop », « gaming »: commoner in English than what it would be read as is in French."""
        return frequencies("en").get(folded, 0.0) > self._targets.get(fold(found), 0.0)

    def _search(self, folded: str) -> str | None:
        """The likeliest word, or else two words glued."""
        costs = self._costs(folded)
        for glued in (_ELIDED, _ARTICLE):
            rest = glued.sub("", folded)
            if rest != folded and len(rest) > _SHORTEST:
                for word in self._glued(rest):
                    costs[word] = min(costs.get(word, _NEVER), _GLUED_COST + self._cost(rest, word))
        best = min(costs, key=lambda word: (costs[word], word), default=None)
        return self._two_words(folded) if best is None else self._spelt(best)

    def _costs(self, folded: str) -> dict[str, float]:
        """The words that sound alike, or are few letters away and begin alike, with their cost."""
        most = 1 if len(folded) < _LONG else 2
        found = process.extract(folded, self._near(folded, most), scorer=OSA.distance, score_cutoff=most, limit=30)
        begun = {folded[0], folded[1]}
        near = (word for word, _, _ in found if word[0] == folded[0] or {word[0], word[1]} == begun)
        return {word: self._cost(folded, word) for word in {*self._alike(folded), *near}}

    def _glued(self, rest: str) -> list[str]:
        """The words that what is left without an article may be: that word, or one of the sector that sounds so."""
        return [rest] if rest in self._targets else [word for word in self._alike(rest) if word in self._domain]

    def _two_words(self, folded: str) -> str | None:
        """« liensocial »: two common words glued, each of four letters at least."""
        cuts = range(_SHORTEST, len(folded) - _SHORTEST + 1)
        pairs = [(folded[:cut], folded[cut:]) for cut in cuts]
        likely = {pair: min(self._targets.get(word, 0.0) for word in pair) for pair in pairs}
        best = max(likely, key=lambda pair: likely[pair], default=None)
        return " ".join(map(self._spelt, best)) if best and likely[best] >= _PAIRED else None

    def _alike(self, folded: str) -> list[str]:
        """The words that sound the same."""
        alike = self._heard(onset(folded)).get(sound(folded), ())
        return [word for word in alike if abs(len(word) - len(folded)) <= _SAME_SOUND]

    def _near(self, folded: str, most: int) -> list[str]:
        """The words that ``most`` wrong letters may lead to, and others: each letter that is wrong changes the
        length by one at most, and the set of letters by two.
        """
        words, lengths, letters = self._choices
        few = np.bitwise_count(letters ^ _letters([folded])) <= 2 * most
        near: list[str] = words[few & (np.abs(lengths - len(folded)) <= most)].tolist()
        return near

    def _cost(self, folded: str, word: str) -> float:
        """Wrong letters, less what speaks for the word: the same sound or letters, and each tenfold of frequency."""
        wrong = OSA.distance(folded, word)
        heard = _SOUND_WORTH + _SOUND_WORTH_MORE * (wrong - 1) if sound(folded) == sound(word) else 0.0
        mixed = _MIXED_WORTH if sorted(folded) == sorted(word) else 0.0
        return wrong - max(heard, mixed) - _TENFOLD_WORTH * log10(self._targets[word] / _COMMON)

    def _spelt(self, folded: str) -> str:
        return self._domain.get(folded) or self._spellings[folded]

    @cached_property
    def _general(self) -> frozenset[str]:
        return frozenset(word if word.isascii() else fold(word) for word in frequencies("fr"))

    @cached_property
    def _spellings(self) -> dict[str, str]:
        """The commonest spelling of each general word, by its folded form."""
        spellings: dict[str, str] = {}
        for word, frequency in frequencies("fr").items():
            if frequency < _COMMON:
                break
            if len(word) >= _SHORTEST and word.isalpha():
                spellings.setdefault(word if word.isascii() else fold(word), word)
        return spellings

    @cached_property
    def _targets(self) -> dict[str, float]:
        """What a word may be read as, with how likely it is."""
        french = frequencies("fr")
        targets = {folded: french[word] for folded, word in self._spellings.items()}
        return targets | {word: targets.get(word, 0.0) + _DOMAIN for word in self._domain}

    @cached_property
    def _choices(self) -> tuple[NDArray[np.object_], NDArray[np.int64], NDArray[np.uint32]]:
        """The targets, their lengths, and the set of letters of each."""
        words = list(self._targets)
        return np.array(words, dtype=object), np.array(list(map(len, words))), _letters(words)

    @cached_property
    def _by_onset(self) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = defaultdict(list)
        for word in self._targets:
            groups[onset(word)].append(word)
        return groups

    def _heard_so(self, begun: str) -> dict[str, list[str]]:
        """The targets of an onset by their sound."""
        groups: dict[str, list[str]] = defaultdict(list)
        for word in self._by_onset[begun]:
            groups[sound(word)].append(word)
        return groups


def _letters(words: Sequence[str]) -> NDArray[np.uint32]:
    """The set of letters of each word, a bit a letter; letters that share one only make words look nearer."""
    codes = np.array(words, dtype=np.str_).reshape(-1, 1).view(np.uint32)
    bits = np.where(codes, np.uint32(1) << codes % 32, np.uint32(0))
    return np.asarray(np.bitwise_or.reduce(bits, axis=1), dtype=np.uint32)


def _confused(folded: str, found: str) -> bool:
    """Whether two words sound alike or have the same letters: only so is a word that texts use a slip."""
    read = fold(found)
    return sound(folded) == sound(read) or sorted(folded) == sorted(read)
