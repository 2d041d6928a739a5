"""The command line in French: screens of help and usage errors, which its library writes in English."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException

_HELP = "Montre cette aide."


class FrenchCommand(TyperCommand):
    """A command whose help is French; what its arguments and options take is said by their ``metavar``."""

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        return _told(super().get_help_option(ctx))

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - one sentence is shown whole
        return self.help or ""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _write_screen(self, ctx, formatter)


class FrenchGroup(TyperGroup):
    """A group of such commands."""

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        return _told(super().get_help_option(ctx))

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002
        return self.help or ""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _write_screen(self, ctx, formatter)


def in_french(error: TyperException) -> str:
    """What is wrong with a command line, and which help tells more."""
    name = type(error).__name__
    option = getattr(error, "option_name", None)
    asked = getattr(error, "param", None)
    context = getattr(error, "ctx", None)
    among = isinstance(getattr(context, "command", None), TyperGroup)
    happened = {
        "NoSuchOption": f"l’option {option} n’existe pas.",
        "MissingParameter": f"il manque {_name(asked)}.",
        "BadParameter": f"la valeur donnée à {_name(asked)} n’est pas valable.",
        "BadOptionUsage": f"l’option {option} {_usage(error)}.",
    }.get(name, "cette commande n’existe pas." if among else "il y a trop d’arguments.")
    return f"{happened} Voyez\u00a0: {getattr(context, 'command_path', 'assistant')} --help"


def help_asked(error: TyperException) -> str | None:
    """The screen of help of a group called without a command, which the library holds for an error."""
    return error.message if type(error).__name__ == "NoArgsIsHelpError" else None


def _usage(error: TyperException) -> str:
    return "ne prend pas de valeur" if "does not take" in error.message else "attend une valeur"


def _told(option: TyperOption | None) -> TyperOption | None:
    if option is not None:
        option.help = _HELP
    return option


def _write_screen(command: FrenchCommand | FrenchGroup, ctx: Any, formatter: Any) -> None:
    shown = command.get_params(ctx)
    arguments = [each for each in shown if isinstance(each, TyperArgument)]
    options = [each for each in shown if isinstance(each, TyperOption)]
    commands = command.commands if isinstance(command, FrenchGroup) else {}
    pieces = ["[OPTIONS]", *map(_piece, arguments), *(["COMMANDE …"] if commands else [])]
    formatter.write_usage(ctx.command_path, " ".join(pieces), "Utilisation\u00a0: ")
    command.format_help_text(ctx, formatter)
    _write_list(formatter, "Arguments", ((_name(each), each.help or "") for each in arguments))
    _write_list(formatter, "Options", map(_row, options))
    _write_list(formatter, "Commandes", ((name, each.get_short_help_str()) for name, each in commands.items()))


def _write_list(formatter: Any, heading: str, rows: Iterable[tuple[str, str]]) -> None:
    found = list(rows)
    if found:
        with formatter.section(f"{heading}\u00a0"):
            formatter.write_dl(found)


def _piece(argument: TyperArgument) -> str:
    several = "…" if argument.nargs != 1 else ""
    return f"{_name(argument)}{several}" if argument.required else f"[{_name(argument)}{several}]"


def _row(option: TyperOption) -> tuple[str, str]:
    names = ", ".join(option.opts)
    default = option.default.value if isinstance(option.default, Enum) else option.default
    by_default = f" [{default} par défaut]" if default not in (None, False, "") else ""
    return (f"{names} {option.metavar}" if option.metavar else names), f"{option.help or ''}{by_default}"


def _name(asked: TyperArgument | TyperOption | None) -> str:
    """How an argument or option is called on its screen of help."""
    if isinstance(asked, TyperArgument):
        return asked.metavar or asked.name
    return next(iter(asked.opts), "") if asked else ""
