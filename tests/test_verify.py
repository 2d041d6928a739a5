"""Every quote of every format comes back letter for letter, and one letter changed is seen."""

import csv
import io
import json
import re
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import date

import docx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.conversation.comparison import compare
from assistant.conversation.training import prepare
from assistant.corpus.corpus import Corpus, data_version, read_corpus
from assistant.corpus.places import load_departments
from assistant.corpus.reader import read_source
from assistant.corpus.schema import load_schema
from assistant.errors import UsageError
from assistant.export.board import comparison_document
from assistant.export.document import Cited, Table
from assistant.export.found import LARGEST, UnreadableExport
from assistant.export.pdf import proof
from assistant.export.render import FORMATS, render
from assistant.export.selection import selection_document
from assistant.export.training import training_document
from assistant.export.transposition import transposition_document
from assistant.export.verify import Verdict, verify
from assistant.export.verify_form import verification_document, verification_text
from assistant.indexing.manifest import read_manifest
from assistant.values import Role

DAY = date(2026, 11, 24)
QUESTIONS = {Role.PEOPLE: "Combien\u202f?", Role.DESCRIPTION: "Comment\u202f?"}


def documents(corpus):
    """One document of each kind, over every sheet."""
    sheets, schema = corpus.sheets, corpus.schema
    notes = {sheet.id: f"*à voir* [x · y, caractères 1-2]\n> =1+1 {sheet.title}" for sheet in sheets}
    yield selection_document(sheets, schema, "abc123", DAY, notes=notes)
    yield comparison_document(compare(sheets[:4], schema), "abc123", DAY, notes, "l’isolement")
    yield training_document(prepare(sheets[:3], QUESTIONS, schema), schema, "abc123", DAY, "l’isolement")
    yield from (transposition_document(sheet, schema, "abc123", DAY, notes[sheet.id]) for sheet in sheets[:3])


def assert_holds(document, corpus, name):
    found = verify(render(document, name), f"export.{name}", corpus)
    assert [quote for quote in found.quotes if quote.verdict is not Verdict.HOLDS] == []
    assert [quote.text for quote in found.quotes] == [q.text for c in document.citations for q in c.quotes]


@pytest.mark.parametrize("name", FORMATS)
def test_every_quote_of_every_sheet_holds_in_every_kind_of_document(corpus, name):
    for document in documents(corpus):
        assert document.quotes
        assert_holds(document, corpus, name)


@pytest.mark.parametrize("name", FORMATS)
def test_and_so_it_does_over_the_corpus_of_traps(tiny, name):
    corpus = read_corpus(tiny)
    for document in documents(corpus):
        assert_holds(document, corpus, name)


# what formats are known to stumble over, besides what hypothesis finds
NASTY = st.sampled_from(
    [
        *("\r", "\t", "\v", "\f", "\x00", "\x07", "\x1b[31m", "\x85", "\u2028", "\u2029", "\u00a0", "\u202f"),
        *("\u200b", "\ufeff", "\u202e", "\u00ad", "\u2011", "e\u0301", "\uf0b7", "😀", "👩\u200d👩", "▪", "\uffff"),
        *("\U0010ffff", "  ", "⟨U+0041⟩", "⟨", "ﬁ", "مرحبا", "\\", "|", "<br>", "</q>", "<q>", "*[", "]*", "\\["),
        *("&#65;", "&amp;", "<!--", "]]>", "&bad;", ">", "#", "```", "1.", "===", "---", "=1+1", "+", "@", "'"),
        *('"', ";", '";"', "page 2 sur 5", "_x0041_", "[x · y, caractères 1-2]", "x" * 90),
    ]
)
ANY = st.characters(exclude_categories=("Cs",), exclude_characters="\n")
LINE = st.lists(st.one_of(NASTY, st.text(ANY, max_size=6)), max_size=5).map("".join)
TEXT = st.lists(LINE, min_size=1, max_size=4).map("\n".join)


def with_one_character_changed(document, rank, at, other):
    """The document as if its rank-th quote had been typed with one other character."""
    count = 0

    def changed(citation):
        nonlocal count
        quotes = []
        for quote in citation.quotes:
            if count == rank:
                place = at % len(quote.text)
                new = other if quote.text[place] != other else "x" if other != "x" else "y"
                quote = replace(quote, text=quote.text[:place] + new + quote.text[place + 1 :])
            quotes.append(quote)
            count += 1
        return replace(citation, quotes=tuple(quotes))

    def box(found):
        return replace(found, citations=tuple(map(changed, found.citations)))

    def block(found):
        if isinstance(found, Cited):
            return Cited(changed(found.citation))
        if isinstance(found, Table):
            return replace(found, lines=tuple(replace(line, boxes=tuple(map(box, line.boxes))) for line in found.lines))
        return found

    return replace(document, blocks=tuple(map(block, document.blocks)))


