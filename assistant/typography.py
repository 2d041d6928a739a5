"""French typography of what the assistant says itself; never applied to quoted text."""

from __future__ import annotations


def guillemets(text: str) -> str:
    """« text », with the no-break spaces inside."""
    return f"«\u00a0{text}\u00a0»"


def thousands(number: int) -> str:
    """1 234, with a narrow no-break space."""
    return f"{number:,}".replace(",", "\u202f")
