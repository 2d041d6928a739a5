"""What is wrong with something asked, in French, from what pydantic says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.typography import guillemets, thousands

_ECHO = 60  # characters of a name that is shown again
_KINDS = {
    "missing": "Il manque {}.",
    "extra_forbidden": "{} n’est pas attendu.",
    "too_long": "{} compte plus de {max_length} éléments.",
    "too_short": "{} doit compter au moins {min_length} éléments.",
    "string_too_long": "{} compte plus de {max_length} caractères.",
    "string_too_short": "{} est vide.",
    "string_type": "{} doit être un texte.",
    "string_unicode": "{} contient des caractères qui ne sont pas du texte.",
    "list_type": "{} doit être une liste.",
    "int_type": "{} doit être un nombre entier.",
    "int_parsing": "{} doit être un nombre entier.",
    "bool_type": "{} doit valoir true ou false.",
    "less_than_equal": "{} doit valoir au plus {le}.",
    "greater_than_equal": "{} doit valoir au moins {ge}.",
    "enum": "{} doit être l’une de ces valeurs\u00a0: {choices}.",
}


def fault(found: Mapping[str, Any], beside: Sequence[str] = ()) -> str:
    """One sentence on an error of pydantic; the value given, which may be a question, is never shown.

    Args:
        beside: first parts of its place that say where it was sent, and not which field it is.
    """
    kind = found["type"]
    if kind == "json_invalid":
        return "Le corps de la requête n’est pas du JSON."
    loc = found["loc"][1:] if found["loc"][:1] and found["loc"][0] in beside else found["loc"]
    where = ".".join(map(str, loc)).encode("utf-8", "replace").decode()
    if not where:
        return "La requête n’a pas la forme attendue."
    named = guillemets(where if len(where) <= _ECHO else f"{where[:_ECHO]}…")
    context = {name: thousands(v) if isinstance(v, int) else v for name, v in found.get("ctx", {}).items()}
    if kind == "enum":
        context["choices"] = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
    return _KINDS.get(kind, "{} n’a pas la forme attendue.").format(named, **context)