@pytest.fixture(scope="session")
def hostile(repository):
    """``hostile(title, texts)`` reads a source that holds these texts as one sheet."""
    schema = load_schema(repository / "data" / "schema.yaml")
    departments = load_departments(repository / "data" / "departements.csv")

    def build(title, choice, *texts):
        lines = [
            "Actions",
            title or "x",
            "- Structure organisatrice",
            f"- {choice}",
            "- Public",
            f"- {choice}",
            "- Adultes",
        ]
        for label, text in zip(("Résumé", "Description générale", "Suite de l'action : Limites"), texts, strict=True):
            lines += [f"- {label}", text]
        reading = read_source("fiches [é] · 1.txt", "\n".join(lines).encode(), schema, departments)
        return Corpus(schema, (reading,), ())

    return build


@pytest.mark.parametrize("name", FORMATS)
@given(
    title=LINE.filter(str.strip),
    choice=LINE.filter(str.strip),
    texts=st.tuples(TEXT, TEXT, TEXT),
    rank=st.integers(0, 20),
    at=st.integers(0, 200),
    other=st.one_of(st.sampled_from(" \u2028\t\r\néx'"), st.characters(exclude_categories=("Cs",))),
)
@settings(max_examples=80)
@example("=1+1|*x*", "'=a", ("\ta\n\n  b\u2028\\", "-\n> x", "a\x00b"), 0, 0, "\n")
def test_whatever_a_sheet_holds_comes_back_and_one_character_changed_is_seen(
    hostile, name, title, choice, texts, rank, at, other
):
    corpus = hostile(title, choice, *texts)
    document = selection_document(corpus.sheets, corpus.schema, "abc123", DAY)
    assert_holds(document, corpus, name)
    rank %= document.quotes
    changed = with_one_character_changed(document, rank, at, other)
    found = verify(render(changed, name), f"export.{name}", corpus)
    wrong = [number for number, quote in enumerate(found.quotes) if quote.verdict is not Verdict.HOLDS]
    assert rank in wrong


@pytest.fixture(scope="module")
def chosen(corpus):
    """A selection of the sheet whose limits start with « le territoire » and of the one after it."""
    sheets = corpus.sheets
    first = next(n for n, sheet in enumerate(sheets) if "visiteurs" in sheet.title)
    return selection_document(sheets[first : first + 2], corpus.schema, "abc123", DAY)


def verdicts(data, name, corpus):
    return [quote.verdict for quote in verify(data, name, corpus).quotes if quote.verdict is not Verdict.HOLDS]


def edited(data, change):
    """A Word document saved again after ``change(document)``."""
    document = docx.Document(io.BytesIO(data))
    change(document)
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def quotes_of(document):
    return [p for p in document.paragraphs if p.style.name == "Citation de fiche"]


def test_a_word_document_holds_when_text_is_written_around_the_quotes(chosen, corpus):
    def change(document):
        for paragraph in document.paragraphs:
            if paragraph.style.name.startswith("Heading"):
                paragraph.insert_paragraph_before("Notre avis\u00a0: à essayer [voir page 3]")
        document.tables[0].rows[0].cells[0].paragraphs[0].add_run(" (à relire)")
        document.tables[0].rows[1].cells[1].add_paragraph("d’accord")

    assert verdicts(edited(render(chosen, "docx"), change), "a.docx", corpus) == []


def test_a_word_cut_in_several_runs_still_holds(chosen, corpus):
    def change(document):
        paragraph = quotes_of(document)[0]
        text = paragraph.runs[0].text
        paragraph.runs[0].text = text[:5]
        paragraph.add_run(text[5:9]).bold = True
        paragraph.add_run(text[9:])

    assert verdicts(edited(render(chosen, "docx"), change), "a.docx", corpus) == []


def test_a_word_document_tells_a_quote_that_was_corrected(chosen, corpus):
    def change(document):
        run = quotes_of(document)[0].runs[0]
        run.text = run.text[:-1] + "!"

    assert verdicts(edited(render(chosen, "docx"), change), "a.docx", corpus) == [Verdict.CHANGED]


def test_a_word_document_tells_a_reference_that_was_deleted(chosen, corpus):
    def change(document):
        gone = next(p for p in document.paragraphs if p.text.startswith("["))
        gone._p.getparent().remove(gone._p)

    assert verdicts(edited(render(chosen, "docx"), change), "a.docx", corpus) == [Verdict.UNREFERENCED]


