"""The commands of exports: make one, check one, say what the corpus leaves unsaid."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli_french import FrenchCommand
from assistant.cli_shared import AsJson, Data, Index, all_sheets, find_sheet, open_assistant, print_value, settings_of
from assistant.errors import FailureError, UsageError
from assistant.export.render import FORMATS, filename, render
from assistant.typography import counted, guillemets
from assistant.values import Role

if TYPE_CHECKING:
    from assistant.corpus.schema import Schema
    from assistant.export.document import Document
    from assistant.replies import Answer, Session
    from assistant.settings import Settings
    from assistant.values import Sheet

_SIDE_BY_SIDE = (2, 6)  # sheets that a comparison holds
_IN_A_SESSION = 3


class Form(StrEnum):
    """What an export makes of the sheets."""

    SELECTION = "selection"
    COMPARISON = "comparison"
    TRAINING = "training"
    TRANSPOSITION = "transposition"


class FormatName(StrEnum):
    DOCX = "docx"
    PDF = "pdf"
    MD = "md"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The sheets to export, with what they are made into."""

    sheets: Sequence[Sheet]
    schema: Schema
    corpus_version: str
    question: str
    data: Path
    session: Session | None = None


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(cls=FrenchCommand)(export)
    app.command("verify", cls=FrenchCommand)(verify_file)
    app.command(cls=FrenchCommand)(gaps)


