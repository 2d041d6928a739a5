"""Coverage: the grid, the places and the gaps say what the sheets say."""

from __future__ import annotations

import pytest

from assistant.corpus.catalogue import UNSET
from assistant.corpus.corpus import DEPARTMENTS, Corpus
from assistant.corpus.coverage import gaps, grid, quality, regions
from assistant.corpus.places import load_departments
from assistant.values import Facet, Status


@pytest.mark.parametrize("rows", [Facet.KEYWORDS, Facet.TERRITORY])
def test_every_cell_holds_its_sheets_and_no_other(corpus: Corpus, rows: Facet) -> None:
    table = grid(corpus.sheets, rows, Facet.PUBLIC, corpus.schema)
    for row in table.rows:
        for column in table.columns:
            expected = [
                sheet.id
                for sheet in corpus.sheets
                if row in (sheet.facet(rows) or (UNSET,)) and column in (sheet.facet(Facet.PUBLIC) or (UNSET,))
            ]
            assert list(table.cells.get((row, column), ())) == expected
    assert {sheet for cell in table.cells.values() for sheet in cell} == {sheet.id for sheet in corpus.sheets}


def test_a_public_of_the_template_that_no_sheet_has_is_a_column_of_noughts(corpus: Corpus) -> None:
    sheets = [sheet for sheet in corpus.sheets if "Seniors" not in sheet.facet(Facet.PUBLIC)]
    table = grid(sheets, Facet.KEYWORDS, Facet.PUBLIC, corpus.schema)
    assert "Seniors" in table.columns
    assert "Seniors" not in table.column_totals


def test_gaps_are_empty_cells_between_values_that_have_sheets(corpus: Corpus) -> None:
    table = grid(corpus.sheets, Facet.KEYWORDS, Facet.PUBLIC, corpus.schema)
    found = gaps(table, 4)
    assert len(found) == 4
    for row, column in found:
        assert (row, column) not in table.cells
        assert table.row_totals[row]
        assert table.column_totals[column]
        assert UNSET not in (row, column)


def test_regions_are_all_there_and_their_departments_add_up(corpus: Corpus, repository) -> None:
    departments = load_departments(repository / "data" / DEPARTMENTS).values()
    found = regions(corpus.sheets, departments)
    assert {region.name for region in found} >= {department.region for department in departments}
    assert sum(region.sheets for region in found) == sum(len(s.facet(Facet.REGION)) for s in corpus.sheets)
    for region in found:
        assert sum(region.departments.values()) == region.sheets


def test_quality_counts_every_sheet_once_a_label(corpus: Corpus) -> None:
    fills = quality(corpus.sheets, corpus.schema)
    assert [fill.label.label for fill in fills] == [l.label for l in corpus.schema.labels if not l.optional]  # noqa: E741
    for fill in fills:
        assert fill.filled + fill.placeholder + fill.empty == len(corpus.sheets)
        said = sum(
            any(s.label == fill.label.label and s.status is Status.FILLED for s in sheet.sections)
            for sheet in corpus.sheets
        )
        assert fill.filled == said


def test_nothing_at_all_is_covered_by_nothing(corpus: Corpus) -> None:
    table = grid([], Facet.KEYWORDS, Facet.PUBLIC, corpus.schema)
    assert table.rows == ()
    assert gaps(table, 4) == ()
    assert all(fill.empty == 0 for fill in quality([], corpus.schema))
