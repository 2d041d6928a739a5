"""Personal data in what is typed: masked where it is kept, warned of gently, and nothing else touched."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.journal import known_words
from assistant.masking import Names, Personal, load_names, mask, personal, warning


@pytest.fixture(scope="module")
def names(corpus, repository: Path) -> Names:
    return load_names(repository / "data", known_words(corpus.sheets))


@pytest.mark.parametrize(
    ("typed", "masked"),
    [
        ("Mme Durand vient au 06 12 34 56 78", "Mme [nom] vient au [téléphone]"),
        ("karim dupont est seul", "[nom] [nom] est seul"),
        ("j'ai reçu Karim Benali, k.b+x@free.fr", "j'ai reçu [nom] [nom], [adresse]"),
        ("son numéro 1 85 05 78 006 084 36 est faux", "son numéro [numéro de sécurité sociale] est faux"),
        ("appelez le +33 6 12 34 56 78", "appelez le [téléphone]"),
        ("appelez le 0612345678.", "appelez le [téléphone]."),
        ("M. LEFEBVRE-MARTIN", "M. [nom]"),
        ("il s'appelle Bouchard", "il s'appelle [nom]"),
        ("Marie-Claude vit seule", "[nom] vit seule"),
        ("une rose pour les 75 ans de 2024", "une rose pour les 75 ans de 2024"),
        ("avec la CAF, dans l’Aube", "avec la CAF, dans l’Aube"),
        ("une action dans l'Aude", "une action dans l'Aude"),
        ("avec Aude", "avec [nom]"),
    ],
)
def test_what_names_someone_is_masked(names: Names, typed: str, masked: str) -> None:
    assert mask(typed, names) == masked
    assert bool(warning(typed, names)) is (typed != masked)


def test_no_judged_question_is_warned_of_for_nothing(names: Names, repository: Path) -> None:
    """They name no person but those after whom a centre, a king or a prize is named."""
    files = sorted((repository / "data" / "judged").glob("*.jsonl"))
    asked = [json.loads(line)["question"] for file in files for line in file.read_text("utf-8").splitlines()]
    warned = [question for question in asked if warning(question, names)]
    assert len(warned) <= len(asked) // 100, warned


@given(st.text(max_size=300))
def test_masking_leaves_nothing_to_mask_and_is_no_error(text: str) -> None:
    names = Names(frozenset({"karim", "lea"}))
    spans = personal(text, names, broad=True)
    assert all(0 <= start < end <= len(text) for start, end, _ in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    masked = mask(text, names)
    assert not any(kind is Personal.EMAIL for _, _, kind in personal(masked, names))
