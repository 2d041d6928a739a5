"""``assistant completion``: what makes a shell complete commands and options, with their French help.

The command-line library prints these scripts too, but through options whose help is in English, on every
screen of help; the scripts and what answers them stand in modules that it does not name publicly.
"""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated

import typer
from typer._completion_classes import completion_init
from typer._completion_shared import get_completion_script

from assistant.cli_french import FrenchCommand

PROGRAM = "assistant"
_ASKED = "_ASSISTANT_COMPLETE"  # set by the scripts when a shell asks what may follow
_INSTALL = {
    "bash": 'Dans ~/.bashrc\u00a0: eval "$(assistant completion bash)"',
    "zsh": 'Dans ~/.zshrc, après compinit\u00a0: eval "$(assistant completion zsh)"',
    "fish": "À faire une fois\u00a0: assistant completion fish > ~/.config/fish/completions/assistant.fish",
}


class Shell(StrEnum):
    """The shells that are completed."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def register(app: typer.Typer) -> None:
    """Add the command, and answer a shell that asks what may follow."""
    app.command("completion", cls=FrenchCommand)(print_script)
    if _ASKED in os.environ:
        completion_init()


def print_script(shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh ou fish.")]) -> None:
    """Écrit de quoi compléter les commandes avec la touche Tab, pour bash, zsh ou fish."""
    typer.echo(get_completion_script(prog_name=PROGRAM, complete_var=_ASKED, shell=shell.value))
    # at the end: zsh reads its own first line
    typer.echo(f"# {_INSTALL[shell.value]}")
