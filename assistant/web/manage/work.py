"""What is being done for one who manages the corpus: files weighed, and work that runs aside while pages answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from assistant.corpus.columns import Columns
from assistant.corpus.incoming import Content, Delivery, NoTitle, Refused
from assistant.corpus.intake import Intake
from assistant.corpus.outline import Outline
from assistant.errors import AssistantError, FailureError, UnknownSheet
from assistant.indexing.build import Build
from assistant.ingest import add_contents, remove_sheet, restore_generation, weigh_contents
from assistant.settings import Settings
from assistant.typography import counted, guillemets

_TOGETHER = 2  # works at a time; the lock of the data keeps writers apart
_NOTHING = "Rien n’a été changé."
_SOON = "La page en service prend ces fiches d’elle-même, en quelques secondes."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """Files that were weighed and not added yet. ``chosen``: the labels given to columns, None to leave one aside."""

    contents: tuple[Content, ...]
    chosen: Mapping[str, str | None]
    intake: Intake


@dataclass(slots=True)
class Job:
    """``title`` says in French what is done; ``done`` of ``total`` sheets; ``said`` why it waits, if it does.

    ``then`` is where to go once it went well; empty to stay and read ``told``. ``back`` is where to go when it
    did not.
    """

    title: str
    then: str = ""
    back: str = "/gerer"
    done: int = 0
    total: int = 0
    said: str = ""
    told: str = ""
    failure: AssistantError | None = None
    future: Future[None] | None = None

    @property
    def running(self) -> bool:
        return self.future is not None and not self.future.done()

    def advance(self, done: int, total: int) -> None:
        self.done, self.total, self.said = done, total, ""

    def say(self, line: str) -> None:
        self.said = line

    async def settled(self, seconds: float) -> None:
        """Until it ends, or so long."""
        if self.future is not None and self.running:
            await asyncio.wait([asyncio.wrap_future(self.future)], timeout=seconds)


@dataclass(slots=True)
class Desk:
    """What one session has before it."""

    draft: Draft | None = None
    job: Job | None = None

    @property
    def busy(self) -> bool:
        return self.job is not None and self.job.running


@dataclass(slots=True)
class Workshop:
    """Starts the works of all desks, one at a time for each.

    Every start raises FailureError when the desk is busy.
    """

    settings: Settings
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_TOGETHER, "manage"))

    def weigh(self, desk: Desk, contents: tuple[Content, ...], chosen: Mapping[str, str | None], back: str) -> None:
        """Weigh files into the desk's draft, which stays what it was when they cannot be."""

        def work(_job: Job) -> str:
            try:
                intake = weigh_contents(self.settings, contents, Columns(columns=dict(chosen)))
            except NoTitle as error:
                intake = _without_title(error)
            desk.draft = Draft(contents, chosen, intake)
            return ""

        self._start(desk, Job("Lecture des fichiers", "/gerer/fichiers", back), work)

    def add(self, desk: Desk, draft: Draft) -> None:
        """Add what a draft holds, as it was shown."""

        def work(job: Job) -> str:
            columns = Columns(columns=dict(draft.chosen))
            update = add_contents(
                self.settings, draft.contents, columns, job.advance, job.say, expected=draft.intake
            ).update
            desk.draft = None
            return _told(update.build) if update and update.build else _NOTHING

        self._start(desk, Job("Ajout des fiches", back="/gerer/fichiers"), work)

    def remove(self, desk: Desk, sheet_id: str) -> None:
        def work(job: Job) -> str:
            sheet, update = remove_sheet(self.settings, lambda found: _of_id(found, sheet_id), job.advance, job.say)
            return f"{guillemets(sheet.title)} est retirée. {_told(update.build) if update.build else ''}"

        self._start(desk, Job("Retrait de la fiche"), work)

    def restore(self, desk: Desk, generation: str) -> None:
        def work(job: Job) -> str:
            manifest = restore_generation(self.settings, generation, job.advance, job.say)
            sheets = counted(manifest.sheets, "fiche")
            return f"Les fiches et l’index sont ceux de {manifest.generation} ({sheets}). {_SOON}"

        self._start(desk, Job("Retour à une génération gardée"), work)

    def _start(self, desk: Desk, job: Job, work: Callable[[Job], str]) -> None:
        if desk.busy:
            raise FailureError("Un travail est déjà en cours.", "Attendez qu’il finisse, puis recommencez.")
        desk.job = job
        job.future = self._pool.submit(_run, job, work)


def _run(job: Job, work: Callable[[Job], str]) -> None:
    try:
        job.told = work(job)
    except AssistantError as error:
        job.failure = error
    except Exception:  # noqa: BLE001 - whatever it is, the page says that it failed
        _log.exception("work on the corpus failed")
        job.failure = FailureError(
            "Ce travail a échoué.", "La liste des générations dit s’il a abouti\u202f; le journal du serveur, pourquoi."
        )


def _without_title(error: NoTitle) -> Intake:
    """The report of a file whose title is to be chosen among its columns, before anything else is read."""
    refused = Refused(
        "tout le fichier", "aucune colonne n’est le titre. Dites plus bas laquelle va à «\u00a0Titre\u00a0»."
    )
    return Intake((Delivery(error.file, (), (refused,), columns=error.columns),), ())


def _of_id(found: Sequence[Outline], sheet_id: str) -> Outline:
    for sheet in found:
        if sheet.id == sheet_id:
            return sheet
    raise UnknownSheet(sheet_id)


def _told(build: Build) -> str:
    counts = (
        counted(build.added, "ajoutée"),
        counted(build.changed, "modifiée"),
        counted(build.removed, "retirée"),
        counted(build.kept, "inchangée"),
    )
    return f"L’index est à jour ({counted(build.manifest.sheets, 'fiche')})\u00a0: {', '.join(counts)}. {_SOON}"
