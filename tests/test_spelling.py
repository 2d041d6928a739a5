"""Misspelt words are read as what they stand for, and right words are never changed."""

import pytest

from assistant.language.analyzer import tokens
from assistant.language.spelling import Speller


@pytest.fixture(scope="module")
def speller(assistant):
    concepts = assistant.store.thesaurus().concepts.values()
    return Speller({word for concept in concepts for word in concept.words}, {"pr": "pour"})


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("lisolement", "isolement"),
        ("lamaison", "maison"),
        ("latelié", "atelier"),
        ("permanance", "permanence"),
        ("vacansse", "vacances"),
        ("medaition", "médiation"),
        ("institussion", "institution"),
        ("pr", "pour"),
    ],
)
def test_reads_glued_sounded_swapped_and_short_words(speller, typed, read):
    assert speller.read(typed) == read


def test_no_word_of_the_thesaurus_is_changed(assistant, speller):
    for concept in assistant.store.thesaurus().concepts.values():
        for word in concept.words:
            assert speller.read(word) is None, word


@pytest.mark.parametrize("text", ["La médiation animale coûte cher aux petites communes rurales", "prevention sante"])
def test_right_french_with_or_without_accents_is_left_alone(speller, text):
    assert [speller.read(token.word) for token in tokens(text)] == [None] * len(tokens(text))
