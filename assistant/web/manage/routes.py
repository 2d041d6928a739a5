"""The addresses of « Gérer le corpus »: each form is checked, each work goes to the workshop, each answer is a page."""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable
from pathlib import PurePosixPath

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Scope

from assistant.corpus.columns import column_labels
from assistant.corpus.corpus import SCHEMA
from assistant.corpus.incoming import KINDS, Content
from assistant.corpus.schema import load_schema
from assistant.errors import AssistantError, UsageError
from assistant.export.text_form import printable
from assistant.history import record_of, records
from assistant.settings import Settings
from assistant.stores import current_manifest
from assistant.web.guard import MOST_BODY_BYTES
from assistant.web.manage.report import chosen, report_body
from assistant.web.manage.sessions import TRIES, Session, Sessions
from assistant.web.manage.views import (
    BACK,
    TITLE,
    UPLOAD_BYTES,
    fault_html,
    home_body,
    job_body,
    login_body,
    page,
    removal_body,
    restoring_body,
)
from assistant.web.manage.work import Workshop
from assistant.web.shelf import Shelf

_PATHS = re.compile(r"/gerer(?:/(?:entrer|sortir|fichiers|colonnes|ajouter|abandonner|retirer|revenir|travail))?")
_UPLOAD = "/gerer/fichiers"
_COOKIE = "gerer"
_FILES = 20
_FIELDS = 10_000
_NAME = 100  # characters of a file's name
_SOON = 2.0  # seconds that a form waits for its work
_LATER = 8.0  # seconds that the page of a work waits for it
_Handler = Callable[[Request, Session], Awaitable[Response]]


