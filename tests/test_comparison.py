"""Boards, figures, digests and sessions: only what the sheets write, quoted."""

from __future__ import annotations

import pytest

from assistant.conversation.comparison import common, compare, digest
from assistant.conversation.figures import figures, written
from assistant.conversation.inspiration import diverse, likeness
from assistant.conversation.training import prepare
from assistant.conversation.wordings import TURNS, load_talk
from assistant.errors import SchemaError
from assistant.values import Facet, Role, Status


@pytest.fixture(scope="module")
def talk(repository):
    return load_talk(repository / "data" / "talk.yaml")


def named(corpus, *titles):
    return [next(sheet for sheet in corpus.sheets if sheet.title == title) for title in titles]


def test_a_board_has_a_cell_a_sheet_and_says_why_it_is_empty(corpus):
    board = compare(corpus.sheets, corpus.schema)
    for row in board.rows:
        assert len(row.cells) == len(corpus.sheets)
        for sheet, cell in zip(board.sheets, row.cells, strict=True):
            assert bool(cell.quotes) == (cell.status is Status.FILLED)
            assert all(sheet.slice(quote.start, quote.end) == quote.text for quote in cell.quotes)


def test_what_sheets_share_is_borne_and_quoted_by_each(corpus):
    pairs = [corpus.sheets[number : number + 2] for number in range(len(corpus.sheets) - 1)]
    rows = 0
    for pair in pairs:
        for row in common(pair, corpus.schema).rows:
            rows += 1
            assert all(cell.quotes for cell in row.cells)
            first, second = ({quote.text.lower() for quote in cell.quotes} for cell in row.cells)
            assert row.name == "Structure" or first & second
    assert rows > 20


def test_amounts_are_those_that_the_sheets_write(corpus, talk):
    found = {f.sheet.title: f for f in figures(corpus.sheets, "euros", talk.units["euros"], False, corpus.schema)}
    assert found["Sensibilisation aux accidents domestiques"].value == 244.97
    assert found["Fête du jeu"].value == 1500
    assert found["ATELIER MOSAÏQUE"].value == 1444
    assert found["Jeux Inter Quartiers"].value is None  # six amounts, which nobody added up
    assert found["MÉDIATION ANIMALE"].value is None  # « Action bénévole »
    for figure in found.values():
        assert figure.value is None or figure.quotes
        for quote in figure.quotes:
            assert figure.sheet.slice(quote.start, quote.end) == quote.text
            assert all(quote.start <= start < end <= quote.end for start, end in quote.marks)


def test_figures_that_can_be_ranked_come_first_in_order(corpus, talk):
    for most in (False, True):
        read = figures(corpus.sheets, "bénévoles", talk.units["bénévoles"], most, corpus.schema)
        values = [figure.value for figure in read]
        known = [value for value in values if value is not None]
        assert values[: len(known)] == known == sorted(known, reverse=most)
        assert len(known) >= 3


@pytest.mark.parametrize(("value", "said"), [(150, "150"), (1500, "1\u202f500"), (244.97, "244,97"), (0, "0")])
def test_amounts_are_written_in_french(value, said):
    assert written(value) == said


def test_a_digest_quotes_every_sentence_of_the_limits_once_a_theme(corpus, talk):
    found = digest(corpus.sheets, corpus.schema, talk.difficulties)
    told = {sheet.id for theme in found.themes for sheet, _ in theme.quotes}
    assert told | {sheet.id for sheet in found.silent} == {sheet.id for sheet in corpus.sheets}
    assert not told & {sheet.id for sheet in found.silent}
    for theme in found.themes:
        places = [(quote.start, quote.end) for _, quote in theme.quotes]
        assert len(set(places)) == len(places)
        for sheet, quote in theme.quotes:
            section = next(s for s in sheet.sections if s.start <= quote.start and quote.end <= s.end)
            assert section.role is Role.LIMITS
    names = {theme.name for theme in found.themes}
    kinds = {"bénévoles", "financement", "mobilité", "locaux", "mobilisation du public", "partenariat", "temps"}
    assert kinds <= set(talk.difficulties)
    assert len(names & kinds) >= 6


def test_diverse_sheets_differ_more_than_the_nearest_ones(corpus):
    first, *others = corpus.sheets
    alike = sorted(others, key=lambda sheet: -likeness(first, sheet))[:3]
    chosen = diverse([(sheet, 1.0) for sheet in others], [first], 3, "seed")
    assert sum(likeness(first, sheet) for sheet in chosen) < sum(likeness(first, sheet) for sheet in alike)
    assert len({sheet.id for sheet in chosen}) == 3
    assert chosen == diverse([(sheet, 1.0) for sheet in others], [first], 3, "seed")


def test_a_session_asks_about_what_the_sheets_say_and_keeps_their_limits_apart(corpus, talk):
    sheets = named(corpus, "les visiteurs à domicile", "Fête du jeu", "Festival du Bout du Champ")
    session = prepare(sheets, talk.discussion, corpus.schema)
    assert {asked.sheet.id for asked in session.questions} == {sheet.id for sheet in sheets}
    assert len({asked.question for asked in session.questions}) == len(session.questions) >= 5
    limits = {quote for _, quotes in session.guesses for quote in quotes}
    assert limits
    assert not limits & {asked.quote for asked in session.questions}
    assert Facet.PUBLIC in sheets[0].facets


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  undo:", "  undone:"),
        ("numbers: ['115', '112']", "numbers: ['999']"),
        ("facet: territoire", "facet: couleur"),
        ("'\\bmoins\\b|\\bgratuit'", "'(moins'"),
    ],
)
def test_a_fault_in_the_wordings_is_refused_with_its_file(repository, tmp_path, before, after):
    text = (repository / "data" / "talk.yaml").read_text("utf-8")
    assert before in text
    path = tmp_path / "talk.yaml"
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(SchemaError, match=r"talk\.yaml"):
        load_talk(path)


def test_every_wording_asked_for_is_in_the_file(talk):
    assert set(talk.turns) == TURNS
