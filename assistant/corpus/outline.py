"""A corpus by its outlines: what updating an index asks of every sheet, kept from one reading to the next.

A sheet whose text did not change is not read again: what is remembered of it goes by the hash of its text, of
the schema, of the départements and of the modules that read. Whatever is not remembered, or not well, is read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from assistant.corpus.corpus import (
    BACKGROUND,
    DEPARTMENTS,
    NEEDS,
    SCHEMA,
    THESAURUS,
    exports,
    setting_hashes,
)
from assistant.corpus.examples import read_examples
from assistant.corpus.identity import Seen, text_identity
from assistant.corpus.kept import Kept
from assistant.corpus.likeness import sketch
from assistant.corpus.lines import BYTE_ORDER_MARK, decode
from assistant.corpus.places import Department, load_departments
from assistant.corpus.reader import Notice, read_source
from assistant.corpus.schema import Schema, load_schema
from assistant.errors import CorpusError
from assistant.language.thesaurus import Concept, dump_concepts, load_thesaurus, restore_concepts
from assistant.values import Example, Facet, Kind, Sheet, Span

_SOURCE, _THESAURUS = "source", "thesaurus"
Digest = Callable[[Sheet, Schema], str]


class Outline(NamedTuple):
    """A sheet where it stands: its text is ``start:end`` of its source, ``block`` is from the line that opens it to
    the next one.

    ``said`` counts the characters of ``sheet_says``, ``sketch`` is what to compare it by.
    """

    key: str
    id: str
    title: str
    name: tuple[str, ...]
    source: str
    start: int
    end: int
    block: Span
    identity: str
    digest: str
    said: int
    sketch: str


class _Block(NamedTuple):
    """What is remembered of a block of a source, by the hash of its text; positions and lines are its own.

    ``lines`` are those of the block, of which the sheet starts on the one at ``at``, counted from 0.
    """

    key: str
    id: str
    title: str
    name: list[str]
    start: int
    end: int
    size: int
    lines: int
    at: int
    identity: str
    digest: str
    said: int
    sketch: str
    warnings: list[tuple[int, str]]


@dataclass(frozen=True)
class OutlinedCorpus:
    """``inputs`` are the hashes of the files of which it is the corpus, by name."""

    schema: Schema
    departments: Mapping[str, Department]
    data: Path
    kept: Kept
    inputs: Mapping[str, str]
    sources: Mapping[str, str]
    outlines: tuple[Outline, ...]
    warnings: tuple[Notice, ...]
    _read: Mapping[str, Sheet]
    """By the key of their block, at the offsets of the block: those that had to be read."""

    def sheet(self, outline: Outline) -> Sheet:
        """The sheet itself."""
        found = self._read.get(outline.key)
        if found is None:
            piece = self.sources[outline.source][slice(*outline.block)].encode()
            (found,) = read_source(outline.source, piece, self.schema, self.departments).sheets
        return _moved(found, outline.block.start, outline.id)

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Raises: SchemaError."""
        return read_examples(self.data / NEEDS, self.data / BACKGROUND, self.outlines)

    @cached_property
    def concepts(self) -> tuple[Concept, ...]:
        """Raises: SchemaError."""
        key = self.inputs.get(THESAURUS, "")
        held = self.kept.load(_THESAURUS, key)
        if held is not None:
            return restore_concepts(held)
        concepts = load_thesaurus(self.data / THESAURUS)
        self.kept.save(_THESAURUS, key, dump_concepts(concepts))
        return concepts


def outline_corpus(data: Path, kept: Path, digest: Digest, before: OutlinedCorpus | None = None) -> OutlinedCorpus:
    """The outlines of a data folder, in the order of its sheets.

    Args:
        kept: the folder of what is remembered; made when it can be.
        digest: of a sheet, to know whether an index holds it as it is.
        before: the corpus as it was read just before, in another folder.

    Raises:
        SchemaError, CorpusError: with file and line.
    """
    # before they are read: a file that changes meanwhile makes the index stale, not wrong
    inputs = setting_hashes(data)
    schema = load_schema(data / SCHEMA)
    departments = load_departments(data / DEPARTMENTS)
    memory = Kept(kept, f"{schema.written_form} {inputs[DEPARTMENTS]}", before.kept if before else None)
    reader = _Outliner(schema, departments, digest, memory)
    for path in exports(data):
        content = path.read_bytes()
        checksum = hashlib.sha256(content).hexdigest()
        inputs[path.relative_to(data).as_posix()] = checksum
        reader.read(path.name, content, checksum)
    return OutlinedCorpus(
        schema,
        departments,
        data,
        memory,
        inputs,
        reader.sources,
        tuple(reader.outlines),
        tuple(reader.warnings),
        reader.sheets,
    )


