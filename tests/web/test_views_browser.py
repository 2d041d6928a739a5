"""The views in a real browser: what links open, what is kept, what the keyboard does, at every width."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

VISITORS = "les-visiteurs-a-domicile-7832b2"
MEMORY = "atelier-memoire-pep-s-eureka-a0c3c4"
MOSAIC = "atelier-mosaique-a0ffeb"
WIDTHS = [1280, 768, 320]
VIEWS = {
    "/?vue=fiches": "Toutes les fiches",
    "/?vue=fiches&public=Seniors&statut=Terminée": "Toutes les fiches",
    f"/?fiche={VISITORS}&extrait=45953-46188": "les visiteurs à domicile",
    f"/?vue=comparer&fiches={VISITORS},{MEMORY},{MOSAIC}": "3\u00a0fiches côte à côte",
    "/?vue=comparer": "Comparer des fiches",
    "/?vue=couverture": "Ce que couvrent les 24\u00a0fiches",
    "/?vue=couverture&grille=territoire": "Ce que couvrent les 24\u00a0fiches",
    "/?vue=selection": "Ma sélection",
    f"/?vue=transposer&fiche={VISITORS}": "Transposer\u00a0: les visiteurs à domicile",
    "/?vue=modele": "Une fiche à écrire",
    "/?vue=nulle&fiches=perdue&corpus=0": "",
}


@pytest.mark.parametrize("width", WIDTHS)
def test_every_view_is_accessible_at_every_width(person, width: int) -> None:
    person.page.set_viewport_size({"width": width, "height": 800})
    for link, title in VIEWS.items():
        person.open(link)
        if title:
            person.see(title)
            expect(person.page.locator("#view")).not_to_be_empty()
        else:
            expect(person.page.locator("#notice .notice")).to_be_visible()
        person.check_access()


def test_a_link_opens_what_it_says(person) -> None:
    person.open("/?vue=fiches&public=Seniors&tri=titre")
    expect(person.page.locator("#view .row h3")).to_have_text(
        ['"ATELIER MÉMOIRE - PEP\'S EURÊKA"', "les visiteurs à domicile"]
    )
    person.open("/?q=des actions de solidarité&public=Adultes&vue=conversation")
    expect(person.page.locator("#conversation .card").first).to_be_visible()
    for facts in person.page.locator("#conversation .card .facts").all_text_contents():
        assert "Adultes" in facts


def test_what_a_link_says_wrong_is_said_and_the_rest_is_honoured(person) -> None:
    hostile = "<img src=x onerror=\"document.title='pris'\">"
    person.open(f"/?vue=fiches&public=Seniors&public={hostile}&p=-1&page=9&tri=%00&{hostile}=1&corpus=aaaaaaaaaaaa")
    expect(person.page.locator("#notice .notice")).to_contain_text("Une partie du lien n’a pas pu être suivie")
    expect(person.page.locator("#notice .notice")).to_contain_text("Les fiches ont changé depuis")
    expect(person.page.locator("#view .row")).to_have_count(2)
    assert person.page.locator("#notice img").count() == 0
    assert person.page.title() != "pris"


def test_the_list_is_filtered_searched_and_its_link_opens_the_same(person) -> None:
    person.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    person.open("/?vue=fiches")
    box = person.page.get_by_role("checkbox", name="Seniors")
    box.focus()
    person.page.keyboard.press("Space")
    expect(person.page.locator("#view .found")).to_have_text("2\u00a0fiches")
    expect(person.page.locator("p[role=status]")).to_have_text("2 fiches")
    expect(person.page.get_by_role("checkbox", name="Seniors")).to_be_focused()
    person.page.get_by_label("Chercher dans les fiches").press_sequentially("mémoi")
    expect(person.page.locator("#view .found")).to_have_text("1\u00a0fiche avec «\u00a0mémoi\u00a0»")
    expect(person.page.get_by_label("Chercher dans les fiches")).to_be_focused()
    person.press("Copier le lien")
    expect(person.page.locator("p[role=status]")).to_have_text("Copié.")
    link = person.page.evaluate("navigator.clipboard.readText()")
    assert "corpus=" in link
    person.page.goto(link)
    expect(person.page.locator("#view .row h3")).to_have_text(['"ATELIER MÉMOIRE - PEP\'S EURÊKA"'])
    expect(person.page.get_by_label("Chercher dans les fiches")).to_have_value("mémoi")


def test_the_sheet_opens_at_the_quote_and_escape_comes_back(person) -> None:
    person.open("/?q=isolement des seniors en milieu rural")
    card = person.page.locator("#conversation .card").first
    quoted = card.locator("mark").first.text_content()
    link = card.get_by_role("link", name="Voir dans la fiche")
    link.click()
    person.see("les visiteurs à domicile")
    expect(person.page.locator("#view mark.here")).to_have_text(quoted)
    expect(person.page.locator("#view mark.here")).to_be_in_viewport()
    person.page.keyboard.press("Escape")
    expect(card).to_be_visible()
    expect(link).to_be_focused()
    person.page.go_back()
    person.see("les visiteurs à domicile")


def test_the_selection_outlives_a_reload_with_its_order_and_notes(person) -> None:
    person.open("/?vue=fiches&public=Seniors")
    for _ in range(2):
        person.press("Ajouter à ma sélection")
        expect(person.page.locator("#notice .told")).to_be_visible()
    expect(person.page.locator("#top")).to_contain_text("Ma sélection (2)")
    person.press("Ma sélection")
    person.see("Ma sélection")
    person.press("Descendre")
    expect(person.page.locator("#view .pick h2").first).to_have_text("les visiteurs à domicile")
    note = person.page.get_by_label("Ma note sur les visiteurs à domicile")
    note.fill("À voir <b>avec</b> le CCAS\nen mai")
    person.press("Conversation")
    expect(person.page.get_by_role("heading", name="Que cherchez-vous")).to_be_visible()
    person.page.reload()
    expect(person.page.locator("#top")).to_contain_text("Ma sélection (2)")
    person.press("Ma sélection")
    expect(note).to_have_value("À voir <b>avec</b> le CCAS\nen mai")
    expect(person.page.locator("#view .pick h2").first).to_have_text("les visiteurs à domicile")
    person.check_access()
    person.press("Retirer")
    expect(person.page.locator("#view .pick")).to_have_count(1)
    person.press("Annuler")
    expect(note).to_have_value("À voir <b>avec</b> le CCAS\nen mai")
    person.press("Comparer les fiches cochées")
    person.see("2\u00a0fiches côte à côte")


def test_a_sheet_kept_in_an_answer_is_kept_everywhere(person) -> None:
    person.open("/?q=isolement des seniors en milieu rural")
    kept = person.page.locator("#conversation .card").first.locator("button.keep")
    kept.click()
    expect(kept).to_contain_text("Dans ma sélection")
    kept.click()
    expect(kept).to_contain_text("Ajouter à ma sélection")
    kept.click()
    person.press("Ma sélection (1)")
    expect(person.page.locator("#view .pick h2")).to_have_text("les visiteurs à domicile")
    person.press("Retirer")
    person.press("Conversation")
    expect(kept).to_contain_text("Ajouter à ma sélection")


def test_a_question_without_answer_is_a_sheet_to_write(person) -> None:
    person.open("/")
    person.ask("Quel préavis un locataire doit-il respecter pour quitter un logement vide\u202f?")
    expect(person.page.locator("#conversation .no").last).to_contain_text("fiches à écrire")
    person.press("les fiches à écrire")
    expect(person.page.locator("#view .todo")).to_contain_text("Quel préavis un locataire")
    person.press("Conversation")
    expect(person.page.locator("#conversation .it")).to_have_count(1)


def test_questions_about_one_sheet(person) -> None:
    person.open("/?vue=fiches&public=Seniors&tri=titre")
    person.press("Questions sur cette fiche", 1)
    expect(person.page.locator("#conversation .found")).to_contain_text("les visiteurs à domicile")
    person.ask("quelles limites\u202f?")
    expect(person.page.locator("#conversation .it").last.locator(".end").first).to_contain_text("nombre de bénévoles")


def test_the_main_job_by_keyboard_alone(person) -> None:
    """Ask, open the sheet, keep it, go to the selection, write a note: with a focus that is always seen."""
    page = person.page

    def tab_to(name: str, most: int = 60) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            said = page.evaluate(
                "(e => (e.labels?.[0] || e).textContent.trim() + ' ' + getComputedStyle(e).outlineStyle"
                " + getComputedStyle(e).outlineWidth)(document.activeElement)"
            )
            if said.startswith(name):
                assert said.endswith("solid3px"), said
                return
        pytest.fail(f"{name} is not reached")

    person.open("/")
    tab_to("Votre question")
    page.keyboard.type("isolement des seniors en milieu rural")
    page.keyboard.press("Enter")
    expect(page.locator("#conversation .card").first).to_be_visible()
    page.evaluate("scrollTo(0, 0); document.getElementById('v-conversation').focus()")
    tab_to("Voir dans la fiche")
    page.keyboard.press("Enter")
    person.see("les visiteurs à domicile")
    expect(page.locator("#head h1")).to_be_focused()
    tab_to("Ajouter à ma sélection")
    page.keyboard.press("Enter")
    expect(page.locator("#top")).to_contain_text("Ma sélection (1)")
    expect(page.locator("button.keep:visible")).to_be_focused()
    page.evaluate("document.getElementById('v-conversation').focus()")
    tab_to("Ma sélection (1)")
    page.keyboard.press("Enter")
    person.see("Ma sélection")
    tab_to("Ma note")
    page.keyboard.type("Pour mardi")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Ma note")).to_have_value("Pour mardi")


@pytest.mark.parametrize("delay", [0, 10, 20, 30, 40, 60])
def test_what_is_sent_while_the_page_opens_is_heard(person, delay: int) -> None:
    """The question of someone quicker than the page, sent as its first events end."""
    person.page.add_init_script(
        """const seen = setInterval(() => {
          const box = document.querySelector("#question textarea");
          if (!box) return;
          clearInterval(seen);
          setTimeout(() => {
            box.value = "isolement des seniors";
            box.dispatchEvent(new Event("input", { bubbles: true }));
            box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true }));
          }, DELAY);
        }, 1);""".replace("DELAY", str(delay))
    )
    person.open("/")
    expect(person.page.locator("#conversation .card").first).to_be_visible()


def test_zoomed_to_200_percent_nothing_scrolls_sideways(person) -> None:
    person.page.set_viewport_size({"width": 640, "height": 400})  # what 1280 x 800 leaves at 200 %
    for link in VIEWS:
        person.open(link)
        expect(person.page.locator("#view, #notice").filter(has_text=re.compile(r"\w")).first).to_be_visible()
        assert person.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), link


def test_an_export_that_fails_is_said_and_nothing_is_lost(person) -> None:
    person.page.route("**/emporter", lambda route: route.fulfill(status=503, body="L’export n’est pas en service."))
    person.open(f"/?vue=transposer&fiche={VISITORS}")
    person.press("PDF")
    expect(person.page.locator(".take .ref")).to_have_text("L’export n’est pas en service.")
    person.see("Transposer\u00a0: les visiteurs à domicile")


def test_two_tabs_share_one_selection_and_lose_nothing(person) -> None:
    """Each keeps a sheet and a note; what one writes the other shows, without a reload."""
    other = type(person)(person.page.context.new_page(), person.url)
    for tab in (person, other):
        tab.open("/?vue=fiches&public=Seniors")
    person.press("Ajouter à ma sélection")
    expect(person.page.locator("#top")).to_contain_text("Ma sélection (1)")
    expect(other.page.locator("#top")).to_contain_text("Ma sélection (1)")
    other.press("Ajouter à ma sélection")
    expect(person.page.locator("#top")).to_contain_text("Ma sélection (2)")
    person.press("Ma sélection")
    person.page.get_by_label("Ma note").first.fill("Pour mardi")
    other.press("Ma sélection")
    expect(other.page.get_by_label("Ma note").first).to_have_value("Pour mardi")
    other.page.get_by_label("Ma note").last.fill("Et jeudi")
    expect(person.page.get_by_label("Ma note").last).to_have_value("Et jeudi")
    person.press("Retirer")
    expect(other.page.locator("#view .pick")).to_have_count(1)
    expect(other.page.get_by_label("Ma note")).to_have_value("Et jeudi")


def test_the_choices_of_a_link_hold_for_what_follows_until_they_are_taken_away(person) -> None:
    person.open("/?q=des actions de solidarité&public=Adultes")
    last = person.page.locator("#conversation .it").last
    expect(last.locator(".chips")).to_contain_text("public\u00a0: Adultes")
    person.ask("d’autres actions\u202f?")
    expect(person.page.locator("#conversation .it")).to_have_count(2)
    expect(last.locator(".chips")).to_contain_text("public\u00a0: Adultes")
    for facts in person.page.locator("#conversation .card .facts").all_text_contents():
        assert "Adultes" in facts
    last.get_by_role("button", name="Retirer «\u00a0public\u00a0: Adultes\u00a0»").click()
    expect(person.page.locator("#conversation .it")).to_have_count(3)
    expect(last.locator(".chips")).not_to_contain_text("Adultes")
