"""Completion: real shells offer the commands and options of the program; each gets a script."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.cli import main

# what a shell does on Tab: the function named for the program fills COMPREPLY from the words of the line
ON_TAB = """
set -eu
eval "$(assistant completion bash)"
complete -p assistant
for line in "$@"; do
    read -ra COMP_WORDS <<< "$line"
    COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
    _assistant_completion assistant
    echo "${COMPREPLY[@]}"
done
"""


@pytest.fixture
def program(repository: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program that finds ``assistant`` in its PATH."""
    command = tmp_path / "assistant"
    command.write_text(f"#!{sys.executable}\nfrom assistant.cli import main\nmain()\n")
    command.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHONPATH": str(repository), "LC_ALL": "C.UTF-8"}

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        place = {**environment, "HOME": str(tmp_path), **more}
        return subprocess.run(arguments, capture_output=True, text=True, env=place, timeout=120)

    return run


def test_bash_offers_commands_and_options(program) -> None:
    done = program("bash", "--norc", "-c", ON_TAB, "bash", "assistant s", "assistant ask --a")
    assert done.stderr == ""
    named, commands, options = done.stdout.splitlines()
    assert "-F _assistant_completion assistant" in named
    assert sorted(commands.split()) == ["serve", "setup", "sheets", "show"]
    assert sorted(options.split()) == ["--all", "--as-typed"]


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish found: apt install fish")
def test_fish_offers_commands_with_their_french_help(program) -> None:
    ask = 'assistant completion fish | source; complete --do-complete "assistant s"'
    done = program("fish", "--no-config", "-c", ask)
    assert done.stderr == ""
    offered = dict(line.split("\t") for line in done.stdout.splitlines())
    assert sorted(offered) == ["serve", "setup", "sheets", "show"]
    assert offered["serve"] == "Ouvre la page."


def test_zsh_is_answered_with_descriptions(program) -> None:
    """What its script evaluates on Tab."""
    asked = {"_ASSISTANT_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "assistant ask --"}
    done = program("assistant", **asked)
    assert done.stderr == ""
    assert done.stdout.startswith("_arguments ")
    assert '"--help":"Montre cette aide."' in done.stdout


@pytest.mark.parametrize(("shell", "sign"), [("zsh", "#compdef assistant\n"), ("fish", "complete --command assistant")])
def test_other_shells_get_a_script_that_says_where_it_goes(capsys, shell: str, sign: str) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["completion", shell])
    said = capsys.readouterr()
    assert said.out.startswith(sign)
    assert said.out.splitlines()[-1].startswith("# ")
    assert said.err == ""


def test_an_unknown_shell_is_refused_in_french(capsys) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["completion", "tcsh"])
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Erreur")
