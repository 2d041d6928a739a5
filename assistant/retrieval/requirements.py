"""What a question asks of a sheet's own text: an exact phrase, an amount."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from assistant.language.amounts import figures
from assistant.language.analyzer import terms
from assistant.language.folding import fold
from assistant.stores.store import Store
from assistant.values import Amount, AmountKind, Kind, Role, Sheet, Status

AMOUNT_ROLES = {AmountKind.MONEY: Role.FUNDING, AmountKind.PEOPLE: Role.PEOPLE}
_MOST_READ = 500  # sheets read for a phrase whose words they all bear


def plain(text: str) -> str:
    """Folded, white space folded too: the form in which phrases are compared."""
    return " ".join(fold(text).split())


def holds(sheet: Sheet, phrases: Iterable[str]) -> bool:
    """Whether the title or the text of a sheet holds every phrase, as whole words."""
    said = _said(sheet.title, sheet.text)
    return all(re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", said) for phrase in phrases)


@lru_cache(maxsize=_MOST_READ)
def _said(title: str, text: str) -> str:
    return f"{plain(title)}\n{plain(text)}"


def bearing_words(phrases: Iterable[str], store: Store) -> list[str]:
    """The ids of sheets that bear every word of the phrases, among which are all that hold them."""
    wanted = [term for phrase in phrases for term in terms(phrase)]
    if not wanted:
        return []
    return sorted(set.intersection(*store.bearing(wanted).values()))[:_MOST_READ]


def states(sheet: Sheet, amount: Amount) -> bool:
    """Whether a sheet states, where it speaks of means, an amount within the bounds."""
    return any(
        figure.kind is amount.kind and figure.low <= amount.most and figure.value >= amount.least
        for section in sheet.sections_with(AMOUNT_ROLES[amount.kind])
        if section.kind is Kind.TEXT and section.status is Status.FILLED
        for figure in figures(sheet.slice(section.start, section.end))
    )
