"""What files would do to a corpus, and what it went through, as text for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from assistant.corpus.columns import Column, How
from assistant.corpus.incoming import Delivery
from assistant.corpus.intake import Entry, Fate, Intake, Neighbour
from assistant.export.text_form import printable
from assistant.history import Record
from assistant.typography import counted, guillemets
from assistant.values import Sheet, Status

FATES = {
    Fate.NEW: ("nouvelle", "nouvelles"),
    Fate.CHANGED: ("modifiée", "modifiées"),
    Fate.SAME: ("déjà là, inchangée", "déjà là, inchangées"),
    Fate.DUPLICATE: ("en double dans ces fichiers", "en double dans ces fichiers"),
}
HOWS = {
    How.EXACT: "même libellé",
    How.NEAR: "libellé proche",
    How.GIVEN: "donné par --columns",
    How.DOUBTFUL: "plusieurs libellés possibles",
    How.UNKNOWN: "aucun libellé ne ressemble",
}
_SHOWN = 60
_DIFFERENCES = 3


def intake_text(intake: Intake) -> str:
    """File by file what was understood, then sheet by sheet what changes."""
    blocks = ["\n".join(_delivery_lines(delivery)) for delivery in intake.deliveries]
    found = len(intake.entries) + sum(len(delivery.refused) for delivery in intake.deliveries)
    counts = [f"{len(intake.of(fate))} {FATES[fate][len(intake.of(fate)) > 1]}" for fate in Fate if intake.of(fate)]
    blocks.append(f"{counted(found, 'fiche')}\u00a0: {', '.join(counts) or 'aucune ne peut être prise'}.")
    lines = [line for entry in intake.entries for line in _entry_lines(entry)]
    return printable("\n\n".join([*blocks, "\n".join(lines)]).strip())


def intake_document(intake: Intake) -> dict[str, Any]:
    """The same as values that ``json`` writes."""
    return {
        "files": [_delivery_document(delivery) for delivery in intake.deliveries],
        "counts": {fate.value: len(intake.of(fate)) for fate in Fate},
        "sheets": [
            {
                "id": entry.incoming.sheet.id,
                "title": entry.incoming.sheet.title,
                "file": entry.incoming.file,
                "place": entry.incoming.place,
                "fate": entry.fate.value,
                "of": {"id": entry.other.id, "source": entry.other.source} if entry.other else None,
                "near": [_near_document(entry, near) for near in entry.near],
                "empty": labels_of(entry.incoming.sheet, Status.EMPTY),
                "placeholders": labels_of(entry.incoming.sheet, Status.PLACEHOLDER),
            }
            for entry in intake.entries
        ],
    }


def history_text(found: Sequence[Record], current: str) -> str:
    """A generation a line, the newest first."""
    lines = []
    for one in found:
        here = " ← en service" if one.manifest.generation == current else ""
        lines.append(f"{one.manifest.generation}  {one.made:%Y-%m-%d %H:%M} UTC  {one.what}{here}")
        lines.append(
            f"    {counted(one.manifest.sheets, 'fiche')}, {counted(one.manifest.passages, 'passage')}\u00a0: "
            f"{counted(one.added, 'ajoutée')}, {counted(one.changed, 'modifiée')}, {counted(one.removed, 'retirée')}"
        )
    return printable("\n".join(lines)) or "Aucune génération gardée."


def history_document(found: Sequence[Record], current: str) -> list[dict[str, Any]]:
    """The same as values that ``json`` writes."""
    return [
        {
            "generation": one.manifest.generation,
            "current": one.manifest.generation == current,
            "made": one.made.isoformat(timespec="seconds"),
            "what": one.what,
            "sheets": one.manifest.sheets,
            "passages": one.manifest.passages,
            "added": one.added,
            "changed": one.changed,
            "removed": one.removed,
        }
        for one in found
    ]


def _delivery_lines(delivery: Delivery) -> Iterator[str]:
    yield f"{delivery.file}\u00a0: {counted(len(delivery.sheets), 'fiche lue', 'fiches lues')}"
    for column in delivery.columns:
        yield f"  {column.header} → {_target(column)}"
    for refused in delivery.refused:
        yield f"  Refusée – {refused.place}\u00a0: {refused.reason}"
    for notice in delivery.notices:
        yield f"  Attention – {notice}"


def _target(column: Column) -> str:
    if column.how is How.DOUBTFUL:
        return f"laissée de côté ({HOWS[column.how]}\u00a0: {' · '.join(column.candidates)})"
    if not column.label:
        return f"laissée de côté ({HOWS[column.how]})"
    return f"{column.label} ({HOWS[column.how]}{f', {column.score:.0f} %' if column.how is How.NEAR else ''})"


def _entry_lines(entry: Entry) -> Iterator[str]:
    sheet = entry.incoming.sheet
    if entry.fate in (Fate.SAME, Fate.DUPLICATE):
        same = f", la même que dans {entry.other.source}" if entry.other else ""
        yield f"= {sheet.title} ({entry.incoming.place}{same})"
        return
    yield f"{'+' if entry.fate is Fate.NEW else '~'} {sheet.title} ({entry.incoming.file}, {entry.incoming.place})"
    for status, said in ((Status.EMPTY, "non renseigné"), (Status.PLACEHOLDER, "document non fourni")):
        if labels := labels_of(sheet, status):
            yield f"    {said}\u00a0: {' · '.join(labels)}"
    if entry.fate is Fate.CHANGED and entry.other:
        yield from _beside(sheet, entry.other)
    for near in entry.near:
        yield f"    ressemble à {near.score:.0f} % à {guillemets(near.sheet.title)} ({near.sheet.source})"
        yield from _beside(sheet, near.sheet)


def _beside(sheet: Sheet, other: Sheet) -> Iterator[str]:
    differing = differences(sheet, other)
    for label, new, old in differing[:_DIFFERENCES]:
        yield f"      {label}\u00a0: {guillemets(old)} là, {guillemets(new)} ici"
    if len(differing) > _DIFFERENCES:
        yield f"      et {counted(len(differing) - _DIFFERENCES, 'autre section', 'autres sections')}"


def differences(sheet: Sheet, other: Sheet) -> list[tuple[str, str, str]]:
    """The labels under which two sheets differ, with what each says from where they part, cut short."""
    ours, theirs = _said(sheet), _said(other)
    labels = [label for label in {**ours, **theirs} if ours.get(label, "") != theirs.get(label, "")]
    return [(label, *_parted(ours.get(label, ""), theirs.get(label, ""))) for label in labels]


def _parted(one: str, other: str) -> tuple[str, str]:
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, same - _SHOWN // 3)
    return _cut(one, start), _cut(other, start)


def _cut(text: str, start: int) -> str:
    cut = " ".join(text[start : start + _SHOWN].split())
    return f"{'…' if start else ''}{cut}{'…' if len(text) > start + _SHOWN else ''}"


def _said(sheet: Sheet) -> dict[str, str]:
    said: dict[str, list[str]] = {"Titre": [sheet.title]}
    for section in sheet.sections:
        said.setdefault(section.label, []).extend(sheet.slice(*span) for span in section.values)
    return {label: "\n".join(texts) for label, texts in said.items()}


def labels_of(sheet: Sheet, status: Status) -> list[str]:
    """The labels of the sections of a sheet that are in this state, each once."""
    return list(dict.fromkeys(section.label for section in sheet.sections if section.status is status))


def _near_document(entry: Entry, near: Neighbour) -> dict[str, Any]:
    differing = differences(entry.incoming.sheet, near.sheet)
    return {
        "id": near.sheet.id,
        "title": near.sheet.title,
        "source": near.sheet.source,
        "score": round(near.score, 1),
        "differences": [{"label": label, "new": new, "old": old} for label, new, old in differing],
    }


def _delivery_document(delivery: Delivery) -> dict[str, Any]:
    return {
        "file": delivery.file,
        "sheets": len(delivery.sheets),
        "columns": [
            {
                "header": column.header,
                "label": column.label or None,
                "how": column.how.value,
                "score": round(column.score, 1),
                "candidates": list(column.candidates),
            }
            for column in delivery.columns
        ],
        "refused": [{"place": refused.place, "reason": refused.reason} for refused in delivery.refused],
        "notices": list(delivery.notices),
    }
