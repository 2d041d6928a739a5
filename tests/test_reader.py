"""The text export: nothing lost, nothing changed, and the fifteen traps of its form.

The traps are numbered as in ``docs/source-format.md``; line numbers are 1-based lines of the real export.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.corpus.corpus import Corpus, read_corpus
from assistant.corpus.places import load_departments
from assistant.corpus.reader import UNLABELLED, Reading, TileKind, read_source
from assistant.corpus.schema import Schema
from assistant.errors import CorpusError
from assistant.values import Facet, Kind, Role, Section, Sheet, Span, Status

MARKER = "Actions"
LIMITS = "Suite de l'action : Limites"
PERSPECTIVES = "Suite de l'action : Perspectives"


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


def lines_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Number, start and text of each line, without its break."""
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        yield number, start, line
        start += len(line) + 1


def at_line(reading: Reading, number: int) -> tuple[Sheet, Section]:
    """The sheet and the section that hold a line of the source."""
    start, line = next((start, line) for n, start, line in lines_of(reading.text) if n == number)
    first = start + line.index(line.removeprefix("- ").strip())
    for sheet in reading.sheets:
        for section in sheet.sections:
            if section.start <= first < section.end:
                return sheet, section
    raise AssertionError(f"line {number} is in no section: {line}")


def sheet_titled(reading: Reading, title: str) -> Sheet:
    return next(sheet for sheet in reading.sheets if sheet.title == title)


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


# --- the whole file


def test_real_export_gives_24_distinct_sheets_of_25(reading):
    assert sum(line == MARKER for _, _, line in lines_of(reading.text)) == 25
    assert len(reading.sheets) == 24
    assert len({sheet.id for sheet in reading.sheets}) == 24
    assert len({sheet.title for sheet in reading.sheets}) == 24


def test_text_is_kept_byte_for_byte(reading, repository):
    path = repository / "data" / "actions" / reading.name
    assert reading.text.encode() == path.read_bytes()


def test_real_export_is_sound(reading):
    assert_sound(reading)


def test_tiny_export_is_sound(tiny_reading):
    assert_sound(tiny_reading)
    assert len(tiny_reading.sheets) == 5


def test_empty_sections_stand_inside_their_sheet_too(reading, tiny_reading):
    """An offset outside its sheet is a quote that cannot be checked, even of nothing."""
    outside = [
        (sheet.title, section.label)
        for sheet in (*reading.sheets, *tiny_reading.sheets)
        for section in sheet.sections
        if not sheet.start <= section.start <= section.end <= sheet.end
    ]
    assert outside == []


def test_ids_are_the_same_from_one_reading_to_the_next(tiny):
    assert [sheet.id for sheet in read_corpus(tiny).sheets] == [sheet.id for sheet in read_corpus(tiny).sheets]


# --- the fifteen traps


def test_trap_01_the_same_sheet_twice_is_kept_once_and_said(reading):
    assert [sheet.title for sheet in reading.sheets].count("k’fé des habitants") == 1
    notices = [
        notice for notice in reading.warnings if "k’fé" in notice.message and "gardée une fois" in notice.message
    ]
    assert len(notices) == 1
    assert notices[0].line in (85, 86)
    assert notices[0].file == reading.name


def test_trap_02_only_the_closed_list_of_21_labels_opens_a_section(corpus, reading):
    assert len(corpus.schema.labels) == 21
    known = set(corpus.schema.by_name)
    assert {section.label for sheet in reading.sheets for section in sheet.sections} == known
    # every line that is a label, in a kept sheet, is a section: nothing else is
    written = sum(line.startswith("- ") and line[2:].rstrip() in known for _, _, line in lines_of(reading.text))
    twice = sum(len(sheet.sections) for sheet in reading.sheets if sheet.title == "k’fé des habitants")
    assert sum(len(sheet.sections) for sheet in reading.sheets) == written - twice


def test_trap_03_choices_hold_one_value_a_line(reading):
    sheet = sheet_titled(reading, "Engagement et citoyenneté")
    partners = next(section for section in sheet.sections if section.role is Role.PARTNERS)
    assert partners.kind is Kind.CHOICE
    assert [sheet.slice(*span) for span in partners.values] == list(sheet.facet(Facet.PARTNERS))
    assert len(partners.values) == 14
    assert sheet.facet(Facet.PARTNERS)[:2] == ("Éducation Nationale", "Association locale")


