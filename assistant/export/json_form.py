"""An answer as JSON: the form of ``--json``, ``batch`` and ``/api/ask``."""

from __future__ import annotations

from math import inf
from typing import Any

from assistant.export.turn_json import quote_document, turned_document
from assistant.replies import Answer, Excerpt, Refusal
from assistant.values import Bound, Facet, Sheet


def answer_document(answer: Answer) -> dict[str, Any]:
    """The answer as values that ``json`` writes; ``quotes`` hold the limits and perspectives too."""
    return {
        "question": answer.question,
        "answered": answer.answered,
        "message": answer.message,
        "sheets": [_excerpt(excerpt) for excerpt in answer.sheets],
        "nearest": [_excerpt(excerpt) for excerpt in answer.nearest],
        "understood": {
            "need": answer.query.text,
            "follows": answer.follows,
            "sections": [role.value for role in answer.query.roles],
            "facets": {facet.value: list(values) for facet, values in answer.query.facets.items()},
            "excluded": {facet.value: list(values) for facet, values in answer.query.excluded.items()},
            "preferred": {facet.value: list(values) for facet, values in answer.query.preferred.items()},
            "phrases": list(answer.query.phrases),
            "bounds": [_bound(bound) for bound in answer.query.bounds],
            "corrections": [list(pair) for pair in answer.query.corrections],
            "expansions": [list(pair) for pair in answer.query.expansions],
        },
        "confidence": round(answer.confidence, 4),
        "refusal": None if answer.refusal is None else _refusal(answer.refusal),
        "turn": turned_document(answer.turned),
        "corpus": answer.corpus_version,
    }


def sheet_line(sheet: Sheet) -> dict[str, Any]:
    """What tells a sheet from the others."""
    return {
        "id": sheet.id,
        "title": sheet.title,
        "facets": {facet.value: list(values) for facet, values in sheet.facets.items()},
    }


def sheet_document(sheet: Sheet) -> dict[str, Any]:
    """A whole sheet, section by section, each text with its offsets in the source."""
    return {
        **sheet_line(sheet),
        "source": sheet.source,
        "start": sheet.start,
        "end": sheet.end,
        "sections": [
            {
                "label": section.label,
                "role": section.role.value,
                "kind": section.kind.value,
                "status": section.status.value,
                "values": [
                    {"text": sheet.slice(*span), "start": span.start, "end": span.end} for span in section.values
                ],
            }
            for section in sheet.sections
        ],
    }


def _bound(bound: Bound) -> dict[str, Any]:
    return {
        "text": bound.text,
        "counted": bound.counted,
        "least": bound.least or None,
        "most": None if bound.most == inf else bound.most,
        "open": bound.open,
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "cause": refusal.cause.value,
        "topics": list(refusal.topics),
        "drops": [{"text": drop.text, "removal": drop.removal, "sheets": drop.sheets} for drop in refusal.drops],
    }


def _excerpt(excerpt: Excerpt) -> dict[str, Any]:
    sheet = excerpt.sheet
    return {
        "id": sheet.id,
        "title": sheet.title,
        "score": round(excerpt.score, 4),
        "structure": _first(sheet.facet(Facet.STRUCTURE)),
        "departement": _first(sheet.facet(Facet.DEPARTMENT)),
        "territoire": list(sheet.facet(Facet.TERRITORY)),
        "public": list(sheet.facet(Facet.PUBLIC)),
        "statut": _first(sheet.facet(Facet.STATUS)),
        "reason": excerpt.reason,
        "quotes": [quote_document(quote) for quote in excerpt.quotes],
        "limits": [quote_document(quote) for quote in excerpt.limits],
        "perspectives": [quote_document(quote) for quote in excerpt.perspectives],
        "silent": {role.value: status.value for role, status in excerpt.silent.items()},
    }


def _first(values: tuple[str, ...]) -> str | None:
    return values[0] if values else None
