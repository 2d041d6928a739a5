"""The command line: reads arguments, calls, renders."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from assistant import cli_completion, cli_corpus, cli_evaluation, cli_export, cli_journal
from assistant.cli_french import FrenchCommand, FrenchGroup, help_asked, in_french
from assistant.cli_shared import (
    AsJson,
    Data,
    Index,
    all_sheets,
    bar,
    changes,
    find_sheet,
    open_assistant,
    print_value,
    progress,
    settings_of,
)
from assistant.errors import AssistantError, QuestionError
from assistant.settings import BUNDLED, OWN
from assistant.typography import guillemets
from assistant.values import Facet

if TYPE_CHECKING:
    from assistant.answer import Assistant

app = typer.Typer(
    cls=FrenchGroup,
    help="Trouve et cite mot pour mot les fiches actions des centres sociaux.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Top = Annotated[int | None, typer.Option("--top", min=1, metavar="NOMBRE", help="Nombre de fiches au plus.")]


@app.command(cls=FrenchCommand)
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="La question, entre guillemets.")],
    top: Top = None,
    all_sheets: Annotated[bool, typer.Option("--all", help="Toutes les fiches qui répondent.")] = False,
    as_typed: Annotated[bool, typer.Option("--as-typed", help="Lit les mots tels quels, sans les corriger.")] = False,
    public: Annotated[
        list[str] | None, typer.Option("--public", metavar="PUBLIC", help="Public visé\u00a0; peut être répété.")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
    index: Index = None,
) -> None:
    """Pose une question."""
    from assistant.chat import personal_warning
    from assistant.export.json_form import answer_document
    from assistant.export.turn_text import reply_text

    assistant = open_assistant(data, index)
    if said := personal_warning(question, assistant):
        typer.echo(said, err=True)
    filters = {Facet.PUBLIC: _known_values(assistant, Facet.PUBLIC, public)} if public else None
    limit = assistant.store.manifest.sheets if all_sheets else top
    answer, _ = assistant.ask(question, filters=filters, limit=limit, as_typed=as_typed)
    print_value(answer_document(answer) if as_json else reply_text(answer, assistant.schema))


@app.command(cls=FrenchCommand)
def chat(
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="NOMBRE", help="Graine des idées au hasard.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Écrit une réponse JSON par ligne.")] = False,
    data: Data = None,
    index: Index = None,
) -> None:
    """Tient une conversation\u00a0; lit un dialogue, une question par ligne, quand il est donné en entrée."""
    from assistant.chat import converse

    converse(open_assistant(data, index), seed, as_json)


@app.command(cls=FrenchCommand)
def batch(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="Questions, une par ligne (JSON Lines).")],
    answers: Annotated[Path, typer.Argument(metavar="RÉPONSES", help="Fichier des réponses à écrire.")],
    data: Data = None,
    index: Index = None,
) -> None:
    """Répond à un fichier de questions."""
    from assistant.batch import Question, answer_all, read_questions, write_lines

    asked = read_questions(questions, Question)
    count = write_lines(answers, progress(answer_all(open_assistant(data, index), asked), len(asked), "Questions"))
    typer.echo(f"{count} réponses écrites dans {answers}.", err=True)


@app.command("index", cls=FrenchCommand)
def build_index(
    model: Annotated[
        str | None, typer.Option("--model", metavar="MODÈLE", help="Modèle sentence-transformers, nom ou dossier.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Reconstruit tout, sans reprendre l’index en place.")] = False,
    data: Data = None,
    index: Index = None,
) -> None:
    """Construit ou met à jour l’index des fiches."""
    from assistant.update import update_index

    settings = settings_of(data, index)
    with bar("Fiches") as advance:
        update = update_index(settings, model, full, advance, lambda line: typer.echo(line, err=True))
    for warning in update.warnings:
        typer.echo(f"Attention – {warning}", err=True)
    manifest = update.manifest
    total = f"{manifest.sheets} fiches, {manifest.passages} passages, modèle {manifest.model}"
    if update.build is None:
        typer.echo(f"Rien à faire\u00a0: l’index est à jour ({total}).")
        return
    typer.echo(f"Index à jour ({total})\u00a0: {changes(update.build)}.")


@app.command(cls=FrenchCommand)
def setup(data: Data = None) -> None:
    """Prépare le modèle des questions, pour que la première réponse soit rapide."""
    from assistant.corpus.corpus import ADAPTER
    from assistant.indexing.question_setup import prepare

    settings = settings_of(data, None)
    made = prepare(settings.cache, settings.data / ADAPTER)
    typer.echo("Le modèle des questions est prêt." if made else "Rien à faire\u00a0: le modèle des questions est prêt.")


@app.command("init", cls=FrenchCommand)
def copy_to_own(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DOSSIER", help=f"Le dossier à créer\u00a0; sans lui, {OWN}.")
    ] = None,
    data: Data = None,
    index: Index = None,
) -> None:
    """Copie les fiches et leur index dans un dossier à vous, pour en ajouter ou en retirer."""
    from assistant.bundle import copy_own

    own = copy_own(settings_of(data, index), (folder or OWN).resolve(), lambda line: typer.echo(line, err=True))
    if own.data.parent == OWN.resolve() and BUNDLED.is_dir():
        typer.echo(f"Vos fiches sont dans {own.data}\u00a0: l’assistant s’en sert désormais.")
    else:
        names = f"ASSISTANT_DATA={shlex.quote(str(own.data))} ASSISTANT_INDEX={shlex.quote(str(own.index))}"
        typer.echo(f"Vos fiches sont dans {own.data}. Pour vous en servir\u00a0: {names}")


@app.command(cls=FrenchCommand)
def serve(
    host: Annotated[
        str | None, typer.Option("--host", metavar="ADRESSE", help="Adresse d’écoute (ASSISTANT_HOST).")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, metavar="PORT", help="Port (ASSISTANT_PORT).")
    ] = None,
    data: Data = None,
    index: Index = None,
) -> None:
    """Ouvre la page."""
    from assistant.web.server import serve as serve_page

    settings = settings_of(data, index)
    serve_page(replace(settings, host=host or settings.host, port=port or settings.port))


@app.command("mcp", cls=FrenchCommand)
def serve_mcp(data: Data = None, index: Index = None) -> None:
    """Sert les fiches à un assistant qui parle MCP, sur l’entrée et la sortie standard."""
    from assistant.api.mcp_server import serve_stdio
    from assistant.api.operations import over

    serve_stdio(over(open_assistant(data, index)))


@app.command(cls=FrenchCommand)
def sheets(as_json: AsJson = False, data: Data = None, index: Index = None) -> None:
    """Liste les fiches."""
    from assistant.export.json_form import sheet_line
    from assistant.export.text_form import printable

    found = all_sheets(settings_of(data, index))
    if as_json:
        print_value([sheet_line(sheet) for sheet in found])
        return
    for sheet in found:
        place = " · ".join([*sheet.facet(Facet.DEPARTMENT), *sheet.facet(Facet.PUBLIC), *sheet.facet(Facet.STATUS)])
        print_value(printable(f"{sheet.title}\n    {place}"))


@app.command(cls=FrenchCommand)
def show(
    title: Annotated[
        str, typer.Argument(metavar="TITRE", help="Titre de la fiche, ou le début de ses mots, ou son identifiant.")
    ],
    as_json: AsJson = False,
    data: Data = None,
    index: Index = None,
) -> None:
    """Montre une fiche entière."""
    from assistant.export.json_form import sheet_document
    from assistant.export.text_form import sheet_text

    settings = settings_of(data, index)
    sheet = find_sheet(all_sheets(settings), title)
    print_value(sheet_document(sheet) if as_json else sheet_text(sheet))


cli_evaluation.register(app)
cli_export.register(app)
cli_corpus.register(app)
cli_journal.register(app)
cli_completion.register(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; errors go to stderr in French, with the exit code of the contract."""
    try:
        given = list(sys.argv[1:] if arguments is None else arguments)
        code = app(args=given, prog_name=cli_completion.PROGRAM, standalone_mode=False)
    except AssistantError as error:
        _fail(str(error), error.exit_code)
    except TyperException as error:
        if screen := help_asked(error):
            typer.echo(screen, err=True)
            sys.exit(2)
        _fail(in_french(error), 2)
    except (typer.Abort, KeyboardInterrupt):
        _fail("Interrompu\u00a0; rien n’a été changé.", 1)
    except BrokenPipeError:
        # the reader (head, less) left: nothing to say, and nowhere to say it
        sys.stderr.close()
        sys.exit(0)
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _known_values(assistant: Assistant, facet: Facet, values: Sequence[str]) -> tuple[str, ...]:
    """The corpus's own spelling of the values of a filter."""
    from assistant.language.folding import fold

    known = {fold(value): value for value in assistant.store.facets()[facet]}
    for value in values:
        if fold(value) not in known:
            raise QuestionError(
                f"Aucune fiche n’a {guillemets(value)} pour {facet.value}.",
                f"Choisissez parmi\u00a0: {', '.join(known.values())}.",
            )
    return tuple(known[fold(value)] for value in values)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(f"Erreur\u00a0: {message}", err=True)
    sys.exit(code)
