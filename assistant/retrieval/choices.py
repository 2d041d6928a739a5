"""Choices: the values of facets that a question asks for, leaves out or would rather have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.retrieval.wordings import Found, blanked
from assistant.values import Facet

_PLACES = (Facet.DEPARTMENT, Facet.REGION, Facet.STRUCTURE)
Values = dict[Facet, tuple[str, ...]]

# « pas » leaves out what follows only where it is not the « pas » of a verb: « ils ne viennent pas avec les enfants »
_PAS = (
    r"(?:^|[,;:(.!?]\s*|\b(?:mais|et|ou|donc|alors|surtout|voire|est|sont|soient?|adressent?|concernent?|visent?|veux"
    r"|veut|voulons|voudrais|chose|actions?|fiches?|trucs?|projets?|idees?|exemples?) )(?:surtout |non )?pas"
)
_LINK = (
    r"(?:[ :('\u00a0]+(?:de|du|des|d|en|dans|pour|avec|la|le|les|l|un|une|a|au|aux|chez|celles?|ceux|celui|ce|qui|est"
    r"|sont|soi(?:en)?t|sur|par|concernant|menee?s?|portee?s?|aide|appui|soutien|argent|financements?|subventions?|participation"
    r"|partenariat|partenaires?|publics?|mots?-cles?|themes?|thematiques?|departements?|regions?|statut|dimension"
    r"|territoires?|actions?|fiches?)\b)*"
)
_EXCLUDES = re.compile(
    rf"(?:\b(?:sans qu(?:e|'il y ait)\b|(?P<without>sans)|sauf"
    rf"|hors|hormis|exceptee?s?|a part|a l'exception|a l'exclusion|en dehors|plutot que"
    rf"|(?:autres?|ailleurs|autrement|autre chose) que?|exclu(?!siv)\w*|ni)|{_PAS})(?P<link>{_LINK})[ :('\u00a0]*$"
)
# « des actions sans enfants » leaves them out; « les couples sans enfants » tells who the couples are
_OF_ACTIONS = re.compile(
    r"(?:^\W*(?:(?:et|mais|plutot|ou|non|si possible|donc)\W+)*"
    r"|\b(?:actions?|fiches?|projets?|exemples?|idees?|ateliers?|activites?|sorties?|soirees?|journees?|fetes?|sejours?|vacances|animations?|evenements?|choses?|trucs?|celles?|ceux)"
    r"(?: (?!pour|avec|de|des|entre|aux?|du)\w+)? |, *)$"
)
_DETERMINER = re.compile(r"\b(?:la|le|les|l|un|une|des|du|de|avec|pour)\b")
_AND = re.compile(r"[ ,]*(?:\b(?:et|ou|ni)\b)[ ]*(?:(?:les?|la|l'|des|du|de|d'|aux?) ?)*")
_SMALL = (
    r"(?: (?:de|du|des|d'|en|dans|pour|avec|la|le|les|l'|ce|qui|que|est|sont|sur|s'adress\w+|a|au|aux|actions?|fiches?"
    r"|projets?|exemples?|idees?|ateliers?|choses?|trucs?|celles|ceux|concern\w+|touch\w+))"
)
_ONLY_BEFORE = re.compile(
    r"(?<!pas )(?<!non )\b(?:"
    rf"(?:uniquement|seulement|exclusivement|strictement|rien que|juste(?= pour| avec| dans| en)){_SMALL}{{0,5}}"
    rf"|n(?:e |')(?:\w+ ){{1,3}}qu(?:e|'){_SMALL}{{0,6}}) ?'?$"
)
_ONLY_AFTER = re.compile(
    r"^,? *\(?(?:uniquement|seulement|exclusivement|strictement|et (?:rien|personne) d'autre|rien d'autre"
    r"|et c'est tout)\b"
)


class Named(NamedTuple):
    """A choice that a question makes, where, and whether it filters or only raises, asks for or leaves out."""

    facet: Facet
    value: str
    start: int
    end: int
    firm: bool
    out: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """Values to bear, to be without, to be raised by; ``rest`` is the folded question less filters and exclusions;
    ``each`` are the same values with their places, each once.
    """

    named: Values
    excluded: Values
    preferred: Values
    rest: str
    taken: tuple[tuple[int, int], ...] = ()
    each: tuple[Named, ...] = ()


def choose(folded: str, found: Iterable[Found]) -> Choices:
    """What each choice found in a folded question stands for."""
    longest = _longest_places(list(found))
    out = _excluded(folded, longest)
    left = [one for one in longest if not any(overlap(one, other) and one.facet is other.facet for other in out)]
    wanted = {one: _only(folded, one) or (one.start, one.end) for one in left if one.firm or _only(folded, one)}
    wanted |= _chained(folded, left, wanted)
    spans = {*wanted.values(), *out.values()}
    excluded, named = _values(out), _values(wanted)
    left = [one for one in left if not _lacked(folded, one)]
    preferred = _values(one for one in left if not one.bare)
    preferred = {facet: values for facet, values in preferred.items() if facet not in named}
    soft = {one: (one.start, one.end) for one in left if not one.bare and one.facet in preferred}
    each = _each((soft, False, False), (wanted, True, False), (out, True, True))
    return Choices(named, excluded, preferred, blanked(folded, spans), tuple(sorted(spans)), each)


def _each(*parts: tuple[Mapping[Found, tuple[int, int]], bool, bool]) -> tuple[Named, ...]:
    """Every choice with its place, whether it is firm and whether it is out; the first place when there are several."""
    named = [Named(one.facet, one.value, *span, firm, out) for spans, firm, out in parts for one, span in spans.items()]
    return tuple({(one.facet, one.value, one.out): one for one in sorted(named, key=_first, reverse=True)}.values())


def _first(one: Named) -> tuple[int, int]:
    return one.start, -one.end


def _excluded(folded: str, found: Sequence[Found]) -> dict[Found, tuple[int, int]]:
    """What is left out, each with the span of its wording, « sauf » included."""
    out: dict[Found, tuple[int, int]] = {}
    for one in sorted(found):
        cue = _EXCLUDES.search(folded[: one.start])
        if cue and not (cue["without"] and _says_lacking(folded[: cue.start()], one, cue["link"])):
            out[one] = (cue.start(), one.end)
    return out | _chained(folded, found, out)


def _lacked(folded: str, one: Found) -> bool:
    """Whether a public is what somebody lacks, « les couples sans enfants »: it is neither wanted nor left out."""
    cue = _EXCLUDES.search(folded[: one.start])
    return one.facet is Facet.PUBLIC and bool(cue and cue["without"]) and not one.firm


def _chained(folded: str, found: Sequence[Found], chosen: Iterable[Found]) -> dict[Found, tuple[int, int]]:
    """What follows a choice of the same facet after « et » or « ou »: « sauf les enfants et les ados »."""
    last = list(chosen)
    more: dict[Found, tuple[int, int]] = {}
    for one in sorted(found, key=lambda found: found.start):
        before = [other for other in last if other.facet is one.facet and other.end <= one.start]
        joined = [other for other in before if _AND.fullmatch(folded[other.end : one.start])]
        if one not in last and joined:
            more[one] = (joined[0].end, one.end)
            last.append(one)
    return more


def _says_lacking(before: str, one: Found, link: str) -> bool:
    """« couples sans enfants », « sans la somme »: what somebody lacks, not what is left out.

    Args:
        before: what stands before « sans ».
    """
    if one.facet is not Facet.PUBLIC:
        return one.facet in _PLACES
    return not _DETERMINER.search(link) and not _OF_ACTIONS.search(before)


def _only(folded: str, one: Found) -> tuple[int, int] | None:
    """The span of a choice and of what makes it the only one wanted, where something does."""
    if before := _ONLY_BEFORE.search(folded[: one.start]):
        return before.start(), one.end
    if after := _ONLY_AFTER.search(folded[one.end :]):
        return one.start, one.end + after.end()
    return None


def _longest_places(found: Sequence[Found]) -> list[Found]:
    """Without the places within the name of a longer one: « Loire » in « Haute-Loire »."""
    return [
        one
        for one in found
        if one.facet not in _PLACES
        or not any(
            other.facet in _PLACES and overlap(one, other) and other.end - other.start > one.end - one.start
            for other in found
        )
    ]


def _values(found: Iterable[Found]) -> Values:
    values: Values = {}
    for one in found:
        if one.value not in values.get(one.facet, ()):
            values[one.facet] = (*values.get(one.facet, ()), one.value)
    return values


def overlap(one: Found, other: Found) -> bool:
    """Whether two choices share a part of the text."""
    return one.start < other.end and other.start < one.end
