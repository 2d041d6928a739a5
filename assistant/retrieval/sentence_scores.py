"""Sentence scores: how well each sentence of a sheet answers a question.

A score adds up a few measures, each with a weight that can be read. ``benchmarks/fit_quoting.py`` fits
them on the tuning half of the judged sets; those below are near what it finds. « wanted » is higher, so
that a section asked for comes before all else; « elsewhere » and « instead » were set by hand, for the
judged questions hardly tell them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.corpus.schema import Schema
from assistant.language.analyzer import tokens
from assistant.language.cues import spoken_of
from assistant.language.sentences import clauses, sentences
from assistant.language.thesaurus import Thesaurus
from assistant.values import Hit, Kind, Query, Role, Sheet, Span, Status

WORDS_OF_A_CLAUSE = 50
_BRIEF = 4  # words: a shorter sentence says little by itself
WEIGHTS = {
    "terms": 2.0,
    "near": 2.25,
    "concepts": 1.0,
    "wanted": 5.0,
    "elsewhere": 2.0,
    "instead": 1.5,
    "summary": 1.0,
    "brief": -0.5,
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a sheet's text, or a clause of a long one.

    ``place`` counts the clauses of the sheet, placeholders among them: a gap is not quoted across.
    ``concepts`` are those of the thesaurus that it names, each with the weight of its best wording;
    ``speaks_of`` the roles that its words point to, whatever its section.
    """

    span: Span
    section: int
    place: int
    words: int
    terms: frozenset[str]
    concepts: Mapping[str, float]
    speaks_of: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Sentences:
    """``each`` of a sheet that says something, in order; which of them, by rank, bear a term or name a concept."""

    each: tuple[Sentence, ...]
    bearing: Mapping[str, Sequence[int]]
    naming: Mapping[str, Sequence[int]]

    def named(self, least: float) -> frozenset[str]:
        """The concepts that some sentence names by a wording of this weight, or more."""
        found = (pair for sentence in self.each for pair in sentence.concepts.items())
        return frozenset(concept for concept, weight in found if weight >= least)


def read_sentences(sheet: Sheet, schema: Schema, thesaurus: Thesaurus) -> Sentences:
    """The sentences of a sheet's texts that say something; long ones as clauses.

    « Perspectives : » says nothing without what it announces, and is of one sentence with it.
    """
    bearing: dict[str, list[int]] = defaultdict(list)
    naming: dict[str, list[int]] = defaultdict(list)
    each = tuple(_read(sheet, schema, thesaurus))
    for rank, sentence in enumerate(each):
        for term in sentence.terms:
            bearing[term].append(rank)
        for concept in sentence.concepts:
            naming[concept].append(rank)
    return Sentences(each, bearing, naming)


def _read(sheet: Sheet, schema: Schema, thesaurus: Thesaurus) -> Iterator[Sentence]:
    place = 0
    for index, section in enumerate(sheet.sections):
        if section.kind is not Kind.TEXT or section.status is not Status.FILLED:
            continue
        announced: Span | None = None
        for span in sentences(sheet.slice(section.start, section.end), section.start):
            said = not schema.is_placeholder(sheet.slice(*span))
            for clause in clauses_of(sheet, span):
                place += 1
                whole = Span(announced.start, clause.end) if announced and said else clause
                announced = whole if said and clause.end < section.end and _announces(sheet.slice(*whole)) else None
                if said and not announced:
                    yield _sentence(sheet, whole, index, place, thesaurus)


def measures(sentences: Sentences, hit: Hit, query: Query, rarity: Mapping[str, float]) -> dict[str, list[float]]:
    """What is known of the sentences of a sheet, one value each, by name: the measures that ``WEIGHTS`` weighs.

    Args:
        rarity: the weight of each term of the query.
    """
    sheet, each = hit.sheet, sentences.each
    asked = frozenset(query.roles)
    silent = {role for role in asked if all(one.status is not Status.FILLED for one in sheet.sections_with(role))}
    roles = [sheet.sections[sentence.section].role for sentence in each]
    # a role asked for, spoken of in another section; all the more when its own says nothing
    elsewhere = [
        asked & sentence.speaks_of if role not in asked else frozenset[Role]()
        for sentence, role in zip(each, roles, strict=True)
    ]
    # a question has few words, and few sentences bear one
    terms, concepts = [0.0] * len(each), [0.0] * len(each)
    for term, share in _shares(rarity):
        for rank in sentences.bearing.get(term, ()):
            terms[rank] += share
    for concept, share in _shares(query.concepts):
        for rank in sentences.naming.get(concept, ()):
            concepts[rank] += share * each[rank].concepts[concept]
    return {
        "terms": terms,
        "near": _nearest(each, hit),
        "concepts": concepts,
        "wanted": [float(role in asked) for role in roles],
        "elsewhere": [float(bool(found)) for found in elsewhere],
        "instead": [float(bool(found & silent)) for found in elsewhere],
        "summary": [float(role is Role.SUMMARY) for role in roles],
        "brief": [
            float(sentence.words < _BRIEF and role not in asked and not found)
            for sentence, role, found in zip(each, roles, elsewhere, strict=True)
        ],
    }


def scores(sentences: Sentences, hit: Hit, query: Query, rarity: Mapping[str, float]) -> list[float]:
    """How well each sentence of a sheet answers; higher is better, comparable within a sheet."""
    totals = [0.0] * len(sentences.each)
    for name, values in measures(sentences, hit, query, rarity).items():
        if any(values):
            weight = WEIGHTS[name]
            totals = [total + weight * value for total, value in zip(totals, values, strict=True)]
    return totals


def _announces(text: str) -> bool:
    return text.rstrip().endswith(":") and len(text.split()) <= _BRIEF


def _sentence(sheet: Sheet, span: Span, section: int, place: int, thesaurus: Thesaurus) -> Sentence:
    text = sheet.slice(*span)
    read = tokens(text)
    concepts: dict[str, float] = {}
    for mention in thesaurus.mentions(read):
        concepts[mention.concept] = max(concepts.get(mention.concept, 0.0), mention.weight)
    terms = frozenset(token.term for token in read)
    return Sentence(span, section, place, len(text.split()), terms, concepts, spoken_of(text))


def clauses_of(sheet: Sheet, span: Span) -> list[Span]:
    """The clauses of a span of a sheet, at their places in the source."""
    shift = sheet.start
    pieces = clauses(sheet.text, Span(span.start - shift, span.end - shift), WORDS_OF_A_CLAUSE)
    return [Span(piece.start + shift, piece.end + shift) for piece in pieces]


def _shares(sought: Mapping[str, float]) -> list[tuple[str, float]]:
    """What is sought, each with its share of the weight of all."""
    total = sum(sought.values())
    return [(name, weight / total) for name, weight in sought.items()] if total else []


def _nearest(sentences: Sequence[Sentence], hit: Hit) -> list[float]:
    """The best cosine of the passages that each sentence overlaps; both stand in the order of the text."""
    passages = [(one.passage.start, one.passage.end, one.cosine) for one in hit.passages]
    near, first = [], 0
    for sentence in sentences:
        start, end = sentence.span
        while first < len(passages) and passages[first][1] <= start:
            first += 1
        best = 0.0
        for begun, _, cosine in passages[first:]:
            if begun >= end:
                break
            best = max(best, cosine)
        near.append(best)
    return near
