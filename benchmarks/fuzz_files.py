"""Fuzzing of what is read from files: exports, tables and office documents, the thesaurus."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import docx
import openpyxl
import yaml
from hypothesis import strategies as st

from assistant.corpus.columns import Columns
from assistant.corpus.corpus import DEPARTMENTS, SCHEMA
from assistant.corpus.incoming import Content, read_delivery
from assistant.corpus.places import load_departments
from assistant.corpus.reader import read_source
from assistant.corpus.schema import Schema, load_schema
from assistant.errors import AssistantError
from assistant.language.analyzer import tokens
from assistant.language.thesaurus import Thesaurus, load_thesaurus
from benchmarks.fuzz_inputs import ANY_JSON, Target, hold, hold_helpful

_TEXT = "Un potager, la lecture et le vélo pour les jeunes du quartier."


def file_targets(data: Path, texts: Sequence[str], folder: Path) -> Mapping[str, Target]:
    """The targets by name.

    Args:
        data: a data folder.
        texts: of its sheets.
        folder: where the thesaurus to read is written.
    """
    return {"reader": _reader(data, texts), **_tables(data), "thesaurus": _thesaurus(folder)}


def _reader(data: Path, texts: Sequence[str]) -> Target:
    schema, departments = load_schema(data / SCHEMA), load_departments(data / DEPARTMENTS)
    known = {line for text in texts for line in text.split("\n")}
    line = st.sampled_from(sorted({*known, schema.sheet_marker, "-", "- ", "", "\t", "\ufeff"})) | st.text(max_size=20)
    ended = st.tuples(line, st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\u2028", ""])).map("".join)
    text = st.lists(ended, max_size=30).map(lambda lines: f"{schema.sheet_marker}\nTitre\n{''.join(lines)}")
    drawn = text.map(lambda said: said.encode("utf-8", "surrogatepass")) | st.binary(max_size=200)

    def check(content: bytes) -> None:
        try:
            reading = read_source("x.txt", content, schema, departments)
        except AssistantError as error:
            hold_helpful(error)
            return
        hold(reading.text == content.decode("utf-8"), "the text was changed")
        for sheet in reading.sheets:
            hold(reading.text[sheet.start : sheet.end] == sheet.text, "a sheet is not a slice of its source")
            spans = [span for section in sheet.sections for span in section.values]
            hold(all(sheet.slice(*span) for span in spans), "a value is nothing")

    return Target(drawn, check)


def _tables(data: Path) -> Mapping[str, Target]:
    schema, departments = load_schema(data / SCHEMA), load_departments(data / DEPARTMENTS)
    labels = [label.label for label in schema.labels]
    word = st.sampled_from([*labels, "Titre", "=1+1", '"', ";", "\n", "- ", schema.sheet_marker, ""])
    cell = word | st.text(max_size=12)
    rows = st.lists(st.lists(cell, min_size=1, max_size=5), max_size=5)
    separated = st.tuples(rows, st.sampled_from(",;\t")).map(
        lambda drawn: "\n".join(drawn[1].join(row) for row in [["Titre", *labels[:4]], *drawn[0]])
    )
    objects = st.lists(st.dictionaries(cell, cell | st.lists(cell, max_size=3) | ANY_JSON, max_size=5), max_size=4)
    listed = objects.map(lambda found: "\n".join(map(json.dumps, found)))
    written = (separated | listed).map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=200)
    plain = st.tuples(st.sampled_from([".csv", ".tsv", ".jsonl"]), written)
    workbooks = st.tuples(st.just(".xlsx"), _harmed(_workbook(schema)))
    documents = st.tuples(st.just(".docx"), _harmed(_document(schema)))

    def check(drawn: tuple[str, bytes]) -> None:
        kind, content = drawn
        try:
            found = read_delivery(Content(f"x{kind}", content), schema, departments, Columns())
        except AssistantError as error:
            hold_helpful(error)
            return
        for incoming in found.sheets:
            hold(incoming.sheet.text in incoming.text, "a sheet is not in its text")

    return {"tables": Target(plain, check), "archives": Target(workbooks | documents, check)}


def _workbook(schema: Schema) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Titre", *(label.label for label in schema.labels)])
    book.active.append(["Une fiche", *(f"{_TEXT} {n}" for n, _ in enumerate(schema.labels))])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _document(schema: Schema) -> bytes:
    made = docx.Document()
    made.add_heading("Une fiche", 1)
    for label in schema.labels:
        made.add_heading(label.label, 2)
        made.add_paragraph(_TEXT)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def _harmed(content: bytes) -> st.SearchStrategy[bytes]:
    """An archive of which bytes were changed, packed or inside a part of it."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    piece = st.binary(max_size=6) | st.sampled_from([b"<", b"/>", b"&e;", b"&#0;", b"1e999", b"-1", b"\xff", b'"'])
    place = st.floats(0, 1, exclude_max=True)

    def changed(old: bytes, where: float, new: bytes) -> bytes:
        start = int(where * len(old))
        return old[:start] + new + old[start + len(new) :]

    def inside(drawn: tuple[str, float, bytes]) -> bytes:
        name, where, new = drawn
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as packed:
            for part, held in parts.items():
                packed.writestr(part, changed(held, where, new) if part == name else held)
        return written.getvalue()

    whole = st.tuples(place, piece).map(lambda drawn: changed(content, *drawn))
    return st.tuples(st.sampled_from(sorted(parts)), place, piece).map(inside) | whole | st.binary(max_size=100)


def _thesaurus(folder: Path) -> Target:
    name = st.sampled_from(["potager", "RSA", "aide à domicile", "l’", "-", "", "non", "1", "~"]) | st.text(max_size=12)
    names = st.lists(name, max_size=3)
    concept = st.fixed_dictionaries(
        {"term": name, "field": name},
        optional={"synonyms": names, "narrower": names, "related": names, "elsewhere": st.booleans()},
    )
    file = st.fixed_dictionaries({}, optional={"concepts": st.lists(concept, max_size=4), "sigles": _sigles(name)})
    dumped = (file | ANY_JSON).map(lambda value: yaml.safe_dump(value, allow_unicode=True))
    mark = st.sampled_from(
        ["concepts:", "\n", "  - ", "term: ", "field: f", "[", "{", "&a ", "*a", "!!", "---", "<<: "]
    )
    drawn = dumped | st.lists(mark | st.text(max_size=8), max_size=20).map("".join)
    path = folder / "thesaurus.yaml"

    def check(text: str) -> None:
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            concepts = load_thesaurus(path)
        except AssistantError as error:
            hold_helpful(error)
            return
        said = tokens(_TEXT)
        mentions = Thesaurus(concepts).mentions(said)
        hold(all(0 <= found.start < found.end <= len(said) for found in mentions), "a mention is outside the text")

    return Target(drawn, check)


def _sigles(name: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, list[str]]]:
    return st.dictionaries(name, st.lists(name, max_size=2), max_size=3)
