"""``assistant eval``: what the answers are worth, on judged questions or on a public set."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli_french import FrenchCommand
from assistant.cli_shared import AsJson, Data, Index, bar, print_value, progress, settings_of
from assistant.errors import UsageError
from assistant.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("eval", cls=FrenchCommand)(evaluate)


def evaluate(
    judged: Annotated[
        list[Path] | None, typer.Argument(metavar="QUESTIONS", help="Questions jugées (JSON Lines).")
    ] = None,
    run: Annotated[
        Path | None, typer.Option("--compare", metavar="RÉPONSES", help="Réponses d’une autre version (batch).")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="DOSSIER", help="Dossier du rapport à écrire.")
    ] = None,
    beir: Annotated[
        Path | None, typer.Option("--beir", metavar="DOSSIER", help="Jeu public au format BEIR, sans questions jugées.")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
    index: Index = None,
) -> None:
    """Mesure les réponses sur des questions jugées, par genre de question."""
    settings = settings_of(data, index)
    if beir and not (judged or run or report):
        _evaluate_public(beir, settings, as_json)
    elif judged and not beir:
        _evaluate_judged(judged, run, report, settings, as_json)
    else:
        raise UsageError(
            "eval mesure des questions jugées, ou un jeu public avec --beir seul.",
            "Par exemple\u00a0: assistant eval data/judged/dev.jsonl",
        )


def _evaluate_judged(
    judged: Sequence[Path], run: Path | None, report: Path | None, settings: Settings, as_json: bool
) -> None:
    from assistant.answer import Assistant
    from assistant.evaluation.compare import read_run
    from assistant.evaluation.run import evaluate as measure
    from assistant.evaluation.run import read_judged
    from assistant.export.evaluation_text import report_text

    files = read_judged(judged)
    other = read_run(run, [question for found in files.values() for question in found]) if run else None
    if report:
        # before the questions are asked: matplotlib may be missing
        from assistant.evaluation.markdown import write_report
    assistant = Assistant.open(settings)
    evaluation = measure(assistant, files, other, progress)
    if report:
        options = [*(["--compare", str(run)] if run else []), "--report", str(report)]
        command = shlex.join(["assistant", "eval", *map(str, judged), *options])
        write_report(report, assistant, files, evaluation, command, progress)
    print_value(evaluation.figures if as_json else report_text(evaluation.figures))


def _evaluate_public(beir: Path, settings: Settings, as_json: bool) -> None:
    from assistant.corpus.corpus import ALIGNMENT, RANKING
    from assistant.evaluation.beir import evaluate_public
    from assistant.evaluation.public_set import read_public_set
    from assistant.export.evaluation_text import public_text
    from assistant.indexing.alignment import load_alignment
    from assistant.indexing.encoder import open_encoder
    from assistant.retrieval.search import load_ranking
    from assistant.stores import current_manifest

    public = read_public_set(beir)
    encoder = open_encoder(current_manifest(settings).model)
    alignment = load_alignment(settings.data / ALIGNMENT, encoder.name)
    ranking = load_ranking(settings.data / RANKING)
    with bar("Documents, puis questions") as advance:
        figures = evaluate_public(public, encoder, alignment, ranking, advance)
    print_value(figures if as_json else public_text(figures))
