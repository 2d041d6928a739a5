"""Managing the corpus from a browser: who may, what is read and shown, what changes, and what never does."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from playwright.sync_api import Locator, Page, expect
from starlette.testclient import TestClient

from assistant.corpus.archive import UNPACKED_BYTES
from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.indexing.manifest import read_manifest
from assistant.integrity import check_index
from assistant.settings import Settings
from assistant.web.guard import MOST_BODY_BYTES, Guard
from assistant.web.hosts import served_hosts
from assistant.web.manage import routes
from assistant.web.manage.routes import Manage
from assistant.web.manage.sessions import SECONDS, TRIES, Sessions
from assistant.web.manage.views import UPLOAD_BYTES
from assistant.web.shelf import open_shelf
from assistant.writing import writing
from benchmarks import soak_kills
from tests.hostile import PAYLOADS
from tests.web.conftest import Person, _running
from tests.web.test_renewal import copied

PASSWORD = "trois petits chats 3"
SOUP = "La soupe partagée"
CSV = f"Titre;Structure;Résumé\n{SOUP};Centre Bidule - Aube;On épluche des potimarrons ensemble.\n"
POTAGER = "Le potager partagé"


class Manager:
    """Someone at the view, without a browser: opens, fills in, reads."""

    def __init__(self, client: httpx.Client, settings: Settings, base: str = "") -> None:
        self.client = client
        self.settings = settings
        self.base = base
        self.response = self.get("")

    def get(self, path: str) -> httpx.Response:
        return self._keep(self.client.get(f"{self.base}/gerer{path}", follow_redirects=True))

    def post(self, path: str, files: list | None = None, **fields: object) -> httpx.Response:
        """Send a form with the session's mark, unless another is given."""
        data = {"form": self.mark, **fields}
        address = f"{self.base}/gerer/{path}"
        return self._keep(self.client.post(address, data=data, files=files, follow_redirects=True))

    def enter(self, password: str = PASSWORD) -> httpx.Response:
        self.post("entrer", password=password)
        found = re.search(r'name="form" value="([^"]+)"', self.response.text)
        self.mark = found[1] if found else self.mark
        return self.response

    def bring(self, name: str, data: bytes | str) -> httpx.Response:
        content = data.encode() if isinstance(data, str) else data
        return self.settle(self.post("fichiers", files=[("files", (name, content))]))

    def settle(self, response: httpx.Response) -> httpx.Response:
        """Once the work is over."""
        end = time.monotonic() + 60
        while "En cours." in response.text:
            assert time.monotonic() < end, response.text
            response = self.get("/travail")
        return response

    def do(self, path: str, **fields: str) -> str:
        """What a work says at its end."""
        return said(self.settle(self.post(path, **fields)))

    mark = ""

    def _keep(self, response: httpx.Response) -> httpx.Response:
        self.response = response
        return response


def said(response: httpx.Response) -> str:
    """The text of a page."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.text.partition("<main>")[2])).split())


def state(settings: Settings) -> tuple[dict[str, str], str]:
    return input_hashes(settings.data), read_manifest(settings.index).generation


def titles(settings: Settings) -> list[str]:
    return [sheet.title for sheet in read_corpus(settings.data).sheets]


def opened(settings: Settings) -> TestClient:
    """The view alone, behind the guard, as the server sets it."""
    manage = Manage(settings, lambda: open_shelf(settings))
    app = FastAPI(openapi_url=None)
    app.include_router(manage.routes())
    app.add_middleware(Guard, hosts=served_hosts("127.0.0.1", ""), also=manage.body_bytes)
    return TestClient(app, base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny corpus, indexed with an encoder that costs nothing; not to be changed."""
    with soak_kills.hashed_encoding():
        return replace(soak_kills.make_place(tmp_path_factory.mktemp("made")), admin_password=PASSWORD)


@pytest.fixture
def place(made: Settings, tmp_path: Path) -> Iterator[Settings]:
    """The same, free to change."""
    with soak_kills.hashed_encoding():
        yield copied(made, tmp_path)


@pytest.fixture
def outside(place: Settings) -> Iterator[Manager]:
    """Someone who has not given the password yet."""
    with opened(place) as client:
        yield Manager(client, place)


@pytest.fixture
def manager(outside: Manager) -> Manager:
    outside.enter()
    return outside


# --- who may


