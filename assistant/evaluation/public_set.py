"""Reading a public set in BEIR form (https://github.com/beir-cellar/beir): documents become sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import JudgedError
from assistant.typography import guillemets
from assistant.values import Kind, Role, Section, Sheet, Span, Status

CORPUS = "corpus.jsonl"
QUERIES = "queries.jsonl"
JUDGEMENTS = "qrels.tsv"
LABEL = "Texte"


class _Text(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(alias="_id", min_length=1)
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class PublicSet:
    """``judgements``: for each query, the grade of each judged document."""

    documents: tuple[Sheet, ...]
    queries: Mapping[str, str]
    judgements: Mapping[str, Mapping[str, int]]


def read_public_set(folder: Path) -> PublicSet:
    """The set of a folder; queries without a judged document are left out.

    Raises:
        JudgedError: a file is missing, or a line cannot be read; names both.
    """
    documents = {number: _sheet(text) for number, text in _texts(folder / CORPUS).items()}
    queries = {number: text.text for number, text in _texts(folder / QUERIES).items()}
    judgements = _judgements(folder / JUDGEMENTS, documents, queries)
    return PublicSet(
        tuple(documents.values()), {number: queries[number] for number in queries if number in judgements}, judgements
    )


def _sheet(document: _Text) -> Sheet:
    start = len(document.title) + 1
    text = f"{document.title}\n{document.text}"
    status = Status.FILLED if document.text.strip() else Status.EMPTY
    section = Section(LABEL, Role.DESCRIPTION, Kind.TEXT, status, start, len(text), (Span(start, len(text)),))
    return Sheet(document.id, document.title, CORPUS, 0, text, (section,), {})


def _texts(path: Path) -> dict[str, _Text]:
    texts: dict[str, _Text] = {}
    for number, line in _lines(path):
        try:
            text = _Text.model_validate_json(line)
        except ValidationError as error:
            field = ".".join(str(part) for part in error.errors()[0]["loc"])
            fault = f"champ {guillemets(field)} absent ou fautif" if field else "JSON illisible"
            raise _faulty(path, number, fault) from None
        if text.id in texts:
            raise _faulty(path, number, f"l’identifiant {guillemets(text.id)} est déjà pris")
        texts[text.id] = text
    return texts


def _judgements(path: Path, documents: Mapping[str, Sheet], queries: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """The grades of a file whose first line is a header; grades of zero say nothing and are left out."""
    judgements: dict[str, dict[str, int]] = {}
    for number, line in _lines(path)[1:]:
        query, document, grade = _judgement(path, number, line)
        for name, known in ((query, queries), (document, documents)):
            if name not in known:
                raise _faulty(path, number, f"l’identifiant {guillemets(name)} n’est ni question ni document")
        if grade > 0:
            judgements.setdefault(query, {})[document] = grade
    if not judgements:
        raise JudgedError(f"{path} ne juge aucun document.", "Mettez-y des lignes question, document, note.")
    return judgements


def _judgement(path: Path, number: int, line: str) -> tuple[str, str, int]:
    try:
        query, document, grade = line.split("\t")
        return query, document, int(grade)
    except ValueError:
        raise _faulty(path, number, "il faut trois champs séparés par des tabulations, le dernier entier") from None


def _lines(path: Path) -> Sequence[tuple[int, str]]:
    """The lines that are not blank, with their 1-based numbers."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise JudgedError(
            f"Il manque {path}.",
            f"Donnez un dossier au format BEIR\u00a0: {CORPUS}, {QUERIES}, {JUDGEMENTS}.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise JudgedError(
            f"{path} ne peut pas être lu ({type(error).__name__}).", "Donnez un fichier en UTF-8."
        ) from None
    return [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]


def _faulty(path: Path, number: int, fault: str) -> JudgedError:
    return JudgedError(f"{path}, ligne {number}\u00a0: {fault}.", "Corrigez cette ligne.")
