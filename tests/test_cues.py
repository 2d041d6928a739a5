"""Cues: everyday sentences point to the role they speak of, and others to none."""

from __future__ import annotations

import pytest

from assistant.language.cues import spoken_of
from assistant.values import Role


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        ("Il a fallu 350 € de graines.", Role.FUNDING),
        ("Le prêt de matériel a suffi.", Role.FUNDING),
        ("Deux animatrices et une dizaine d’habitants", Role.PEOPLE),
        ("25 à 30 bénévoles", Role.PEOPLE),
        ("Il reste difficile de faire venir les pères.", Role.LIMITS),
        ("Il y a une liste d’attente.", Role.LIMITS),
        ("Les voisins n’osent pas entrer.", Role.LIMITS),
        ("Un second potager ouvrira l’année prochaine.", Role.PERSPECTIVES),
        ("Nous envisageons de continuer.", Role.PERSPECTIVES),
    ],
)
def test_a_sentence_speaks_of_its_subject(sentence, role):
    assert spoken_of(sentence) == {role}


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "Les voisins se retrouvent autour d’un repas.",
        "La semaine de la parentalité réunit le quartier.",
        "Le public est sensibilisé aux problématiques de l’eau.",
        "Édition de 2018",
    ],
)
def test_other_sentences_speak_of_none(sentence):
    assert spoken_of(sentence) == frozenset()
