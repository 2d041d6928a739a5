"""Spelling, measured on words misspelt as people do: the share restored, and the share changed into another.

usage: .venv/bin/python benchmarks/misspellings.py [SEED] [-v]
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence

from assistant.answer import Assistant
from assistant.language.analyzer import stem, tokens
from assistant.language.folding import fold
from assistant.language.vocabulary import frequencies
from assistant.retrieval.understand import speller
from assistant.stores.store import Store

WORDS = 1200  # of each vocabulary
_SHORTEST = 5

Slip = Callable[[str, random.Random], str]


def _swap(pattern: str, *others: str) -> Slip:
    """One place of ``pattern`` written another way."""

    def slip(word: str, chance: random.Random) -> str:
        places = list(re.finditer(pattern, word))
        if not places:
            return word
        place = chance.choice(places)
        written = chance.choice(others)
        return word[: place.start()] + place.expand(written) + word[place.end() :]

    return slip


def _neighbours(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _missing(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word))
    return word[:place] + word[place + 1 :]


def _article(word: str, chance: random.Random) -> str:
    return chance.choice("ld") + word if word[0] in "aeiouh" else chance.choice(("la", "le", "les", "des")) + word


SLIPS: dict[str, Slip] = {
    "silent ending": _swap(r"(?<=.{3})(?:[tdsxp]|e|nt)$", ""),
    "ending é/er/ez/ai": _swap(r"(?:e|er|ez|ee|ait?)$", "e", "er", "ez", "ai"),
    "single for double": _swap(r"([bcdfglmnprst])\1", r"\1"),
    "double for single": _swap(r"(?<=[aeiou])([flmnprt])(?=[aeiou])", r"\1\1"),
    "neighbours swapped": _neighbours,
    "letter missing": _missing,
    "qu/k": _swap(r"qu|k|c(?=[aou])", "k", "qu"),
    "ph/f": _swap(r"ph|f", "f", "ph"),
    "c/s/ss": _swap(r"ss|c(?=[eiy])|(?<=[aeiou])t(?=ion)", "s", "ss", "c"),
    "au/o/eau": _swap(r"eau|au|o(?=[^uin])", "o", "au", "eau"),
    "an/en": _swap(r"[ae]n(?=[^aeioun])", "an", "en"),
    "glued article": _article,
}


def misspelt(words: Sequence[str], seed: int) -> list[tuple[str, str, str]]:
    """Slip, word typed, word meant (both folded): each word slips once, where that changes it."""
    chance = random.Random(seed)
    found = []
    names = list(SLIPS)
    for word in words:
        chance.shuffle(names)
        for name in names:
            typed = SLIPS[name](word, chance)
            if typed != word and len(typed) >= _SHORTEST - 1:
                found.append((name, typed, word))
                break
    return found


def outcomes(store: Store, seed: int, words: int = WORDS) -> dict[str, Counter[str]]:
    """How many words of each vocabulary, then of each slip, are restored, left alone, or read as another word."""
    return _tally(cases(store, seed, words))


def cases(store: Store, seed: int, words: int) -> list[tuple[str, str, str, str, str]]:
    """Vocabulary, slip, word typed, word read, word meant."""
    reader = speller(store)
    sheets = store.sheets(store.sheet_ids({}))
    vocabularies = {
        "thesaurus": {word for concept in store.thesaurus().concepts.values() for word in concept.words},
        "sheets": {token.word.lower() for sheet in sheets for token in tokens(sheet.text)},
        "general": {word for word, frequency in frequencies("fr").items() if frequency >= 1e-5},
    }
    right = {fold(word) for found in (*vocabularies.values(), frequencies("fr")) for word in found}
    found = []
    for name, vocabulary in vocabularies.items():
        long = sorted({fold(word) for word in vocabulary if word.isalpha() and len(word) >= _SHORTEST})
        chosen = random.Random(seed).sample(long, min(words, len(long)))
        slipped = (case for case in misspelt(chosen, seed) if case[1] not in right)
        found += [(name, slip, typed, reader.read(typed) or "", meant) for slip, typed, meant in slipped]
    return found


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    found = cases(Assistant.open().store, seed, WORDS)
    for name, counts in _tally(found).items():
        print(f"{name:<20} n {counts.total():>5}  " + _shares(counts))
    if "-v" in sys.argv:
        wrong = [case[2:] for case in found if _outcome(*case[3:]) == "wrong"]
        for typed, read, meant in random.Random(seed).sample(wrong, min(80, len(wrong))):
            print(f"{typed} read {read}, meant {meant}")


def _tally(found: Sequence[tuple[str, str, str, str, str]]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for place in (0, 1):
        for case in found:
            counts.setdefault(case[place], Counter())[_outcome(*case[3:])] += 1
    return counts


def _outcome(read: str, meant: str) -> str:
    return "left" if not read else "restored" if _same(read, meant) else "wrong"


def _same(read: str, meant: str) -> bool:
    """Whether a word was restored as far as searching goes: its stem is."""
    return fold(read) == meant or stem(fold(read)) == stem(meant)


def _shares(counts: Counter[str]) -> str:
    total = max(1, counts.total())
    return "  ".join(f"{outcome} {counts[outcome] / total:.3f}" for outcome in ("restored", "left", "wrong"))


if __name__ == "__main__":
    main()
