"""``/api/v1``: the operations over HTTP, described by their own OpenAPI document, wrong requests as problem details."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Header, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from assistant.api import answers
from assistant.api.faults import fault
from assistant.api.forms import Asked, Compared, Counted, Listed
from assistant.api.operations import Document, Operations
from assistant.api.problems import MEDIA_TYPE, Kind, crash, kind_of_status, problem, problem_response, said
from assistant.errors import AssistantError, FailureError
from assistant.unexpected import log_unexpected

PREFIX = "/api/v1"
PACKAGE = "assistant-centres-sociaux"
T = TypeVar("T")
Known = Annotated[str | None, Header(alias="If-None-Match", description="L’ETag d’une réponse déjà reçue.")]
_ABOUT = (
    "Des fiches actions de centres sociaux, citées mot pour mot. Toute citation porte sa preuve\u00a0: le fichier, le "
    "début et la fin, en points de code Unicode. Les réponses aux GET ont un ETag, qui change avec le corpus."
)
_log = logging.getLogger(__name__)


def create_api(operations: Operations) -> FastAPI:
    """The application to mount at ``PREFIX``; ``openapi()`` describes it."""
    api = FastAPI(
        title="Assistant des centres sociaux",
        version="1",
        description=_ABOUT,
        servers=[{"url": PREFIX}],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    _add_operations(api, operations)
    api.add_exception_handler(RequestValidationError, _malformed)
    api.add_exception_handler(HTTPException, _refused)
    return api


def described(api: FastAPI) -> Document:
    """The OpenAPI document of the API, its problems under their own media type."""
    document = api.openapi()
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400 and "application/json" in response.get("content", {}):
                    response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
    return document


def _add_operations(api: FastAPI, operations: Operations) -> None:
    release = version(PACKAGE)

    def tagged(document: Document) -> Mapping[str, str]:
        # of the version that was answered from: another may be in force by now
        return {"ETag": f'"{document["corpus"]}-{release}"', "Cache-Control": "no-cache"}

    def kept(known: str | None, operation: Callable[[T], Document], asked: T) -> Response:
        """What depends on the corpus alone, or 304 when it is known."""
        response = _answered(operation, asked, tagged)
        tag = response.headers.get("ETag")
        if tag is not None and known is not None and _holds(known, tag):
            return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-cache"})
        return response

    @api.post("/ask", summary="Poser une question", **_answers(answers.Answer, 400, 413, 422, 503, kept=False))
    def ask(asked: Asked) -> Response:
        """La réponse, avec ses citations\u00a0; ou un refus, avec la fiche la plus proche."""
        return _answered(operations.ask, asked, lambda _document: {"Cache-Control": "no-store"})

    @api.get("/sheets", summary="Lister les fiches", **_answers(answers.Sheets, 422))
    def sheets(listed: Annotated[Listed, Query()], known: Known = None) -> Response:
        """Les fiches qui portent ces choix et ces débuts de mots."""
        return kept(known, operations.sheets, listed)

    @api.get("/sheets/{sheet}", summary="Lire une fiche", **_answers(answers.Sheet, 404, 422))
    def sheet(
        sheet: Annotated[str, Path(max_length=200, description="Son identifiant.")], known: Known = None
    ) -> Response:
        """Une fiche entière, rubrique par rubrique, chaque texte avec sa place dans la source."""
        return kept(known, operations.sheet, sheet)

    @api.get("/facets", summary="Lister les filtres", **_answers(answers.Facets, 422))
    def facets(counted: Annotated[Counted, Query()], known: Known = None) -> Response:
        """Les valeurs de chaque filtre, avec le nombre de fiches qu’il y aurait avec chacune."""
        return kept(known, operations.facets, counted)

    @api.get("/compare", summary="Comparer des fiches", **_answers(answers.Comparison, 404, 422))
    def compare(compared: Annotated[Compared, Query()], known: Known = None) -> Response:
        """Des fiches côte à côte\u00a0; une case vide dit pourquoi elle l’est."""
        return kept(known, operations.compare, compared)

    @api.get("/problems", summary="Lister les genres de problèmes", **_answers(answers.Problems, kept=False))
    def problems() -> Response:
        """Ce que peut valoir «\u00a0type\u00a0» quand une demande échoue."""
        kinds = [{"type": kind.type, "title": kind.title, "status": kind.status} for kind in Kind]
        return JSONResponse({"problems": kinds})


def _answers(model: type[answers.Form], *statuses: int, kept: bool = True) -> dict[str, Any]:
    """What a route says of its responses: documents are sent as they are, models only describe them."""
    responses: dict[int | str, dict[str, Any]] = {200: {"model": model, "description": "La réponse."}}
    if kept:
        responses[200]["headers"] = {"ETag": {"description": "Version du corpus.", "schema": {"type": "string"}}}
        responses[304] = {"description": "Rien n’a changé depuis la réponse que l’ETag désigne."}
    for status in (*statuses, 429, 500):
        responses[status] = {"model": answers.Problem, "description": f"{kind_of_status(status).title}."}
    return {"responses": responses, "response_model": None}


def _answered(
    operation: Callable[[T], Document], asked: T, headers: Callable[[Document], Mapping[str, str]]
) -> JSONResponse:
    try:
        document = operation(asked)
        return JSONResponse(document, headers=headers(document))
    except AssistantError as error:
        return problem_response(said(error), {"Retry-After": "1"} if isinstance(error, FailureError) else None)
    except Exception as error:  # noqa: BLE001 - the caller gets a problem, whatever happens
        log_unexpected(_log, error)
        return problem_response(crash())


def _malformed(_request: Request, error: Exception) -> Response:
    faults: Sequence[Any] = error.errors() if isinstance(error, RequestValidationError) else []
    kind = Kind.UNREADABLE if any(found["type"] == "json_invalid" for found in faults) else Kind.FORM
    detail = " ".join(dict.fromkeys(fault(found, ("body", "query", "path", "header")) for found in faults[:3]))
    return problem_response(problem(kind, detail, "Ce qui est attendu est décrit à /api/openapi.json."))


def _refused(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(getattr(error, "headers", None) or {})
    kind = kind_of_status(status)
    remedy = "Ce qui existe est décrit à /api/openapi.json."
    detail = _SAID.get(status, f"{kind.title}.")
    if status == Kind.METHOD.status and "Allow" in headers:
        detail = f"Cette adresse ne répond qu’à {headers['Allow']}."
    return problem_response(problem(kind, detail, remedy, status), headers)


_SAID = {
    400: "Le corps de la requête n’est pas lisible.",
    404: "Cette adresse n’existe pas.",
}


def _holds(known: str, tag: str) -> bool:
    """Whether a header If-None-Match names the tag; weak tags compare equal (RFC 9110, 13.1.2)."""
    tags = [one.strip().removeprefix("W/") for one in known.split(",")]
    return "*" in tags or tag in tags
