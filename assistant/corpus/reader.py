"""The text export: one file of many sheets, read without losing or changing a character.

Every character of a source belongs to exactly one tile; sheets point into the source by offset.
How the export is written, and why a closed list of labels is the only safe guide, stands in
``docs/source-format.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from assistant.corpus.identity import Seen, readable_id, text_identity
from assistant.corpus.lines import BYTE_ORDER_MARK, Line, decode, read_lines, trimmed
from assistant.corpus.places import Department, split_structure
from assistant.corpus.schema import Label, Schema, letters
from assistant.errors import CorpusError
from assistant.typography import guillemets
from assistant.values import Facet, Kind, Role, Section, Sheet, Span, Status

UNLABELLED = "(sans libellé)"


class TileKind(StrEnum):
    HEADING = "heading"
    LABEL = "label"
    MARKER = "marker"
    VALUE = "value"
    BLANK = "blank"


class Tile(NamedTuple):
    kind: TileKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth a look, at a 1-based line of a source; reading went on."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}, ligne {self.line}\u00a0: {self.message}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one source holds: its sheets, its tiles (which concatenate to ``text``), its warnings."""

    name: str
    text: str
    sheets: tuple[Sheet, ...]
    tiles: tuple[Tile, ...]
    warnings: tuple[Notice, ...]


@dataclass(slots=True)
class _Draft:
    """A section being read."""

    label: str
    role: Role
    kind: Kind
    known: Label | None
    line: int
    at: int
    lines: list[Span] = field(default_factory=list)
    dashed: bool = False


def read_source(
    name: str, data: bytes, schema: Schema, departments: Mapping[str, Department], seen: Seen | None = None
) -> Reading:
    """Read one text export.

    Args:
        name: how the source is called in quotes (its file name).
        data: its bytes, UTF-8.
        seen: the sheets of the sources read before it, told apart from its own; added to.

    Raises:
        CorpusError: not UTF-8, empty, no sheet, or a sheet without title; names file and line.
    """
    return _Reader(name, decode(name, data), schema, departments, seen or Seen()).read()


