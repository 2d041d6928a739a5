"""The files as other programs read them: headings, tables, language, fonts, bookmarks; and no formula runs."""

import csv
import io
import re
import time
from dataclasses import replace
from datetime import date

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pypdf import PdfReader

from assistant.conversation.comparison import compare
from assistant.corpus.corpus import read_corpus
from assistant.export.board import comparison_document
from assistant.export.coding import coded, decoded
from assistant.export.csv_form import HEADER
from assistant.export.document import Cited, Heading, Said, Table
from assistant.export.pdf import carried
from assistant.export.reference import full_reference, read_reference
from assistant.export.render import FORMATS, filename, render
from assistant.export.selection import selection_document
from assistant.export.transposition import transposition_document

DAY = date(2026, 3, 1)
FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")


@pytest.fixture(scope="module")
def chosen(corpus):
    notes = {corpus.sheets[0].id: "=HYPERLINK(1)\n**à voir** <script>"}
    return selection_document(corpus.sheets[:3], corpus.schema, "abc123", DAY, notes=notes)


@pytest.fixture(scope="module")
def board(corpus):
    return comparison_document(compare(corpus.sheets[:3], corpus.schema), "abc123", DAY)


def headings(document):
    return [(block.level, block.text) for block in document.blocks if isinstance(block, Heading)]


def texts(document):
    return [quote.text for citation in document.citations for quote in citation.quotes]


def squeezed(text):
    return re.sub(r"[\s\u200b]+", "", text)


# ---- Word


def test_word_has_real_headings_in_french(chosen):
    file = docx.Document(io.BytesIO(render(chosen, "docx")))
    found = [(int(p.style.name[-1]), p.text) for p in file.paragraphs if p.style.name.startswith("Heading")]
    assert found == headings(chosen)
    assert file.core_properties.language == "fr-FR"
    assert file.core_properties.title == chosen.title
    assert "abc123" in file.core_properties.keywords
    assert file.styles["Normal"].element.xpath("w:rPr/w:lang/@w:val") == ["fr-FR"]


def test_word_has_real_tables_whose_header_comes_back_on_each_page(board):
    (table,) = docx.Document(io.BytesIO(render(board, "docx"))).tables
    (shown,) = [block for block in board.blocks if isinstance(block, Table)]
    assert [cell.text for cell in table.rows[0].cells] == list(shown.header)
    assert [row.cells[0].text for row in table.rows[1:]] == [line.name for line in shown.lines]
    assert table.rows[0]._tr.xpath("w:trPr/w:tblHeader")
    assert all(row._tr.xpath("w:trPr/w:cantSplit") for row in table.rows)


def test_word_keeps_two_voices_and_the_note_in_styles_of_their_own(chosen):
    file = docx.Document(io.BytesIO(render(chosen, "docx")))
    quoted = [p.text for p in file.paragraphs if p.style.name == "Citation de fiche"]
    assert quoted == [block.citation.quotes[0].text for block in chosen.blocks if isinstance(block, Cited)]
    (note,) = [p for p in file.paragraphs if p.style.name == "Note personnelle"]
    assert "**à voir** <script>" in note.text
    assert file.styles["Citation de fiche"].font.name != file.styles["Normal"].font.name


def test_word_numbers_its_pages(chosen):
    file = docx.Document(io.BytesIO(render(chosen, "docx")))
    foot = file.sections[0].footer.paragraphs[0]
    assert foot._p.xpath("w:fldSimple/@w:instr") == ["PAGE", "NUMPAGES"]
    assert "page\u00a0" in foot.text


# ---- PDF


def test_pdf_is_tagged_in_french_with_bookmarks_and_fonts_within(chosen):
    reader = PdfReader(io.BytesIO(render(chosen, "pdf")))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr-FR"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == chosen.title
    assert "pdfuaid:part" in reader.xmp_metadata.rdf_root.toxml()
    assert _titles(reader.outline) == [text for _, text in headings(chosen)]
    for page in reader.pages:
        assert page.mediabox.width < page.mediabox.height
        for font in page["/Resources"]["/Font"].values():
            (held,) = font.get_object()["/DescendantFonts"]
            files = held.get_object()["/FontDescriptor"].get_object().keys() & {"/FontFile2", "/FontFile3"}
            assert files


def test_pdf_pages_are_numbered_and_show_every_quote(chosen):
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(render(chosen, "pdf"))).pages]
    for number, page in enumerate(pages, start=1):
        assert f"page {number} sur {len(pages)}" in page
    shown = squeezed("".join(pages))
    assert "*àvoir*" in shown
    for citation in chosen.citations:
        assert squeezed(citation.title) in shown
    # the foot of a page may stand inside a quote: each of its lines is looked for alone
    for text in texts(chosen):
        assert all(squeezed(line)[:40] in shown for line in text.split("\n"))


def test_pdf_tables_have_header_cells_for_columns_and_rows(board):
    reader = PdfReader(io.BytesIO(render(board, "pdf")))
    (shown,) = [block for block in board.blocks if isinstance(block, Table)]
    scopes = [scope for kind, scope in _cells(reader.trailer["/Root"]["/StructTreeRoot"]) if kind == "/TH"]
    assert scopes.count("/Column") == len(shown.header)
    assert scopes.count("/Row") == len(shown.lines)
    assert all(page.mediabox.width > page.mediabox.height for page in reader.pages)


