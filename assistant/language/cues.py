"""Cues: what a sentence speaks of, whatever section it stands in.

Sheets are filled in by hand: what was difficult stands under results, people under funding, means under
limits. The words below are those by which French says such things; none is a sheet's own.
"""

from __future__ import annotations

import re

from assistant.language.folding import fold
from assistant.values import Role

_COUNT = (
    r"(?:\d+|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente|"
    r"(?:diz|douz|quinz|vingt|trent|quarant|cinquant|cent)aines? d[e'])"
)
_PERSON = (
    r"(?:salarie|benevole|professionnel|personne|agent|animat|intervenant|prestataire|participant|habitant|parent|"
    r"enfant|famille|jeune|conseill|travailleu|referent|responsable|partenaire|educat|mediat|adulte|senior|lyceen|"
    r"puericult|assistant|encadrant|place|directe?ur|directrice)"
)
_CUES: dict[Role, re.Pattern[str]] = {
    Role.FUNDING: re.compile(
        r"€|\beuros?\b|\bbudgets?\b|\bsubvention|\bfinanc(?:e|ier)|\bcout(?:s|e|ent)?\b|\bgratuit|\bpayant|\btarifs?\b|"
        r"\bachats?\b|\bmateriels?\b|\bequipements?\b|\bdons?\b|\bautofinancement|\bappels? a projets?\b|\bsalles? de\b"
    ),
    Role.PEOPLE: re.compile(rf"\b{_COUNT} ?(?:\w+[ -])?{_PERSON}|\bencadre(?:nt|s|es)?\b|\banimee?s? par\b"),
    Role.LIMITS: re.compile(
        r"\bdifficil|\bdifficulte|\bfreins?\b|\bobstacle|\blimites?\b|\bmanqu(?:e|ent|ait)\b|\bfaibles?\b|\bmalgre\b|"
        r"\bneanmoins\b|\bcependant\b|\bproblemes?\b|\bcontraint|\bcompliqu|"
        r"\bd'attente\b|\bessouf|\brisques?\b|\bpeu de\b|"
        r"\bne (?:pouvons|peut|peuvent|sont|permet) (?:pas|plus)\b|\bn[e'] ?\w+ (?:pas|plus) "
    ),
    Role.PERSPECTIVES: re.compile(
        r"\bperspectives?\b|\breconduc|\breconduit|\breconduire\b|\bprochaine?s?\b|\benvisag|\bpoursui(?:vre|te|vra)|"
        r"\bperennis|\bprev(?:u|ue|us|ues|oit|oyons)\b|\ba (?:l'avenir|venir|terme)\b|\breiterer\b|"
        r"\bsouhait(?:e|ent|ons) \w+(?:er|ir|re)\b|\b(?:elargir|etendre|continuer|renouveler|deployer)\b"
    ),
}


def spoken_of(text: str) -> frozenset[Role]:
    """The roles among means, people, limits and perspectives that the words of a sentence point to."""
    folded = fold(text)
    return frozenset(role for role, cue in _CUES.items() if cue.search(folded))
