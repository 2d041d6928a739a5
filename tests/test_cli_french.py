"""Every screen of help, every usage error and every completion is in French."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from typer.core import TyperGroup, TyperOption
from typer.main import get_command

from assistant.cli import app, main
from assistant.cli_french import FrenchCommand, FrenchGroup

# what the library would say, or how it names types
ENGLISH = re.compile(
    r"\b(?:usage|commands?|args|arguments:|this|exit|required|default|try|error|missing|such)\b|<|\.\.\.", re.I
)


def screens(command: TyperGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    yield path, command
    for name, each in command.commands.items():
        yield from screens(each, (*path, name)) if isinstance(each, TyperGroup) else [((*path, name), each)]


SCREENS = dict(screens(get_command(app)))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    said = capsys.readouterr()
    return int(left.value.code or 0), said.out, said.err


@pytest.mark.parametrize("path", SCREENS, ids=" ".join)
def test_a_screen_of_help_is_french(capsys, path: tuple[str, ...]) -> None:
    code, said, errors = run(capsys, *path, "--help")
    assert (code, errors) == (0, "")
    assert said.startswith(f"Utilisation\u00a0: {' '.join(('assistant', *path))} [OPTIONS]")
    assert "Montre cette aide." in said
    assert ENGLISH.findall(said.replace(" ".join(path), "")) == []


@pytest.mark.parametrize("path", SCREENS, ids=" ".join)
def test_every_option_that_takes_a_value_names_it(path: tuple[str, ...]) -> None:
    command = SCREENS[path]
    assert isinstance(command, FrenchCommand | FrenchGroup)
    for parameter in command.params:
        flag = isinstance(parameter, TyperOption) and parameter.is_flag
        assert flag or parameter.metavar, parameter.name
        assert parameter.help, parameter.name


@pytest.mark.parametrize("path", [path for path in SCREENS if isinstance(SCREENS[path], TyperGroup)], ids=" ".join)
def test_a_group_alone_shows_its_help(capsys, path: tuple[str, ...]) -> None:
    _, screen, _ = run(capsys, *path, "--help")
    assert run(capsys, *path) == (2, "", screen)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["zut"], "cette commande n’existe pas. Voyez\u00a0: assistant --help"),
        (["journal", "zut"], "cette commande n’existe pas. Voyez\u00a0: assistant journal --help"),
        (["ask"], "il manque QUESTION. Voyez\u00a0: assistant ask --help"),
        (["ask", "a", "b"], "il y a trop d’arguments. Voyez\u00a0: assistant ask --help"),
        (["ask", "a", "--zut"], "l’option --zut n’existe pas. Voyez\u00a0: assistant ask --help"),
        (["ask", "a", "--top"], "l’option --top attend une valeur. Voyez\u00a0: assistant --help"),
        (["ask", "a", "--json=b"], "l’option --json ne prend pas de valeur. Voyez\u00a0: assistant --help"),
        (["serve", "--port", "a"], "la valeur donnée à --port n’est pas valable. Voyez\u00a0: assistant serve --help"),
        (
            ["completion", "tcsh"],
            "la valeur donnée à SHELL n’est pas valable. Voyez\u00a0: assistant completion --help",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_says_what_is_wrong_and_which_help_tells_more(capsys, arguments: list[str], said: str) -> None:
    assert run(capsys, *arguments) == (2, "", f"Erreur\u00a0: {said}\n")
