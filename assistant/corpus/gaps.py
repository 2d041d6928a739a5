"""What the corpus leaves unsaid: sections without text, documents that are not there, choices that no sheet makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.corpus.schema import Schema
from assistant.values import Facet, Role, Sheet, Status


@dataclass(frozen=True, slots=True)
class Gap:
    """One label. ``empty`` are the sheets that say nothing under it, ``missing`` those that refer to a document.

    A sheet that lacks the label is among ``empty``, unless the label is optional.
    """

    label: str
    role: Role
    optional: bool
    empty: tuple[Sheet, ...]
    missing: tuple[Sheet, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """``labels`` in the order of the schema; ``unused`` are the values of a closed list that no sheet bears."""

    sheets: int
    labels: tuple[Gap, ...]
    unused: Mapping[Facet, tuple[str, ...]]


def find_gaps(sheets: Sequence[Sheet], schema: Schema) -> Gaps:
    """What these sheets leave unsaid."""
    found = []
    for label in schema.labels:
        empty: list[Sheet] = []
        missing: list[Sheet] = []
        for sheet in sheets:
            states = {section.status for section in sheet.sections if section.label == label.label}
            if Status.FILLED in states or (label.optional and not states):
                continue
            (missing if Status.PLACEHOLDER in states else empty).append(sheet)
        found.append(Gap(label.label, label.role, label.optional, tuple(empty), tuple(missing)))
    return Gaps(len(sheets), tuple(found), _unused(sheets, schema))


def _unused(sheets: Sequence[Sheet], schema: Schema) -> dict[Facet, tuple[str, ...]]:
    unused = {}
    for label in schema.labels:
        if label.facet and label.values:
            borne = {value for sheet in sheets for value in sheet.facet(label.facet)}
            left = tuple(value for value in label.values if value not in borne)
            if left:
                unused[label.facet] = left
    return unused
