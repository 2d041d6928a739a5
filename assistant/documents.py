"""YAML files at the border: parsed, validated, refused with file and line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from assistant.errors import SchemaError
from assistant.typography import guillemets

Model = TypeVar("Model", bound=BaseModel)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"expression régulière fautive : {error}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class Strict(BaseModel):
    """A part of a file in which a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def load_yaml(path: Path, model: type[Model]) -> Model:
    """The file as a validated value of ``model``.

    Raises:
        SchemaError: the file is missing, is not UTF-8 or YAML, or breaks the model; the message
            names the file and, where there is one, the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SchemaError(
            f"Le fichier {path} n’existe pas.", "Remettez-le en place, ou donnez un autre dossier avec --data."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SchemaError(
            f"Le fichier {path} ne peut pas être lu : {error}.", "Vérifiez ses droits et son encodage (UTF-8)."
        ) from None
    try:
        value = yaml.load(text, Loader=_Loader)  # noqa: S506 - both are safe loaders
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SchemaError(
            f"{path}, ligne {line} : YAML illisible ({error.problem}).", "Corrigez cette ligne."
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        raise SchemaError(f"{path} : YAML illisible ({error}).", "Corrigez le fichier.") from None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        line = _line_of(yaml.compose(text, Loader=_Loader), first["loc"])
        where = ".".join(str(part) for part in first["loc"]) or "(racine)"
        raise SchemaError(
            f"{path}, ligne {line} : {where} n’est pas valable ({first['msg']}).", "Corrigez cette ligne."
        ) from None


def refuse_twice(path: Path, names: Sequence[str], *where: str | int) -> None:
    """Refuse a list in which a name stands twice.

    Args:
        names: the names, in the order of the file.
        where: the keys that lead to the list.

    Raises:
        SchemaError: with the line of the second one.
    """
    seen: set[str] = set()
    for position, name in enumerate(names):
        if name in seen:
            line = _line_of(yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader), (*where, position))
            raise SchemaError(f"{path}, ligne {line} : libellé défini deux fois, {guillemets(name)}.", "Gardez-en un.")
        seen.add(name)


def _line_of(node: yaml.Node | None, loc: Sequence[int | str]) -> int:
    """1-based line of the deepest node that ``loc`` reaches."""
    line = 1
    for part in (None, *loc):
        if part is not None:
            node = _child(node, part)
        if node is None:
            break
        line = node.start_mark.line + 1
    return line


def _child(node: yaml.Node | None, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        child: yaml.Node = node.value[part]
        return child
    return None
