"""What files would do to a corpus, sheet by sheet, before anything is done; then the sources that result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process

from assistant.corpus.identity import text_identity
from assistant.corpus.incoming import Delivery, Incoming
from assistant.corpus.likeness import sketch, worth_comparing
from assistant.corpus.outline import Outline, OutlinedCorpus, sheet_name, sheet_says
from assistant.corpus.sources import blocks, source_name, together, with_text
from assistant.values import Sheet

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


def weigh(deliveries: Sequence[Delivery], corpus: OutlinedCorpus) -> Intake:
    """Tell the sheets that come in from those of the corpus and from each other.

    The same text is the same sheet, wherever it stands. The same title and structure with another text is a
    sheet that changed, if there is one such sheet: which of two is meant is nobody's guess, so then it is new.
    """
    texts = {outline.identity: outline for outline in corpus.outlines}
    namesakes: dict[tuple[str, ...], list[Outline]] = {}
    for outline in corpus.outlines:
        namesakes.setdefault(outline.name, []).append(outline)
    likeness = _Likeness(corpus)
    entries: list[Entry] = []
    arrived: dict[str, Sheet] = {}
    for incoming in (incoming for delivery in deliveries for incoming in delivery.sheets):
        sheet = incoming.sheet
        if sheet.text in arrived:
            entries.append(Entry(incoming, Fate.DUPLICATE, arrived[sheet.text]))
            continue
        arrived[sheet.text] = sheet
        if (identity := text_identity(sheet.text)) in texts:
            entries.append(Entry(incoming, Fate.SAME, corpus.sheet(texts[identity])))
        elif len(before := namesakes.get(sheet_name(sheet), [])) == 1:
            entries.append(Entry(incoming, Fate.CHANGED, corpus.sheet(before.pop())))
        else:
            entries.append(Entry(incoming, Fate.NEW, near=likeness.near(sheet)))
            likeness.add(sheet)
    return Intake(tuple(deliveries), tuple(entries))


class _Likeness:
    """The sheets that a new one may be almost the same as: those of the corpus, and those that came in before it."""

    def __init__(self, corpus: OutlinedCorpus) -> None:
        self._corpus = corpus
        self._sizes = [outline.said for outline in corpus.outlines]
        self._sketches = [outline.sketch for outline in corpus.outlines]
        self._added: list[Sheet] = []

    def add(self, sheet: Sheet) -> None:
        said = sheet_says(sheet)
        self._sizes.append(len(said))
        self._sketches.append(sketch(said))
        self._added.append(sheet)

    def near(self, sheet: Sheet) -> tuple[Neighbour, ...]:
        own = sheet_says(sheet)
        # texts that share 80 % of their characters cannot differ more than this in length
        shortest, longest = len(own) * ALIKE / (200 - ALIKE), len(own) * (200 - ALIKE) / ALIKE
        places = worth_comparing(own, self._sizes, self._sketches)
        close = [self._sheet(place) for place in places if shortest <= self._sizes[place] <= longest]
        said = [sheet_says(other) for other in close]
        found = process.extract(own, said, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=_NEIGHBOURS)
        return tuple(Neighbour(close[place], score) for _, score, place in found)

    def _sheet(self, place: int) -> Sheet:
        known = len(self._corpus.outlines)
        return self._corpus.sheet(self._corpus.outlines[place]) if place < known else self._added[place - known]


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