def test_without_a_password_there_is_no_view(server) -> None:
    for path in ("/gerer", "/gerer/fichiers", "/gerer/entrer"):
        assert httpx.get(f"{server.url}{path}", timeout=60).status_code == 404
        assert httpx.post(f"{server.url}{path}", timeout=60).status_code == 404
    assert "/gerer" not in httpx.get(server.url, timeout=60).text


def test_nothing_is_shown_or_done_before_the_password(outside: Manager) -> None:
    before = state(outside.settings)
    for path in ("", "/fichiers", "/travail", "/retirer?fiche=x", "/revenir?generation=1"):
        assert "Mot de passe" in outside.get(path).text
        assert POTAGER not in outside.response.text
    for path in ("fichiers", "colonnes", "ajouter", "abandonner", "retirer", "revenir"):
        assert outside.post(path).status_code == 403
        assert "session est terminée" in outside.response.text
    assert outside.enter("trois petits chats").status_code == 403
    assert not outside.client.cookies
    assert state(outside.settings) == before


def test_addresses_of_forms_lead_to_the_view_and_others_nowhere(manager: Manager) -> None:
    for path in ("entrer", "sortir", "colonnes", "ajouter", "abandonner", "travail", "fichiers"):
        assert manager.get(f"/{path}").url.path == "/gerer"
    assert manager.get("/perdue").status_code == 404


def test_the_password_opens_a_session_that_the_cookie_alone_holds(outside: Manager) -> None:
    sent = outside.client.post("/gerer/entrer", data={"password": PASSWORD}, follow_redirects=False)
    cookie = sent.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/gerer"))
    assert sent.headers["cache-control"] == "no-store"
    assert POTAGER in outside.get("").text
    assert "no-store" in outside.response.headers["cache-control"]
    token = outside.client.cookies["gerer"]
    assert token not in outside.response.text
    outside.mark = re.search(r'name="form" value="([^"]+)"', outside.response.text)[1]
    outside.post("sortir")
    outside.client.cookies.set("gerer", token, domain="127.0.0.1", path="/gerer")
    assert "Mot de passe" in outside.get("").text, "the session is over, whoever kept its cookie"


def test_a_secure_page_has_a_secure_cookie(place: Settings) -> None:
    with opened(place) as client:
        headers = {"Origin": "https://127.0.0.1"}
        sent = client.post("/gerer/entrer", data={"password": PASSWORD}, headers=headers, follow_redirects=False)
    assert "secure" in sent.headers["set-cookie"].lower()


def test_tries_are_counted_and_even_the_right_password_waits(outside: Manager) -> None:
    for _ in range(TRIES):
        assert outside.enter("non").status_code == 403
    assert outside.enter().status_code == 429
    assert 1 <= int(outside.response.headers["retry-after"]) <= 60
    assert "essais" in outside.response.text


def test_a_session_ends_when_nothing_is_asked_and_the_oldest_goes_first() -> None:
    now = 0.0
    sessions = Sessions(PASSWORD, lambda: now)
    token = sessions.enter(PASSWORD)
    for _ in range(3):
        now += SECONDS - 1
        assert sessions.find(token)
    now += SECONDS + 1
    assert sessions.find(token) is None
    tokens = [sessions.enter(PASSWORD) for _ in range(9)]
    assert len(set(tokens)) == 9
    assert [sessions.find(one) is not None for one in tokens] == [False] + 8 * [True]


@pytest.mark.parametrize("path", ["fichiers", "colonnes", "ajouter", "abandonner", "retirer", "revenir", "sortir"])
def test_a_form_of_elsewhere_does_nothing(manager: Manager, path: str) -> None:
    before = state(manager.settings)
    fields = {"fiche": read_corpus(manager.settings.data).sheets[0].id, "generation": "1"}
    for mark in ("", "é", manager.mark[:-1]):
        assert manager.post(path, **fields, form=mark).status_code == 403
    sent = manager.client.post(
        f"/gerer/{path}", data={"form": manager.mark, **fields}, headers={"Origin": "http://ailleurs.example"}
    )
    assert sent.status_code == 403
    assert state(manager.settings) == before
    assert POTAGER in manager.get("").text, "still in"


# --- what is brought