def _cells(element):
    """Every cell of the tables with its scope, in the order of reading."""
    element = element.get_object()
    kids = element.get("/K", [])
    kids = kids if isinstance(kids, list) else [kids]
    if element.get("/S") in ("/TH", "/TD"):
        found = element.get("/A") or []
        owners = [a.get_object() for a in (found if isinstance(found, list) else [found])]
        yield element["/S"], next((owner["/Scope"] for owner in owners if "/Scope" in owner), None)
    for kid in kids:
        if not isinstance(kid, int) and "/S" in kid.get_object():
            yield from _cells(kid)


def _titles(outline):
    found = []
    for item in outline:
        found += _titles(item) if isinstance(item, list) else [item.title]
    return found


def test_every_character_that_pdf_pages_carry_is_shown_and_read_back_as_it_was(chosen):
    carried_chars = [chr(code) for code in range(0x20, 0x10000) if carried(chr(code))]
    lines = ["x" + "".join(carried_chars[at : at + 40]) + "x" for at in range(0, len(carried_chars), 40)]
    blocks = (Heading("Tout", 1), *map(Said, lines))
    reader = PdfReader(io.BytesIO(render(replace(chosen, blocks=blocks), "pdf")))
    shown = squeezed("".join(page.extract_text().rsplit("Ma sélection", 1)[0] for page in reader.pages))
    assert [line for line in lines if squeezed(line) not in shown] == []


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_coding_loses_nothing(text):
    assert decoded(coded(text, carried), carried) == text
    assert all(carried(char) or char in "⟨⟩" for char in coded(text, carried))


# ---- Markdown


def test_markdown_shows_the_quotes_as_they_are(chosen, board):
    for document in (chosen, board):
        tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(render(document, "md").decode())
        shown = [_plain(token) for token in tokens if token.type == "inline"]
        for citation in document.citations:
            for quote in citation.quotes:
                assert any(quote.text in text for text in shown), quote.text
        assert sum(token.type == "th_open" for token in tokens) == sum(
            len(block.header) for block in document.blocks if isinstance(block, Table)
        )


def _plain(token):
    """What a browser would show of a paragraph or a cell."""
    kinds = {"text": None, "text_special": None, "hardbreak": "\n", "softbreak": " "}
    text = ""
    for child in token.children:
        if child.type in kinds:
            text += kinds[child.type] or child.content
        elif child.content == "<br>":
            text += "\n"
    return text


# ---- CSV


def test_csv_opens_in_french_excel_and_runs_nothing(chosen, tiny):
    corpus = read_corpus(tiny)
    for document in (chosen, selection_document(corpus.sheets, corpus.schema, "abc123", DAY)):
        data = render(document, "csv")
        assert data.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
        assert tuple(rows[0]) == HEADER
        assert len(rows) == 1 + document.quotes
        assert [cell for row in rows for cell in row if FORMULA.match(cell)] == []
        assert [row[2].removeprefix("'") for row in rows[1:]] == texts(document)


def test_csv_gives_the_note_of_each_sheet(chosen):
    rows = list(csv.DictReader(io.StringIO(render(chosen, "csv").decode("utf-8-sig"), newline=""), delimiter=";"))
    noted = {row["fiche"]: row["note"] for row in rows}
    assert [note.startswith("'=HYPERLINK") for note in noted.values()] == [True, False, False]


# ---- all


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), min_size=1))
def test_a_reference_is_read_back(names):
    from assistant.export.document import Citation
    from assistant.values import Quote

    quotes = tuple(Quote("x", "Résumé", "a.txt", n, n + 3) for n, _ in enumerate(names))
    citation = Citation(names[0], "", "", quotes, False)
    read = read_reference(full_reference(citation))
    assert read is not None
    assert [span.start for span in read.spans] == list(range(len(names)))
    assert read.words.endswith(" · Résumé · a.txt")


def test_names_of_files_are_plain(chosen, corpus):
    assert filename(chosen, "docx") == "ma-selection-de-fiches-2026-03-01.docx"
    hostile = replace(chosen, title='../../é<>:"|?*\0' + "x" * 300)
    assert re.fullmatch(r"[a-z0-9-]{1,80}\.md", filename(hostile, "md"))
    assert filename(replace(chosen, title="…"), "pdf") == "fiches-2026-03-01.pdf"


@pytest.mark.parametrize("name", FORMATS)
def test_every_sheet_of_the_corpus_takes_seconds_at_most(corpus, name):
    document = selection_document(corpus.sheets, corpus.schema, "abc123", DAY)
    start = time.perf_counter()
    assert render(document, name)
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_document_says_when_it_was_made(corpus, name):
    document = transposition_document(corpus.sheets[0], corpus.schema, "abc123", DAY)
    data = render(document, name)
    if name == "pdf":
        data = PdfReader(io.BytesIO(data)).pages[0].extract_text().encode()
    elif name == "docx":
        data = "\n".join(p.text for p in docx.Document(io.BytesIO(data)).paragraphs).encode()
    assert b"abc123" in data
    assert name == "csv" or "1er\u00a0mars\u00a02026".encode() in data
