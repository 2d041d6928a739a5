"""A corpus that attacks: in every view of the real browser and in every export, its sheets are text and no more."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.corpus.catalogue import Catalogue
from assistant.corpus.corpus import read_corpus, source_texts
from assistant.settings import Settings
from assistant.update import update_index
from assistant.values import Kind
from assistant.web.basket import Basket, Pick
from tests.hostile import LONG, PAYLOADS, write_hostile
from tests.web.conftest import Person, Server, _running


@pytest.fixture(scope="module")
def hostile(tiny_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(tiny_settings.data, folder / "data")
    (export,) = (folder / "data" / "actions").iterdir()
    write_hostile(export, export)
    (folder / "data" / "needs.yaml").write_text("[]\n", encoding="utf-8")
    found = Settings(data=folder / "data", index=folder / "index")
    update_index(found, None, full=False, progress=lambda _done, _total: None)
    return found


@pytest.fixture(scope="module")
def attacked(hostile: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with _running(hostile, tmp_path_factory.mktemp("attacked")) as running:
        running.wait()
        yield running


@pytest.fixture(scope="module")
def catalogue(hostile: Settings) -> Catalogue:
    return Catalogue(read_corpus(hostile.data).sheets)


def test_quotes_are_exact_and_no_cell_is_a_formula(attacked: Server, hostile: Settings, catalogue: Catalogue) -> None:
    assert len(PAYLOADS) >= 60
    sources = source_texts(hostile.data)
    answer = attacked.ask("un potager, quelles limites ?", top=9).json()
    quotes = [quote for sheet in answer["sheets"] + answer["nearest"] for quote in sheet["quotes"]]
    assert quotes
    assert all(sources[quote["source"]][quote["start"] : quote["end"]] == quote["text"] for quote in quotes)
    assert LONG.strip() in sources[catalogue.sheets[0].source]
    ids = [sheet.id for sheet in catalogue.sheets]
    for form in ("csv", "md", "docx", "pdf"):
        chosen = ids[1:] if form == "pdf" else ids  # no page holds a line of a megabyte, which is said
        file = httpx.post(
            f"{attacked.url}/emporter",
            data={"quoi": "selection", "format": form, "fiches": ",".join(chosen), "question": "=1+1"},
            timeout=120,
        )
        assert file.status_code == 200, file.text
        if form == "csv":
            csv.field_size_limit(2 * len(LONG))
            rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline=""), delimiter=";"))
            cells = [cell for row in rows for cell in row]
            assert any("HYPERLINK" in cell for cell in cells)
            assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []


# what Gradio draws itself bears a style; nothing of ours is any of these
FORBIDDEN = ", ".join(
    f":is(#top, #notice, #head, #view, #conversation) {kind}"
    for kind in (
        *("script", "iframe", "object", "embed", "img", "video", "audio", "base", "meta", "link", "math"),
        *("style:not(svg style)", "form:not([action='/emporter'])", "svg svg", "marquee", "template", "xmp"),
    )
)
# whatever would run when it is clicked, or when something happens to it
LOADED = """() => [...document.querySelectorAll("*")].filter((element) => [...element.attributes].some((attribute) =>
  attribute.name.startsWith("on") || /^\\s*(javascript|data:text|vbscript):?/i.test(attribute.value)
  && ["href", "action", "formaction", "srcdoc", "src"].includes(attribute.name))).map((element) => element.outerHTML)"""


def check_quiet(page: Page) -> None:
    """Nothing of the corpus is more than text."""
    assert page.evaluate("typeof window.pris") == "undefined"
    assert page.locator(FORBIDDEN).evaluate_all("(found) => found.map((element) => element.outerHTML)") == []
    assert page.evaluate(LOADED) == []


@pytest.mark.browser
def test_no_view_runs_or_fetches_what_sheets_say(browser: Browser, attacked: Server, catalogue: Catalogue) -> None:
    page = browser.new_page(locale="fr-FR")
    asked: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    person = Person(page, attacked.url)
    ids = [sheet.id for sheet in catalogue.sheets]
    person.open("/")
    selection = Basket(tuple(Pick(sheet, PAYLOADS[n]) for n, sheet in enumerate(ids))).stored()
    page.evaluate("(kept) => localStorage.setItem('assistant-selection-de-fiches', kept)", selection)
    person.ask(f"{PAYLOADS[3]} un potager, quelles limites ?")
    expect(page.locator("#conversation blockquote").first).to_be_attached()
    check_quiet(page)
    views = ["fiches", "couverture", "selection", f"transposer&fiche={ids[1]}", f"comparer&fiches={','.join(ids[1:])}"]
    for view in views:
        person.open(f"/?vue={view}&chercher={PAYLOADS[3]}" if view == "fiches" else f"/?vue={view}")
        expect(page.locator("#view")).not_to_be_empty()
        check_quiet(page)
    for sheet in catalogue.sheets:
        person.open(f"/?fiche={sheet.id}")
        expect(page.locator("#head h1")).to_have_text(sheet.title)
        check_quiet(page)
        shown = page.locator("#view blockquote").evaluate_all("(quotes) => quotes.map((quote) => quote.textContent)")
        said = [sheet.slice(*span) for part in sheet.sections if part.kind is Kind.TEXT for span in part.values]
        assert set(said) <= set(shown)
    assert dialogs == []
    assert {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))} == {"127.0.0.1"}
    page.close()