def export(
    titles: Annotated[
        list[str] | None, typer.Argument(metavar="TITRE", help="Titres ou identifiants, dans l’ordre voulu.")
    ] = None,
    question: Annotated[
        str, typer.Option("--question", metavar="QUESTION", help="Les fiches qui répondent à cette question.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Toutes les fiches.")] = False,
    kind: Annotated[
        Form, typer.Option("--kind", metavar="GENRE", help=f"Ce qu’on en fait\u00a0: {', '.join(Form)}.")
    ] = Form.SELECTION,
    format_name: Annotated[
        FormatName | None,
        typer.Option("--format", metavar="FORMAT", help=f"Le format du fichier\u00a0: {', '.join(FormatName)}."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FICHIER", help="Le fichier à écrire.")
    ] = None,
    roles: Annotated[
        list[Role] | None,
        typer.Option("--section", metavar="RUBRIQUE", help=f"Une rubrique, peut être répété\u00a0: {', '.join(Role)}."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Remplace le fichier s’il existe.")] = False,
    data: Data = None,
    index: Index = None,
) -> None:
    """Écrit un fichier Word, PDF, Markdown ou CSV\u00a0: fiches, comparaison, dossier de formation, transposition."""
    name = _format(format_name, output)
    settings = settings_of(data, index)
    chosen = _chosen(titles or [], question, every, kind, settings)
    document = _MAKERS[kind](chosen, tuple(roles or ()))
    path = output or Path(filename(document, name))
    _write(path, render(document, name), force)
    typer.echo(f"{path}\u00a0: {counted(len(chosen.sheets), 'fiche')}, {counted(document.quotes, 'citation')}.")


def verify_file(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Un export\u00a0: Word, PDF, Markdown ou CSV.")],
    as_json: AsJson = False,
    data: Data = None,
    index: Index = None,
) -> None:
    """Vérifie chaque citation d’un export, mot pour mot, dans les fiches."""
    from assistant.corpus.corpus import data_version, read_corpus
    from assistant.export.verify import verify
    from assistant.export.verify_form import verification_document, verification_text

    settings = settings_of(data, index)
    found = verify(_read(file), file.name, read_corpus(settings.data))
    version = data_version(settings.data)
    print_value(verification_document(found, version) if as_json else verification_text(found, version))
    if not found.holds:
        raise typer.Exit(1)


def gaps(as_json: AsJson = False, data: Data = None, index: Index = None) -> None:
    """Dit ce que les fiches laissent non renseigné, rubrique par rubrique."""
    from assistant.corpus.corpus import SCHEMA
    from assistant.corpus.gaps import find_gaps
    from assistant.corpus.schema import load_schema
    from assistant.export.gaps_form import gaps_document, gaps_text

    settings = settings_of(data, index)
    found = find_gaps(all_sheets(settings), load_schema(settings.data / SCHEMA))
    print_value(gaps_document(found) if as_json else gaps_text(found))


def _format(asked: FormatName | None, output: Path | None) -> str:
    """The format asked for, else that of the file to write."""
    extension = output.suffix.lower().removeprefix(".") if output else ""
    if asked is None and extension not in FORMATS:
        raise UsageError("Il manque le format du fichier.", f"Ajoutez --format {'|'.join(FORMATS)}.")
    if asked is not None and extension in FORMATS and extension != asked.value:
        raise UsageError(
            f"Le format demandé est {asked.value}, mais le fichier finit par .{extension}.", "Gardez l’un des deux."
        )
    return asked.value if asked else extension


def _chosen(titles: Sequence[str], question: str, every: bool, kind: Form, settings: Settings) -> _Chosen:
    from assistant.corpus.corpus import SCHEMA
    from assistant.corpus.schema import load_schema
    from assistant.stores import open_store

    if (every and (titles or question)) or not (every or titles or question):
        raise UsageError(
            "Aucune fiche à exporter."
            if not every
            else "--all exporte toutes les fiches\u00a0: rien d’autre à choisir.",
            "Donnez des titres, une question (--question) ou --all\u00a0; les titres\u00a0: assistant sheets",
        )
    schema = load_schema(settings.data / SCHEMA)
    store = open_store(settings)
    known = store.sheets(store.sheet_ids({}))
    found = list(known) if every else [find_sheet(known, title) for title in titles]
    session = None
    if question:
        answer = _answer(question, kind, settings)
        found += [excerpt.sheet for excerpt in answer.sheets]
        session = answer.turned.session if not titles else None
    once = list({sheet.id: sheet for sheet in found}.values())
    return _Chosen(once, schema, store.manifest.corpus_version, question, settings.data, session)


def _answer(question: str, kind: Form, settings: Settings) -> Answer:
    """The answer to the question; asked as a session, it chooses sheets that differ."""
    asked = f"Prépare une séance sur {question}" if kind is Form.TRAINING else question
    answer, _ = open_assistant(settings.data, settings.index).ask(asked)
    if not answer.sheets:
        raise UsageError(
            f"{answer.message}\u00a0: rien à exporter.", "Dites le besoin autrement, ou donnez des titres."
        )
    return answer


def _selection(chosen: _Chosen, roles: tuple[Role, ...]) -> Document:
    from assistant.export.selection import selection_document

    return selection_document(
        chosen.sheets, chosen.schema, chosen.corpus_version, _today(), roles, question=chosen.question
    )


def _comparison(chosen: _Chosen, roles: tuple[Role, ...]) -> Document:
    from assistant.conversation.comparison import compare
    from assistant.export.board import comparison_document

    least, most = _SIDE_BY_SIDE
    sheets = chosen.sheets[:most] if chosen.question else chosen.sheets
    if not least <= len(sheets) <= most:
        raise UsageError(
            f"Une comparaison tient de {least} à {most} fiches, et il y en a {len(sheets)}.", "Changez le choix."
        )
    board = compare(sheets, chosen.schema, roles)
    return comparison_document(board, chosen.corpus_version, _today(), question=chosen.question)


def _training(chosen: _Chosen, _roles: tuple[Role, ...]) -> Document:
    from assistant.conversation.training import prepare
    from assistant.conversation.wordings import load_talk
    from assistant.corpus.corpus import TALK
    from assistant.export.training import training_document

    sheets = chosen.sheets[:_IN_A_SESSION] if chosen.question else chosen.sheets
    session = chosen.session or prepare(sheets, load_talk(chosen.data / TALK).discussion, chosen.schema)
    return training_document(session, chosen.schema, chosen.corpus_version, _today(), chosen.question)


def _transposition(chosen: _Chosen, _roles: tuple[Role, ...]) -> Document:
    from assistant.export.transposition import transposition_document

    sheet, *others = chosen.sheets
    if others and not chosen.question:
        raise UsageError("On transpose une fiche à la fois.", "Donnez un seul titre.")
    return transposition_document(sheet, chosen.schema, chosen.corpus_version, _today())


_MAKERS: dict[Form, Callable[[_Chosen, tuple[Role, ...]], Document]] = {
    Form.SELECTION: _selection,
    Form.COMPARISON: _comparison,
    Form.TRAINING: _training,
    Form.TRANSPOSITION: _transposition,
}


def _today() -> date:
    return date.today()


def _read(path: Path) -> bytes:
    from assistant.export.found import LARGEST

    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError:
        raise UsageError(f"Le fichier {path} ne peut pas être lu.", "Vérifiez son nom et ses droits.") from None


def _write(path: Path, file: bytes, force: bool) -> None:
    """Written aside, then renamed: a file cut short never stands under its name."""
    if path.exists() and not force:
        raise UsageError(f"Le fichier {path} existe déjà.", "Ajoutez --force pour le remplacer.")
    try:
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError:
        raise FailureError(
            f"Impossible d’écrire dans {guillemets(str(path.parent))}.", "Choisissez un autre dossier avec --output."
        ) from None
    try:
        with os.fdopen(handle, "wb") as draft:
            draft.write(file)
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except OSError as error:
        Path(aside).unlink(missing_ok=True)
        raise FailureError(
            f"Le fichier {path} ne peut pas être écrit ({error.strerror}).", "Choisissez un autre nom."
        ) from None
