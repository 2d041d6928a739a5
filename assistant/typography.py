"""French typography of what the assistant says itself; never applied to quoted text."""

from __future__ import annotations

from datetime import date

_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()


def guillemets(text: str) -> str:
    """« text », with the no-break spaces inside."""
    return f"«\u00a0{text}\u00a0»"


def thousands(number: int) -> str:
    """1 234, with a narrow no-break space."""
    return f"{number:,}".replace(",", "\u202f")


def long_date(day: date) -> str:
    """1er mars 2026, with no-break spaces."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}\u00a0{_MONTHS[day.month - 1]}\u00a0{day.year}"


def counted(number: int, one: str, several: str = "") -> str:
    """3 fiches; in French, 0 and 1 are singular."""
    return f"{thousands(number)}\u00a0{one if number < 2 else several or one + 's'}"
