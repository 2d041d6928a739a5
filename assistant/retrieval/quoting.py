"""Quoting: the only place that makes a quote.

Sentences are picked, never written: those that answer come first, within a budget of words, and
consecutive ones become one quote. Limits and perspectives are always given when the sheet has them.
The best sheet is quoted at most length: it is the one that is read, the others are glanced at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.corpus.schema import Schema
from assistant.language.thesaurus import NARROWER, Thesaurus
from assistant.retrieval.sentence_scores import Sentence, Sentences, read_sentences, scores
from assistant.values import Facet, Hit, Kind, Query, Quote, Role, Section, Sheet, Span, Status

# of the first sheet, the second, and each of the others: all told, and at least of limits or perspectives
WORDS_BY_RANK = ((170, 25), (110, 12), (75, 1))
EVEN = 1  # the rank by which sheets are quoted that none of the others outdoes
ENDS = (Role.LIMITS, Role.PERSPECTIVES)
_SAME = 0.8  # share of its words that another sentence has said: once is enough
_FEW = 3  # words that carry a subject: below, a sentence is not held to repeat another
_CACHED = 4096


@dataclass(frozen=True, slots=True)
class Quotes:
    """What is shown of a sheet, each part in the order of the sheet."""

    answers: tuple[Quote, ...]
    limits: tuple[Quote, ...]
    perspectives: tuple[Quote, ...]


def cut_quote(sheet: Sheet, section: Section, start: int, end: int, marks: tuple[Span, ...] = ()) -> Quote:
    """The quote of a span, which cannot differ from the source.

    Raises:
        ValueError: the span is empty or leaves its section.
    """
    if not section.start <= start < end <= section.end:
        raise ValueError(f"span {start}:{end} outside section {section.label} {section.start}:{section.end}")
    whole = (start, end) == (section.start, section.end)
    return Quote(sheet.slice(start, end), section.label, sheet.source, start, end, marks, whole)


class _Seen(NamedTuple):
    """What is remembered of a sheet: its sentences, and the concepts that they name."""

    sentences: Sentences
    named: frozenset[str]


class Quoter:
    """Cuts the quotes of hits; remembers the sentences of the sheets it has seen."""

    def __init__(self, schema: Schema, thesaurus: Thesaurus) -> None:
        self._schema = schema
        self._thesaurus = thesaurus
        self._seen: dict[str, _Seen] = {}
        self._roles = {label.facet: label.role for label in schema.labels if label.facet}

    def quotes(self, hit: Hit, query: Query, rarity: Mapping[str, float], rank: int) -> Quotes:
        """What a sheet says to a question.

        The budget of its rank is only passed by what is never left out: the choices asked for, the
        sentence that answers best, and the best of each section of limits or perspectives.

        Args:
            rarity: the weight of each term of the query.
            rank: 0 for the first sheet shown.
        """
        sheet = hit.sheet
        facts = self._facts(sheet, query)
        budget, least = WORDS_BY_RANK[min(rank, len(WORDS_BY_RANK) - 1)]
        budget -= sum(len(fact.text.split()) for fact in facts)
        # a question that asks for sections spends its words there
        picked, best = self._picked(hit, query, rarity, budget, 1 if query.roles else least)
        best = None if left_out(sheet, query.roles) else best
        parts: dict[Role | None, list[Quote]] = {None: facts, Role.LIMITS: [], Role.PERSPECTIVES: []}
        for run in _runs(picked):
            section = sheet.sections[run[0].section]
            marks = tuple(sentence.span for sentence in run if sentence is best)
            quote = cut_quote(sheet, section, run[0].span.start, run[-1].span.end, marks)
            parts[section.role if section.role in ENDS else None].append(quote)
        answers = sorted(parts[None], key=lambda quote: quote.start)
        return Quotes(tuple(answers), tuple(parts[Role.LIMITS]), tuple(parts[Role.PERSPECTIVES]))

    def named(self, sheet: Sheet) -> frozenset[str]:
        """The concepts that the sentences of a sheet name, by a synonym or something narrower."""
        return self._of(sheet).named

    def _facts(self, sheet: Sheet, query: Query) -> list[Quote]:
        """The choices that the question asks for or filters by, each value a quote; of a filter, those it names."""
        filtered = {self._roles[_filed_under(facet)]: values for facet, values in query.facets.items()}
        wanted = {*query.roles, *filtered}
        seen: set[str] = set()
        facts = []
        for section in sheet.sections:
            if section.kind is Kind.CHOICE and section.role in wanted and section.label not in seen:
                seen.add(section.label)
                quotes = [cut_quote(sheet, section, *value) for value in section.values]
                named = [quote for quote in quotes if quote.text in filtered.get(section.role, ())]
                facts += named or quotes
        return facts

    def _picked(
        self, hit: Hit, query: Query, rarity: Mapping[str, float], budget: int, least: int
    ) -> tuple[list[Sentence], Sentence | None]:
        """The sentences to quote, in the order of the sheet, and the one that answers best."""
        sentences = self._of(hit.sheet).sentences
        found = zip(scores(sentences, hit, query, rarity), sentences.each, strict=True)
        ranked = [sentence for _, sentence in sorted(found, key=lambda pair: (-pair[0], pair[1].place))]
        picked = _never_left_out(hit.sheet, ranked, least)
        left = budget - sum(sentence.words for sentence in picked)
        for sentence in ranked:
            if sentence.words <= left and not any(_repeats(sentence, other) for other in picked):
                picked.append(sentence)
                left -= sentence.words
        return sorted(picked, key=lambda sentence: sentence.place), ranked[0] if ranked else None

    def _of(self, sheet: Sheet) -> _Seen:
        key = f"{sheet.id} {sheet.start} {hash(sheet.text)}"
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) >= _CACHED:
                self._seen.clear()
            sentences = read_sentences(sheet, self._schema, self._thesaurus)
            found = self._seen[key] = _Seen(sentences, sentences.named(NARROWER))
        return found


def unsaid(sheet: Sheet, role: Role) -> bool:
    """Whether a sheet fills none of the sections of a role."""
    return all(section.status is not Status.FILLED for section in sheet.sections_with(role))


def left_out(sheet: Sheet, roles: Sequence[Role]) -> bool:
    """Whether a sheet fills none of the sections asked for: what is quoted is then only the nearest thing."""
    return bool(roles) and all(unsaid(sheet, role) for role in roles)


def silence(sheet: Sheet, role: Role) -> Status:
    """Why a sheet has no quote for a role: it says nothing, or refers to a document that is not there."""
    found = {section.status for section in sheet.sections_with(role)}
    return Status.PLACEHOLDER if Status.PLACEHOLDER in found else Status.EMPTY


def _never_left_out(sheet: Sheet, ranked: Sequence[Sentence], least: int) -> list[Sentence]:
    """The best of all sentences, and those of each section of limits or perspectives up to ``least`` words."""
    kept: list[Sentence] = []
    said: dict[int | None, int] = {}
    for sentence in ranked:
        section = sentence.section if sheet.sections[sentence.section].role in ENDS else None
        if said.get(section, 0) < (1 if section is None else least):
            kept.append(sentence)
            said[section] = said.get(section, 0) + sentence.words
    return kept


def _repeats(sentence: Sentence, other: Sentence) -> bool:
    if sentence is other:
        return True
    return len(sentence.terms) >= _FEW and len(sentence.terms & other.terms) >= _SAME * len(sentence.terms)


def _runs(picked: Sequence[Sentence]) -> list[list[Sentence]]:
    """Picked sentences, those that follow each other in one section together."""
    runs: list[list[Sentence]] = []
    for sentence in picked:
        last = runs[-1][-1] if runs else None
        if last and last.section == sentence.section and sentence.place == last.place + 1:
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
    return runs


def _filed_under(facet: Facet) -> Facet:
    """Département and région are read from the structure."""
    return Facet.STRUCTURE if facet in (Facet.DEPARTMENT, Facet.REGION) else facet
