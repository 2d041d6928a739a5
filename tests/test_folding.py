"""Folding: one form for what differs by case, accent or ligature only."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.folding import fold

TEXT = st.text(alphabet=st.characters(max_codepoint=0xFF) | st.sampled_from("œŒæÆß’‘ʼéÉçÇàÀŸ–…\u0301"))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Élève À L’ÉCOLE", "eleve a l'ecole"),
        ("Œuvre, cœur, ex æquo", "oeuvre, coeur, ex aequo"),
        ("FAÇON garçon", "facon garcon"),
        ("e\u0301te\u0301", "ete"),
        ("Noël à Saint-Étienne", "noel a saint-etienne"),
    ],
)
def test_written_forms_meet(text, folded):
    assert fold(text) == folded


@given(text=TEXT)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(text=TEXT)
def test_composed_and_decomposed_text_fold_alike(text):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(text=TEXT)
def test_no_accent_is_left(text):
    assert not any(unicodedata.combining(char) for char in fold(text))
