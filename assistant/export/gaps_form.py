"""What the corpus leaves unsaid, as text for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from assistant.corpus.gaps import Gap, Gaps
from assistant.export.text_form import SILENCE, printable
from assistant.typography import counted
from assistant.values import Sheet, Status


def gaps_text(gaps: Gaps) -> str:
    """Label by label, those that most sheets leave empty first; then what no sheet is about."""
    ranked = sorted(_gaping(gaps), key=lambda gap: -len(gap.empty) - len(gap.missing))
    blocks = ["\n".join(_lines(gap, gaps.sheets)) for gap in ranked]
    if gaps.unused:
        lines = ["Choix qu’aucune fiche ne porte"]
        lines += [f"  {facet.value}\u00a0: {', '.join(values)}" for facet, values in gaps.unused.items()]
        blocks.append("\n".join(lines))
    return printable("\n\n".join(blocks)) or "Toutes les fiches disent tout."


def gaps_document(gaps: Gaps) -> dict[str, Any]:
    """The same as values that ``json`` writes; labels in the order of the schema."""
    return {
        "sheets": gaps.sheets,
        "labels": [
            {
                "label": gap.label,
                "role": gap.role.value,
                "optional": gap.optional,
                "empty": _named(gap.empty),
                "missing_document": _named(gap.missing),
            }
            for gap in gaps.labels
        ],
        "unused": {facet.value: list(values) for facet, values in gaps.unused.items()},
    }


def _gaping(gaps: Gaps) -> Iterator[Gap]:
    return (gap for gap in gaps.labels if gap.missing or (gap.empty and not gap.optional))


def _lines(gap: Gap, total: int) -> Iterator[str]:
    yield f"{gap.label} – dit par {counted(total - len(gap.empty) - len(gap.missing), 'fiche')} sur {total}"
    for status, sheets in ((Status.EMPTY, gap.empty), (Status.PLACEHOLDER, gap.missing)):
        if sheets:
            yield f"  {SILENCE[status]} ({len(sheets)})\u00a0: {', '.join(sheet.title for sheet in sheets)}"


def _named(sheets: Sequence[Sheet]) -> list[dict[str, str]]:
    return [{"id": sheet.id, "title": sheet.title} for sheet in sheets]
