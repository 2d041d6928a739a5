"""Sentence scores: how well each sentence of a sheet answers a question.

A score adds up a few measures, each with a weight that can be read. ``benchmarks/fit_quoting.py`` fits
them on the tuning half of the judged sets; those below are near what it finds. « wanted » is higher, so
that a section asked for comes before all else; « elsewhere » and « instead » were set by hand, for the
judged questions hardly tell them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def read_sentences(sheet: Sheet, schema: Schema, thesaurus: Thesaurus) -> Iterator[Sentence]:
    """The sentences of a sheet's texts that say something, in order; long ones as clauses."""
    place = 0
    for index, section in enumerate(sheet.sections):
        if section.kind is not Kind.TEXT or section.status is not Status.FILLED:
            continue
        for span in sentences(sheet.slice(section.start, section.end), section.start):
            said = not schema.is_placeholder(sheet.slice(*span))
            for clause in clauses_of(sheet, span):
                place += 1
                if said:
                    yield _sentence(sheet, clause, index, place, thesaurus)


def measures(sentence: Sentence, hit: Hit, query: Query, rarity: Mapping[str, float]) -> dict[str, float]:
    """What is known of a sentence, by name: the measures that ``WEIGHTS`` weighs.

    Args:
        rarity: the weight of each term of the query.
    """
    sheet = hit.sheet
    role = sheet.sections[sentence.section].role
    asked = frozenset(query.roles)
    found = (asked & sentence.speaks_of) if role not in asked else frozenset()
    silent = any(all(section.status is not Status.FILLED for section in sheet.sections_with(one)) for one in found)
    wanted = role in asked or bool(found)
    return {
        "terms": _share(dict.fromkeys(sentence.terms, 1.0), rarity),
        "near": max(
            (h.cosine for h in hit.passages if _overlap(h.passage.start, h.passage.end, sentence.span)), default=0.0
        ),
        "concepts": _share(sentence.concepts, query.concepts),
        "wanted": float(role in asked),
        # a role asked for, spoken of in another section; all the more when its own says nothing
        "elsewhere": float(bool(found)),
        "instead": float(silent),
        "summary": float(role is Role.SUMMARY),
        "brief": float(sentence.words < _BRIEF and not wanted),
    }


def score(sentence: Sentence, hit: Hit, query: Query, rarity: Mapping[str, float]) -> float:
    """How well a sentence answers; higher is better, comparable within a sheet."""
    return sum(WEIGHTS[name] * value for name, value in measures(sentence, hit, query, rarity).items())


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


def _share(found: Mapping[str, float], sought: Mapping[str, float]) -> float:
    """The share, 0 to 1, of what is sought that is found, each weighed."""
    total = sum(sought.values())
    return sum(weight * found.get(name, 0.0) for name, weight in sought.items()) / total if total else 0.0


def _overlap(start: int, end: int, span: Span) -> bool:
    return start < span.end and span.start < end
