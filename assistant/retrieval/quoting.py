"""Quoting: the only place that makes a quote.

Sentences are picked, never written: those that answer come first, within a budget of words, and
consecutive ones become one quote. Limits and perspectives are always given when the sheet has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.corpus.schema import Schema
from assistant.language.analyzer import terms
from assistant.language.sentences import clauses, sentences
from assistant.values import Facet, Hit, Kind, Query, Quote, Role, Section, Sheet, Span, Status

WORDS_A_SHEET = 60  # besides limits and perspectives
WORDS_OF_AN_END = 45  # limits, or perspectives
WORDS_OF_A_CLAUSE = 40
ENDS = (Role.LIMITS, Role.PERSPECTIVES)
_WANTED_BONUS = 0.6
_SUMMARY_BONUS = 0.05
_BRIEF = 4  # words: a shorter sentence says little by itself
_BRIEF_PENALTY = 0.15
_CACHED = 4096


@dataclass(frozen=True, slots=True)
class _Sentence:
    """``place`` counts the clauses of the sheet, placeholders among them: a gap is not quoted across."""

    span: Span
    section: int
    place: int
    words: int
    terms: frozenset[str]


def cut_quote(sheet: Sheet, section: Section, start: int, end: int, marks: tuple[Span, ...] = ()) -> Quote:
    """The quote of a span, which cannot differ from the source.

    Raises:
        ValueError: the span is empty or leaves its section.
    """
    if not section.start <= start < end <= section.end:
        raise ValueError(f"span {start}:{end} outside section {section.label} {section.start}:{section.end}")
    whole = (start, end) == (section.start, section.end)
    return Quote(sheet.slice(start, end), section.label, sheet.source, start, end, marks, whole)


class Quoter:
    """Cuts the quotes of hits; remembers the sentences of the sheets it has seen."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._sentences: dict[str, tuple[_Sentence, ...]] = {}
        self._roles = {label.facet: label.role for label in schema.labels if label.facet}

    def quotes(self, hit: Hit, query: Query, rarity: Mapping[str, float]) -> tuple[Quote, ...]:
        """What a sheet says to a question, limits and perspectives left out, in the order of the sheet.

        Args:
            rarity: the weight of each term of the query.
        """
        facts = self._facts(hit.sheet, query)
        return (*facts, *self._answers(hit, query, rarity))

    def ends(self, sheet: Sheet, role: Role, query: Query) -> tuple[Quote, ...]:
        """The limits or the perspectives of a sheet: the beginning of each such section, twice as
        much when the question asks for it."""
        most = WORDS_OF_AN_END * (2 if role in query.roles else 1)
        return tuple(
            self._beginning(sheet, section, most)
            for section in sheet.sections_with(role)
            if section.status is Status.FILLED
        )

    def _facts(self, sheet: Sheet, query: Query) -> list[Quote]:
        """The choices that the question asks for or filters by, each value a quote."""
        wanted = {*query.roles, *(self._roles[_filed_under(facet)] for facet in query.facets)}
        seen: set[str] = set()
        facts = []
        for section in sheet.sections:
            if section.kind is Kind.CHOICE and section.role in wanted and section.label not in seen:
                seen.add(section.label)
                facts += [cut_quote(sheet, section, *value) for value in section.values]
        return facts

    def _answers(self, hit: Hit, query: Query, rarity: Mapping[str, float]) -> list[Quote]:
        sheet = hit.sheet
        pool = [s for s in self._of(sheet) if sheet.sections[s.section].role not in ENDS]
        scores = {sentence: self._score(sentence, hit, query, rarity) for sentence in pool}
        picked: list[_Sentence] = []
        left = WORDS_A_SHEET
        for sentence in sorted(pool, key=lambda s: (-scores[s], s.span.start)):
            if sentence.words <= left or not picked:
                picked.append(sentence)
                left -= sentence.words
        best = picked[0].span if picked else None
        return [self._joined(sheet, run, best) for run in _runs(sorted(picked, key=lambda s: s.span.start))]

    def _score(self, sentence: _Sentence, hit: Hit, query: Query, rarity: Mapping[str, float]) -> float:
        role = hit.sheet.sections[sentence.section].role
        total = sum(rarity.values()) or 1.0
        shared = sum(rarity[term] for term in sentence.terms if term in rarity) / total
        near = max(
            (h.cosine for h in hit.passages if _overlap(h.passage.start, h.passage.end, sentence.span)), default=0.0
        )
        wanted = _WANTED_BONUS if role in query.roles else 0.0
        bonus = _SUMMARY_BONUS if role is Role.SUMMARY else 0.0
        penalty = _BRIEF_PENALTY if sentence.words < _BRIEF and not wanted else 0.0
        return shared + near + wanted + bonus - penalty

    def _joined(self, sheet: Sheet, run: Sequence[_Sentence], best: Span | None) -> Quote:
        marks = tuple(sentence.span for sentence in run if sentence.span == best)
        return cut_quote(sheet, sheet.sections[run[0].section], run[0].span.start, run[-1].span.end, marks)

    def _beginning(self, sheet: Sheet, section: Section, most: int) -> Quote:
        said = _runs([s for s in self._of(sheet) if sheet.sections[s.section] is section])[0]
        end = said[0].span.end
        words = 0
        for sentence in said:
            words += sentence.words
            if words > most:
                break
            end = sentence.span.end
        return cut_quote(sheet, section, said[0].span.start, end)

    def _of(self, sheet: Sheet) -> tuple[_Sentence, ...]:
        """The sentences of a sheet's texts that say something; long ones as clauses."""
        key = f"{sheet.id} {sheet.start} {hash(sheet.text)}"
        found = self._sentences.get(key)
        if found is None:
            if len(self._sentences) >= _CACHED:
                self._sentences.clear()
            found = self._sentences[key] = tuple(self._read(sheet))
        return found

    def _read(self, sheet: Sheet) -> Iterable[_Sentence]:
        place = 0
        for index, section in enumerate(sheet.sections):
            if section.kind is not Kind.TEXT or section.status is not Status.FILLED:
                continue
            for span in sentences(sheet.slice(section.start, section.end), section.start):
                said = not self._schema.is_placeholder(sheet.slice(*span))
                for clause in self._clauses(sheet, span):
                    place += 1
                    if said:
                        text = sheet.slice(*clause)
                        yield _Sentence(clause, index, place, len(text.split()), frozenset(terms(text)))

    def _clauses(self, sheet: Sheet, span: Span) -> list[Span]:
        shift = sheet.start
        pieces = clauses(sheet.text, Span(span.start - shift, span.end - shift), WORDS_OF_A_CLAUSE)
        return [Span(piece.start + shift, piece.end + shift) for piece in pieces]


def silence(sheet: Sheet, role: Role) -> Status:
    """Why a sheet has no quote for a role: it says nothing, or refers to a document that is not there."""
    found = {section.status for section in sheet.sections_with(role)}
    return Status.PLACEHOLDER if Status.PLACEHOLDER in found else Status.EMPTY


def _runs(picked: Sequence[_Sentence]) -> list[list[_Sentence]]:
    """Picked sentences, those that follow each other in one section together."""
    runs: list[list[_Sentence]] = []
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


def _overlap(start: int, end: int, span: Span) -> bool:
    return start < span.end and span.start < end
