"""What is wrong with a source is said, with file and line; any source at all is read soundly or refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.corpus.corpus import Corpus, read_corpus
from assistant.corpus.places import load_departments
from assistant.corpus.reader import UNLABELLED, Reading, read_source
from assistant.corpus.schema import Schema
from assistant.errors import CorpusError
from assistant.values import Facet, Span
from tests.readings import MARKER, assert_sound, section_text


@pytest.fixture(scope="session")
def departments(repository):
    return load_departments(repository / "data" / "departements.csv")


@pytest.fixture
def read(corpus: Corpus, departments):
    def run(text: str | bytes, name: str = "export.txt") -> Reading:
        data = text if isinstance(text, bytes) else text.encode()
        return read_source(name, data, corpus.schema, departments)

    return run


@pytest.fixture
def tiny_reading(tiny) -> Reading:
    return read_corpus(tiny).readings[0]


def one_sheet(body: str, title: str = "Un titre") -> str:
    return f"{MARKER}\n{title}\n{body}"


def test_unknown_label_keeps_its_text_and_is_said(read):
    text = one_sheet("- Public\n- Adultes\n- Budget détaillé\nTrois cents euros.\n")
    reading = read(text)
    sheet = reading.sheets[0]
    section = next(section for section in sheet.sections if section.label == "Budget détaillé")
    assert sheet.slice(section.start, section.end) == "Trois cents euros."
    assert sheet.facet(Facet.PUBLIC) == ("Adultes",)
    notice = next(notice for notice in reading.warnings if "libellé inconnu" in notice.message)
    assert "Budget détaillé" in notice.message
    assert (notice.file, notice.line) in {("export.txt", 5), ("export.txt", 6)}
    assert_sound(reading)


def test_a_value_of_a_closed_list_is_never_taken_for_an_unknown_label(read):
    """« En cours » is a status whatever stands under it: the facet must not lose it."""
    reading = read(one_sheet("- Statut de l'action\n- En cours\ndepuis deux ans\n"))
    assert reading.sheets[0].facet(Facet.STATUS) == ("En cours",)
    assert_sound(reading)


def test_almost_a_label_is_read_as_text_and_said(read):
    reading = read(one_sheet("- Résumé\nUn résumé.\n- description generale\nUne description.\n"))
    notice = next(notice for notice in reading.warnings if "ressemble" in notice.message)
    assert (notice.file, notice.line) == ("export.txt", 5)
    assert "Description générale" in notice.message
    assert_sound(reading)
    assert any("Une description." in section_text(reading.sheets[0], s) for s in reading.sheets[0].sections)


def test_text_before_the_first_label_is_kept_and_said(read):
    reading = read(one_sheet("Un mot en passant.\n- Résumé\nUn résumé.\n"))
    first = reading.sheets[0].sections[0]
    assert (first.label, section_text(reading.sheets[0], first)) == (UNLABELLED, "Un mot en passant.")
    assert any((notice.file, notice.line) == ("export.txt", 3) for notice in reading.warnings)
    assert_sound(reading)


def test_a_value_out_of_its_closed_list_is_kept_and_said(read):
    reading = read(one_sheet("- Public\n- Martiens\n"))
    assert reading.sheets[0].facet(Facet.PUBLIC) == ("Martiens",)
    assert any(notice.line == 4 and "Martiens" in notice.message for notice in reading.warnings)


def test_absent_labels_are_said(read):
    reading = read(one_sheet("- Résumé\nUn résumé.\n"))
    absent = [notice for notice in reading.warnings if "libellé absent" in notice.message]
    assert any("Suite de l'action : Limites" in notice.message for notice in absent)
    assert all(notice.line == 2 for notice in absent)


def test_territories_that_differ_are_all_kept_and_said(read):
    body = "- Territoire concerné\n- Un quartier\n- Public\n- Adultes\n- Territoire concerné\n- Une commune\n"
    reading = read(one_sheet(body))
    assert reading.sheets[0].facet(Facet.TERRITORY) == ("Un quartier", "Une commune")
    assert any("deux fois" in notice.message and notice.line == 7 for notice in reading.warnings)


def test_sheets_that_share_title_and_structure_are_both_kept(read):
    reading = read(one_sheet("- Résumé\nUn.\n") + one_sheet("- Résumé\nDeux.\n"))
    assert len(reading.sheets) == 2
    assert len({sheet.id for sheet in reading.sheets}) == 2
    assert any("les deux sont gardées" in notice.message for notice in reading.warnings)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"", 1),
        (b"  \n\n", 1),
        (b"Des nouvelles du quartier\n", 1),
        (f"{MARKER}\n".encode(), 2),
        (f"{MARKER}\n\n- Public\n".encode(), 2),
        (f"{MARKER}\n- Résumé\nUn résumé.\n".encode(), 2),
        (f"{MARKER}\nUn titre\n- Résumé\nUn été.\n".encode("latin-1"), 3),
        (f"{MARKER}\nUn titre\n".encode("utf-16"), 1),
    ],
    ids=["empty", "blank", "no sheet", "marker alone", "no title", "label for a title", "latin-1", "utf-16"],
)
def test_a_source_that_cannot_be_read_is_refused_with_file_and_line(read, text, line):
    with pytest.raises(CorpusError) as refused:
        read(text, name="notes.txt")
    assert (refused.value.file, refused.value.line) == ("notes.txt", line)
    assert f"notes.txt, ligne {line}" in str(refused.value)
    assert refused.value.remedy


def test_a_byte_order_mark_does_not_hide_the_first_sheet(read):
    """Windows editors put one before the first character."""
    reading = read("\ufeff" + one_sheet("- Résumé\nUn résumé.\n") + one_sheet("- Résumé\nDeux.\n", "Un autre"))
    assert [sheet.title for sheet in reading.sheets] == ["Un titre", "Un autre"]
    assert_sound(reading)


def test_windows_line_breaks_give_the_same_sheets(tiny_reading, read):
    windows = read(tiny_reading.text.replace("\n", "\r\n"), name=tiny_reading.name)
    assert_sound(windows)
    for ours, theirs in zip(tiny_reading.sheets, windows.sheets, strict=True):
        assert (ours.id, ours.title, ours.facets) == (theirs.id, theirs.title, theirs.facets)
        assert [section_text(ours, s) for s in ours.sections] == [
            section_text(theirs, s).replace("\r\n", "\n") for s in theirs.sections
        ]


@st.composite
def mutated(draw: st.DrawFn, lines: list[str]) -> str:
    """Lines of a real export shuffled, dropped, doubled, spoilt, with any line break, BOM or ending."""
    count = draw(st.integers(1, 40))
    first = draw(st.integers(0, max(0, len(lines) - count)))
    taken = lines[first : first + count]
    if draw(st.booleans()):
        taken = draw(st.permutations(taken))
    spoilt: list[str] = []
    for line in taken:
        what = draw(st.sampled_from(["keep"] * 8 + ["drop", "double", "text", "marker", "dash", "spaces"]))
        spoilt += {
            "keep": [line],
            "drop": [],
            "double": [line, line],
            "text": [draw(st.text(max_size=20)) if what == "text" else ""],
            "marker": [MARKER, "Titre"],
            "dash": ["-", line],
            "spaces": [f" {line}\t"],
        }[what]
    head = draw(st.sampled_from(["", f"{MARKER}\nTitre\n", "\ufeff", f"\ufeff{MARKER}\nTitre\n"]))
    ending = draw(st.sampled_from(["", "\n", "\n\n", " "]))
    return head + draw(st.sampled_from(["\n", "\r\n"])).join(spoilt) + ending


@pytest.fixture(scope="session")
def sample_lines(reading: Reading, repository) -> list[str]:
    made_up = (repository / "tests" / "corpus" / "actions" / "reseau-imaginaire.txt").read_text("utf-8")
    return [*made_up.split("\n"), *reading.text.split("\n")]


@settings(max_examples=300)
@given(data=st.data())
def test_any_mutation_is_read_soundly_or_refused(data, sample_lines, corpus, departments):
    text = data.draw(mutated(sample_lines)).encode(errors="replace")
    try:
        reading = read_source("export.txt", text, corpus.schema, departments)
    except CorpusError:
        return
    assert reading.text.encode() == text
    assert_sound(reading)


@settings(max_examples=200)
@given(body=st.text(max_size=300))
def test_any_text_under_a_title_is_read_soundly(body, corpus, departments):
    schema: Schema = corpus.schema
    text = one_sheet(f"- Résumé\n{body}").encode(errors="replace")
    try:
        reading = read_source("export.txt", text, schema, departments)
    except CorpusError:
        return
    assert_sound(reading)


def test_span_outside_its_sheet_cannot_be_sliced(reading):
    sheet = reading.sheets[1]
    for span in (Span(sheet.start - 1, sheet.end), Span(sheet.start, sheet.end + 1), Span(sheet.start, sheet.start)):
        with pytest.raises(ValueError, match="outside sheet"):
            sheet.slice(*span)