@pytest.mark.parametrize(
    ("line", "role"),
    [
        (699, Role.DESCRIPTION),
        (723, Role.PERSPECTIVES),
        (724, Role.PERSPECTIVES),
        (1105, Role.SUMMARY),
        (1161, Role.SUMMARY),
        (228, Role.RESULTS),
        (807, Role.DESCRIPTION),
        (812, Role.DESCRIPTION),
        (1354, Role.DESCRIPTION),
        (1388, Role.RESULTS),
        (1436, Role.DESCRIPTION),
        (1462, Role.PERSPECTIVES),
        (739, Role.SUMMARY),
        (1131, Role.DESCRIPTION),
        (1191, Role.DESCRIPTION),
    ],
)
def test_trap_04_bullets_of_every_kind_stay_in_their_text(reading, line, role):
    sheet, section = at_line(reading, line)
    written = reading.text.split("\n")[line - 1]
    assert section.role is role
    assert section.kind is Kind.TEXT
    assert written.strip() in sheet.slice(section.start, section.end)


def test_trap_05_a_lone_dash_is_no_value_and_the_next_line_is_its_bullet(reading):
    sheet = sheet_titled(reading, "Fête du jeu")
    summary = next(section for section in sheet.sections if section.role is Role.SUMMARY)
    text = sheet.slice(summary.start, summary.end)
    assert text.startswith("Proposer un espace de rencontre")
    assert text.endswith("collaboration inter-secteurs")
    assert all("-" not in each.facet(facet) for each in reading.sheets for facet in Facet)


def test_trap_06_partners_heading_is_neither_a_value_nor_a_section(reading):
    for sheet in reading.sheets:
        assert not any("Partenaires d'action" in value for facet in Facet for value in sheet.facet(facet))
        assert not any("Partenaires d'action" in section.label for section in sheet.sections)
    assert sheet_titled(reading, "Fête du jeu").facet(Facet.PARTNERS) == (
        "Association locale",
        "Bailleur social",
        "Caf",
        "Commune",
    )
    assert sheet_titled(reading, "k’fé des habitants").facet(Facet.PARTNERS) == ()


def test_trap_07_the_territory_stands_twice_and_counts_once(reading):
    for sheet in reading.sheets:
        assert len(sheet.sections_with(Role.TERRITORY)) == 2
        values = sheet.facet(Facet.TERRITORY)
        assert len(values) == len(set(values))


def test_trap_08_optional_labels_may_be_absent_or_empty(reading):
    labels = [{section.label for section in sheet.sections} for sheet in reading.sheets]
    assert sum("Raisons pour lesquelles l'action est terminée" in each for each in labels) == 4
    assert sum("Précision ( si autre )" in each for each in labels) == 8
    assert "Fichier(s) associé(s)" not in labels[-1]
    files = [section for sheet in reading.sheets for section in sheet.sections if section.role is Role.FILES]
    assert len(files) == 23
    assert {section.status for section in files} == {Status.EMPTY}
    sheet, section = at_line(reading, 669)
    assert section.label == "Précision ( si autre )"
    assert sheet.facet(Facet.INITIATIVE) == ("Un habitant",)
    assert not any("libellé absent" in notice.message for notice in reading.warnings)


def test_trap_09_empty_fields_say_nothing(reading):
    filled = {
        role: sum(any(s.status is Status.FILLED for s in sheet.sections_with(role)) for sheet in reading.sheets)
        for role in (Role.LIMITS, Role.PERSPECTIVES)
    }
    silent = sheet_titled(reading, "Bla-Bla de l'accueil")
    assert {s.status for s in silent.sections if s.kind is Kind.TEXT} == {Status.EMPTY}
    # 14 sheets have limits and 18 perspectives; those of one sheet are only « cf document joint »
    assert filled == {Role.LIMITS: 13, Role.PERSPECTIVES: 17}
    joined = sheet_titled(reading, "Résonance Solidaire A Saint-Martin")
    assert [s.status for role in (Role.LIMITS, Role.PERSPECTIVES) for s in joined.sections_with(role)] == [
        Status.PLACEHOLDER,
        Status.PLACEHOLDER,
    ]


@pytest.mark.parametrize("line", [421, 428, 438, 440, 444, 446, 448, 450, 452, 393, 1382])
def test_trap_09_placeholders_are_not_content(reading, line):
    assert at_line(reading, line)[1].status is Status.PLACEHOLDER


def test_trap_09_a_placeholder_at_the_end_of_a_text_leaves_the_rest(reading):
    assert at_line(reading, 330)[1].status is Status.FILLED
    assert at_line(reading, 1380)[1].status is Status.FILLED
    assert at_line(reading, 1424)[1].status is Status.FILLED


