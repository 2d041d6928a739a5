"""What tests of the reader share: lines of a source, and what holds of any reading."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from assistant.corpus.reader import Reading, TileKind
from assistant.values import Section, Sheet

MARKER = "Actions"


def lines_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Number, start and text of each line, without its break."""
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        yield number, start, line
        start += len(line) + 1


def section_text(sheet: Sheet, section: Section) -> str:
    return sheet.slice(section.start, section.end) if section.values else ""


def assert_sound(reading: Reading) -> None:
    """What holds of any source: tiles are the text, spans stay in their sheet, no value is lost."""
    assert "".join(reading.text[tile.start : tile.end] for tile in reading.tiles) == reading.text
    assert all(before.end == after.start for before, after in pairwise(reading.tiles))
    covered: set[int] = set()
    for sheet in reading.sheets:
        assert sheet.text == reading.text[sheet.start : sheet.end]
        assert sheet.title in sheet.text
        for section in sheet.sections:
            for span in section.values:
                assert sheet.start <= section.start <= span.start < span.end <= section.end <= sheet.end
                covered.update(range(span.start, span.end))
    kept = {sheet.text.strip() for sheet in reading.sheets}
    mark = len(reading.text) - len(reading.text.removeprefix("\ufeff"))
    lines = lines_of(reading.text[mark:])
    bounds = [start + mark for _, start, line in lines if line.removesuffix("\r") == MARKER]
    for first, stop in zip(bounds, [*bounds[1:], len(reading.text)], strict=True):
        block = reading.text[first + len(MARKER) : stop].strip()
        if any(first < sheet.start < stop for sheet in reading.sheets):
            for tile in reading.tiles:
                if tile.kind is TileKind.VALUE and first <= tile.start < stop:
                    assert covered.issuperset(range(tile.start, tile.end)), reading.text[tile.start : tile.end]
        else:
            assert block in kept, "a sheet was dropped that is no copy of another"