class _Outliner:
    """Goes through sources in their order, telling apart sheets that are the same or have the same name."""

    def __init__(self, schema: Schema, departments: Mapping[str, Department], digest: Digest, memory: Kept) -> None:
        self._schema = schema
        self._departments = departments
        self._digest = digest
        self._memory = memory
        self._seen = Seen()
        self._marker = re.compile(rf"{re.escape(schema.sheet_marker)}\r?(?![^\n])")
        self.sources: dict[str, str] = {}
        self.outlines: list[Outline] = []
        self.warnings: list[Notice] = []
        self.sheets: dict[str, Sheet] = {}

    def read(self, name: str, content: bytes, checksum: str) -> None:
        text = decode(name, content)
        self.sources[name] = text
        first, blocks = self._blocks(name, content, checksum, text)
        line = 1 + text.count("\n", 0, first)
        same: list[Notice] = []
        for block in blocks:
            span = Span(first, first + block.size)
            self.warnings += [Notice(name, line + number - 1, message) for number, message in block.warnings]
            start, end = first + block.start, first + block.end
            at = line + block.at
            sheet_id, message = self._seen.told_apart(name, at, block.title, block.id, block.identity)
            if message:
                same.append(Notice(name, at, message))
            if sheet_id:
                self.outlines.append(
                    Outline(
                        block.key,
                        sheet_id,
                        block.title,
                        tuple(block.name),
                        name,
                        start,
                        end,
                        span,
                        block.identity,
                        block.digest,
                        block.said,
                        block.sketch,
                    )
                )
            line += block.lines
            first = span.end
        self.warnings += same

    def _blocks(self, name: str, content: bytes, checksum: str, text: str) -> tuple[int, list[_Block]]:
        """Where the first block starts, and what is to be known of each; they follow each other."""
        key = hashlib.sha256(f"{name} {checksum}".encode()).hexdigest()
        held = self._memory.load(_SOURCE, key)
        if held is not None:
            return held[0], [_Block._make(block) for block in held[1]]
        starts = self._starts(text)
        if not starts:
            # it says what is missing
            read_source(name, content, self._schema, self._departments)
        blocks = []
        for start, stop in zip(starts, [*starts[1:], len(text)], strict=True):
            piece = text[start:stop].encode()
            digest = hashlib.sha256(name.encode() + b"\0" + piece).hexdigest()
            blocks.append(self._known.get(digest) or self._block(name, content, digest, piece, stop - start))
        self._memory.save(_SOURCE, key, [starts[0], blocks])
        return starts[0], blocks

    def _starts(self, text: str) -> list[int]:
        """Where the lines that open sheets start."""
        mark = len(text) - len(text.removeprefix(BYTE_ORDER_MARK))
        found = (match.start() for match in self._marker.finditer(text, mark))
        return [start for start in found if start == mark or text[start - 1] == "\n"]

    @cached_property
    def _known(self) -> dict[str, _Block]:
        """Every block that is remembered, of whatever source."""
        found = (held[1] for held in self._memory.every(_SOURCE))
        return {block[0]: _Block._make(block) for blocks in found for block in blocks}

    def _block(self, name: str, content: bytes, key: str, piece: bytes, size: int) -> _Block:
        try:
            reading = read_source(name, piece, self._schema, self._departments)
        except CorpusError:
            # read whole, it says the line
            read_source(name, content, self._schema, self._departments)
            raise
        (sheet,) = reading.sheets
        self.sheets[key] = sheet
        said = sheet_says(sheet)
        return _Block(
            key,
            sheet.id,
            sheet.title,
            list(sheet_name(sheet)),
            sheet.start,
            sheet.start + len(sheet.text),
            size,
            piece.count(b"\n"),
            reading.text.count("\n", 0, sheet.start),
            text_identity(sheet.text),
            self._digest(sheet, self._schema),
            len(said),
            sketch(said),
            [(notice.line, notice.message) for notice in reading.warnings],
        )


def sheet_name(sheet: Sheet) -> tuple[str, ...]:
    """What a sheet goes by: its title and its structure."""
    return (sheet.title, *sheet.facet(Facet.STRUCTURE), *sheet.facet(Facet.DEPARTMENT))


def sheet_says(sheet: Sheet) -> str:
    """What a sheet says itself: labels and choices are the same in all of them."""
    texts = (section for section in sheet.sections if section.kind is Kind.TEXT and section.values)
    return "\n".join((sheet.title, *(sheet.slice(section.start, section.end) for section in texts)))


def _moved(sheet: Sheet, shift: int, sheet_id: str) -> Sheet:
    sections = (
        replace(
            section,
            start=section.start + shift,
            end=section.end + shift,
            values=tuple(Span(start + shift, end + shift) for start, end in section.values),
        )
        for section in sheet.sections
    )
    return replace(sheet, id=sheet_id, start=sheet.start + shift, sections=tuple(sections))
