"""Arrays fitted for one model: a file of them, read whole or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from zipfile import BadZipFile

import numpy as np

from assistant.errors import SchemaError

Value = TypeVar("Value")


def load_arrays(path: Path, model: str, build: Callable[[Any], Value]) -> Value | None:
    """What ``build`` makes of the arrays of a file, by their names; None when there is none for this model.

    Raises:
        SchemaError: the file cannot be read, or ``build`` finds in it what it cannot use.
    """
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            return build(file) if str(file["model"]) == model else None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise SchemaError(
            f"Le fichier {path} ne peut pas être lu ({type(error).__name__}).", "Remettez celui du dépôt en place."
        ) from None
