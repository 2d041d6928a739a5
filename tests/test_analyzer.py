"""Terms: what is typed in haste meets what sheets write with care."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.analyzer import STOP_WORDS, stem, terms, tokens
from assistant.language.folding import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("prevention sante", "Prévention Santé"),
        ("l'isolement", "L’isolement"),
        ("isolement", "d'isolement"),
        ("C.A.F.", "CAF"),
        ("C.A.F", "caf"),
        ("l'E.V.S du quartier", "EVS quartier"),
        ("le S.I.C comme espace", "SIC espace"),
        ("bénévoles", "bénévole"),
        ("habitantes", "habitante"),
        ("jardiniers", "jardinier"),
        ("œuvre", "oeuvre"),
        ("aujourd’hui", "aujourd'hui"),
        ("un jardin, des jardins", "jardin jardin"),
        ("des jeux, un jeu", "jeu, jeu"),
        ("les travaux", "le travail"),
        ("nos vœux", "un voeu"),
    ],
)
def test_ways_of_writing_meet(one, other):
    assert terms(one) == terms(other) != []


def test_elisions_are_cut_and_inner_apostrophes_kept():
    assert [token.word for token in tokens("qu'est-ce qu’on fait d'Anquetil, presqu'île, aujourd'hui")] == [
        "Anquetil",
        "île",
        "aujourdhui",
    ]


def test_an_initial_is_no_sigle():
    assert [token.word for token in tokens("la salle J. Anquetil")] == ["salle", "Anquetil"]


def test_words_that_only_frame_a_question_are_left_out():
    assert terms("Comment est-ce que l'on peut faire pour que nos fiches nous aident ?") == terms("aident")
    assert terms("et les autres ?") == []


def test_terms_keep_order_and_repetition():
    assert terms("vélo potager vélo") == [stem("velo"), stem("potager"), stem("velo")]


def test_the_word_as_written_stands_beside_its_stem():
    token = tokens("l’Éveil musical")[0]
    assert (token.word, token.term) == ("Éveil", stem("eveil"))


@given(text=st.text(max_size=200))
def test_any_text_gives_folded_terms_and_no_stop_words(text):
    for token in tokens(text):
        assert token.term == fold(token.term)
        assert fold(token.word) not in STOP_WORDS
        assert not any(char.isspace() or char == '"' for char in token.term)


@given(text=st.text(alphabet="aeéèdilnqstuv'’ .,-\n", max_size=80))
def test_capitals_change_no_term(text):
    assert terms(text.upper()) == terms(text) or "." in text  # dots make a sigle of single letters, whatever their case


def test_stemming_is_safe_from_several_threads(corpus):
    words = sorted({word for sheet in corpus.sheets for word in fold(sheet.text).split()})
    alone = [stem.__wrapped__(word) for word in words]
    with ThreadPoolExecutor(8) as pool:
        assert all(found == alone for found in pool.map(lambda _: [stem.__wrapped__(w) for w in words], range(16)))
