"""Coverage: what the corpus holds and what it lacks, by choice, by place, by section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.corpus.catalogue import UNSET
from assistant.corpus.places import Department
from assistant.corpus.schema import Label, Schema
from assistant.values import Facet, Sheet, Status


@dataclass(frozen=True, slots=True)
class Grid:
    """Two facets crossed. ``cells`` gives the ids of the sheets of each cell that has some; a sheet
    with several values of a facet stands in several cells, and once in the totals."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], tuple[str, ...]]
    row_totals: Mapping[str, int]
    column_totals: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Region:
    """A région; ``departments`` are those with sheets, with how many."""

    name: str
    sheets: int
    departments: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Fill:
    """How many sheets fill a label, refer to a document that is not there, or leave it empty."""

    label: Label
    filled: int
    placeholder: int
    empty: int


def grid(sheets: Sequence[Sheet], rows: Facet, columns: Facet, schema: Schema) -> Grid:
    """The sheets by two facets: rows by how many sheets they have, columns in the order of the schema."""
    cells: dict[tuple[str, str], list[str]] = {}
    down: Counter[str] = Counter()
    across: Counter[str] = Counter()
    for sheet in sheets:
        mine, theirs = sheet.facet(rows) or (UNSET,), sheet.facet(columns) or (UNSET,)
        down.update(mine)
        across.update(theirs)
        for row in mine:
            for column in theirs:
                cells.setdefault((row, column), []).append(sheet.id)
    declared = [value for value in _declared(schema, columns) if value in across or value != "Autre"]
    others = sorted(
        (value for value in across if value not in declared and value != UNSET), key=lambda v: (-across[v], v)
    )
    ordered = sorted((value for value in down if value != UNSET), key=lambda value: (-down[value], value))
    return Grid(
        (*ordered, *_unset(down)),
        (*declared, *others, *_unset(across)),
        {place: tuple(ids) for place, ids in cells.items()},
        dict(down),
        dict(across),
    )


def gaps(table: Grid, most: int) -> tuple[tuple[str, str], ...]:
    """The empty cells that one would expect to be filled: both their row and their column have many sheets."""
    empty = [
        (row, column)
        for row in table.rows
        for column in table.columns
        if (row, column) not in table.cells and UNSET not in (row, column) and table.column_totals.get(column)
    ]
    expected = {place: table.row_totals[place[0]] * table.column_totals[place[1]] for place in empty}
    return tuple(sorted(empty, key=lambda place: (-expected[place], place))[:most])


def regions(sheets: Iterable[Sheet], departments: Iterable[Department]) -> tuple[Region, ...]:
    """Every région of the list of départements, in its order, with the sheets that stand there."""
    counted: dict[str, Counter[str]] = {}
    for department in departments:
        counted.setdefault(department.region, Counter())
    totals: Counter[str] = Counter()
    for sheet in sheets:
        for region in sheet.facet(Facet.REGION):
            totals[region] += 1
            counted.setdefault(region, Counter()).update(sheet.facet(Facet.DEPARTMENT))
    return tuple(
        Region(name, totals[name], dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))))
        for name, found in counted.items()
    )


def quality(sheets: Sequence[Sheet], schema: Schema) -> tuple[Fill, ...]:
    """For each label that every sheet should fill, in the order of the schema, how many do.

    A label that stands twice in a sheet counts once, filled when one of them is.
    """
    fills = []
    for label in schema.labels:
        if label.optional:
            continue
        states: Counter[Status] = Counter()
        for sheet in sheets:
            found = {section.status for section in sheet.sections if section.label == label.label} or {Status.EMPTY}
            states[next(state for state in (Status.FILLED, Status.PLACEHOLDER, Status.EMPTY) if state in found)] += 1
        fills.append(Fill(label, states[Status.FILLED], states[Status.PLACEHOLDER], states[Status.EMPTY]))
    return tuple(fills)


def _declared(schema: Schema, facet: Facet) -> tuple[str, ...]:
    return next((label.values for label in schema.labels if label.facet is facet), ())


def _unset(counted: Mapping[str, int]) -> tuple[str, ...]:
    return (UNSET,) if UNSET in counted else ()
