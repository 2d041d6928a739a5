"""What was understood, as chips: each says what to type to take it away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assistant.conversation.state import Need
from assistant.replies import Chip
from assistant.typography import guillemets
from assistant.values import Query, Role


def chips(need: Need, query: Query, roles: Sequence[Role], names: Mapping[Role, str]) -> tuple[Chip, ...]:
    """Choices, bounds, sections, corrections, expansions, in this order."""
    return tuple(_chips(need, query, roles, names))


def _chips(need: Need, query: Query, roles: Sequence[Role], names: Mapping[Role, str]) -> Iterator[Chip]:
    for before, choices in (("", need.facets), ("sauf ", need.excluded), ("plutôt ", need.preferred)):
        for facet, values in choices.items():
            for value in values:
                yield Chip(f"{before}{facet.value}\u00a0: {value}", f"retirer {value}")
    for bound in query.bounds:
        yield Chip(bound.text, f"retirer {bound.text}")
    for role in roles:
        yield Chip(f"rubrique\u00a0: {names[role]}", f"retirer la rubrique {names[role]}")
    for typed, read in query.corrections:
        yield Chip(f"{guillemets(typed)} lu {guillemets(read)}", f"retirer la correction {read}")
    for written, concept in query.expansions:
        yield Chip(f"{written}\u00a0: aussi {guillemets(concept)}", f"retirer l’élargissement {concept}")