def test_a_word_document_tells_a_quote_that_was_deleted_under_its_reference(chosen, corpus):
    def change(document):
        gone = quotes_of(document)[0]
        gone._p.getparent().remove(gone._p)

    assert verdicts(edited(render(chosen, "docx"), change), "a.docx", corpus) == [Verdict.CHANGED]


def test_a_quote_whose_style_was_changed_is_still_read(chosen, corpus):
    def change(document):
        quotes_of(document)[0].style = document.styles["Normal"]

    assert verdicts(edited(render(chosen, "docx"), change), "a.docx", corpus) == []


def test_tracked_changes_count_as_they_are_seen(chosen, corpus):
    def change(document):
        word = docx.oxml.parse_xml(
            '<w:del xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" w:id="1" w:author="x">'
            "<w:r><w:delText>retiré</w:delText></w:r></w:del>"
        )
        quotes_of(document)[0]._p.append(word)

    assert verdicts(edited(render(chosen, "docx"), change), "a.docx", corpus) == []


def test_markdown_tells_what_was_changed_or_taken_away(chosen, corpus):
    text = render(chosen, "md").decode()
    assert verdicts(text.replace("\n", "\r\n").encode(), "a.md", corpus) == []
    assert verdicts((text + "\n> Une citation à nous.\n").encode(), "a.md", corpus) == [Verdict.UNREFERENCED]
    quoted = re.search(r"^> (\w+)", text, re.MULTILINE)
    assert verdicts(text.replace(quoted[0], "> Autre", 1).encode(), "a.md", corpus) == [Verdict.CHANGED]
    in_table = re.sub(r"<q>En cours</q><br>\*.*?\*", "<q>En cours</q>", text, count=1)
    assert in_table != text
    assert verdicts(in_table.encode(), "a.md", corpus) == [Verdict.UNREFERENCED]


def test_a_spreadsheet_tells_what_was_changed_or_taken_away(chosen, corpus):
    rows = list(csv.reader(io.StringIO(render(chosen, "csv").decode("utf-8-sig"), newline=""), delimiter=";"))

    def saved(rows, delimiter):
        file = io.StringIO()
        csv.writer(file, delimiter=delimiter).writerows(rows)
        return file.getvalue().encode()

    assert verdicts(saved(rows, ","), "a.csv", corpus) == []
    assert verdicts(saved(rows, "\t"), "a.txt", corpus) == []
    other = [[*row] for row in rows]
    other[1][2] += "."
    other[2][3] = ""
    other[3][4] = "douze"
    other[4][0] = "Une autre fiche"
    wrong = [Verdict.CHANGED, Verdict.UNREFERENCED, Verdict.UNREFERENCED, Verdict.MISATTRIBUTED]
    assert verdicts(saved(other, ";"), "a.csv", corpus) == wrong


def test_a_pdf_whose_pages_do_not_show_the_quotes_that_it_proves_is_told(chosen, corpus, monkeypatch):
    false = with_one_character_changed(chosen, 3, 0, "ø")
    monkeypatch.setattr("assistant.export.pdf.proof", lambda _document: proof(chosen))
    assert verdicts(render(false, "pdf"), "a.pdf", corpus) == [Verdict.UNSEEN]


def test_a_quote_that_moved_is_found_where_it_stands_now(chosen, corpus, repository):
    moved = _with_sources(repository, lambda text: "Une ligne de plus\n" + text)
    found = verify(render(chosen, "md"), "a.md", moved)
    assert {quote.verdict for quote in found.quotes} == {Verdict.MOVED}
    text = moved.readings[0].text
    for quote in found.quotes:
        place = quote.elsewhere
        assert text[place.start : place.end] == quote.text
        assert quote.text.split("\n")[0] in text.split("\n")[place.line - 1]
    assert f"ligne {found.quotes[0].elsewhere.line}" in verification_text(found, "def")


def test_a_sheet_that_left_the_corpus_is_told_from_one_that_changed(chosen, corpus, repository):
    gone, kept = dict.fromkeys(citation.title for citation in chosen.citations)
    sheet = next(sheet for sheet in corpus.sheets if sheet.title == gone)
    last = [citation.quotes[0].text for citation in chosen.citations if citation.title == kept][-1]
    changed = _with_sources(
        repository, lambda text: text.replace(f"Actions\n{sheet.text}", "").replace(last, "Autre chose.")
    )
    found = verify(render(chosen, "pdf"), "a.pdf", changed)
    expected = []
    for citation in chosen.citations:
        expected += [Verdict.GONE if citation.title == gone else Verdict.MOVED] * len(citation.quotes)
    expected[-1] = Verdict.CHANGED
    told = [quote.verdict for quote in found.quotes]
    assert told == expected


