"""``assistant journal``: what was asked, when a journal is kept."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli_french import FrenchCommand, FrenchGroup
from assistant.cli_shared import AsJson, print_value
from assistant.errors import FailureError, UsageError
from assistant.settings import Settings, read_settings

_HELP = "Les questions posées, quand un journal est tenu (ASSISTANT_JOURNAL)."
_app = typer.Typer(cls=FrenchGroup, help=_HELP, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Kept = Annotated[
    Path | None, typer.Option("--journal", metavar="FICHIER", help="Fichier du journal (ASSISTANT_JOURNAL).")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_app, name="journal")


@_app.command(cls=FrenchCommand)
def stats(journal: Kept = None, as_json: AsJson = False) -> None:
    """Compte les questions\u00a0: par mois, par sorte, et celles qui ont eu une réponse."""
    from assistant.journal import SEARCHED, read_journal
    from assistant.typography import counted

    entries = read_journal(_path(journal, read_settings()))
    searched = [entry for entry in entries if entry.kind in SEARCHED]
    answered = sum(entry.answered for entry in searched)
    months = Counter(f"{entry.at:%Y-%m}" for entry in entries)
    kinds = Counter(entry.kind for entry in entries)
    if as_json:
        counts = {"questions": len(entries), "searched": len(searched), "answered": answered}
        print_value({**counts, "months": dict(sorted(months.items())), "kinds": dict(kinds.most_common())})
        return
    print_value(
        f"{counted(len(entries), 'question')}, dont {len(searched)} de recherche\u00a0; {answered} ont une réponse."
    )
    for month, number in sorted(months.items()):
        print_value(f"    {month}\u00a0: {number}")


@_app.command("unanswered", cls=FrenchCommand)
def list_unanswered(journal: Kept = None, as_json: AsJson = False) -> None:
    """Liste les questions restées sans réponse, les plus fréquentes d’abord."""
    from assistant.export.text_form import printable
    from assistant.journal import read_journal, unanswered

    found = unanswered(read_journal(_path(journal, read_settings())))
    if as_json:
        print_value([{"question": question, "times": times} for question, times in found])
        return
    for question, times in found:
        print_value(printable(f"{times}\u00a0× {question}"))


@_app.command("purge", cls=FrenchCommand)
def forget(
    journal: Kept = None,
    days: Annotated[
        int | None, typer.Option("--days", min=0, metavar="JOURS", help="Garde autant de jours\u00a0; 0 efface tout.")
    ] = None,
) -> None:
    """Efface les questions plus vieilles que la durée de conservation (ASSISTANT_JOURNAL_DAYS)."""
    from assistant.journal import purge, read_journal
    from assistant.typography import counted

    settings = read_settings()
    path = _path(journal, settings)
    read_journal(path)
    try:
        gone = purge(path, settings.journal_days if days is None else days)
    except OSError as error:
        raise FailureError(
            f"Le journal {path} n’a pas pu être purgé ({error.strerror}).", "Vérifiez vos droits."
        ) from None
    print_value(f"{counted(gone, 'ligne effacée', 'lignes effacées')}.")


def _path(journal: Path | None, settings: Settings) -> Path:
    if journal is None and not settings.journal:
        raise UsageError(
            "Aucun journal n’est tenu\u00a0: les questions ne sont conservées nulle part.",
            "Pour en tenir un, donnez son fichier à ASSISTANT_JOURNAL.",
        )
    return journal or Path(settings.journal)
