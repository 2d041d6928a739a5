"""Amounts of money and numbers of people in French text, with their exact spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from assistant.language.folding import fold, remembered
from assistant.values import Amount, AmountKind, Bound

_UNITS = (
    "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente "
    "quarante cinquante soixante cent cents mille"
)
_NUMBER_WORDS = dict(
    zip(
        _UNITS.split(),
        (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 30, 40, 50, 60, 100, 100, 1000),
        strict=True,
    )
)
_ABOUT = {
    "dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40,
    "cinquantaine": 50, "soixantaine": 60, "centaine": 100, "millier": 1000,
}  # fmt: skip
_PEOPLE = (
    r"(?:personnes?|b[ée]n[ée]voles?|professionnel(?:le)?s?|salari[ée]e?s?|participante?s?|habitante?s?|familles?"
    r"|enfants?|jeunes|ados?|adolescents?|adultes?|seniors?|parents?|animat(?:eur|rice)s?|intervenante?s?|membres?"
    r"|encadrante?s?|coll[èe]gues?|etp|gens|volontaires?|stagiaires?|usagers?|adh[ée]rents?|r[ée]f[ée]rente?s?)\b"
)
_GAP = r"[ \u00a0\u202f]"
_DIGITS = r"\d{1,3}(?:[ \u00a0\u202f.]\d{3})+(?:,\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)"
_WORDS = rf"(?:(?:{'|'.join(_UNITS.split())})\b(?:{_GAP}|-)?)+"
_NUMBER = rf"(?:(?:{_DIGITS}){_GAP}?|\b{_WORDS})"
_ROUND = rf"\b(?:une|un|la|cette|quelques){_GAP}(?:{'|'.join(_ABOUT)})s?\b{_GAP}?(?:de{_GAP}|d['’])?"
_MONEY = r"(?:k?€|euros?\b|eur\b|balles\b)"
_FIGURE = re.compile(
    rf"(?<![\w,.])(?:(?P<low>{_DIGITS}){_GAP}?(?:-|–|à|a|et|ou){_GAP}?)?"
    rf"(?:(?P<number>{_NUMBER})(?P<unit>{_MONEY}|(?:\w+{_GAP})?{_PEOPLE})|(?P<round>{_ROUND})(?P<of>{_MONEY}|(?:\w+{_GAP})?{_PEOPLE})?)",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:moins d['e]|pas plus d['e]|au plus|maxi(?:mum)?|max|jusqu'a|inferieure?s? a|en dessous d['e]|sous)\W*$"
)
_BETWEEN = re.compile(r"\bentre\W*$")
_OPEN = re.compile(r"(?:moins|plus) d['e]|inferieure?s? a|superieure?s? a|en dessous d['e]|au-dela d['e]|\bsous\b")
_AT_LEAST = re.compile(
    r"(?<!pas )(?:plus d['e]|au moins|mini(?:mum)?|a partir d['e]|superieure?s? a|au-dela d['e])\W*$"
)
_AT_MOST_AFTER = re.compile(r"^\W*(?:grand )?(?:maxi(?:mum)?|max|au plus|pas plus|au maximum)\b")
_AT_LEAST_AFTER = re.compile(r"^\W*(?:mini(?:mum)?|au moins|et plus|ou plus|au minimum)\b")
_TO_SPEND = re.compile(
    r"\b(?:avec|budget(?: total| maximum| max)?(?: est)?(?: (?:de|d'))?"
    r"|(?:on a|j'ai|nous avons)(?: que| juste| seulement)?)\W*$"
)
_FEW = 5
_RELATIVES = re.compile(r"(?:enfants?|parents?|ados?|adolescents?)$")
_PUBLIC = re.compile(
    r"(?:familles?|enfants?|jeunes|ados?|adolescents?|habitante?s?|adultes?|seniors?|parents?|usagers?|adherents?)$"
)
_AROUND = 2.0  # a number of people said without a bound stands for half to twice as many


class Figure(NamedTuple):
    """An amount as it is written at ``start:end``; ``low`` is the other end of « 10 à 15 », else ``value``."""

    kind: AmountKind
    low: float
    value: float
    start: int
    end: int


def figures(text: str) -> Iterator[Figure]:
    """The amounts that a text states, in order: « 1 500 € », « 20 bénévoles », « une vingtaine de »."""
    for match in _FIGURE.finditer(text):
        unit = match["unit"] or match["of"] or ""
        kind = AmountKind.MONEY if re.fullmatch(_MONEY, unit, re.IGNORECASE) else AmountKind.PEOPLE
        value = _number(match["number"]) if match["number"] else _about(match["round"])
        if value is None:
            continue
        value *= 1000 if unit.lower() == "k€" else 1
        low = _number(match["low"]) if match["low"] else None
        end = match.start() + len(match.group().rstrip())
        yield Figure(kind, min(value, value if low is None else low), value, match.start(), end)


def amounts(text: str) -> tuple[Amount, ...]:
    """What a question asks of amounts: « moins de 300 € », « avec 500 euros », « pour une trentaine de personnes »."""
    return tuple(_asked(text, figure) for figure in _stated(text) if not _is_public(text, figure))


def bounds(text: str) -> tuple[Bound, ...]:
    """The bounds that a question sets: « à moins de 300 € », « avec 500 euros », « 2 bénévoles maximum ».

    « une vingtaine de stands » and « 300 personnes » tell a size, and bound nothing.
    """
    return tuple(filter(None, (_bound(text, figure) for figure in _stated(text))))


@remembered
def _stated(question: str) -> Sequence[Figure]:
    """The amounts of a question, less those of a family."""
    return tuple(figure for figure in figures(question) if not _is_family(question, figure))


def without(text: str, bounds: Iterable[Bound]) -> str:
    """A text less these bounds."""
    for bound in bounds:
        text = text.replace(bound.text, " ")
    return " ".join(text.split())


def _bound(text: str, figure: Figure) -> Bound | None:
    before, after = fold(text[: figure.start]), fold(text[figure.end :])
    to_spend = _TO_SPEND.search(before) if figure.kind is AmountKind.MONEY else None
    between = _BETWEEN.search(before) if figure.low < figure.value else None
    opening = between or _AT_MOST.search(before) or _AT_LEAST.search(before)
    closing = _AT_MOST_AFTER.search(after) or _AT_LEAST_AFTER.search(after)
    if not (opening or closing or to_spend) or (figure.low < figure.value and not between):
        return None
    asked = _asked(text, figure)
    start = opening.start() if opening and len(before) == figure.start else figure.start
    end = figure.end + (closing.end() if closing and not opening and len(after) == len(text) - figure.end else 0)
    is_open = bool(opening and _OPEN.match(opening.group()))
    return Bound(
        figure.kind, asked.least, asked.most, text[start:end].strip(), text[figure.start : figure.end], is_open
    )


def _is_family(text: str, figure: Figure) -> bool:
    """« un couple avec deux enfants »: whom it is about, not how many people it takes."""
    return figure.value < _FEW and bool(_RELATIVES.search(fold(text[figure.start : figure.end])))


def _is_public(text: str, figure: Figure) -> bool:
    """« une dizaine de familles »: whom it is for, not how many people it takes."""
    return bool(_PUBLIC.search(fold(text[figure.start : figure.end])))


def _asked(text: str, figure: Figure) -> Amount:
    before, after = fold(text[: figure.start]), fold(text[figure.end :])
    if figure.low < figure.value:
        return Amount(figure.kind, figure.low, figure.value)
    if _AT_MOST.search(before) or _AT_MOST_AFTER.search(after):
        return Amount(figure.kind, 0, figure.value)
    if _AT_LEAST.search(before) or _AT_LEAST_AFTER.search(after):
        return Amount(figure.kind, figure.value, float("inf"))
    if figure.kind is AmountKind.MONEY:  # « avec 500 euros » is what there is to spend
        return Amount(figure.kind, 0, figure.value)
    return Amount(figure.kind, figure.value / _AROUND, figure.value * _AROUND)


def _number(written: str) -> float | None:
    digits = re.sub(rf"{_GAP}|\.(?=\d{{3}}(?!\d))", "", written)
    if digits[:1].isdigit():
        return float(digits.replace(",", "."))
    total = 0
    for word in re.split(r"[\s-]+", fold(written).strip()):
        number = _NUMBER_WORDS.get(word)
        if number is None:
            return None
        total = max(1, total) * number if number >= 100 else total + number
    return float(total)


def _about(written: str) -> float | None:
    folded = fold(written)
    return next((float(value) for word, value in _ABOUT.items() if word in folded), None)
