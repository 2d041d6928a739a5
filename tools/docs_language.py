"""A hook of ``mkdocs``: each page says which language it is written in, for who has it read aloud."""

from __future__ import annotations

from typing import Any

FRENCH = ("accessibilite.md", "evaluation/", "guide/", "index.md", "installing.md", "postgresql.md", "scaling.md")
_OF_THEME = '<html lang="fr"'


def on_post_page(output: str, page: Any, config: Any) -> str:  # noqa: ARG001 - mkdocs names them
    """The page, said to be in English unless it stands among those in French."""
    return output if page.file.src_uri.startswith(FRENCH) else output.replace(_OF_THEME, '<html lang="en"', 1)