def _with_sources(repository, change):
    schema = load_schema(repository / "data" / "schema.yaml")
    departments = load_departments(repository / "data" / "departements.csv")
    (path,) = (repository / "data" / "actions").glob("*.txt")
    text = change(path.read_bytes().decode())
    return Corpus(schema, (read_source(path.name, text.encode(), schema, departments),), ())


def packed_docx(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


ENTITIES = '<!DOCTYPE w [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]><w>&b;</w>'
OUTSIDE = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><w>&a;</w>'


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.md", b"", "aucune citation"),
        ("a.md", b"# Un titre\n\ndu texte", "aucune citation"),
        ("a.txt", b"\xff\xfe\x00", "ni un document Word"),
        ("a.csv", "é".encode("latin-1"), "UTF-8"),
        ("a.csv", b"a;b\n1;2\n", "abîmé"),
        ("a.csv", "fiche;rubrique;citation;fichier;début;fin\n".encode(), "aucune citation"),
        ("a.pdf", b"du texte", "ni un document Word"),
        ("a.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 40, "abîmé"),
        ("a.docx", b"PK\x03\x04" + b"\0" * 100, "abîmé"),
        ("a.docx", packed_docx({"../../etc/passwd": "x"}), "pas un document Word"),
        ("a.docx", packed_docx({"word/document.xml": ENTITIES, "word/styles.xml": "<w/>"}), "abîmé"),
        ("a.docx", packed_docx({"word/document.xml": OUTSIDE, "word/styles.xml": "<w/>"}), "abîmé"),
        ("a.docx", packed_docx({"word/document.xml": "<w>", "word/styles.xml": "<w/>"}), "abîmé"),
        ("a.docx", packed_docx({"word/document.xml": "<w/>", "word/styles.xml": "<w/>"}), "aucune citation"),
        ("a.docx", packed_docx({"word/document.xml": b" " * (LARGEST + 1), "word/styles.xml": "<w/>"}), "trop gros"),
        ("a.md", b"x" * (LARGEST + 1), "trop gros"),
    ],
)
def test_what_is_no_export_is_refused_in_a_sentence(corpus, name, data, said):
    with pytest.raises(UnreadableExport, match=said):
        verify(data, name, corpus)


def test_a_page_that_unpacks_to_too_much_is_refused_at_once(corpus):
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, StreamObject

    writer = PdfWriter()
    drawn = StreamObject()
    drawn.set_data(b"BT (a) Tj ET " * 200_000)
    page = writer.add_blank_page(100, 100)
    page[NameObject("/Contents")] = writer._add_object(drawn.flate_encode())
    proved = {"words": "a", "quotes": [{"text": "a", "start": 0, "end": 1}]}
    writer.add_attachment("citations.json", json.dumps({"format": 1, "corpus": "x", "citations": [proved]}).encode())
    file = io.BytesIO()
    writer.write(file)
    assert len(file.getvalue()) < 100_000
    with pytest.raises(UnreadableExport, match="trop gros"):
        verify(file.getvalue(), "a.pdf", corpus)


def test_a_pdf_of_another_program_is_refused(corpus):
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    file = io.BytesIO()
    writer.write(file)
    with pytest.raises(UnreadableExport, match="liste de ses citations"):
        verify(file.getvalue(), "a.pdf", corpus)


@given(st.data())
@settings(max_examples=60)
def test_a_damaged_file_is_never_a_surprise(chosen, corpus, data):
    """Cut short, or with bytes changed: a verdict or a refusal, never another error."""
    name = data.draw(st.sampled_from(sorted(FORMATS)))
    file = bytearray(_rendered(chosen, name))
    for _ in range(data.draw(st.integers(0, 8))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    file = file[: data.draw(st.integers(0, len(file)))]
    with suppress(UsageError):
        verify(bytes(file), f"a.{name}", corpus)


_RENDERED = {}


def _rendered(document, name):
    return _RENDERED.setdefault(name, render(document, name))


def test_the_result_counts_and_names_both_versions(chosen, corpus, settings):
    found = verify(render(chosen, "csv"), "a.csv", corpus)
    document = verification_document(found, "def456")
    assert document["holds"] is True
    assert document["counts"]["holds"] == len(document["quotes"]) == chosen.quotes
    assert document["corpus"] == {"file": "abc123", "now": "def456"}
    assert json.dumps(document)
    assert "abc123" in verification_text(found, "def456")
    assert "abc123" not in verification_text(found, "abc123")


def test_the_version_of_a_folder_is_that_of_its_index(settings):
    assert data_version(settings.data) == read_manifest(settings.index).corpus_version
