"""What people say when they want something, in their own words: what the fitting scripts share."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from pydantic import RootModel

from assistant.corpus.corpus import EVERYDAY
from assistant.documents import load_yaml


class _Everyday(RootModel[dict[str, tuple[str, ...]]]):
    pass


def read_everyday(data: Path) -> dict[str, tuple[str, ...]]:
    """What people say, by the concept that they want.

    Raises:
        SchemaError: with file and line.
    """
    return load_yaml(data / EVERYDAY, _Everyday).root


def drawn_needs(data: Path, count: int, longest: int | None = None) -> list[str]:
    """So many of what people say, whatever the concept, always the same.

    Args:
        longest: characters; what is longer is left out.
    """
    said = (text for texts in read_everyday(data).values() for text in texts)
    return sorted((text for text in said if longest is None or len(text) <= longest), key=by_chance)[:count]


def by_chance(text: str) -> str:
    """A key that orders texts as chance would, always the same."""
    return sha256(text.encode()).hexdigest()
