"""Sentences as spans: sigles hold, glued sentences part, and nothing but white space is left out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.sentences import clauses, sentences
from assistant.values import Kind, Span, Status

FRENCH = st.text(alphabet="abcéÉABC.!?…»\"«'’,;:()-–▪*  \n\r\t\u00a0\u2028019", max_size=200)
BULLETS = re.compile(r"[-▪•*–\s]*")


def cut(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Un. Deux ! Trois ? Quatre… Cinq", ["Un.", "Deux !", "Trois ?", "Quatre…", "Cinq"]),
        ("des citoyens.Le jacqu'Accompagne aide", ["des citoyens.", "Le jacqu'Accompagne aide"]),
        ("les générations.Les résultats", ["les générations.", "Les résultats"]),
        ("Il sème.L'eau manque.", ["Il sème.", "L'eau manque."]),
        ("Permanences de la C.A.F. avec un référent.", ["Permanences de la C.A.F. avec un référent."]),
        ("au sein de l'E.V.S du quartier", ["au sein de l'E.V.S du quartier"]),
        ("identification du S.I.C comme espace", ["identification du S.I.C comme espace"]),
        ("animations dans la salle J. Anquetil.", ["animations dans la salle J. Anquetil."]),
        ("M. Grelot et Mme. Dupré jardinent.", ["M. Grelot et Mme. Dupré jardinent."]),
        ("cf. Le plan", ["cf. Le plan"]),
        ("aux éditions Grelot, etc. Les parents", ["aux éditions Grelot, etc. Les parents"]),
        ("un coût de 244.97 euros", ["un coût de 244.97 euros"]),
        ("Il dit « Venez ! » aux voisins.", ["Il dit « Venez ! » aux voisins."]),
        ("En 2018. 3 salariés", ["En 2018.", "3 salariés"]),
        ("▪ Un carré\n▪ Un cabanon", ["▪ Un carré", "▪ Un cabanon"]),
        ("-\nUn jeu\n-\nDeux jeux\n-", ["Un jeu", "Deux jeux"]),
        ("autour d'un repas.- Éplucher, couper.", ["autour d'un repas.", "- Éplucher, couper."]),
        ("1/ Préparer\n2/ Arroser", ["1/ Préparer", "2/ Arroser"]),
        ("", []),
        (" \n\t- \n", []),
    ],
)
def test_french_is_cut_where_sentences_end(text, parts):
    assert cut(text) == parts


def assert_orderly(text: str, spans: list[Span], start: int, end: int, left_out: re.Pattern[str]) -> None:
    position = start
    for span in spans:
        assert position <= span.start < span.end <= end
        assert not text[span.start].isspace()
        assert not text[span.end - 1].isspace()
        assert left_out.fullmatch(text[position : span.start]), text[position : span.start]
        position = span.end
    assert left_out.fullmatch(text[position:end]), text[position:end]


@given(text=FRENCH | st.text(max_size=200))
def test_spans_are_in_order_disjoint_and_leave_out_only_blanks_and_lone_bullets(text):
    assert_orderly(text, sentences(text), 0, len(text), BULLETS)


@given(text=FRENCH, offset=st.integers(0, 10_000))
def test_an_offset_only_shifts(text, offset):
    assert sentences(text, offset) == [Span(a + offset, b + offset) for a, b in sentences(text)]


@given(text=FRENCH)
def test_no_sentence_crosses_a_line(text):
    assert not any("\n" in part or "\r" in part for part in cut(text))


@given(text=FRENCH | st.text(max_size=200), most=st.integers(1, 12))
def test_clauses_tile_their_sentence_and_cut_no_word(text, most):
    for sentence in sentences(text):
        pieces = clauses(text, sentence, most)
        assert_orderly(text, pieces, sentence.start, sentence.end, re.compile(r"\s*"))
        for piece in pieces:
            assert piece.start == sentence.start or text[piece.start - 1].isspace()
            assert piece.end == sentence.end or text[piece.end].isspace()


def test_clauses_that_fit_stay_together():
    text = "un deux, trois quatre, cinq six (sept huit) neuf dix onze douze treize"
    whole = Span(0, len(text))
    parts = [text[a:b] for a, b in clauses(text, whole, 4)]
    assert parts == ["un deux, trois quatre,", "cinq six (sept huit)", "neuf dix onze douze treize"]
    assert clauses(text, whole, 40) == [whole]


def test_a_last_word_is_not_left_alone():
    text = "un deux, trois quatre cinq six ( sept, huit, etc)."
    parts = [text[a:b] for a, b in clauses(text, Span(0, len(text)), 8)]
    assert parts == [text]


def test_every_real_text_is_cut_without_loss(corpus):
    for sheet in corpus.sheets:
        for section in sheet.sections:
            if section.kind is Kind.TEXT and section.status is not Status.EMPTY:
                text = sheet.slice(section.start, section.end)
                assert_orderly(text, sentences(text), 0, len(text), BULLETS)


@pytest.mark.parametrize("line", [828, 861, 1380, 1442])
def test_sentences_glued_by_the_export_are_parted(reading, line):
    """Lower case, full stop, capital, with no space between: nothing of the kind is left inside a sentence."""
    text = reading.text.split("\n")[line - 1]
    assert re.search(r"[a-zé]\.[A-ZÉ][a-zé']", text) or re.search(r"[a-zé)]\.[A-Z0-9]", text)
    assert not any(re.search(r"[a-zé]\.[A-ZÉ][a-zé']", part) for part in cut(text))