def test_files_are_weighed_shown_then_added_then_back(manager: Manager) -> None:
    place = manager.settings
    before = state(place)
    report = said(manager.bring("fiches.csv", CSV))
    assert "1 fiche : 1 nouvelle" in report
    assert "Non renseigné" in report
    assert state(place) == before, "a report changes nothing"
    assert "1 ajoutée" in manager.do("ajouter")
    assert SOUP in titles(place)
    assert check_index(place) == []
    changed = CSV.replace("On épluche", "On épluche et on goûte") + CSV.splitlines()[1] + "\n"
    report = said(manager.bring("f.csv", changed))
    assert "Ce qui change" in report
    assert "on goûte" in report
    manager.post("abandonner")
    assert manager.get("/fichiers").url.path == "/gerer"
    sheet = next(sheet for sheet in read_corpus(place.data).sheets if sheet.title == POTAGER)
    assert POTAGER in said(manager.get(f"/retirer?fiche={sheet.id}"))
    assert "retirée" in manager.do("retirer", fiche=sheet.id)
    assert POTAGER not in titles(place)
    assert "n’est plus là" in said(manager.get(f"/retirer?fiche={sheet.id}"))
    assert "identifiant" in manager.do("retirer", fiche=sheet.id)
    home = said(manager.get(""))
    assert "ajout de fiches.csv" in home
    assert f"retrait de {POTAGER}" in home
    assert before[1] in said(manager.get(f"/revenir?generation={before[1]}"))
    assert before[1] in manager.do("revenir", generation=before[1])
    assert state(place) == before
    assert "n’est pas gardée" in manager.do("revenir", generation="99")


def test_a_near_duplicate_stands_beside_what_it_resembles(manager: Manager) -> None:
    text = "On épluche, on coupe, on goûte et on rit ensemble tous les mardis soirs dans la grande salle."
    manager.bring("f.csv", f"Titre;Structure;Résumé\n{SOUP};Bidule - Aube;{text}\n")
    manager.do("ajouter")
    report = said(manager.bring("g.csv", f"Titre;Structure;Résumé\n{SOUP};Machin - Marne;{text} Venez.\n"))
    assert "Ressemble à" in report
    assert "Venez." in report


def test_a_column_is_given_its_label_from_the_report(manager: Manager) -> None:
    report = manager.bring(
        "f.csv", CSV.replace("Résumé", "Ce qui se passe;Avis").replace("ensemble.", "ensemble.;oui")
    ).text
    assert "aucun libellé ne ressemble" in report
    manager.settle(manager.post("colonnes", column="Ce qui se passe", label="Résumé"))
    assert "choisi ici" in manager.response.text
    assert manager.post("colonnes", column="Ce qui se passe", label="Martien").status_code == 400
    twice = manager.settle(manager.post("colonnes", column=["Ce qui se passe", "Avis"], label=["Résumé", "Résumé"]))
    assert "Gardez-en une" in said(twice)
    assert "choisi ici" in manager.get("/fichiers").text, "the report of before is still there"
    manager.do("ajouter")
    assert "potimarrons" in next(
        sheet.text for sheet in read_corpus(manager.settings.data).sheets if sheet.title == SOUP
    )


def test_a_file_without_a_title_is_told_which_column_it_is(manager: Manager) -> None:
    report = said(manager.bring("f.csv", CSV.replace("Titre", "Machin")))
    assert "aucune colonne n’est le titre" in report
    assert "Ajouter" not in report
    assert "aucune colonne" in manager.do("ajouter")
    manager.settle(manager.post("colonnes", column="Machin", label="Titre"))
    manager.do("ajouter")
    assert SOUP in titles(manager.settings)


def test_what_changed_since_the_report_is_not_added(manager: Manager) -> None:
    other = Manager(manager.client, manager.settings)
    manager.bring("f.csv", CSV)
    token = manager.client.cookies["gerer"]
    manager.client.cookies.clear()
    other.enter()
    other.bring("g.csv", CSV)
    other.do("ajouter")
    before = state(manager.settings)
    manager.client.cookies.clear()
    manager.client.cookies.set("gerer", token, domain="127.0.0.1", path="/gerer")
    assert "ont changé depuis ce rapport" in manager.do("ajouter")
    assert state(manager.settings) == before
    manager.settle(manager.post("colonnes"))
    assert "n’apportent rien de nouveau" in said(manager.response)


