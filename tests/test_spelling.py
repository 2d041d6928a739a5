"""Misspelt words are read as what they stand for, and right words are never changed."""

import random

import pytest

from assistant.language.analyzer import tokens
from assistant.language.folding import fold
from assistant.language.vocabulary import frequencies, is_french, seen_words
from assistant.retrieval.understand import speller as speller_of
from assistant.values import Kind, Status


@pytest.fixture(scope="module")
def speller(assistant):
    return speller_of(assistant.store)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("lisolement", "isolement"),
        ("lamaison", "maison"),
        ("latelié", "atelier"),
        ("dhabitants", "habitants"),
        ("permanance", "permanence"),
        ("vacansse", "vacances"),
        ("medaition", "médiation"),
        ("institussion", "institution"),
        ("chein", "chien"),
        ("acceuil", "accueil"),
        ("develope", "développe"),
        ("liensocial", "lien social"),
        ("problaime", "problème"),
        ("kestion", "question"),
    ],
)
def test_reads_glued_sounded_and_swapped_words(speller, typed, read):
    assert fold(speller.read(typed)) == fold(read)


def test_no_word_of_the_thesaurus_or_the_sheets_is_changed(assistant, speller):
    for concept in assistant.store.thesaurus().concepts.values():
        for word in concept.words:
            assert speller.read(word) is None, word
    understanding = assistant._understanding
    for sheet in assistant.store.sheets(assistant.store.sheet_ids({})):
        said = [s for s in sheet.sections if s.kind is Kind.TEXT and s.status is Status.FILLED]
        for word in {token.word for s in said for token in tokens(sheet.slice(s.start, s.end))}:
            assert understanding.query(f"x {word}").corrections == (), word


def test_no_common_or_rare_french_word_is_changed(speller):
    chance = random.Random(11)
    common = chance.sample([*frequencies("fr")], 3000)
    rare = chance.sample([word for word in sorted(seen_words()) if word.isalpha() and is_french(word)], 3000)
    changed = {word: read for word in (*common, *rare) if (read := speller.read(word))}
    assert changed == {}


@pytest.mark.parametrize("text", ["La médiation animale coûte cher aux petites communes rurales", "prevention sante"])
def test_right_french_with_or_without_accents_is_left_alone(speller, text):
    assert [speller.read(token.word) for token in tokens(text)] == [None] * len(tokens(text))


@pytest.mark.parametrize("word", ["elderly", "workshop", "helping", "agrès", "expresso", "tatin", "zumba", "qigong"])
def test_english_rare_words_and_names_are_left_alone(speller, word):
    assert speller.read(word) is None


def test_misspelt_words_are_restored_and_seldom_turned_into_others(assistant, repository):
    import runpy

    measure = runpy.run_path(str(repository / "benchmarks" / "misspellings.py"))
    outcomes = measure["outcomes"](assistant.store, seed=3, words=300)
    outcomes = {name: outcomes[name] for name in ("thesaurus", "sheets", "general")}
    total = {name: counts.total() for name, counts in outcomes.items()}
    assert all(counts["restored"] / total[name] >= 0.8 for name, counts in outcomes.items()), outcomes
    assert all(counts["wrong"] / total[name] <= 0.12 for name, counts in outcomes.items()), outcomes
    assert outcomes["thesaurus"]["restored"] / total["thesaurus"] >= 0.88
