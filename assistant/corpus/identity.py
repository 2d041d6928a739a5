"""By what sheets are told apart: ids that readers see, and what two of them have in common to the letter."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from assistant.language.folding import fold
from assistant.typography import guillemets


@dataclass(frozen=True, slots=True)
class Seen:
    """The sheets read so far: where each text stands, by its identity, and the ids that are taken."""

    places: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def told_apart(self, source: str, line: int, title: str, sheet_id: str, identity: str) -> tuple[str | None, str]:
        """The id of the sheet at a line, None when it was read already; and what is to be said of it, if anything."""
        if identity in self.places:
            return None, f"la fiche {guillemets(title)} est la même que {self.places[identity]}\u00a0; gardée une fois."
        self.places[identity] = f"{source}, ligne {line}"
        message = ""
        if sheet_id in self.ids:
            message = f"une autre fiche a le titre et la structure de {guillemets(title)}\u00a0; les deux sont gardées."
            sheet_id = f"{sheet_id}-{identity[:6]}"
        self.ids.add(sheet_id)
        return sheet_id, message


def text_identity(text: str) -> str:
    """What two sheets have in common when they say the same to the letter."""
    return hashlib.sha256(text.encode()).hexdigest()


def readable_id(title: str, structure: tuple[str, ...]) -> str:
    """Stable from one reading to the next, readable in a link."""
    slug = "-".join("".join(char if char.isalnum() else " " for char in fold(title)).split())[:48].strip("-")
    digest = hashlib.sha256("\n".join((title, *structure)).encode()).hexdigest()[:6]
    return f"{slug}-{digest}" if slug else digest