class _Reader:
    """One pass over the lines of a source; holds where it stands."""

    def __init__(self, name: str, text: str, schema: Schema, departments: Mapping[str, Department], seen: Seen) -> None:
        self.name = name
        self.text = text
        self.schema = schema
        self.departments = departments
        self.seen = seen
        self.tiles: list[Tile] = []
        self.warnings: list[Notice] = []
        self.sheets: list[Sheet] = []

    def read(self) -> Reading:
        mark = len(self.text) - len(self.text.removeprefix(BYTE_ORDER_MARK))
        if mark:
            self.tiles.append(Tile(TileKind.BLANK, 0, mark))
        lines = list(read_lines(self.text, mark))
        starts = [index for index, line in enumerate(lines) if line.text == self.schema.sheet_marker]
        if not starts:
            raise CorpusError(
                self.name,
                1,
                f"aucune fiche\u00a0: pas de ligne {guillemets(self.schema.sheet_marker)}.",
                "Vérifiez que le fichier est un export de fiches et que schema.yaml est le sien.",
            )
        for line in lines[: starts[0]]:
            self._tile(line, TileKind.HEADING)
        for first, last in zip(starts, [*starts[1:], len(lines)], strict=True):
            self._sheet(lines[first:last])
        return Reading(self.name, self.text, tuple(self._distinct()), tuple(self.tiles), tuple(self.warnings))

    def _sheet(self, lines: list[Line]) -> None:
        self._tile(lines[0], TileKind.HEADING)
        title = lines[1] if len(lines) > 1 else None
        if title is None or not title.text.strip() or self._label(title.text):
            raise CorpusError(
                self.name, lines[0].number + 1, "fiche sans titre.", "Écrivez le titre de la fiche sur cette ligne."
            )
        self._tile(title, TileKind.HEADING)
        drafts = self._drafts(lines[2:])
        sections = tuple(self._section(draft) for draft in drafts)
        self._check_labels(title, drafts)
        end = max(line.end for line in lines[1:])
        facets = self._facets(title, drafts)
        name = title.text.strip()
        self.sheets.append(
            Sheet(
                id=readable_id(name, facets.get(Facet.STRUCTURE, ())),
                title=name,
                source=self.name,
                start=title.start,
                text=self.text[title.start : end],
                sections=sections,
                facets=facets,
            )
        )

    def _drafts(self, lines: list[Line]) -> list[_Draft]:
        drafts: list[_Draft] = []
        for line in lines:
            known = self._label(line.text)
            if not line.text.strip():
                self._tile(line, TileKind.BLANK)
            elif known:
                self._tile(line, TileKind.LABEL, marker=2)
                drafts.append(_Draft(known.label, known.role, known.kind, known, line.number, line.end))
            else:
                self._value(line, drafts)
        return drafts

    def _value(self, line: Line, drafts: list[_Draft]) -> None:
        """A line that is no label: a value of the section in hand, or of one opened for it."""
        dashed = line.text.startswith("- ")
        if dashed and letters(line.text) in self.schema.by_key:
            almost = self.schema.by_key[letters(line.text)].label
            written = guillemets(line.text[2:].strip())
            self._warn(line, f"{written} ressemble au libellé {guillemets(almost)}\u00a0; lu comme un texte.")
        if not drafts:
            self._warn(line, "texte avant le premier libellé\u00a0; gardé sans libellé.")
            drafts.append(_Draft(UNLABELLED, Role.OTHER, Kind.TEXT, None, line.number, line.start))
        draft = drafts[-1]
        if line.text.strip() == "-":
            self._tile(line, TileKind.MARKER)
            draft.dashed = False
        elif draft.kind is Kind.TEXT:
            self._tile(line, TileKind.VALUE)
            draft.lines.append(trimmed(line))
        elif dashed:
            self._tile(line, TileKind.VALUE, marker=2)
            draft.lines.append(trimmed(line, 2))
            draft.dashed = True
            self._check_choice(line, draft)
        elif draft.known and line.text.strip() == draft.known.subheading:
            self._tile(line, TileKind.LABEL)
        else:
            drafts.append(self._unknown(line, draft))
            self._tile(line, TileKind.VALUE)
            drafts[-1].lines.append(trimmed(line))

    def _unknown(self, line: Line, draft: _Draft) -> _Draft:
        """Text inside a choice: the dashed line above it was a label that the schema does not know."""
        above = draft.lines[-1] if draft.dashed else None
        if above is None or (draft.known and self.text[above.start : above.end] in draft.known.values):
            self._warn(line, f"texte inattendu sous {guillemets(draft.label)}\u00a0; gardé sans libellé.")
            return _Draft(UNLABELLED, Role.OTHER, Kind.TEXT, None, line.number, line.start)
        span = draft.lines.pop()
        label = self.text[span.start : span.end]
        position = next(i for i in range(len(self.tiles) - 1, -1, -1) if self.tiles[i].start == span.start)
        self.tiles[position] = self.tiles[position]._replace(kind=TileKind.LABEL)
        self._warn(line, f"libellé inconnu {guillemets(label)}\u00a0; son texte est gardé et cherché, sans rôle.")
        return _Draft(label, Role.OTHER, Kind.TEXT, None, line.number, line.start)

    def _section(self, draft: _Draft) -> Section:
        if not draft.lines:
            return Section(draft.label, draft.role, draft.kind, Status.EMPTY, draft.at, draft.at, ())
        start, end = draft.lines[0].start, draft.lines[-1].end
        stands_for = all(self.schema.is_placeholder(self.text[span.start : span.end]) for span in draft.lines)
        status = Status.PLACEHOLDER if stands_for and draft.kind is Kind.TEXT else Status.FILLED
        values = tuple(draft.lines) if draft.kind is Kind.CHOICE else (Span(start, end),)
        return Section(draft.label, draft.role, draft.kind, status, start, end, values)

    def _facets(self, title: Line, drafts: list[_Draft]) -> dict[Facet, tuple[str, ...]]:
        facets: dict[Facet, tuple[str, ...]] = {}
        for draft in drafts:
            facet = draft.known.facet if draft.known else None
            if facet is None:
                continue
            values = [self.text[span.start : span.end] for span in draft.lines]
            spelt = [self.schema.spellings.get(value, value) for value in values]
            before = facets.get(facet, ())
            if before and spelt and set(before) != set(spelt):
                message = f"{guillemets(draft.label)} est donné deux fois avec des valeurs différentes"
                self._warn_at(draft.line, f"{message}\u00a0; toutes sont gardées.")
            facets[facet] = tuple(dict.fromkeys([*before, *spelt]))
        return {facet: values for facet, values in self._placed(title, facets).items() if values}

    def _placed(self, title: Line, facets: dict[Facet, tuple[str, ...]]) -> dict[Facet, tuple[str, ...]]:
        if not facets.get(Facet.STRUCTURE):
            return facets
        name, department = split_structure(facets[Facet.STRUCTURE][0], self.departments)
        if department is None:
            self._warn(title, f"pas de département connu dans {guillemets(name)}.")
            return facets
        return facets | {
            Facet.STRUCTURE: (name,),
            Facet.DEPARTMENT: (department.name,),
            Facet.REGION: (department.region,),
        }

    def _check_choice(self, line: Line, draft: _Draft) -> None:
        value = line.text[2:].strip()
        if draft.known and draft.known.values and value not in draft.known.values:
            self._warn(line, f"valeur inconnue {guillemets(value)} pour {guillemets(draft.label)}\u00a0; gardée.")

    def _check_labels(self, title: Line, drafts: list[_Draft]) -> None:
        found = {draft.label for draft in drafts}
        for label in self.schema.labels:
            if not label.optional and label.label not in found:
                self._warn(title, f"libellé absent\u00a0: {guillemets(label.label)}.")

    def _distinct(self) -> Iterator[Sheet]:
        """Each sheet once; sheets that differ but share title and structure get ids of their own."""
        line, counted = 1, 0
        for sheet in self.sheets:
            line, counted = line + self.text.count("\n", counted, sheet.start), sheet.start
            sheet_id, message = self.seen.told_apart(self.name, line, sheet.title, sheet.id, text_identity(sheet.text))
            if message:
                self._warn_at(line, message)
            if sheet_id:
                yield sheet if sheet_id == sheet.id else replace(sheet, id=sheet_id)

    def _label(self, text: str) -> Label | None:
        return self.schema.by_name.get(text[2:].rstrip()) if text.startswith("- ") else None

    def _tile(self, line: Line, kind: TileKind, marker: int = 0) -> None:
        """Cut a line in tiles: blank, marker, the rest, blank (line break included)."""
        span = trimmed(line, marker)
        head = line.start + (marker if marker else 0)
        pieces = [
            (TileKind.MARKER, line.start, head),
            (TileKind.BLANK, head, span.start),
            (kind, span.start, span.end),
            (TileKind.BLANK, span.end, line.stop),
        ]
        self.tiles.extend(Tile(*piece) for piece in pieces if piece[1] < piece[2])

    def _warn(self, line: Line, message: str) -> None:
        self._warn_at(line.number, message)

    def _warn_at(self, number: int, message: str) -> None:
        self.warnings.append(Notice(self.name, number, message))
