"""The sector's vocabulary, everyday and professional: which concepts a text names.

Weights follow the kind of relation: a synonym names the concept itself, a narrower wording an
instance of it, a related concept only its neighbourhood.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import simplemma
from pydantic import Field

from assistant.documents import Strict, load_yaml, refuse_twice
from assistant.language.analyzer import Token, tokens
from assistant.language.folding import fold
from assistant.values import Kind, Role, Sheet, Status

SYNONYM, NARROWER, RELATED = 1.0, 0.8, 0.4
_LONGEST = 6  # terms of a wording; longer ones are sentences, and match nothing
_FEMININE_OF = 5  # letters: « gitan » makes « gitane », but « sein » does not make « Seine »

# how much a mention says of what a sheet is about, by where it stands
_WEIGHT_OF_TITLE = 3.0
_WEIGHTS_OF_ROLES = {Role.SUMMARY: 2.0} | dict.fromkeys(
    (Role.LIMITS, Role.PERSPECTIVES, Role.FUNDING, Role.PEOPLE), 0.5
)
_LEVELLING = 2.0  # weighed mentions by which a sheet is half about a concept


class _Concept(Strict):
    term: str = Field(min_length=1)
    field: str
    synonyms: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    elsewhere: bool = False


class ThesaurusFile(Strict):
    concepts: tuple[_Concept, ...] = ()
    sigles: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording of a concept as stems.

    Several words prove each other. A word alone does not: many words share a stem (« réunions » and
    La Réunion, « repas » and REP), so that it counts only as ``alone`` spells it, accents forgiven, in the singular
    or the plural, or made feminine; a sigle in its own letters, ``exact``, and only in ``capitals``
    when it is also an ordinary word.
    """

    terms: tuple[str, ...]
    weight: float
    alone: str = ""
    exact: bool = False
    capitals: bool = False

    def written(self, tokens: Sequence[Token]) -> bool:
        """True when these tokens, whose stems are its own, write it."""
        if self.capitals and not all(token.word.isupper() for token in tokens):
            return False
        if not self.alone:
            return True
        word = "".join(token.word.lower() for token in tokens)
        if self.exact:
            return fold(word) == self.alone
        return _inflected(fold(word), fold(self.alone)) and not _ends_otherwise(word, self.alone)


@dataclass(frozen=True, slots=True)
class Concept:
    """``words`` are those of its wordings, as they are spelt; ``related`` the terms of its neighbours."""

    term: str
    wordings: tuple[Wording, ...]
    related: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept named in a text, by the words at ``start:end`` of its tokens."""

    concept: str
    weight: float
    start: int
    end: int


class Thesaurus:
    """Finds concepts in tokens, longest wording first."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self.concepts = {concept.term: concept for concept in concepts}
        self._wordings: dict[tuple[str, ...], list[tuple[str, Wording]]] = {}
        for concept in self.concepts.values():
            for wording in concept.wordings:
                self._wordings.setdefault(wording.terms, []).append((concept.term, wording))

    def mentions(self, tokens: Sequence[Token]) -> list[Mention]:
        """The concepts that the tokens name, in order; words of a longer wording name nothing else."""
        found: list[Mention] = []
        start = 0
        while start < len(tokens):
            end, named = self._longest(tokens, start)
            found += [Mention(concept, weight, start, end) for concept, weight in named.items()]
            start = end
        return found

    def related(self, concept: str) -> tuple[str, ...]:
        """The neighbours of a concept that are concepts themselves."""
        return tuple(term for term in self.concepts[concept].related if term in self.concepts)

    def _longest(self, tokens: Sequence[Token], start: int) -> tuple[int, dict[str, float]]:
        for length in range(min(_LONGEST, len(tokens) - start), 0, -1):
            span = tokens[start : start + length]
            named: dict[str, float] = {}
            for concept, wording in self._wordings.get(tuple(token.term for token in span), ()):
                if wording.written(span):
                    named[concept] = max(named.get(concept, 0.0), wording.weight)
            if named:
                return start + length, named
        return start + 1, {}


def load_thesaurus(path: Path) -> tuple[Concept, ...]:
    """The concepts of a file, its sigles among them; none when there is no file.

    Raises:
        SchemaError: with file and line.
    """
    if not path.exists():
        return ()
    file = load_yaml(path, ThesaurusFile)
    refuse_twice(path, [concept.term for concept in file.concepts], "concepts")
    known = {fold(concept.term): concept.term for concept in file.concepts}
    extra: dict[str, list[Wording]] = {}
    concepts: list[Concept] = []
    for sigle, meanings in file.sigles.items():
        wording = _sigle(sigle)
        for meaning in meanings:
            if fold(meaning) in known:
                extra.setdefault(known[fold(meaning)], []).append(wording)
            else:
                concepts.append(
                    Concept(meaning, _wordings([(meaning, SYNONYM)], [wording]), words=_words([meaning, sigle]))
                )
    for concept in file.concepts:
        pairs = [(text, SYNONYM) for text in (concept.term, *concept.synonyms)]
        pairs += [(text, NARROWER) for text in concept.narrower]
        wordings = _wordings(pairs, extra.get(concept.term, []))
        words = _words(text for text, _ in pairs)
        concepts.append(Concept(concept.term, wordings, concept.related, words))
    return tuple({concept.term: concept for concept in concepts}.values())


