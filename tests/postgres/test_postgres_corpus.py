"""A corpus that lives over PostgreSQL: what the commands do, and what is left when they are cut short."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from assistant.cli import main
from assistant.cli_shared import find_sheet
from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.errors import StoreUnreachable
from assistant.indexing.manifest import Manifest
from assistant.ingest import add_files, remove_sheet
from assistant.integrity import check_index, repair_index
from assistant.settings import Settings
from assistant.stores import current_manifest, open_store, postgres_finish
from assistant.update import update_index
from assistant.web import renewal
from assistant.web.warming import Warming
from benchmarks.hashed_encoder import HashedEncoder
from benchmarks.soak_kills import TEXT, TITLE
from tests.postgres.databases import when_free

POTAGER = "Le potager partagé"


class OtherEncoder(HashedEncoder):
    """Named as no model that is known: a rebuild that forgot it would take the default one."""

    name = "autre"


def quiet(*_: object) -> None:
    return


@pytest.fixture
def encoders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the models that were opened, each of them an encoder that costs nothing."""
    opened: list[str] = []

    def open_encoder(name: str, _asking: object = None) -> HashedEncoder:
        opened.append(name)
        return OtherEncoder()

    for module in ("update", "integrity", "answer"):
        monkeypatch.setattr(f"assistant.{module}.open_encoder", open_encoder)
    return opened


