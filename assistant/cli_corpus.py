"""The commands of a corpus that lives: add, remove, history, restore, check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli_french import FrenchCommand
from assistant.cli_shared import AsJson, Data, Index, bar, changes, find_sheet, print_value, settings_of
from assistant.typography import counted, guillemets

if TYPE_CHECKING:
    from assistant.indexing.build import Build

_MEND = "Réparez-le\u00a0: assistant check --repair"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (add, remove, history, restore, check):
        app.command(cls=FrenchCommand)(command)


def add(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FICHIER", help="Fichiers de fiches\u00a0: .txt, .csv, .xlsx, .jsonl, .docx."),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Dit ce qui changerait, sans rien changer.")] = False,
    columns: Annotated[
        Path | None,
        typer.Option("--columns", metavar="FICHIER", help="Fichier YAML qui dit à quel libellé va chaque colonne."),
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
    index: Index = None,
) -> None:
    """Ajoute des fiches et met l’index à jour\u00a0; dit d’abord ce qui change."""
    from assistant.export.corpus_form import intake_document, intake_text
    from assistant.ingest import Added, add_files, weigh_files

    settings = settings_of(data, index)
    if dry_run:
        added = Added(weigh_files(settings, files, columns), None)
    else:
        with bar("Fiches") as advance:
            added = add_files(settings, files, columns, advance, _say)
    build = added.update.build if added.update else None
    if as_json:
        print_value({**intake_document(added.intake), "applied": build is not None, "generation": _generation(build)})
    else:
        print_value(intake_text(added.intake))
        print_value("\nRien n’a été changé." if build is None else f"\n{_done(build)}")
    if any(delivery.refused for delivery in added.intake.deliveries):
        raise typer.Exit(1)


def remove(
    title: Annotated[
        str, typer.Argument(metavar="TITRE", help="Titre de la fiche, ou le début de ses mots, ou son identifiant.")
    ],
    as_json: AsJson = False,
    data: Data = None,
    index: Index = None,
) -> None:
    """Retire une fiche, où qu’elle soit écrite, et met l’index à jour."""
    from assistant.ingest import remove_sheet

    with bar("Fiches") as advance:
        sheet, update = remove_sheet(settings_of(data, index), lambda found: find_sheet(found, title), advance, _say)
    if as_json:
        print_value({"removed": {"id": sheet.id, "title": sheet.title}, "generation": update.manifest.generation})
        return
    done = _done(update.build) if update.build else ""
    print_value(f"{guillemets(sheet.title)} est retirée de {sheet.source}. {done}")


def history(as_json: AsJson = False, data: Data = None, index: Index = None) -> None:
    """Liste les générations gardées de l’index\u00a0: leur date et ce qui avait changé."""
    from assistant.export.corpus_form import history_document, history_text
    from assistant.history import records
    from assistant.stores import current_manifest

    settings = settings_of(data, index)
    current = current_manifest(settings).generation
    found = records(settings)
    print_value(history_document(found, current) if as_json else history_text(found, current))


def restore(
    generation: Annotated[str, typer.Argument(metavar="GÉNÉRATION", help="Nom ou numéro de la génération.")],
    as_json: AsJson = False,
    data: Data = None,
    index: Index = None,
) -> None:
    """Revient aux fiches et à l’index d’une génération gardée."""
    from assistant.ingest import restore_generation

    with bar("Fiches") as advance:
        manifest = restore_generation(settings_of(data, index), generation, advance, _say)
    if as_json:
        print_value({"generation": manifest.generation, "sheets": manifest.sheets})
    else:
        print_value(f"Les fiches et l’index sont ceux de {manifest.generation} ({counted(manifest.sheets, 'fiche')}).")


def check(
    repair: Annotated[bool, typer.Option("--repair", help="Refait ce qui se déduit des fiches.")] = False,
    as_json: AsJson = False,
    data: Data = None,
    index: Index = None,
) -> None:
    """Vérifie que l’index est entier et qu’il correspond aux fiches."""
    from assistant.corpus.corpus import ADAPTER
    from assistant.indexing.question_setup import prepare, prepared_faults
    from assistant.integrity import check_index, repair_index

    settings = settings_of(data, index)
    of_index = check_index(settings)
    prepared = prepared_faults(settings.cache, settings.data / ADAPTER)
    found = [*of_index, *prepared]
    faults = found
    if repair and found:
        if prepared:
            prepare(settings.cache, settings.data / ADAPTER)
        if of_index:
            with bar("Fiches") as advance:
                of_index = repair_index(settings, advance, _say)
        faults = [*of_index, *prepared_faults(settings.cache, settings.data / ADAPTER)]
    if as_json:
        document = {"sound": not faults, "faults": faults}
        print_value(document | {"repaired": [fault for fault in found if fault not in faults]} if repair else document)
    else:
        for fault in {**dict.fromkeys(found), **dict.fromkeys(faults)}:
            typer.echo(fault, err=True)
        if not faults:
            mended = "Réparé\u00a0: l’index" if found else "L’index"
            typer.echo(f"{mended} est entier et correspond aux fiches.")
    if faults:
        if of_index and not as_json:
            typer.echo("Reconstruisez-le\u00a0: assistant index --full" if repair else _MEND, err=True)
        if prepared and not as_json:
            typer.echo("Préparez-le de nouveau\u00a0: assistant setup", err=True)
        raise typer.Exit(1)


def _done(build: Build) -> str:
    manifest = build.manifest
    total = f"{counted(manifest.sheets, 'fiche')}, {counted(manifest.passages, 'passage')}, {manifest.generation}"
    return f"Index à jour ({total})\u00a0: {changes(build)}."


def _generation(build: Build | None) -> str | None:
    return build.manifest.generation if build else None


def _say(line: str) -> None:
    typer.echo(line, err=True)
