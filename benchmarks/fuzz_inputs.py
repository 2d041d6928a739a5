"""What fuzzing draws from, and what it holds against what comes out.

Inputs are drawn near to what is meant: what is far from it is refused at the first line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from assistant.errors import AssistantError

_TRAPS = ("« ", " »", '"', "'", "’", " pas ", " sauf ", "12 ", "€", "dans le 59 ", "\0", "\u202e", "\ufdfa", "\ud800")
_WORDS = (*_TRAPS, *"potager lecture vélo jardin jeunes seniors limites et ou sans les deux première compare".split())
_ASKED = (
    "un potager pour les jeunes",
    "et les limites ?",
    "la deuxième",
    "d’autres",
    "annule",
    "compare les deux",
    "montre la fiche",
    "pas pour les seniors",
    "surprends-moi",
    "toutes les fiches",
    "plutôt un atelier vélo",
    "non, l’autre",
    "combien ça coûte",
    "prépare une formation",
)

ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)


@dataclass(frozen=True, slots=True)
class Target:
    """``check`` raises when what was drawn from ``drawn`` breaks something."""

    drawn: st.SearchStrategy[Any]
    check: Callable[[Any], None]


def typed(most: int = 12) -> st.SearchStrategy[str]:
    """What somebody may type: turns of a conversation, words that mean something, and anything."""
    pieces = st.sampled_from(_WORDS).map(lambda word: f"{word} ") | st.text(max_size=12)
    return st.sampled_from(_ASKED) | st.lists(pieces, max_size=most).map("".join)


def hold(true: bool, otherwise: str) -> None:
    """Raises:
    AssertionError: it does not hold.
    """
    if not true:
        raise AssertionError(otherwise)


def hold_helpful(error: AssistantError) -> None:
    """Raises:
    AssertionError: the refusal does not say what happened and what to do.
    """
    hold(bool(error.happened.strip() and error.remedy.strip()), f"a refusal that does not help: {error!r}")