@pytest.fixture
def place(
    tiny: Path, tmp_path: Path, new_database: Callable[..., str], encoders: list[str], monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """The tiny corpus, indexed in a database of its own, which the environment names."""
    (tmp_path / "venant.txt").write_text(TEXT, encoding="utf-8")
    (tiny / "adapter.npz").unlink(missing_ok=True)
    settings = Settings(data=tiny, index=tmp_path / "none", store=new_database(), cache=tmp_path / "cache")
    for name in ("data", "store", "cache"):
        monkeypatch.setenv(f"ASSISTANT_{name.upper()}", str(getattr(settings, name)))
    update_index(settings, None, False, quiet)
    return settings


@pytest.fixture
def command(place: Settings, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """``command("add", …)`` runs the command line; its exit code, what it printed and what it said."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed, said = capsys.readouterr()
        return int(ended.value.code or 0), printed, said.strip()  # less the end of the progress bar

    return run


def add(place: Settings) -> Manifest:
    done = add_files(place, [place.data.parent / "venant.txt"], None, quiet, quiet).update
    assert done is not None
    return done.manifest


def remove(place: Settings) -> None:
    remove_sheet(place, lambda found: find_sheet(found, TITLE), quiet, quiet)


def titles(place: Settings) -> list[str]:
    store = open_store(place)
    found = [sheet.title for sheet in store.sheets(store.sheet_ids({}))]
    store.close()
    return found


def whole(place: Settings) -> list[str]:
    """The titles, of a database and a data folder that are of the same generation."""
    store = open_store(place)
    sheets = store.sheets(store.sheet_ids({}))
    store.close()
    assert check_index(place) == []
    assert sheets == list(read_corpus(place.data).sheets)
    assert store.manifest.inputs == input_hashes(place.data)
    return [sheet.title for sheet in sheets]


def run_sql(place: Settings, statement: str) -> None:
    with psycopg.connect(place.store, autocommit=True) as connection:
        connection.execute(statement)


def cut(place: Settings) -> None:
    """End the connection of whoever indexes."""
    run_sql(
        place,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name LIKE 'assistant index%'",
    )


# --- the commands


def test_a_sheet_comes_and_goes_and_an_older_generation_is_restored(place, command):
    before = input_hashes(place.data)
    code, printed, said = command("add", str(place.data.parent / "venant.txt"))
    assert (code, said) == (0, "")
    assert "1\u00a0ajoutée" in printed
    assert TITLE in whole(place)
    code, printed, said = command("remove", POTAGER)
    assert (code, said) == (0, "")
    assert "est retirée de reseau-imaginaire.txt" in printed
    assert POTAGER not in whole(place)
    code, printed, _ = command("history", "--json")
    told = json.loads(printed)
    assert [(one["what"], one["current"]) for one in told] == [
        (f"remove {POTAGER}", True),
        ("add venant.txt", False),
        ("index", False),
    ]
    assert command("restore", "1")[0] == 0
    assert input_hashes(place.data) == before
    assert TITLE not in whole(place)
    assert command("restore", told[1]["generation"])[0] == 0  # restoring made a fourth, and the last three are kept
    assert {TITLE, POTAGER} <= set(whole(place))
    code, printed, said = command("restore", "99")
    assert code == 2
    assert "assistant history" in said


def test_check_names_what_is_wrong_and_repair_mends_it(place, command):
    assert command("check")[0] == 0
    run_sql(place, f"UPDATE {current_manifest(place).generation}.sheets SET text = replace(text, 'potager', 'jardin')")
    code, _, said = command("check")
    assert code == 1
    assert "sheets\u00a0: la table a changé" in said
    assert "assistant check --repair" in said
    code, printed, _ = command("check", "--repair")
    assert (code, "Réparé" in printed) == (0, True)
    assert POTAGER in whole(place)
    code, printed, _ = command("check", "--json")
    assert json.loads(printed) == {"sound": True, "faults": []}


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE {g}.passages",
        "DROP SCHEMA {g} CASCADE",
        "DELETE FROM {g}.meta WHERE key = 'weights'",
        "UPDATE assistant.generations SET manifest = jsonb_set(manifest::jsonb, '{{sheets}}', '9')",
        "UPDATE assistant.generations SET manifest = jsonb_set(manifest::jsonb, '{{model}}', '\"none\"')",
        "UPDATE assistant.generations SET manifest = jsonb_set(manifest::jsonb, '{{inputs}}', '{{}}')",
    ],
)
def test_a_repair_keeps_the_model(place, encoders, damage):
    before = current_manifest(place)
    encoders.clear()
    run_sql(place, damage.format(g=before.generation))
    assert check_index(place)
    assert repair_index(place, quiet) == []
    assert current_manifest(place).model == before.model
    assert set(encoders) == {before.model}
    assert POTAGER in whole(place)


# --- cut short


def _dies(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        ("benchmarks.hashed_encoder.HashedEncoder.encode_passages", "old"),
        ("assistant.stores.postgres_finish.statistics", "old"),
        ("assistant.stores.postgres_finish.name", "old"),
        ("assistant.stores.postgres_finish.prune", "new"),
        ("assistant.update._finish", "new"),
    ],
)
def test_an_addition_killed_leaves_the_old_generation_or_the_new_one_whole(place, moment, left):
    child = os.fork()
    if child == 0:
        try:
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(moment, _dies)
                add(place)
        finally:
            os._exit(1)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert (TITLE in titles(place)) == (left == "new")
    assert (TITLE in whole(place)) == (left == "new")
    when_free(lambda: (add if left == "old" else remove)(place))
    assert (TITLE in whole(place)) == (left == "old")
    assert not (place.data / ".next").exists()


@pytest.mark.parametrize("step", ["passages", "postings", "digests"])
def test_an_addition_whose_connection_is_cut_leaves_the_old_generation(place, command, monkeypatch, step):
    before, inputs = current_manifest(place), input_hashes(place.data)
    done = getattr(postgres_finish, step)

    def lose(*arguments: object) -> object:
        cut(place)
        return done(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(postgres_finish, step, lose)
        code, _, said = command("add", str(place.data.parent / "venant.txt"))
    assert code == 1
    assert "ne répond pas" in said
    assert (current_manifest(place), input_hashes(place.data)) == (before, inputs)
    assert TITLE not in whole(place)
    add(place)
    assert TITLE in whole(place)


def test_a_connection_cut_once_the_generation_is_named_is_no_failure(place, command, monkeypatch):
    """Only what is old is left to be dropped, by the next one."""
    drop = postgres_finish.prune

    def lose(connection: object) -> None:
        cut(place)
        drop(connection)

    with monkeypatch.context() as patched:
        patched.setattr(postgres_finish, "prune", lose)
        code, _, said = command("add", str(place.data.parent / "venant.txt"))
    assert (code, said) == (0, "")
    assert TITLE in whole(place)


def test_a_server_lost_at_the_very_swap_loses_no_sheet(place, postgres_server, monkeypatch):
    """The generation is named, and nobody is there to say so: what was staged waits for the server to be back."""
    before, name = input_hashes(place.data), postgres_finish.name

    def lose(*arguments: object) -> None:
        name(*arguments)
        postgres_server.stop()
        raise psycopg.OperationalError("the answer to COMMIT was lost")

    with monkeypatch.context() as patched:
        patched.setattr(postgres_finish, "name", lose)
        try:
            with pytest.raises(StoreUnreachable):
                add(place)
            with pytest.raises(StoreUnreachable):
                update_index(place, None, False, quiet)
            assert input_hashes(place.data) == before
        finally:
            postgres_server.start()
    assert TITLE in titles(place)
    assert TITLE in whole(place)


# --- a server that answers


@pytest.fixture
def answering(place: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Warming, list[str], list[Exception]]]:
    """What a server answers with, asked again and again: the generations that answered, and what failed."""
    warming, stop = Warming(place), threading.Event()
    answered: list[str] = []
    failed: list[Exception] = []

    def ask() -> None:
        while not stop.is_set():
            assistant = warming.assistant()
            try:
                assistant.ask(f"un potager pour les jeunes {len(answered)}", limit=3)
                answered.append(assistant.store.manifest.generation)
            except Exception as error:  # noqa: BLE001 - any is a failed request
                failed.append(error)
            stop.wait(0.02)

    warming.start()
    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    yield warming, answered, failed
    stop.set()
    for thread in asking:
        thread.join()


def until(reached: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal, "_ASK_SECONDS", 0.3)


def test_a_server_takes_new_generations_without_a_failed_request(often, place, answering):
    _, answered, failed = answering
    until(lambda: bool(answered))
    for _ in range(2):
        last = add(place).generation
        until(lambda last=last: answered[-1] == last)
        remove(place)
        last = current_manifest(place).generation
        until(lambda last=last: answered[-1] == last)
    assert failed == []


def test_a_server_that_is_behind_answers_whatever_number_of_generations_followed(place, answering):
    """It asks every ten seconds: more generations than are kept are made in that time."""
    warming, answered, failed = answering
    until(lambda: bool(answered))
    first = warming.manifest.generation
    for _ in range(2):
        add(place)
        remove(place)
    before = len(answered)
    until(lambda: len(answered) > before + 3)
    assert failed == []
    assert warming.manifest.generation == first or answered[-1] != first


def test_a_database_away_for_a_while_is_said_as_that_then_over(often, place, postgres_server):
    warming = Warming(place)
    warming.start()
    warming.assistant()
    postgres_server.stop()
    try:
        until(lambda: "ne répond pas" in warming.shelf.behind)
        assert "ont changé" not in warming.shelf.behind
    finally:
        postgres_server.start()
    until(lambda: not warming.shelf.behind)
    last = add(place)
    until(lambda: warming.manifest == last)
