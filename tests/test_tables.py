"""Tables and documents from anywhere: what was in a cell is what its section says, or it is refused in a sentence."""

from __future__ import annotations

import io
import json
import zipfile

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.corpus.canonical import canonical_sheet, clean
from assistant.corpus.columns import DEPARTMENT, TITLE, Columns, How, load_columns, match_columns
from assistant.corpus.corpus import DEPARTMENTS, SCHEMA
from assistant.corpus.incoming import Delivery, read_content, read_delivery
from assistant.corpus.places import load_departments
from assistant.corpus.reader import read_source
from assistant.corpus.schema import Schema, load_schema
from assistant.corpus.sources import blocks, together
from assistant.corpus.tables import LINE_CHARACTERS
from assistant.errors import AssistantError, IncomingError, SchemaError
from assistant.values import Kind

LIMITS = "Suite de l'action : Limites"


@pytest.fixture(scope="module")
def schema(repository) -> Schema:
    return load_schema(repository / "data" / SCHEMA)


@pytest.fixture(scope="module")
def departments(repository):
    return load_departments(repository / "data" / DEPARTMENTS)


@pytest.fixture
def read(schema, departments, tmp_path):
    """``read(name, bytes)`` takes a file in."""

    def run(name: str, data: bytes, given: Columns | None = None) -> Delivery:
        (tmp_path / name).write_bytes(data)
        return read_delivery(read_content(tmp_path / name), schema, departments, given or Columns())

    return run


def held(sheet, label: str) -> list[str]:
    return [sheet.slice(*span) for section in sheet.sections if section.label == label for span in section.values]


def workbook(rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


# --- the canonical form

TRAPS = [
    "Actions",
    f"- {LIMITS}",
    f"- {LIMITS} ",
    "-",
    "- ",
    "▪ a",
    "1/ b",
    "- Public",
    "\u2028",
    "\x85",
    "\r\n",
    "x\r",
]
LINE = st.one_of(st.sampled_from(TRAPS), st.text(max_size=12))
CELL = st.lists(LINE, max_size=5).map("\n".join)


@settings(max_examples=400)
@given(title=LINE, texts=st.lists(CELL, min_size=2, max_size=2), choices=st.lists(LINE, max_size=4))
def test_what_is_in_a_cell_is_what_its_section_holds(schema, departments, title, texts, choices):
    """Whatever the cell: held character for character, or refused; never read as another section or sheet."""
    labels = [label for label in schema.labels if label.kind is Kind.TEXT][-2:]
    cells = {label.label: text for label, text in zip(labels, texts, strict=True)}
    cells |= {label.label: tuple(choices) for label in schema.labels if label.kind is Kind.CHOICE}
    try:
        written = canonical_sheet(title, cells, schema)
    except IncomingError:
        return
    (sheet,) = read_source("x.txt", together([written], schema.sheet_marker).encode(), schema, departments).sheets
    assert sheet.title == clean(title)
    for label in labels:
        assert held(sheet, label.label) == [text for text in [clean(cells[label.label])] if text]
    for label in schema.labels:
        if label.kind is Kind.CHOICE:
            assert held(sheet, label.label)[: len(choices)] == [clean(choice) for choice in choices if clean(choice)]


@given(text=st.text(alphabet=st.characters(exclude_characters="\r", exclude_categories=["Cc", "Cs"]), min_size=1))
def test_a_text_without_traps_is_not_touched(schema, departments, text):
    """``clean`` takes nothing but what surrounds a text, so the property above is about the cell itself."""
    if text == text.strip() and text != "-":
        assert clean(text) == text


@pytest.mark.parametrize("line", ["Actions", f"- {LIMITS}", f"- {LIMITS}  "])
def test_a_line_that_would_open_a_section_is_refused_with_its_label(schema, line):
    with pytest.raises(IncomingError, match="Résumé"):
        canonical_sheet("Titre", {"Résumé": f"avant\n{line}\naprès"}, schema)


def test_blocks_are_the_sheets_of_a_source_those_that_stand_twice_too(reading, schema):
    found = blocks(reading.text, schema.sheet_marker)
    assert len(found) == 25
    assert {block.text for block in found} == {sheet.text for sheet in reading.sheets}
    assert "".join([reading.text[: found[0].start], *(reading.text[b.start : b.stop] for b in found)]) == reading.text


# --- columns


def matched(headers, schema, given=None):
    return {column.header: column for column in match_columns(headers, schema, given or Columns())}


def test_accents_case_and_wording_are_forgiven_doubt_is_not(schema):
    found = matched(
        ["TITRE DE L’ACTION", "resume", "Publics visés", "limites", "Ressources financieres", "Description", "Âge"],
        schema,
    )
    assert found["TITRE DE L’ACTION"].label == TITLE
    assert found["resume"].label == "Résumé"
    assert found["Publics visés"].label == "Public"
    assert found["limites"].label == LIMITS
    assert found["Ressources financieres"].label == "Ressources financières mobilisées pour cette action"
    assert found["Description"].how is How.DOUBTFUL
    assert len(found["Description"].candidates) == 2
    assert found["Âge"].how is How.UNKNOWN


def test_every_label_matches_itself_however_it_is_typed(schema):
    headers = [label.label.upper().replace("É", "E") for label in schema.labels]
    columns = match_columns(headers, schema, Columns())
    assert [column.label for column in columns] == [label.label for label in schema.labels]


def test_a_columns_file_corrects_and_leaves_aside(schema, tmp_path):
    path = tmp_path / "columns.yaml"
    path.write_text(f'columns:\n  Description: Description générale\n  Coincé: "{LIMITS}"\n  Public: null\n', "utf-8")
    found = matched(["Titre", "description", "coincé", "Public"], schema, load_columns(path, schema))
    assert [found[header].label for header in found] == [TITLE, "Description générale", LIMITS, ""]
    path.write_text("columns:\n  Coincé: Difficultés\n", "utf-8")
    with pytest.raises(SchemaError, match="Difficultés"):
        load_columns(path, schema)


# --- the formats say the same

ROWS = [
    ["Titre", "Structure", "Département", "Résumé", "Public", "Limites"],
    [
        "La grainothèque",
        "Centre Bidule",
        "Aube",
        "Des graines.\nChacun prend ; chacun donne",
        "Seniors; Enfance",
        "le=lieu",
    ],
]


def csv_bytes(separator: str = ";") -> bytes:
    quoted = [f'"{cell}"' for cell in ROWS[1]]
    return "\n".join((separator.join(ROWS[0]), separator.join(quoted))).encode()


def jsonl_bytes() -> bytes:
    row = dict(zip(ROWS[0], ROWS[1], strict=True)) | {"Public": ["Seniors", "Enfance"]}
    return json.dumps(row).encode()


def docx_bytes() -> bytes:
    document = docx.Document()
    document.add_heading("Nos fiches", 0)
    document.add_heading(ROWS[1][0], 1)
    for header, cell in list(zip(*ROWS, strict=True))[1:]:
        document.add_heading(header, 2)
        for line in cell.split("\n"):
            document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("f.csv", csv_bytes()),
        ("f.tsv", csv_bytes("\t")),
        ("f.xlsx", workbook(ROWS)),
        ("f.jsonl", jsonl_bytes()),
        ("f.docx", docx_bytes()),
    ],
)
def test_each_format_gives_the_same_sheet(read, name, data):
    (incoming,) = read(name, data).sheets
    sheet = incoming.sheet
    assert sheet.title == "La grainothèque"
    assert held(sheet, "Structure organisatrice") == ["Centre Bidule - Aube"]
    assert held(sheet, "Résumé") == ["Des graines.\nChacun prend ; chacun donne"]
    assert held(sheet, "Public") == ["Seniors", "Enfance"]
    assert held(sheet, LIMITS) == ["le=lieu"]