def test_who_holds_the_data_is_named_and_waited_for(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    for waits in ("_SOON", "_LATER"):
        monkeypatch.setattr(routes, waits, 0.05)
    manager.bring("f.csv", CSV)
    with writing(manager.settings.data, 0, lambda _line: None):
        response = manager.post("ajouter")
        while "processus" not in response.text:
            assert "En cours." in response.text, said(response)
            response = manager.get("/travail")
        assert POTAGER in said(manager.get("")), "pages answer meanwhile"
        assert "voir où il en est" in manager.response.text
        assert manager.post("retirer", fiche=read_corpus(manager.settings.data).sheets[0].id).status_code == 409
        assert "déjà en cours" in said(manager.response)
        assert SOUP not in titles(manager.settings)
    manager.settle(manager.get("/travail"))
    assert SOUP in titles(manager.settings)


# --- what is hostile


@pytest.mark.parametrize(
    "name",
    [
        "../../../data/actions/pris.csv",
        "..\\..\\pris.csv",
        "/etc/pris.csv",
        "C:\\pris.csv",
        "\x00pris\n.csv",
        f"{'p' * 300}.csv",
    ],
)
def test_a_name_is_never_a_path(manager: Manager, tmp_path: Path, name: str) -> None:
    before = {path for path in tmp_path.rglob("*") if "index" not in path.parts}
    manager.bring(name, CSV)
    assert {path for path in tmp_path.rglob("*") if "index" not in path.parts} == before
    manager.do("ajouter")
    (new,) = {
        path for path in tmp_path.rglob("*") if "index" not in path.parts and not path.name.startswith(".")
    } - before
    assert new.parent == manager.settings.data / "actions"
    assert re.fullmatch(r"[\w-]+\.txt", new.name)
    assert check_index(manager.settings) == []


def test_what_sheets_say_is_text_in_every_page(manager: Manager) -> None:
    rows = "".join(
        f'"{payload.replace(chr(34), chr(34) * 2)}";"{payload.replace(chr(34), chr(34) * 2)}"\n'
        for payload in PAYLOADS[:12]
    )
    name = "<img src=x onerror=window.pris=1>.csv"
    pages = [manager.bring(name, f"Titre;<script>window.pris=1</script>\n{rows}").text]
    manager.do("ajouter")
    pages += [manager.get("").text, manager.get('?chercher=<script>"><script>').text]
    for sheet in read_corpus(manager.settings.data).sheets[:12]:
        pages.append(manager.get(f"/retirer?fiche={sheet.id}").text)
    for page in pages:
        tags, attributes = marked_up(page)
        assert not tags & {"script", "img", "svg", "iframe", "object", "embed", "video", "audio", "details", "base"}
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "srcdoc")]


def marked_up(page: str) -> tuple[set[str], set[str]]:
    """The tags and the names of attributes of a page."""
    tags: set[str] = set()
    names: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            tags.add(tag)
            names.update(name for name, _ in attributes)

    Reader().feed(page)
    return tags, names


def test_files_that_cannot_be_taken_are_said_and_nothing_is_lost(manager: Manager) -> None:
    before = state(manager.settings)
    manager.bring("f.csv", CSV)
    for name, data, why in (
        ("f.pdf", b"%PDF", "ne se lit pas"),
        ("f.csv", b"", "est vide"),
        ("f.xlsx", b"PK\x03\x04", "abîmé"),
        ("f.xlsx", bomb(), "trop gros une fois décompressé"),
        ("f.docx", b"", "abîmé"),
        ("f.jsonl", b"{", "JSON"),
        ("f", b"x", "ne se lit pas"),
    ):
        assert why in said(manager.bring(name, data)), name
        assert SOUP in said(manager.get("/fichiers")), "the report of before is still there"
    assert manager.post("fichiers").status_code == 400
    assert manager.post("fichiers", files=[("files", ("a.csv", CSV))] * 21).status_code == 400
    assert state(manager.settings) == before


