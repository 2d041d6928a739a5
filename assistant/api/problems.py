"""Problem details (RFC 9457): what went wrong as JSON, in French, of a kind that programs can tell."""

from __future__ import annotations

from enum import Enum
from typing import Any

from starlette.responses import JSONResponse

from assistant.errors import AssistantError, QuestionError, UnknownSheet, UsageError

MEDIA_TYPE = "application/problem+json"
LIST = "/api/v1/problems"


class Kind(Enum):
    """The kinds of problems: name, status, title."""

    UNREADABLE = ("requete-illisible", 400, "Requête illisible")
    HOST = ("serveur-inconnu", 400, "Nom de serveur inconnu")
    SHEET = ("fiche-inconnue", 404, "Fiche inconnue")
    ADDRESS = ("adresse-inconnue", 404, "Adresse inconnue")
    METHOD = ("methode-refusee", 405, "Méthode refusée")
    SIZE = ("requete-trop-grande", 413, "Requête trop grande")
    QUESTION = ("question-refusee", 422, "Question refusée")
    FORM = ("demande-mal-formee", 422, "Demande mal formée")
    MANY = ("trop-de-requetes", 429, "Trop de requêtes")
    CRASH = ("erreur-inattendue", 500, "Erreur inattendue")
    UNREADY = ("service-indisponible", 503, "Service indisponible")
    OTHER = ("demande-refusee", 400, "Demande refusée")

    def __init__(self, label: str, status: int, title: str) -> None:
        self.label = label
        self.status = status
        self.title = title

    @property
    def type(self) -> str:
        return f"{LIST}#{self.label}"


def kind_of(error: AssistantError) -> Kind:
    """The kind of problem that an error is."""
    if isinstance(error, UnknownSheet):
        return Kind.SHEET
    if isinstance(error, QuestionError):
        return Kind.QUESTION
    return Kind.FORM if isinstance(error, UsageError) else Kind.UNREADY


def kind_of_status(status: int) -> Kind:
    """The kind of problem that a bare status is."""
    wanted = [kind for kind in Kind if kind.status == status and kind not in (Kind.SHEET, Kind.QUESTION)]
    return wanted[0] if wanted else Kind.OTHER


def problem(kind: Kind, detail: str, remedy: str = "", status: int | None = None) -> dict[str, Any]:
    """The members of a problem."""
    return {
        "type": kind.type,
        "title": kind.title,
        "status": status or kind.status,
        "detail": detail,
        "remedy": remedy,
    }


def said(error: AssistantError) -> dict[str, Any]:
    """An error of ours as a problem."""
    return problem(kind_of(error), error.happened, error.remedy)


def crash() -> dict[str, Any]:
    """An error that nobody foresaw: what it says may hold the question."""
    return problem(Kind.CRASH, "Une erreur inattendue a empêché la réponse.", "Le journal du serveur dit où.")


def problem_response(found: dict[str, Any], headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem as the answer to a request."""
    return JSONResponse(found, found["status"], headers, MEDIA_TYPE)