def test_a_column_named_département_only_goes_with_a_structure(schema):
    assert matched(["Département"], schema)["Département"].label == DEPARTMENT


def test_a_refused_row_leaves_the_others(read):
    delivery = read("f.csv", f'Titre;Résumé\nUne;Bien\nDeux;"a\n- {LIMITS}"\n;rien\n'.encode())
    assert [incoming.sheet.title for incoming in delivery.sheets] == ["Une"]
    assert [refused.place for refused in delivery.refused] == ["ligne 3", "ligne 5"]


# --- hostile files


def packed(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return stream.getvalue()


def repacked(data: bytes, name: str, content: bytes) -> bytes:
    """An office file with one part more, or another content for one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return stream.getvalue()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
HOSTILE = {
    "bomb.xlsx": repacked(workbook(ROWS), "xl/media/zeros.bin", bytes(110_000_000)),
    "entity.xlsx": repacked(workbook(ROWS), "xl/sharedStrings.xml", ENTITY),
    "entity.docx": repacked(docx_bytes(), "word/document.xml", ENTITY),
    "utf16.docx": repacked(docx_bytes(), "word/document.xml", ENTITY.decode().encode("utf-16")),
    "path.xlsx": repacked(workbook(ROWS), "../../etc/passwd", b"x"),
    "root.docx": repacked(docx_bytes(), "/etc/passwd", b"x"),
    "drive.docx": repacked(docx_bytes(), "C:\\windows\\x", b"x"),
    "formula.xlsx": workbook([*ROWS[:1], ["=1+1", *ROWS[1][1:]]]),
    "not.xlsx": b"PK not at all",
    "other.xlsx": packed(hello=b"x"),
    "broken.docx": docx_bytes()[:-200],
    "long.csv": b"Titre\n" + b"a" * (LINE_CHARACTERS + 1),
    "long.txt": b"Actions\nTitre\n" + b"a" * 1_000_000,
    "long.jsonl": b'{"Titre": "' + b"a" * 1_000_000 + b'"}',
    "deep.jsonl": b"[" * 90_000,
    "twice.jsonl": b'{"Titre": "a", "Titre": "b"}',
    "nested.jsonl": b'{"Titre": {"a": 1}}',
    "list.jsonl": b'[["Titre", "a"]]',
    "digits.jsonl": b'{"Titre": ' + b"9" * 5000 + b"}",
    "quotes.csv": b'Titre;x\n"a;b\n',
    "wide.csv": b"Titre;x\na;b;c\n;;;;\n",
    "untitled.csv": b"x;y\n1;2\n",
    "empty.csv": b"",
    "latin.jsonl": '{"Titre": "é"}'.encode("latin-1"),
    "old.xls": b"\xd0\xcf\x11\xe0",
}


def taken(delivery: Delivery) -> None:
    """Raise what a delivery refuses of its rows."""
    assert not delivery.sheets
    raise IncomingError(delivery.refused[0].reason, "dit dans la raison")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_broken_file_is_refused_with_a_sentence(read, name):
    with pytest.raises(AssistantError) as refused:
        taken(read(name, HOSTILE[name]))
    assert refused.value.remedy
    assert refused.value.exit_code == 2


@settings(max_examples=150)
@given(
    data=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)),
    kind=st.sampled_from(["csv", "xlsx", "jsonl", "docx", "txt"]),
)
def test_any_bytes_are_read_or_refused(read, data, kind):
    try:
        read(f"x.{kind}", data)
    except AssistantError:
        return
