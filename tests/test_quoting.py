"""Quoting: whatever is asked, quotes are exact, within the budget, apart, in order; what is asked for is there.

No vector is needed: the hits below have no passages, so that words, concepts and sections alone decide.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.corpus.corpus import source_texts
from assistant.language.analyzer import terms
from assistant.language.sentences import sentences
from assistant.language.thesaurus import Thesaurus, load_thesaurus
from assistant.retrieval.quoting import WORDS_BY_RANK, Quoter, cut_quote, left_out
from assistant.retrieval.sentence_scores import read_sentences
from assistant.values import Facet, Hit, Kind, Query, Role, Sheet, Status

ROLES = (Role.FUNDING, Role.PEOPLE, Role.LIMITS, Role.PERSPECTIVES, Role.RESULTS)
WORDS = ("habitants", "bénévoles", "jeu", "vacances", "isolement", "santé", "quartier", "enfants", "licorne")


@pytest.fixture(scope="module")
def thesaurus(repository) -> Thesaurus:
    return Thesaurus(load_thesaurus(repository / "data" / "thesaurus.yaml"))


@pytest.fixture(scope="module")
def quoter(corpus, thesaurus) -> Quoter:
    return Quoter(corpus.schema, thesaurus)


@pytest.fixture(scope="module")
def sources(repository) -> dict[str, str]:
    return source_texts(repository / "data")


def hit_of(sheet: Sheet) -> Hit:
    return Hit(sheet, score=1, cosine=0, coverage=0, need=0, concept=0, overview=0, section=0, passages=())


def query_of(text: str, *roles: Role, **more) -> Query:
    found = tuple(dict.fromkeys(terms(text)))
    return Query(text=text, terms=found, words={term: term for term in found}, roles=roles, **more)


def quotes_of(quoter: Quoter, sheet: Sheet, query: Query, rank: int = 0):
    return quoter.quotes(hit_of(sheet), query, dict.fromkeys(query.terms, 1.0), rank)


def sheet_named(corpus, title: str) -> Sheet:
    return next(sheet for sheet in corpus.sheets if sheet.title == title)


def words(quotes) -> int:
    """Lone bullets between two sentences are no words."""
    return sum(any(map(str.isalnum, word)) for quote in quotes for word in quote.text.split())


ASKED = st.builds(
    lambda text, roles: query_of(" ".join(text), *roles),
    st.lists(st.sampled_from(WORDS), max_size=4),
    st.lists(st.sampled_from(ROLES), max_size=3, unique=True),
)


# --- whatever is asked


@settings(max_examples=25)
@given(query=ASKED, rank=st.integers(0, 5))
def test_quotes_are_exact_inside_their_section_apart_and_in_order(corpus, quoter, sources, query, rank):
    for sheet in corpus.sheets:
        shown = quotes_of(quoter, sheet, query, rank)
        for part in (shown.answers, shown.limits, shown.perspectives):
            assert all(first.end <= then.start for first, then in pairwise(part))
        for quote in (*shown.answers, *shown.limits, *shown.perspectives):
            assert sources[quote.source][quote.start : quote.end] == quote.text
            assert any(
                section.label == quote.section and section.start <= quote.start < quote.end <= section.end
                for section in sheet.sections
            )


@settings(max_examples=25)
@given(query=ASKED, rank=st.integers(0, 5))
def test_the_budget_is_only_passed_by_what_is_never_left_out(corpus, quoter, thesaurus, query, rank):
    """The sentence that answers best, and the best of each section of limits and perspectives."""
    budget, least = WORDS_BY_RANK[min(rank, len(WORDS_BY_RANK) - 1)]
    for sheet in corpus.sheets:
        shown = quotes_of(quoter, sheet, query, rank)
        longest: dict[str | None, int] = {}
        for sentence in read_sentences(sheet, corpus.schema, thesaurus).each:
            section = sheet.sections[sentence.section]
            key = section.label if section.role in (Role.LIMITS, Role.PERSPECTIVES) else None
            longest[key] = max(longest.get(key, 0), sentence.words)
        assert words((*shown.answers, *shown.limits, *shown.perspectives)) <= max(
            budget, sum(most + (least if key else 0) for key, most in longest.items())
        )


@settings(max_examples=20)
@given(query=ASKED, rank=st.integers(0, 2))
def test_one_sentence_is_marked_in_every_sheet_that_has_a_text_and_does_not_leave_out_what_is_asked(
    corpus, quoter, query, rank
):
    for sheet in corpus.sheets:
        shown = quotes_of(quoter, sheet, query, rank)
        marks = [
            (quote, mark) for quote in (*shown.answers, *shown.limits, *shown.perspectives) for mark in quote.marks
        ]
        says = any(s.kind is Kind.TEXT and s.status is Status.FILLED for s in sheet.sections)
        assert len(marks) == int(says and not left_out(sheet, query.roles))
        assert all(quote.start <= start < end <= quote.end for quote, (start, end) in marks)


def test_the_best_sheet_is_quoted_at_most_length(corpus, quoter):
    query = query_of("habitants")
    for sheet in corpus.sheets:
        lengths = [words(quotes_of(quoter, sheet, query, rank).answers) for rank in range(4)]
        assert lengths[0] >= lengths[2] == lengths[3]


def test_what_two_sections_say_in_the_same_words_is_quoted_once(corpus, quoter):
    """« Ce parcours a pour objectif… » stands in the summary and in the description."""
    sheet = sheet_named(corpus, 'Prenez du "PEPS" Parcours Engagé Pour Soi')
    assert sheet.text.count("Ce parcours a pour objectif") == 2
    shown = quotes_of(quoter, sheet, query_of("parcours objectif lien social confiance"))
    assert sum(quote.text.count("Ce parcours a pour objectif") for quote in shown.answers) == 1


def test_a_span_that_is_empty_or_leaves_its_section_is_no_quote(corpus):
    sheet = corpus.sheets[0]
    section = next(section for section in sheet.sections if section.end > section.start)
    for start, end in ((section.start, section.start), (section.start - 1, section.end), (section.end, section.start)):
        with pytest.raises(ValueError, match="outside section"):
            cut_quote(sheet, section, start, end)


# --- what is asked for


@pytest.mark.parametrize("rank", [0, 2])
@pytest.mark.parametrize("role", [Role.FUNDING, Role.PEOPLE])
def test_an_amount_asked_for_is_quoted_with_what_it_counts(corpus, quoter, role, rank):
    """Every line of the section asked for that holds a figure, whole."""
    checked = 0
    for sheet in corpus.sheets:
        for section in sheet.sections_with(role):
            if section.status is not Status.FILLED:
                continue
            said = sheet.slice(section.start, section.end)
            amounts = [said[start:end] for start, end in sentences(said) if re.search(r"\d", said[start:end])]
            if len(said.split()) > 30 or not amounts:
                continue
            shown = quotes_of(quoter, sheet, query_of("combien", role), rank).answers
            assert all(any(amount in quote.text for quote in shown) for amount in amounts), sheet.title
            checked += 1
    assert checked >= 5


@pytest.mark.parametrize(
    ("title", "role", "fact"),
    [
        # the section asked for is empty: the fact stands in another
        ("Du temps pour soi", Role.PEOPLE, "1 salarié + 2 prestataire extérieur"),
        ("les visiteurs à domicile", Role.LIMITS, "nous avons une liste d'attente de 15 personnes âgées"),
        ("Accès aux vacances", Role.PERSPECTIVES, "pour l'année prochaine avec d'autres familles"),
        # the section says something, and another says more
        ("Accès aux vacances", Role.PEOPLE, "3 professionnels encadrent le séjour"),
        ("Sensibilisation aux accidents domestiques", Role.LIMITS, "qu’il reste difficile de mobiliser les familles"),
        ("Sensibilisation aux accidents domestiques", Role.PERSPECTIVES, "à réitérer dans chacun des centres"),
        ("HAPPY BANC VERT DAY", Role.PEOPLE, "300 participants"),
        ("Atelier d’éveil artistique les souris vertes", Role.FUNDING, "a obtenu le matériel nécessaire"),
    ],
)
def test_facts_in_the_wrong_field_are_found(corpus, quoter, title, role, fact):
    sheet = sheet_named(corpus, title)
    assert fact in sheet.text
    shown = quotes_of(quoter, sheet, query_of("", role))
    assert any(fact in quote.text for quote in (*shown.answers, *shown.limits, *shown.perspectives))


@pytest.mark.parametrize("rank", [0, 2])
def test_the_section_asked_for_comes_before_all_else(corpus, quoter, rank):
    """Even where the words of the question stand elsewhere."""
    for sheet in corpus.sheets:
        for role in ROLES:
            if any(section.status is Status.FILLED for section in sheet.sections_with(role)):
                shown = quotes_of(quoter, sheet, query_of("habitants atelier jeu", role), rank)
                labels = {section.label for section in sheet.sections_with(role)}
                marked = [q for q in (*shown.answers, *shown.limits, *shown.perspectives) if q.marks]
                assert {quote.section for quote in marked} <= labels, (sheet.title, role)


def test_choices_asked_for_are_quoted_value_by_value(corpus, quoter):
    sheet = sheet_named(corpus, "Fête du jeu")
    shown = quotes_of(quoter, sheet, query_of("", Role.PARTNERS))
    said = [quote.text for quote in shown.answers if "menée" in quote.section]
    assert said == list(sheet.facet(Facet.PARTNERS)) != []


def test_where_what_is_asked_is_left_out_nothing_else_is_marked_for_it(corpus, quoter):
    """The visitors tell no cost, in their section or elsewhere."""
    (sheet,) = [sheet for sheet in corpus.sheets if sheet.title == "les visiteurs à domicile"]
    shown = quotes_of(quoter, sheet, replace(query_of("seniors isolés"), roles=(Role.FUNDING,)), 0)
    assert shown.answers
    assert not any(quote.marks for quote in (*shown.answers, *shown.limits, *shown.perspectives))


def test_what_only_announces_is_never_quoted_without_what_it_announces(corpus, thesaurus):
    """« Perspectives : » at the head of a list: it says nothing by itself."""
    found = [
        sheet.slice(*sentence.span)
        for sheet in corpus.sheets
        for sentence in read_sentences(sheet, corpus.schema, thesaurus).each
    ]
    assert any(text.startswith("Perspectives :\n") for text in found)
    assert not [text for text in found if text.rstrip().endswith(":") and len(text.split()) <= 3]
