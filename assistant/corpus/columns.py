"""Columns of a table matched to the labels of a schema: accents, case and wording are forgiven, doubt is not.

Wordings are compared by their stems with rapidfuzz; what could be two labels is left to ``--columns``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rapidfuzz import fuzz

from assistant.corpus.schema import Schema, letters
from assistant.documents import Strict, load_yaml
from assistant.errors import SchemaError
from assistant.language.analyzer import terms
from assistant.language.folding import fold
from assistant.typography import guillemets
from assistant.values import Facet, Role

TITLE = "Titre"
DEPARTMENT = "Département"
"""Joined to the structure, as sheets write it: NAME - DÉPARTEMENT."""
_TITLES = (
    TITLE,
    "Titre de la fiche",
    "Titre de l'action",
    "Nom de l'action",
    "Intitulé",
    "Intitulé de l'action",
    "Nom",
)
_SAME = 100.0
_LEAST = 80.0
_APART = 5.0  # between the best label and the next one, in points of 100


class How(StrEnum):
    """How a column got its label."""

    EXACT = "exact"
    NEAR = "near"
    GIVEN = "given"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Column:
    """``label`` is empty for a column left aside; ``score`` is 0 to 100; ``candidates`` are those of a doubt."""

    header: str
    label: str
    how: How
    score: float = 0.0
    candidates: tuple[str, ...] = ()


class Columns(Strict):
    """A ``--columns`` file: the label of headers (nothing to leave one aside), what stands between choices."""

    columns: dict[str, str | None] = {}
    separators: str = ";|"


def load_columns(path: Path, schema: Schema) -> Columns:
    """A ``--columns`` file.

    Raises:
        SchemaError: it cannot be read, or names a label that the schema does not have.
    """
    file = load_yaml(path, Columns)
    known = column_labels(schema)
    for header, label in file.columns.items():
        if label is not None and label not in known:
            raise SchemaError(
                f"{path}\u00a0: {guillemets(header)} va à {guillemets(label)}, qui n’est pas un libellé.",
                f"Choisissez parmi\u00a0: {' · '.join(known)}.",
            )
    return file


def column_labels(schema: Schema) -> list[str]:
    """Every name that a column may go to."""
    return [name for name, _ in _targets(schema)]


def match_columns(headers: Sequence[str], schema: Schema, given: Columns) -> tuple[Column, ...]:
    """Each column with its label, in the order of the table; a label goes to one column at most."""
    wanted = {fold(header).strip(): label for header, label in given.columns.items()}
    found: dict[int, Column] = {}
    for position, header in enumerate(headers):
        key = fold(header).strip()
        if key in wanted:
            found[position] = Column(header, wanted[key] or "", How.GIVEN, _SAME)
    _refuse_two(found.values())
    for least in (_SAME, _LEAST):
        _match(headers, schema, found, least)
    left = {position: Column(header, "", How.UNKNOWN) for position, header in enumerate(headers)}
    return tuple((left | found)[position] for position in range(len(headers)))


def _refuse_two(columns: Iterable[Column]) -> None:
    labels: dict[str, str] = {}
    for column in columns:
        if column.label and column.label in labels:
            raise SchemaError(
                f"Les colonnes {guillemets(labels[column.label])} et {guillemets(column.header)} vont toutes deux à "
                f"{guillemets(column.label)}.",
                "Gardez-en une.",
            )
        labels[column.label] = column.header


def _match(headers: Sequence[str], schema: Schema, found: dict[int, Column], least: float) -> None:
    """Add the matches of at least this score, best first; of two labels as near, neither."""
    targets = dict(_targets(schema))
    free = [position for position in range(len(headers)) if position not in found]
    scores = {
        (position, label): _score(headers[position], names) for position in free for label, names in targets.items()
    }
    ranked = sorted(scores, key=lambda pair: (-scores[pair], pair[0]))
    for position, label in ranked:
        score = scores[position, label]
        taken = {column.label for column in found.values()}
        if score < least or label in taken or position in found:
            continue
        rivals = [
            other
            for other in targets
            if other != label and other not in taken and scores[position, other] > score - _APART
        ]
        if rivals and score < _SAME:
            found[position] = Column(headers[position], "", How.DOUBTFUL, score, (label, *rivals))
        else:
            found[position] = Column(headers[position], label, How.EXACT if score == _SAME else How.NEAR, score)


def _targets(schema: Schema) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every name that a column may go to, with the ways in which it may be called."""
    roles = [label.role for label in schema.labels]
    facets = [label.facet for label in schema.labels]
    own = {letters(label.label) for label in schema.labels}
    if letters(TITLE) not in own:
        yield TITLE, _TITLES
    if Facet.STRUCTURE in facets and letters(DEPARTMENT) not in own:
        yield DEPARTMENT, (DEPARTMENT,)
    for label in schema.labels:
        names = [label.label]
        if label.facet and facets.count(label.facet) == 1:
            names.append(label.facet.value)
        if label.role is not Role.OTHER and roles.count(label.role) == 1:
            names.append(schema.roles[label.role])
        yield label.label, tuple(names)


def _score(header: str, names: Sequence[str]) -> float:
    return max(_likeness(header, name) for name in names)


def _likeness(header: str, name: str) -> float:
    """0 to 100; 100 only when letters and digits are the same."""
    if letters(header) and letters(header) == letters(name):
        return _SAME
    one, other = " ".join(terms(header)), " ".join(terms(name))
    if not one or not other:
        return 0.0
    return min(99.0, 0.9 * fuzz.token_set_ratio(one, other) + 0.1 * fuzz.token_sort_ratio(one, other))
