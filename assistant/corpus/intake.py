"""What files would do to a corpus, sheet by sheet, before anything is done; then the sources that result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process

from assistant.corpus.incoming import Delivery, Incoming
from assistant.corpus.sources import blocks, source_name, together, with_text
from assistant.values import Facet, Kind, Sheet

ALIKE = 80.0
_NEIGHBOURS = 3


class Fate(StrEnum):
    """What becomes of a sheet that comes in."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A sheet almost the same: ``score`` is rapidfuzz's share of common characters, 0 to 100."""

    sheet: Sheet
    score: float


@dataclass(frozen=True, slots=True)
class Entry:
    """``other`` is the sheet that it changes, or is the same as; ``near`` are those that a new one resembles."""

    incoming: Incoming
    fate: Fate
    other: Sheet | None = None
    near: tuple[Neighbour, ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    deliveries: tuple[Delivery, ...]
    entries: tuple[Entry, ...]

    def of(self, fate: Fate) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.fate is fate)

    @property
    def changes(self) -> bool:
        """Whether applying it would change anything."""
        return any(entry.fate in (Fate.NEW, Fate.CHANGED) for entry in self.entries)


def weigh(deliveries: Sequence[Delivery], sheets: Sequence[Sheet]) -> Intake:
    """Tell the sheets that come in from those of the corpus and from each other.

    The same text is the same sheet, wherever it stands. The same title and structure with another text is a
    sheet that changed, if there is one such sheet: which of two is meant is nobody's guess, so then it is new.
    """
    texts = {sheet.text: sheet for sheet in sheets}
    namesakes: dict[tuple[str, ...], list[Sheet]] = {}
    for sheet in sheets:
        namesakes.setdefault(_name(sheet), []).append(sheet)
    said, all_sheets = [_said(sheet) for sheet in sheets], list(sheets)
    entries: list[Entry] = []
    arrived: dict[str, Sheet] = {}
    for incoming in (incoming for delivery in deliveries for incoming in delivery.sheets):
        sheet = incoming.sheet
        if sheet.text in arrived:
            entries.append(Entry(incoming, Fate.DUPLICATE, arrived[sheet.text]))
            continue
        arrived[sheet.text] = sheet
        if sheet.text in texts:
            entries.append(Entry(incoming, Fate.SAME, texts[sheet.text]))
        elif len(before := namesakes.get(_name(sheet), [])) == 1:
            entries.append(Entry(incoming, Fate.CHANGED, before.pop()))
        else:
            entries.append(Entry(incoming, Fate.NEW, near=_near(_said(sheet), said, all_sheets)))
            said.append(_said(sheet))
            all_sheets.append(sheet)
    return Intake(tuple(deliveries), tuple(entries))


def _name(sheet: Sheet) -> tuple[str, ...]:
    return (sheet.title, *sheet.facet(Facet.STRUCTURE), *sheet.facet(Facet.DEPARTMENT))


def _said(sheet: Sheet) -> str:
    """What a sheet says itself: labels and choices are the same in all of them."""
    texts = (section for section in sheet.sections if section.kind is Kind.TEXT and section.values)
    return "\n".join((sheet.title, *(sheet.slice(section.start, section.end) for section in texts)))


def _near(own: str, said: Sequence[str], sheets: Sequence[Sheet]) -> tuple[Neighbour, ...]:
    # texts that share 80 % of their characters cannot differ more than this in length
    shortest, longest = len(own) * ALIKE / (200 - ALIKE), len(own) * (200 - ALIKE) / ALIKE
    close = {place: text for place, text in enumerate(said) if shortest <= len(text) <= longest}
    found = process.extract(own, close, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=_NEIGHBOURS)
    return tuple(Neighbour(sheets[place], score) for _, score, place in found)


def applied(intake: Intake, sources: Mapping[str, str], marker: str) -> dict[str, str]:
    """The sources that change, by name, whole: sheets that changed stay where they stood, new ones get a file
    of their own, the one that came in when it is a text export that brings nothing else.
    """
    result: dict[str, str] = {}
    for entry in intake.of(Fate.CHANGED):
        if entry.other is not None:
            name = entry.other.source
            result[name] = with_text(result.get(name, sources[name]), marker, entry.other.text, entry.incoming.text)
    new = {id(entry.incoming) for entry in intake.of(Fate.NEW)}
    for delivery in intake.deliveries:
        own = [incoming for incoming in delivery.sheets if id(incoming) in new]
        if own:
            name = source_name(delivery.file.rpartition(".")[0], {*sources, *result})
            result[name] = _source(delivery, own, marker)
    return result


def _source(delivery: Delivery, own: Iterable[Incoming], marker: str) -> str:
    texts = [incoming.text for incoming in own]
    if delivery.whole is not None and [block.text for block in blocks(delivery.whole, marker)] == texts:
        return delivery.whole
    return together(texts, marker)
