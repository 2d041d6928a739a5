"""Completion: a real bash offers the commands and options of the program; each shell gets a script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# what a shell does on Tab: the function named for the program fills COMPREPLY from the words of the line
ON_TAB = """
set -eu
eval "$(assistant completion bash)"
complete -p assistant >&2
COMP_WORDS=("$@")
COMP_CWORD=$(( $# - 1 ))
_assistant_completion assistant
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def on_tab(tmp_path_factory: pytest.TempPathFactory, repository: Path):
    """``on_tab("assistant", "sh")`` is what bash offers after these words."""
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "assistant"
    program.write_text(f"#!{sys.executable}\nfrom assistant.cli import main\nmain()\n")
    program.chmod(0o755)

    def run(*words: str) -> list[str]:
        environment = {"PATH": f"{folder}:/usr/bin:/bin", "PYTHONPATH": str(repository), "LC_ALL": "C.UTF-8"}
        shell = ["bash", "--norc", "-c", ON_TAB, "bash", *words]
        done = subprocess.run(shell, capture_output=True, text=True, env=environment, timeout=60)
        assert done.returncode == 0, done.stderr
        assert "-F _assistant_completion assistant" in done.stderr
        return done.stdout.split()

    return run


def test_bash_offers_the_commands_that_begin_so(on_tab) -> None:
    assert sorted(on_tab("assistant", "s")) == ["serve", "setup", "sheets", "show"]


def test_bash_offers_the_options_of_a_command(on_tab) -> None:
    assert sorted(on_tab("assistant", "ask", "--a")) == ["--all", "--as-typed"]


@pytest.mark.parametrize(("shell", "sign"), [("zsh", "#compdef assistant\n"), ("fish", "complete --command assistant")])
def test_other_shells_get_a_script_that_says_where_it_goes(run, shell: str, sign: str) -> None:
    done = run("completion", shell)
    assert done.stdout.startswith(sign)
    assert done.stdout.splitlines()[-1].startswith("# ")
    assert done.stderr == ""


def test_an_unknown_shell_is_refused_in_french(run) -> None:
    done = run("completion", "tcsh")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Erreur")
