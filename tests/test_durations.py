"""Sentences that tell how long, how often or when."""

import pytest

from assistant.language.durations import tells_duration


@pytest.mark.parametrize(
    "text",
    [
        "Tous les mercredis matin de 10h à 11h.",
        "L’action dure 6 mois.",
        "une fois par semaine",
        "Un samedi par trimestre",
        "depuis une dizaine d’années, depuis 2012",
        "Deux séances d’une heure trente",
        "réunion mensuelle",
        "Chaque semaine, un atelier",
        "de 14 heures à 16 heures",
        "trois sessions de formation",
        "jusqu’en 2019",
    ],
)
def test_told(text):
    assert tells_duration(text)


@pytest.mark.parametrize(
    "text",
    [
        "Le lien social dans le quartier.",
        "un thème du quotidien",
        "Chaque personne propose une sortie.",
        "12 habitants et 3 salariés",
        "un budget de 200 euros",
        "un moment convivial",
    ],
)
def test_not_told(text):
    assert not tells_duration(text)
