"""``POST /api/ask``: a question as JSON, its answer as JSON; what is wrong is said in French."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from assistant.api.faults import fault
from assistant.api.operations import Operations
from assistant.errors import AssistantError, QuestionError, UsageError
from assistant.unexpected import log_unexpected
from assistant.values import Facet
from assistant.web.warming import Warming

MOST_TURNS = 50
MOST_SHEETS = 50
_FORM = (
    "Envoyez du JSON\u00a0: question (texte) et, si besoin, history (liste des questions précédentes), "
    "filters (listes de valeurs par filtre), top (nombre de fiches), as_typed (true\u00a0: sans corriger les mots)."
)
_FILTERS = f"Filtres possibles\u00a0: {', '.join(Facet)}."
_log = logging.getLogger(__name__)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    question: str
    history: list[str] = Field(default=[], max_length=MOST_TURNS)
    filters: dict[str, list[str]] = {}
    top: int | None = Field(default=None, ge=1, le=MOST_SHEETS)
    as_typed: bool = False


async def health(warming: Warming) -> JSONResponse:
    """200 from the moment when answers work, with what they are made from."""
    manifest = warming.manifest
    counts = {"corpus": manifest.corpus_version, "sheets": manifest.sheets, "passages": manifest.passages}
    if warming.failure:
        return JSONResponse({"status": "failed", **_said(warming.failure)}, 503)
    if not warming.ready:
        return JSONResponse({"status": "starting", **counts}, 503, {"Retry-After": "1"})
    # a newer generation that is damaged is left: answers work, with those counts
    behind = {"behind": _said(warming.behind)} if warming.behind else {}
    return JSONResponse({"status": "ok", **counts, **behind})


async def ask(request: Request, warming: Warming, operations: Operations) -> JSONResponse:
    """The answer, or what is wrong with the question and what to do."""
    if not warming.ready:
        try:
            warming.assistant(0)
        except AssistantError as error:
            return JSONResponse(_said(error), 503, {"Retry-After": "1"})
    try:
        body = _Body.model_validate_json(await request.body())
    except ValidationError as error:
        found = error.errors()[0]
        status = 400 if found["type"] == "json_invalid" else 422
        return JSONResponse({"error": fault(found), "remedy": _FORM}, status)
    try:
        filters = _filters(body.filters)
        answer = partial(operations.answer, body.question, body.history, filters, body.top, body.as_typed)
        return JSONResponse(await run_in_threadpool(answer))
    except UsageError as error:
        return JSONResponse(_said(error), 422)
    except AssistantError as error:
        return JSONResponse(_said(error), 503)
    except Exception as error:  # noqa: BLE001 - the caller gets JSON, whatever happens
        log_unexpected(_log, error)
        happened, remedy = "Une erreur inattendue a empêché la réponse.", "Le journal du serveur dit où."
        return JSONResponse({"error": happened, "remedy": remedy}, 500)


def _filters(given: Mapping[str, list[str]]) -> dict[Facet, tuple[str, ...]]:
    """The filters by facet.

    Raises:
        QuestionError: there is no such facet; says which there are.
    """
    for name in given:
        if name not in set(Facet):
            raise QuestionError(f"Le filtre «\u00a0{name}\u00a0» n’existe pas.", _FILTERS)
    return {Facet(name): tuple(values) for name, values in given.items() if values}


def _said(error: AssistantError) -> dict[str, str]:
    return {"error": error.happened, "remedy": error.remedy}