def bomb() -> bytes:
    """A workbook whose one part unpacks to more than a file may."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(UNPACKED_BYTES // 1_000_000 + 1):
                part.write(b" " * 1_000_000)
    assert len(packed.getvalue()) < 1_000_000
    return packed.getvalue()


def test_only_files_of_one_who_is_in_may_be_large(outside: Manager) -> None:
    large = b"x" * (MOST_BODY_BYTES + 1)
    assert outside.post("fichiers", files=[("files", ("f.csv", large))]).status_code == 413
    outside.enter()
    assert outside.post("retirer", fiche=large).status_code == 413
    assert "1 fiche" in said(outside.bring("f.csv", CSV + "\n" * MOST_BODY_BYTES))
    too_much = b"x" * (UPLOAD_BYTES + MOST_BODY_BYTES + 1)
    assert outside.post("fichiers", files=[("files", ("f.csv", too_much))]).status_code == 413


# --- the server, and a browser


@pytest.fixture(scope="module")
def live(tiny_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manager]:
    """A server of the tiny corpus that may be managed, and someone who is in."""
    folder = tmp_path_factory.mktemp("live")
    settings = copied(tiny_settings, folder)
    with _running(settings, folder, more={"ASSISTANT_ADMIN_PASSWORD": PASSWORD}) as server:
        server.wait()
        with httpx.Client(timeout=60) as client:
            yield Manager(client, settings, server.url)


def test_the_server_answers_with_what_was_added(live: Manager) -> None:
    def found() -> list[str]:
        answer = httpx.post(f"{live.base}/api/ask", json={"question": "éplucher des potimarrons"}, timeout=60).json()
        return [sheet["title"] for sheet in answer["sheets"] + answer["nearest"]]

    assert SOUP not in found()
    assert "/gerer" in httpx.get(live.base, timeout=60).text
    live.enter()
    live.bring("fiches.csv", CSV)
    assert "1 ajoutée" in live.do("ajouter")
    end = time.monotonic() + 60
    while SOUP not in found():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.browser
def test_a_file_that_is_too_large_is_said_on_a_page(live: Manager, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "fiches.csv"
    file.write_bytes(b"x" * (UPLOAD_BYTES + MOST_BODY_BYTES + 1))
    page.goto(f"{live.base}/gerer")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Fichiers de fiches").set_input_files(file)
    page.get_by_role("button", name="Lire ces fichiers").click()
    expect(page.get_by_role("heading", name="La requête dépasse 10 Mo.")).to_be_visible()
    Person(page, live.base).check_access()


@pytest.mark.browser
def test_the_view_by_keyboard_at_any_width(live: Manager, page: Page, tmp_path: Path) -> None:
    person = Person(page, live.base)
    file, empty = tmp_path / "fiches.csv", tmp_path / "vide.csv"
    empty.touch()
    text = "On plie des papiers de toutes les couleurs, un mardi sur deux, avec qui veut bien venir."
    file.write_text(
        f"Titre;Structure;Résumé;Pliages;Notes\nLes pliages;Bidule - Aube;{text};a;b\n"
        f"Les pliages;Truc - Marne;{text} Oui.;a;b\n",
        encoding="utf-8",
    )

    def look() -> None:
        page.wait_for_load_state()
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.lang") == "fr"
            person.check_access()

    def press(name: str) -> None:
        """Reach a button or link by the keyboard alone, and press it."""
        page.wait_for_load_state()  # its style sheet too
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("(document.activeElement.textContent || '')").startswith(name):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline == "solid"
                page.keyboard.press("Enter")
                return
        pytest.fail(f"{name} cannot be reached")

    def reach(end: Locator) -> None:
        """Ask how far the work is until it is done."""
        waits = page.get_by_role("link", name="Voir où il en est")
        for _ in range(10):
            expect(end.or_(waits).first).to_be_visible(timeout=60_000)
            if end.is_visible():
                return
            waits.click()
        pytest.fail("the work does not end")

    page.goto(f"{live.base}/gerer")
    look()
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ajouter des fiches")).to_be_visible()
    look()
    page.get_by_label("Fichiers de fiches").set_input_files(file)
    press("Lire ces fichiers")
    reach(page.get_by_role("heading", name="Rapport avant ajout"))
    expect(page.get_by_text("Ressemble à")).to_be_visible()
    look()
    page.get_by_label("La colonne «\u00a0Notes\u00a0» va à").select_option("Suite de l'action : Limites")
    press("Relire les fichiers")
    reach(page.get_by_text("choisi ici"))
    press("Ajouter 2")
    reach(page.get_by_text("2\u00a0ajoutées"))
    look()
    press("Revenir à la gestion")
    expect(page.get_by_role("heading", name="Ajouter des fiches")).to_be_visible()
    page.get_by_label("Fichiers de fiches").set_input_files(empty)
    press("Lire ces fichiers")
    reach(page.get_by_role("alert").filter(has_text="est vide"))
    look()
    page.goto(f"{live.base}/gerer?chercher=potager")
    press("Retirer")
    expect(page.get_by_role("heading", name="Retirer une fiche")).to_be_visible()
    look()
    press("Revenir")
    expect(page.get_by_role("heading", name="Ajouter des fiches")).to_be_visible()
    press("Y revenir")
    expect(page.get_by_role("heading", name="Revenir à une génération")).to_be_visible()
    look()
    press("Quitter")
    expect(page.get_by_label("Mot de passe")).to_be_visible()
