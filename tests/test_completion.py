"""Completion: a real bash offers the commands and options of the program; each shell gets a script."""

from __future__ import annotations

import subprocess
import sys
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


def test_bash_offers_commands_and_options(repository: Path, tmp_path: Path) -> None:
    program = tmp_path / "assistant"
    program.write_text(f"#!{sys.executable}\nfrom assistant.cli import main\nmain()\n")
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHONPATH": str(repository), "LC_ALL": "C.UTF-8"}
    shell = ["bash", "--norc", "-c", ON_TAB, "bash", "assistant s", "assistant ask --a"]
    done = subprocess.run(shell, capture_output=True, text=True, env=environment, timeout=120)
    assert done.stderr == ""
    named, commands, options = done.stdout.splitlines()
    assert "-F _assistant_completion assistant" in named
    assert sorted(commands.split()) == ["serve", "setup", "sheets", "show"]
    assert sorted(options.split()) == ["--all", "--as-typed"]


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
