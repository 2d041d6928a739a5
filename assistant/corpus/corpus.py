"""The corpus: a data folder, read whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from assistant.corpus.examples import read_examples
from assistant.corpus.identity import Seen
from assistant.corpus.places import load_departments
from assistant.corpus.reader import Reading, read_source
from assistant.corpus.schema import Schema, load_schema
from assistant.errors import CorpusError
from assistant.language.thesaurus import Concept, load_thesaurus
from assistant.values import Example, Sheet

SCHEMA = "schema.yaml"
DEPARTMENTS = "departements.csv"
NEEDS = "needs.yaml"
BACKGROUND = "background.yaml"
THESAURUS = "thesaurus.yaml"
EVERYDAY = "everyday.yaml"
ALIGNMENT = "alignment.npz"
ADAPTER = "adapter.npz"
RANKING = "ranking.yaml"
CALIBRATION = "abstention.yaml"
WORDINGS = "questions.yaml"
TALK = "talk.yaml"
ACTS = "acts.npz"
SECTIONS = "sections.npz"
ACTIONS = "actions"


@dataclass(frozen=True, slots=True)
class Corpus:
    schema: Schema
    readings: tuple[Reading, ...]
    examples: tuple[Example, ...]
    concepts: tuple[Concept, ...] = ()

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return tuple(sheet for reading in self.readings for sheet in reading.sheets)


def read_corpus(data: Path) -> Corpus:
    """Every export of a data folder, in the order of their names.

    Raises:
        SchemaError, CorpusError: with file and line.
    """
    schema = load_schema(data / SCHEMA)
    departments = load_departments(data / DEPARTMENTS)
    seen = Seen()
    readings = tuple(read_source(path.name, path.read_bytes(), schema, departments, seen) for path in exports(data))
    sheets = [sheet for reading in readings for sheet in reading.sheets]
    examples = read_examples(data / NEEDS, data / BACKGROUND, sheets)
    return Corpus(schema, readings, examples, load_thesaurus(data / THESAURUS))


def input_hashes(data: Path) -> dict[str, str]:
    """SHA-256 of every file that an index is made from, by its name inside the data folder."""
    return setting_hashes(data) | {
        path.relative_to(data).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in exports(data)
    }


def setting_hashes(data: Path) -> dict[str, str]:
    """Those of the files that are not exports."""
    paths = (data / name for name in (SCHEMA, DEPARTMENTS, NEEDS, BACKGROUND, THESAURUS, ADAPTER))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}


def data_version(data: Path) -> str:
    """The version of a data folder, as an index made from it would give it."""
    return hashlib.sha256(json.dumps(input_hashes(data), sort_keys=True).encode()).hexdigest()[:12]


def source_texts(data: Path) -> dict[str, str]:
    """The text of every export, by its name in quotes."""
    return {path.name: path.read_bytes().decode("utf-8") for path in exports(data)}


def exports(data: Path) -> list[Path]:
    """The files of sheets, in the order of their names.

    Raises:
        CorpusError: there are none.
    """
    folder = data / ACTIONS
    paths = sorted(folder.glob("*.txt")) if folder.is_dir() else []
    if not paths:
        raise CorpusError(
            str(folder),
            1,
            "aucun fichier de fiches (*.txt).",
            "Déposez-y un export, ou donnez un autre dossier avec --data.",
        )
    return paths
