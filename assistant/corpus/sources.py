"""Sources cut, put together and changed by spans of whole sheets: what is not touched stays byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from assistant.values import Sheet


class Block(NamedTuple):
    """A sheet in a source: from the line that opens it to the next such line; its text begins with its title."""

    start: int
    title: int
    stop: int
    text: str


def blocks(text: str, marker: str) -> list[Block]:
    """Every sheet of a source, those that stand twice too, in its order."""
    starts: list[tuple[int, int]] = []
    position = 0
    for line in text.split("\n"):
        after = position + len(line) + 1
        if line.removesuffix("\r").removeprefix("\ufeff" if position == 0 else "") == marker:
            starts.append((position, min(after, len(text))))
        position = after
    stops = [start for start, _ in starts[1:]] + [len(text)]
    return [
        Block(start, title, stop, text[title:stop].removesuffix("\n").removesuffix("\r"))
        for (start, title), stop in zip(starts, stops, strict=True)
    ]


def together(texts: Iterable[str], marker: str) -> str:
    """A source made of these sheets, in their order."""
    return "".join(f"{marker}\n{text}\n" for text in texts)


def without(text: str, marker: str, sheets: Sequence[Sheet]) -> str | None:
    """A source without these sheets, each time they stand in it; None when no sheet is left."""
    gone = {sheet.text for sheet in sheets}
    found = blocks(text, marker)
    kept = text
    for block in reversed(found):
        if block.text in gone:
            kept = kept[: block.start] + kept[block.stop :]
    return kept if any(block.text not in gone for block in found) else None


def with_text(text: str, marker: str, old: str, new: str) -> str:
    """A source in which a sheet says ``new`` where it said ``old``, each time it stands in it."""
    for block in reversed(blocks(text, marker)):
        if block.text == old:
            text = text[: block.title] + new + text[block.title + len(old) :]
    return text


def without_needs(text: str, titles: Sequence[str]) -> str:
    """``needs.yaml`` without what these sheets answer, its other lines as they are."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.SequenceNode) or not root.value:
        return text
    lines = text.splitlines(keepends=True)
    starts = [entry.start_mark.line for entry in root.value]
    stops = [*starts[1:], root.end_mark.line if root.end_mark.column == 0 else len(lines)]
    left = len(root.value)
    for entry, start, stop in reversed(list(zip(root.value, starts, stops, strict=True))):
        named = {key.value: value.value for key, value in entry.value if isinstance(value, yaml.ScalarNode)}
        if named.get("sheet") in titles:
            del lines[start:stop]
            left -= 1
    return "".join(lines) if left else "".join([*lines, "[]\n"])


def source_name(stem: str, taken: Iterable[str]) -> str:
    """A file name of its own for a new source: letters, digits and dashes of ``stem``."""
    kept = "-".join("".join(char if char.isalnum() else " " for char in stem).split())[:60] or "fiches"
    names = set(taken)
    name, number = f"{kept}.txt", 1
    while name in names:
        number += 1
        name = f"{kept}-{number}.txt"
    return name


def source_path(name: str) -> str:
    """Where a source stands inside a data folder."""
    return Path("actions", name).as_posix()