def sheet_concepts(sheet: Sheet, thesaurus: Thesaurus) -> dict[str, float]:
    """The concepts that a sheet names, each with how much it is about it, 0 to 1.

    Mentions add up, weighed by where they stand and by their wording, and level off as BM25's do.
    """
    texts = [(sheet.title, _WEIGHT_OF_TITLE)]
    texts += [(value, 1.0) for values in sheet.facets.values() for value in values]
    texts += [
        (sheet.slice(section.start, section.end), _WEIGHTS_OF_ROLES.get(section.role, 1.0))
        for section in sheet.sections
        if section.kind is Kind.TEXT and section.status is Status.FILLED
    ]
    total: dict[str, float] = {}
    for text, weight in texts:
        for mention in thesaurus.mentions(tokens(text)):
            total[mention.concept] = total.get(mention.concept, 0.0) + weight * mention.weight
    return {concept: sum_ / (sum_ + _LEVELLING) for concept, sum_ in total.items()}


def concept_rarity(sheets: int, naming: int) -> float:
    """How much a concept that ``naming`` of ``sheets`` name tells them apart: BM25's inverse document
    frequency, kept positive by adding one, as Lucene does."""
    return math.log(1 + (sheets - naming + 0.5) / (naming + 0.5))


def dump_concepts(concepts: Iterable[Concept]) -> list[object]:
    """Concepts as values that ``json`` writes."""
    return [
        [
            concept.term,
            [
                [" ".join(wording.terms), wording.weight, wording.alone, wording.exact, wording.capitals]
                for wording in concept.wordings
            ],
            list(concept.related),
            " ".join(sorted(concept.words)),
        ]
        for concept in concepts
    ]


def restore_concepts(document: Sequence[Any]) -> tuple[Concept, ...]:
    """What ``dump_concepts`` wrote."""
    return tuple(
        Concept(
            term,
            tuple(Wording(tuple(stems.split()), *rest) for stems, *rest in wordings),
            tuple(related),
            frozenset(words.split()),
        )
        for term, wordings, related, words in document
    )


def _wordings(pairs: Iterable[tuple[str, float]], extra: Iterable[Wording]) -> tuple[Wording, ...]:
    """The wordings of a concept; a word alone may share its stem with another and be spelt otherwise."""
    found: dict[tuple[tuple[str, ...], str], Wording] = {}
    for text, weight in pairs:
        wording = _wording(text, weight)
        if wording.terms and len(wording.terms) <= _LONGEST:
            found.setdefault((wording.terms, wording.alone), wording)
    for wording in extra:
        if wording.terms:
            found.setdefault((wording.terms, wording.alone), wording)
    return tuple(found.values())


def _wording(text: str, weight: float) -> Wording:
    words = tokens(text)
    if len(words) == 1 and words[0].word.isupper() and len(words[0].word) > 1:
        return _sigle(text, weight)
    return Wording(tuple(word.term for word in words), weight, words[0].word.lower() if len(words) == 1 else "")


def _sigle(text: str, weight: float = SYNONYM) -> Wording:
    words = tokens(text)
    letters = "".join(fold(word.word) for word in words)
    return Wording(tuple(word.term for word in words), weight, letters, exact=True, capitals=_is_word(text))


def _inflected(word: str, wording: str) -> bool:
    """True when a folded word is the wording in another number, or its feminine."""
    word, wording = _singular(word), _singular(wording)
    if word == wording:
        return True
    feminines = (f"{wording}e", f"{wording}{wording[-1:]}e", f"{wording[:-1]}ve" if wording.endswith("f") else "")
    return len(wording) >= _FEMININE_OF and word in feminines


def _ends_otherwise(word: str, wording: str) -> bool:
    """« le marché » is no « marche »; of who writes no accents, « marche » may be both."""
    return _singular(word).endswith("é") and _singular(wording).endswith("e")


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for token in tokens(text) for word in token.word.lower().split())


def _is_word(sigle: str) -> bool:
    """« SEL », « PRE »: a sigle that is also an ordinary word counts in capitals only."""
    return len(sigle) < 3 or bool(simplemma.is_known(sigle.lower(), lang="fr"))