def test_trap_10_glued_sentences_are_left_as_they_are(reading):
    sheet, section = at_line(reading, 861)
    assert "toutes les générations.Les résultats attendus :" in sheet.slice(section.start, section.end)
    sheet, section = at_line(reading, 1021)
    assert "individuelLes résultats attendus :" in sheet.slice(section.start, section.end)


@pytest.mark.parametrize(
    ("line", "role"),
    [
        (25, Role.DESCRIPTION),
        (208, Role.FUNDING),
        (234, Role.PERSPECTIVES),
        (674, Role.DESCRIPTION),
        (930, Role.FUNDING),
        (989, Role.LIMITS),
        (993, Role.PERSPECTIVES),
        (1179, Role.DESCRIPTION),
        (1507, Role.FUNDING),
        (1508, Role.FUNDING),
    ],
)
def test_trap_11_pseudo_labels_stay_in_the_value(reading, line, role):
    assert at_line(reading, line)[1].role is role


def test_trap_12_titles_are_kept_to_the_letter(reading):
    lines = reading.text.split("\n")
    titles = {sheet.title for sheet in reading.sheets}
    assert {lines[number - 1] for number in (3, 288, 454, 771, 895)} <= titles
    assert '"ATELIER MÉMOIRE - PEP\'S EURÊKA"' in titles
    assert 'Prenez du "PEPS" Parcours Engagé Pour Soi' in titles
    assert "MILLE ET UNE FACON DE JOUER" in titles


def test_trap_13_structure_is_split_at_the_last_dash(reading, tiny_reading):
    wagner = sheet_titled(reading, "Fête du jeu")
    assert wagner.facet(Facet.STRUCTURE) == ("CENTRE SOCIO-CULTUREL JEAN WAGNER",)
    assert wagner.facet(Facet.DEPARTMENT) == ("Haut-Rhin",)
    assert wagner.facet(Facet.REGION) == ("Grand Est",)
    saint_jacques = "ESPACE DE VIE SOCIALE MAISON SAINT JACQUES"
    assert sum(sheet.facet(Facet.STRUCTURE) == (saint_jacques,) for sheet in reading.sheets) == 5
    assert all(len(sheet.facet(Facet.DEPARTMENT)) == 1 for sheet in reading.sheets)
    potager = sheet_titled(tiny_reading, "Le potager partagé")
    assert potager.facet(Facet.STRUCTURE) == ("Maison - des Trois Sources",)
    assert potager.facet(Facet.DEPARTMENT) == ("Alpes-de-Haute-Provence",)


def test_trap_13_an_unknown_department_is_said_and_the_name_kept_whole(tiny_reading):
    velo = sheet_titled(tiny_reading, "fete du velo")
    assert velo.facet(Facet.STRUCTURE) == ("Amicale des Roues Libres - Île-Perdue",)
    assert velo.facet(Facet.DEPARTMENT) == ()
    assert any("Île-Perdue" in notice.message for notice in tiny_reading.warnings)


@pytest.mark.parametrize(
    ("line", "role"),
    [
        (230, Role.LIMITS),
        (883, Role.FUNDING),
        (1196, Role.FUNDING),
        (215, Role.PEOPLE),
        (1447, Role.PEOPLE),
        (1512, Role.PEOPLE),
        (987, Role.RESULTS),
        (1456, Role.RESULTS),
        (1204, Role.RESULTS),
        (1459, Role.LIMITS),
        (1397, Role.LIMITS),
    ],
)
def test_trap_14_facts_stay_in_the_field_where_they_were_written(reading, line, role):
    _, section = at_line(reading, line)
    assert section.role is role
    assert section.status is Status.FILLED


def test_trap_15_facets_are_spelt_right_and_quotes_as_written(reading):
    for line in (465, 953):
        sheet, section = at_line(reading, line)
        assert "Viellissement" in [sheet.slice(*span) for span in section.values]
        assert "Vieillissement" in sheet.facet(Facet.KEYWORDS)
        assert "Viellissement" not in sheet.facet(Facet.KEYWORDS)
    keywords = {value for sheet in reading.sheets for value in sheet.facet(Facet.KEYWORDS)}
    assert {"vacances / loisirs", "Démocratie & citoyenneté"} <= keywords


# --- what is wrong with a source is said, with file and line


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
    assert any(LIMITS in notice.message for notice in absent)
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


# --- any source at all


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
