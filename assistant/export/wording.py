"""What every export says of itself, in whatever format."""

from __future__ import annotations

from assistant.export.document import Document
from assistant.typography import counted, long_date

MY_NOTE = "Ma note"
LANGUAGE = "fr-FR"
AUTHOR = "Assistant des centres sociaux"


def made_line(document: Document) -> str:
    """When it was made, from what, and how many quotes it holds."""
    quotes = counted(document.quotes, "citation")
    return (
        f"Fait le {long_date(document.made_on)} à partir des fiches des centres sociaux "
        f"(corpus {document.corpus_version})\u00a0: {quotes}, mot pour mot, "
        "chacune avec sa place dans le fichier source."
    )


def check_line() -> str:
    """How to hold the quotes against the corpus again."""
    return "Pour vérifier les citations de ce fichier\u00a0: assistant verify FICHIER"