class Manage:
    """The view, which is there only when there is a password.

    Args:
        shelf: gives the sheets in service.
    """

    def __init__(self, settings: Settings, shelf: Callable[[], Shelf]) -> None:
        self._settings = settings
        self._shelf = shelf
        self._sessions = Sessions(settings.admin_password)
        self._workshop = Workshop(settings)

    def body_bytes(self, scope: Scope) -> int:
        """How many bytes a request may hold: more for the files of one who is in; 0 when it is not of the view."""
        if not _PATHS.fullmatch(scope["path"]):
            return 0
        brings = scope["path"] == _UPLOAD and scope["method"] == "POST" and self._session(Request(scope))
        return UPLOAD_BYTES + MOST_BODY_BYTES if brings else MOST_BODY_BYTES

    def routes(self) -> APIRouter:
        router = APIRouter()
        reads: dict[str, _Handler] = {
            "": self._home,
            "/fichiers": self._report,
            "/travail": self._work,
            "/retirer": self._ask_removal,
            "/revenir": self._ask_restoring,
        }
        for path, handler in reads.items():
            router.add_api_route(f"/gerer{path}", self._reading(handler), methods=["GET"])
        writes: dict[str, Callable[[Session, FormData], Awaitable[Response]]] = {
            "/fichiers": self._weigh,
            "/colonnes": self._weigh_again,
            "/ajouter": self._add,
            "/abandonner": self._give_up,
            "/retirer": self._remove,
            "/revenir": self._restore,
        }
        for path, writer in writes.items():
            router.add_api_route(f"/gerer{path}", self._writing(writer), methods=["POST"])
        for path in ("entrer", "sortir", "colonnes", "ajouter", "abandonner"):
            # the address of a form that was sent, opened again
            router.add_api_route(f"/gerer/{path}", _lead_home, methods=["GET"])
        router.add_api_route("/gerer/entrer", self._enter, methods=["POST"])
        router.add_api_route("/gerer/sortir", self._leave, methods=["POST"])
        return router

    def _reading(self, handler: _Handler) -> Callable[[Request], Awaitable[Response]]:
        async def read(request: Request) -> Response:
            session = self._session(request)
            if session is None:
                return _login("") if request.url.path == "/gerer" else _go("/gerer")
            try:
                return await handler(request, session)
            except AssistantError as error:
                return _fault(session, error.happened, error.remedy, 404 if isinstance(error, UsageError) else 503)

        return read

    def _writing(
        self, handler: Callable[[Session, FormData], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def write(request: Request) -> Response:
            session = self._session(request)
            if session is None:
                return _login(fault_html("Votre session est terminée.", "Entrez de nouveau."), 403)
            form = await _form(request)
            try:
                if form is None:
                    return _fault(session, "Ce formulaire ne se lit pas.", "Renvoyez-le depuis la page.", 400)
                if not _is_own(session, form):
                    return _fault(session, "Ce formulaire n’est pas celui de votre session.", "Rouvrez la page.", 403)
                return await handler(session, form)
            except AssistantError as error:
                return _fault(session, error.happened, error.remedy, 409)
            finally:
                if form is not None:
                    await form.close()

        return write

    async def _enter(self, request: Request) -> Response:
        seconds = self._sessions.wait(request.client.host if request.client else "")
        if seconds:
            said = fault_html(f"Plus de {TRIES} essais en une minute.", "Réessayez dans une minute.")
            return _login(said, 429, {"Retry-After": str(int(seconds) + 1)})
        form = await _form(request)
        token = self._sessions.enter(_text(form, "password")) if form is not None else None
        if token is None:
            return _login(fault_html("Ce n’est pas le mot de passe."), 403)
        answer = _go("/gerer")
        # behind a proxy, the page's own address alone says whether it is encrypted
        secure = request.headers.get("origin", "").startswith("https://")
        answer.set_cookie(_COOKIE, token, path="/gerer", httponly=True, samesite="strict", secure=secure)
        return answer

    async def _leave(self, request: Request) -> Response:
        session, form = self._session(request), await _form(request)
        if session and form is not None and not _is_own(session, form):
            return _fault(session, "Ce formulaire n’est pas celui de votre session.", "Rouvrez la page.", 403)
        self._sessions.leave(request.cookies.get(_COOKIE, ""))
        answer = _go("/gerer")
        answer.delete_cookie(_COOKIE, path="/gerer", httponly=True, samesite="strict")
        return answer

    async def _home(self, request: Request, session: Session) -> Response:
        found = await run_in_threadpool(records, self._settings)
        current = (await run_in_threadpool(current_manifest, self._settings)).generation
        searched = request.query_params.get("chercher", "")[:200]
        sheets = self._shelf().catalogue.sheets
        return page(TITLE, home_body(session, sheets, searched, KINDS, found, current), session)

    async def _report(self, _request: Request, session: Session) -> Response:
        if session.desk.draft is None:
            return _go("/gerer")
        labels = column_labels(load_schema(self._settings.data / SCHEMA))
        return page("Rapport avant ajout", report_body(session, session.desk.draft, labels) + BACK, session)

    async def _work(self, _request: Request, session: Session) -> Response:
        job = session.desk.job
        if job is None:
            return _go("/gerer")
        await job.settled(_LATER)
        if job.then and not job.running and not job.failure:
            return _go(job.then)
        return page(job.title, job_body(job), session)

    async def _ask_removal(self, request: Request, session: Session) -> Response:
        wanted = request.query_params.get("fiche", "")
        for sheet in self._shelf().catalogue.sheets:
            if sheet.id == wanted:
                return page("Retirer une fiche", removal_body(session, sheet), session)
        return _fault(session, "Cette fiche n’est plus là.", "Cherchez-la dans la liste.", 404)

    async def _ask_restoring(self, request: Request, session: Session) -> Response:
        wanted = request.query_params.get("generation", "")
        one = await run_in_threadpool(record_of, self._settings, wanted)
        return page("Revenir à une génération", restoring_body(session, one), session)

    async def _weigh(self, session: Session, form: FormData) -> Response:
        contents = [
            Content(_name(given.filename), await given.read())
            for given in form.getlist("files")
            if isinstance(given, UploadFile) and given.filename
        ]
        if not contents:
            return _fault(session, "Aucun fichier n’a été choisi.", "Choisissez-en au moins un.", 400)
        self._workshop.weigh(session.desk, tuple(contents), {}, "/gerer")
        return await self._started(session)

    async def _weigh_again(self, session: Session, form: FormData) -> Response:
        draft = session.desk.draft
        if draft is None:
            return _go("/gerer")
        labels = {"", *column_labels(load_schema(self._settings.data / SCHEMA))}
        texts = [[str(value) for value in form.getlist(field)] for field in ("column", "label")]
        posted = dict(zip(*texts, strict=False))
        if len(texts[0]) != len(texts[1]) or not labels.issuperset(posted.values()):
            return _fault(session, "Ces colonnes ne se lisent pas.", "Rouvrez le rapport.", 400)
        self._workshop.weigh(session.desk, draft.contents, chosen(draft, posted), _UPLOAD)
        return await self._started(session)

    async def _add(self, session: Session, _form: FormData) -> Response:
        if session.desk.draft is None:
            return _go("/gerer")
        self._workshop.add(session.desk, session.desk.draft)
        return await self._started(session)

    async def _give_up(self, session: Session, _form: FormData) -> Response:
        session.desk.draft = None
        return _go("/gerer")

    async def _remove(self, session: Session, form: FormData) -> Response:
        self._workshop.remove(session.desk, _text(form, "fiche"))
        return await self._started(session)

    async def _restore(self, session: Session, form: FormData) -> Response:
        self._workshop.restore(session.desk, _text(form, "generation"))
        return await self._started(session)

    async def _started(self, session: Session) -> Response:
        if session.desk.job:
            await session.desk.job.settled(_SOON)
        return _go("/gerer/travail")

    def _session(self, request: Request) -> Session | None:
        return self._sessions.find(request.cookies.get(_COOKIE, ""))


async def _lead_home() -> Response:
    return _go("/gerer")


async def _form(request: Request) -> FormData | None:
    """What a form sent; None when it cannot be read."""
    try:
        return await request.form(max_files=_FILES, max_fields=_FIELDS)
    except HTTPException:
        return None


def _is_own(session: Session, form: FormData) -> bool:
    return hmac.compare_digest(_text(form, "form").encode("utf-8", "replace"), session.form.encode())


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _name(given: str | None) -> str:
    """The last part of a file's name, cut, to be shown and to tell its kind."""
    path = PurePosixPath(printable((given or "").replace("\\", "/").replace("\n", " ")))
    return f"{path.stem[:_NAME]}{path.suffix[:10]}" or "fichier"


def _go(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def _login(fault: str, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    return page(TITLE, login_body(fault), None, status, headers)


def _fault(session: Session, happened: str, remedy: str, status: int) -> HTMLResponse:
    return page(TITLE, fault_html(happened, remedy) + BACK, session, status)
