"""The text export: nothing lost, nothing changed, and the fifteen traps of its form.

The traps are numbered as in ``docs/source-format.md``; line numbers are 1-based lines of the real export.
"""

from __future__ import annotations

import pytest

from assistant.corpus.corpus import read_corpus
from assistant.corpus.reader import Reading
from assistant.values import Facet, Kind, Role, Section, Sheet, Status
from tests.readings import MARKER, assert_sound, lines_of

LIMITS = "Suite de l'action : Limites"
PERSPECTIVES = "Suite de l'action : Perspectives"


@pytest.fixture
def tiny_reading(tiny) -> Reading:
    return read_corpus(tiny).readings[0]


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
