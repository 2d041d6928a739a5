"""``POST /emporter``: a form of the page in, a file out; what is wrong is said in French."""

from __future__ import annotations

import logging
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from assistant.errors import AssistantError, UsageError
from assistant.unexpected import log_unexpected
from assistant.web.shelf import Shelf
from assistant.web.taking import make, read_order

_MOST_FIELDS = 200
_log = logging.getLogger(__name__)


async def take(request: Request, shelf: Shelf) -> Response:
    """The file, or one sentence on why there is none."""
    try:
        fields = parse_qsl((await request.body()).decode(), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return PlainTextResponse("La demande n’a pas la forme attendue.", 400)
    try:
        order = read_order(fields, shelf.catalogue, shelf.schema.roles)
        file = await run_in_threadpool(make, order, shelf)
    except AssistantError as error:
        return PlainTextResponse(str(error), 422 if isinstance(error, UsageError) else 503)
    except Exception as error:  # noqa: BLE001 - whatever happens, the page says so
        log_unexpected(_log, error)
        return PlainTextResponse("Une erreur inattendue a empêché l’export. Le journal du serveur dit où.", 500)
    disposition = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return Response(file.content, media_type=file.kind, headers={"Content-Disposition": disposition})
