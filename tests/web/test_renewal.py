"""A new generation of the index while the server answers: taken up without a failed answer, or left when damaged."""

from __future__ import annotations

import gc
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import answer
from assistant.answer import Assistant
from assistant.conversation.state import Conversation
from assistant.errors import DamagedIndex
from assistant.indexing.manifest import Manifest, read_manifest, write_manifest
from assistant.settings import Settings
from assistant.stores.local import LocalStore
from assistant.stores.local_files import VECTORS
from assistant.update import update_index
from assistant.web import renewal
from assistant.web.basket import Basket
from assistant.web.renewal import FIRST_QUESTION, Generation, Renewal, open_generation
from assistant.web.talk import talking_of
from assistant.web.views import Desk
from assistant.web.visit import Visit
from assistant.web.warming import Warming

EXPORT = Path("actions") / "reseau-imaginaire.txt"


@pytest.fixture(scope="module")
def larger(tiny_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny corpus with one more sheet, and its index; not to be changed."""
    folder = tmp_path_factory.mktemp("larger")
    made = copied(tiny_settings, folder)
    first, _, _ = (made.data / EXPORT).read_text("utf-8").partition("\n\n\n")
    (made.data / "actions" / "plus.txt").write_text(first.replace("jardin", "jardin nouveau"), encoding="utf-8")
    update_index(made, None, full=False, progress=lambda _done, _total: None)
    return made


@pytest.fixture
def own(tiny_settings: Settings, tmp_path: Path) -> Settings:
    """The tiny corpus and its index, free to change."""
    return copied(tiny_settings, tmp_path)


def copied(settings: Settings, folder: Path) -> Settings:
    for part in ("data", "index"):
        shutil.copytree(getattr(settings, part), folder / part)
    return replace(settings, data=folder / "data", index=folder / "index")


def publish(made: Settings, own: Settings, name: str = "generation-000900", harm: bool = False) -> str:
    """Make a generation that was indexed elsewhere the current one, as the indexer does; its corpus version.

    Args:
        harm: with one byte of its vectors changed.
    """
    manifest = read_manifest(made.index)
    shutil.copytree(made.index / manifest.generation, own.index / name)
    if harm:
        path = own.index / name / VECTORS
        content = bytearray(path.read_bytes())
        content[-5] ^= 1
        path.write_bytes(content)
    shutil.copytree(made.data, own.data, dirs_exist_ok=True)
    for path in own.data.glob("actions/*"):
        if not (made.data / "actions" / path.name).exists():
            path.unlink()
    write_manifest(own.index, manifest.model_copy(update={"generation": name}))
    return manifest.corpus_version


class Watched:
    """A renewal that looks when it is told to, and what it said."""

    def __init__(self, settings: Settings) -> None:
        self.first = open_generation(settings)
        self.taken: list = []
        self.left: list = []
        self.renewal = Renewal(settings, self.first, self.taken.append, self.left.append)
        self.look = self.renewal.look


@pytest.fixture
def watched(own: Settings) -> Watched:
    return Watched(own)


def test_nothing_new_is_nothing_taken(own: Settings, watched: Watched) -> None:
    watched.look()
    watched.look()
    os.utime(own.index / "manifest.json")  # written again, the same
    watched.look()
    assert watched.taken == []
    assert not any(watched.left)


def test_a_new_generation_is_taken_while_the_old_one_answers(own: Settings, larger: Settings, watched: Watched) -> None:
    version = publish(larger, own)
    os.utime(own.index / "manifest.json", (0, 0))  # as when the clock went back
    watched.look()
    (new,), old = watched.taken, watched.first
    assert new.manifest.corpus_version == version == new.shelf.version
    assert len(new.shelf.catalogue.sheets) == len(old.shelf.catalogue.sheets) + 1
    assert old.assistant.ask(FIRST_QUESTION)[0].corpus_version == old.manifest.corpus_version != version


def test_a_store_is_closed_once_nobody_answers_with_it(watched: Watched) -> None:
    closed: list[bool] = []
    held = Generation(Assistant.open(watched.renewal._settings), watched.first.shelf)
    held.assistant.store.close = lambda: closed.append(True)
    Renewal(watched.renewal._settings, held, watched.taken.append, watched.left.append)
    gc.collect()
    assert closed == []
    del held
    gc.collect()
    assert closed == [True]


@pytest.mark.parametrize("failing", ["ask", "shelve", "open_encoder"])
def test_the_store_of_one_that_cannot_be_taken_is_closed(
    own: Settings, larger: Settings, watched: Watched, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(failing)

    closed: list[Manifest] = []
    monkeypatch.setattr(LocalStore, "close", lambda store: closed.append(store.manifest))
    place = {"ask": Assistant, "shelve": renewal, "open_encoder": answer}[failing]
    monkeypatch.setattr(place, failing, fail)
    publish(larger, own)
    watched.look()
    (manifest,) = closed
    assert manifest.corpus_version != watched.first.manifest.corpus_version
    assert watched.taken == []
    assert watched.left


def test_one_that_others_followed_while_it_was_opened_is_passed_over(
    own: Settings, larger: Settings, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When files are added one after the other, each generation is kept for a few more only."""
    publish(larger, own)

    def overtaken(settings: Settings) -> Generation:
        monkeypatch.undo()
        publish(larger, own, "generation-000901")
        raise DamagedIndex("corpus.sqlite\u00a0: le fichier manque.", "")

    monkeypatch.setattr("assistant.web.renewal.open_generation", overtaken)
    watched.look()
    assert (watched.taken, watched.left) == ([], [])
    watched.look()
    assert watched.taken[0].manifest.generation == "generation-000901"


@pytest.mark.parametrize("fault", ["byte", "manifest", "missing", "data"])
def test_a_damaged_generation_is_left_and_said_then_over(
    own: Settings, larger: Settings, watched: Watched, fault: str
) -> None:
    publish(larger, own, harm=fault == "byte")
    manifest = own.index / "manifest.json"
    if fault == "manifest":
        manifest.write_text("{", encoding="utf-8")
    elif fault == "missing":
        manifest.unlink()
    elif fault == "data":
        (own.data / "actions" / "encore.txt").write_bytes((own.data / EXPORT).read_bytes())
    watched.look()
    assert watched.taken == []
    assert "assistant index" in watched.left[-1].remedy
    assert watched.first.assistant.ask(FIRST_QUESTION)[0].message
    publish(larger, own, "generation-000901")
    watched.look()
    assert watched.taken[0].manifest == read_manifest(own.index)
    assert watched.left[-1] is None


def test_a_damaged_index_is_not_served(own: Settings, larger: Settings) -> None:
    publish(larger, own, harm=True)
    with pytest.raises(DamagedIndex, match="assistant index --full"):
        Warming(own)


def test_views_and_health_say_that_the_last_good_one_answers(own: Settings) -> None:
    warming = Warming(own)
    warming._leave(DamagedIndex("L’index est abîmé.", "Reconstruisez-le."))
    visit = Visit(lambda: warming.shelf)
    top = visit.go("1|/?vue=fiches", Desk(), Basket().stored(), (), Conversation())[1]
    assert "celui d’avant répond encore. Reconstruisez-le." in top
    warming._leave(None)
    top = visit.go("1|/?vue=fiches", Desk(), Basket().stored(), (), Conversation())[1]
    assert "behind" not in top


def test_a_conversation_goes_on_when_its_sheets_are_gone(own: Settings, larger: Settings) -> None:
    before = open_generation(larger).assistant
    added = set(before.store.sheet_ids({})) - set(open_generation(own).assistant.store.sheet_ids({}))
    (gone,) = before.store.sheets(sorted(added))
    _, talked = before.ask(f"montre la fiche {gone.title}")
    talked = talking_of(gone, talked)
    after = open_generation(own).assistant
    for question in ("et les limites ?", "la deuxième", "montre la fiche", "compare les deux", "d’autres", "annule"):
        answer, _ = after.ask(question, talked)
        known = set(after.store.sheet_ids({}))
        assert {excerpt.sheet.id for excerpt in (*answer.sheets, *answer.nearest)} <= known


def test_no_answer_fails_while_generations_change(own: Settings, larger: Settings, tiny_settings: Settings) -> None:
    warming = Warming(own)
    warming.start()
    seen: list[str] = []
    failed, stop = [], threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                seen.append(warming.assistant().ask("un potager pour les jeunes", limit=3)[0].corpus_version)
            except Exception as error:  # noqa: BLE001 - any is a failed request
                failed.append(error)

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    last = read_manifest(own.index).corpus_version
    for number, made in enumerate((larger, tiny_settings, larger)):
        last = publish(made, own, f"generation-{number:06}-again")
        wait_for(last, seen)
    stop.set()
    for thread in asking:
        thread.join()
    assert failed == []
    assert seen[-1] == last


def wait_for(version: str, seen: list[str]) -> None:
    waiting = threading.Event()
    for _ in range(600):
        if seen and seen[-1] == version:
            return
        waiting.wait(0.1)
    pytest.fail("not within a minute")
