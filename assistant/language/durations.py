"""How long and when: the words by which French tells the time that an action takes."""

from __future__ import annotations

import re

from assistant.language.folding import fold

_COUNT = (
    r"(?:\d+(?:[.,]\d+)?|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|"
    r"quelques|plusieurs|chaque|tou(?:te)?s les|premiere?|deuxieme|troisieme|demi-?)"
)
_DAY = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s?"
_DURATION = re.compile(
    rf"\b{_COUNT}[ -](?:\w+ )?(?:ans?|annees?|mois|trimestres?|semestres?|semaines?|jours?|journees?|"
    rf"demi-journees?|apres-midis?|matinees?|matins?|soirs?|soirees?|heures?|minutes?|seances?|rencontres?)\b"
    rf"|\b(?:le|les|chaque|un|une fois par|du|au|et)? ?{_DAY}\b|\b\d{{1,2}} ?(?:h|heures)(?:\d{{2}})?\b"
    rf"|\b{_COUNT} (?:fois|sessions?)\b|\b(?:chaque|toutes les) vacances\b"
    r"|\bfois par (?:an|mois|semaine|trimestre|jour)\b|\bpar (?:an|mois|semaine|trimestre|jour)\b"
    r"|\b(?:hebdomadaire|mensuel|trimestriel|annuel|bimensuel)(?:le)?s?(?:ment)?\b"
    r"|\bquotidiennement\b|\bdepuis (?:\w+ ){0,2}\d|\bduree\b|\btoute l'annee\b"
    r"|\b(?:en|de|depuis|jusqu'en|annee|saison) (?:19|20)\d{2}\b"
)


def tells_duration(text: str) -> bool:
    """True when the text says how long, how often or when."""
    return _DURATION.search(fold(text)) is not None
