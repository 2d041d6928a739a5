"""Walks through the page in a real browser: on a phone, before a projector, on paper, in the colours of the system."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.corpus.corpus import Corpus
from assistant.export.verify import verify
from tests.web.conftest import Person

pytestmark = pytest.mark.browser

VISITORS = "les-visiteurs-a-domicile-7832b2"
ISOLATION = "isolement des seniors en milieu rural"
PHONE = {"width": 320, "height": 740}


def _answered(person: Person, question: str = ISOLATION) -> Page:
    person.open("/")
    person.ask(question)
    expect(person.page.locator("#conversation .it .found").last).to_be_visible()
    return person.page


def test_a_link_opens_at_its_extract_and_the_contents_lead_back_to_it(person: Person) -> None:
    person.open(f"/?fiche={VISITORS}&extrait=45953-46188")
    extract = person.page.locator("#extrait")
    expect(extract).to_be_in_viewport()
    expect(person.page.locator("#head h1")).to_be_focused()
    person.page.evaluate("scrollTo(0, 0)")
    expect(extract).not_to_be_in_viewport()
    person.press("L’extrait trouvé")
    expect(extract).to_be_in_viewport()


def test_on_a_phone_what_is_kept_leaves_the_page_where_it_is_and_leads_to_the_selection(person: Person) -> None:
    person.page.set_viewport_size(PHONE)
    page = _answered(person)
    keep = page.locator("#conversation .card").nth(1).locator("button.keep")
    keep.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    keep.click()
    expect(keep).to_contain_text("Dans ma sélection")
    told = page.locator("#notice .told")
    expect(told).to_be_visible()
    expect(page.locator("p[role=status]")).to_have_text(re.compile("dans votre sélection.$"))
    assert page.evaluate("scrollY") == before
    person.check_access()
    told.get_by_role("link", name="Voir ma sélection").click()
    person.see("Ma sélection")
    expect(told).to_be_hidden()


def test_under_a_remark_on_personal_data_the_answer_is_what_one_sees(person: Person) -> None:
    page = _answered(person, "isolement des seniors, appelez-moi au 06 12 34 56 78")
    expect(page.locator("#conversation .gentle")).to_have_count(1)
    expect(page.locator("#conversation .me").last).to_be_in_viewport()
    expect(page.locator("#conversation .found").last).to_be_in_viewport()
    expect(page.locator("p[role=status]").filter(has_text=re.compile("fiche"))).to_have_count(1)


def test_on_a_phone_the_sheets_of_a_board_stand_one_under_the_other(person: Person) -> None:
    person.page.set_viewport_size(PHONE)
    page = _answered(person)
    person.ask("compare leurs limites")
    board = page.locator("#conversation .board")
    expect(board).to_be_visible()
    assert board.evaluate("board => board.scrollWidth <= board.clientWidth")
    expect(board.get_by_role("cell").filter(has_text="les visiteurs à domicile")).to_be_visible()
    person.check_access()
    person.press("D’autres rubriques, ou emporter ce tableau")
    person.see("2\u00a0fiches côte à côte")


def test_a_session_gives_its_dossier(person: Person, corpus: Corpus) -> None:
    page = _answered(person, "prépare une séance sur l’isolement")
    form = page.locator("#conversation form.take")
    expect(form).to_contain_text("Dossier de formation")
    person.check_access()
    for says, suffix in (("Word (DOCX)", ".docx"), ("PDF", ".pdf"), ("Markdown", ".md"), ("Tableur (CSV)", ".csv")):
        with page.expect_download() as download:
            form.get_by_role("button", name=says).click()
        name = download.value.suggested_filename
        assert name.endswith(suffix)
        assert verify(Path(download.value.path()).read_bytes(), name, corpus).holds
    expect(form.locator(".ref")).to_contain_text("Fichier prêt")
    expect(form).to_be_in_viewport()


def test_a_danger_is_met_with_numbers_a_line_each(person: Person) -> None:
    page = _answered(person, "une femme battue par son mari, que faire")
    expect(page.locator("#conversation .danger .numbers li", has_text="3919")).to_be_visible()
    expect(page.locator("#conversation")).not_to_contain_text("fiches à écrire")
    person.check_access()


def test_the_keyboard_goes_straight_to_the_content(person: Person) -> None:
    person.open("/?vue=couverture")
    page = person.page
    person.see("Ce que couvrent les 24\u00a0fiches")
    page.locator("#v-conversation").focus()
    page.keyboard.press("Shift+Tab")
    skip = page.get_by_role("link", name="Aller au contenu")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    person.check_access()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#place').contains(document.activeElement)")


def test_a_conversation_is_printed_without_what_is_to_be_pressed(person: Person) -> None:
    page = _answered(person)
    page.emulate_media(media="print")
    for shown in ("#conversation .me", "#conversation .card mark", "#conversation .end"):
        expect(page.locator(shown).first).to_be_visible()
    for hidden in ("#top", "#box", "#examples", "#again", "#foot", "#conversation .options", "#conversation .acts"):
        expect(page.locator(hidden).first).to_be_hidden()


def test_the_colours_of_the_system_show_the_view_in_use_and_no_more_borders(browser: Browser, server) -> None:
    context = browser.new_context(forced_colors="active", reduced_motion="reduce")
    person = Person(context.new_page(), server.url)
    for link in ("/", f"/?q={ISOLATION}", "/?vue=couverture", f"/?fiche={VISITORS}&extrait=45953-46188"):
        person.open(link)
        expect(person.page.locator(":is(#lead, #head) h1").filter(visible=True)).to_have_count(1)
        person.check_access()
    page = person.page
    person.open("/?vue=couverture")
    person.see("Ce que couvrent les 24\u00a0fiches")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    expect(page.locator("#v-fiches")).to_have_css("border-bottom-color", ground)
    expect(page.locator("#v-couverture")).not_to_have_css("border-bottom-color", ground)
    context.close()
