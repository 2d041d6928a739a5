"""The page in a real browser, as a practitioner meets it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote as quoted

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import check_access

pytestmark = pytest.mark.browser

ISOLATION = "comment lutter contre l’isolement des seniors en milieu rural\u202f?"
OFF_TOPIC = "Quel préavis un locataire doit-il respecter pour quitter un logement vide\u202f?"
WIDTHS = [1280, 768, 320]


def _scroll_to_the_end(page: Page) -> None:
    """To where the box of the question covers no part of a card."""
    page.evaluate("scrollTo({top: document.documentElement.scrollHeight, behavior: 'instant'})")


def _open(page: Page, url: str) -> None:
    page.goto(url)
    expect(_box(page)).to_be_visible(timeout=30_000)


def _box(page: Page):
    return page.get_by_role("textbox", name="Votre question")


def _ask(page: Page, question: str) -> None:
    _box(page).fill(question)
    _box(page).press("Enter")


def _last(page: Page):
    return page.locator("#conversation .it").last


def _button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def _check_width(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_question_is_answered_with_quotes_limits_and_perspectives(page: Page, server) -> None:
    _open(page, server.url)
    check_access(page)
    _ask(page, ISOLATION)
    card = page.locator(".card").first
    expect(card.locator("h2")).to_contain_text("les visiteurs à domicile")
    expect(card.locator(":scope > blockquote").first).not_to_be_empty()
    expect(card.locator("mark").first).not_to_be_empty()
    expect(card.locator(".end").first).to_contain_text("limite: nombre de bénévoles , par contre nous")
    expect(card.locator(".end.next")).to_contain_text("la perspective est de consolider le collectif")
    expect(page.locator("[role=status]").filter(has_text=re.compile(r"^\d fiches trouvées$"))).to_have_count(1)
    expect(page.locator("#conversation .me").last).to_be_in_viewport()
    expect(card.locator("h2")).to_be_in_viewport()
    expect(_box(page)).to_have_value("")
    check_access(page)


def test_quotes_reach_the_page_to_the_letter(page: Page, server) -> None:
    question = "les visiteurs à domicile"
    _open(page, server.url)
    _ask(page, question)
    expect(page.locator(".card").first).to_be_visible()
    answer = server.ask(question).json()
    for number, sheet in enumerate(answer["sheets"]):
        quotes = page.locator(".card").nth(number).locator("> blockquote, .first blockquote, .ends blockquote")
        shown = quotes.evaluate_all("quotes => quotes.map(quote => quote.textContent)")
        assert sorted(shown) == sorted(quote["text"] for quote in sheet["quotes"])


def test_both_ends_stand_side_by_side(page: Page, server) -> None:
    _open(page, server.url)
    _ask(page, ISOLATION)
    limits, perspectives = (page.locator(".end").nth(n).bounding_box() for n in (0, 1))
    assert limits
    assert perspectives
    assert limits["y"] == perspectives["y"]
    assert limits["x"] < perspectives["x"]


@pytest.mark.parametrize("by_button", [True, False])
def test_a_follow_up_keeps_its_subject(page: Page, server, by_button: bool) -> None:
    _open(page, server.url)
    _ask(page, ISOLATION)
    expect(_button(page, "Les limites")).to_be_visible()
    if by_button:
        _button(page, "Les limites").click()
    else:
        _ask(page, "et les limites\u202f?")
    expect(page.locator("#conversation .it")).to_have_count(2)
    expect(_last(page).locator(".chips")).to_contain_text("isolement des seniors")
    expect(_last(page).locator(".chips")).to_contain_text("rubrique\u00a0: Limites")
    expect(_last(page).locator("h2").first).to_contain_text("les visiteurs à domicile")
    check_access(page)


def test_other_actions_are_others(page: Page, server) -> None:
    _open(page, server.url)
    _ask(page, "participation des habitants")
    expect(_button(page, "D’autres actions")).to_be_visible()
    first = page.locator(".card h2").all_text_contents()
    _button(page, "D’autres actions").click()
    expect(page.locator("#conversation .it")).to_have_count(2)
    assert not {title[2:] for title in first} & {t[2:] for t in _last(page).locator("h2").all_text_contents()}


def test_a_refusal_says_so_and_shows_the_nearest_apart(page: Page, server) -> None:
    _open(page, server.url)
    _ask(page, OFF_TOPIC)
    expect(_last(page).locator(".no .found")).to_contain_text("Aucune fiche")
    expect(_last(page).locator(".card.near .band")).to_contain_text("elle ne répond pas à la question")
    expect(_button(page, "Les limites")).to_be_hidden()
    check_access(page)


@pytest.mark.parametrize(
    ("question", "said"), [("", "aucun mot"), ("?!", "aucun mot"), ("mot " * 501, "la limite est de 2\u202f000")]
)
def test_what_cannot_be_asked_is_said(page: Page, server, question: str, said: str) -> None:
    _open(page, server.url)
    _ask(page, question)
    expect(_last(page).locator(".found")).to_contain_text(said)
    expect(_last(page)).to_be_in_viewport()
    check_access(page)
    _ask(page, ISOLATION)
    expect(page.locator(".card").first).to_contain_text("les visiteurs à domicile")


def test_hostile_questions_are_shown_as_text(page: Page, server) -> None:
    hostile = "<img src=x onerror=\"document.title='pris'\"> **seniors** [lien](javascript:alert(1)) isolés"
    _open(page, server.url)
    _ask(page, hostile)
    expect(page.locator(".me")).to_contain_text(hostile)
    expect(page.locator("#conversation .it")).to_have_count(1)
    assert page.locator("#conversation :is(img, strong), #conversation a:not(.go)").count() == 0
    assert page.title() != "pris"


def test_examples_ask(page: Page, server) -> None:
    _open(page, server.url)
    expect(page.locator("button.example")).to_have_count(6)
    page.locator("button.example").nth(1).click()
    expect(page.locator(".me")).to_contain_text("les jeunes à la vie du quartier")
    expect(page.locator(".card h2").first).to_contain_text("Festival du Bout du Champ")


def test_an_address_asks_its_question(page: Page, server) -> None:
    _open(page, f"{server.url}/?q={quoted(ISOLATION)}")
    expect(page.locator(".card h2").first).to_contain_text("les visiteurs à domicile")


def test_a_new_conversation_forgets(page: Page, server) -> None:
    _open(page, server.url)
    _ask(page, ISOLATION)
    _button(page, "Nouvelle conversation").click()
    expect(page.locator("#conversation .it")).to_have_count(0)
    _ask(page, "et les limites\u202f?")
    expect(page.locator("#conversation .it")).to_have_count(1)
    assert "isolement" not in _last(page).locator(".chips").all_text_contents()


def test_the_keyboard_is_enough(page: Page, server) -> None:
    _open(page, server.url)
    for _ in range(20):
        page.keyboard.press("Tab")
        if _box(page).evaluate("box => box === document.activeElement"):
            break
    page.keyboard.type("isolement des seniors")
    page.keyboard.press("Enter")
    expect(_button(page, "Les perspectives")).to_be_visible()
    seen = []
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        seen.append(page.evaluate("document.activeElement.textContent"))
        style = page.evaluate(
            "(({outlineStyle, outlineWidth}) => [outlineStyle, outlineWidth])(getComputedStyle(document.activeElement))"
        )
        assert style == ["solid", "3px"], seen[-1]
        if seen[-1].strip() == "Les perspectives":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#conversation .it")).to_have_count(2)
    expect(_last(page).locator(".chips")).to_contain_text("rubrique\u00a0: Perspectives")


@pytest.mark.parametrize("width", WIDTHS)
def test_every_width_reads_without_sideways_scrolling(page: Page, server, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    _open(page, server.url)
    _check_width(page)
    _ask(page, ISOLATION)
    expect(page.locator(".card").first).to_be_visible()
    page.locator(".card summary").first.click()
    _check_width(page)
    _ask(page, "x" * 300)
    expect(page.locator("#conversation .it")).to_have_count(2)
    _check_width(page)
    _scroll_to_the_end(page)
    check_access(page)


def test_means_and_results_unfold(page: Page, server) -> None:
    _open(page, server.url)
    _ask(page, ISOLATION)
    card = page.locator(".card").first
    expect(card.get_by_role("heading", name="Résultat sur le territoire")).to_be_hidden()
    card.locator("summary", has_text="Résultats").click()
    expect(card.get_by_role("heading", name="Résultat sur le territoire")).to_be_visible()
    check_access(page)


def test_no_english_is_left(page: Page, server) -> None:
    _open(page, server.url)
    _ask(page, ISOLATION)
    expect(page.locator(".card").first).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "fr"
    named = page.evaluate(
        "[...document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')]"
        ".filter(element => element.checkVisibility())"
        ".flatMap(element => ['aria-label', 'title', 'placeholder', 'alt'].map(name => element.getAttribute(name)))"
        ".filter(Boolean)"
    )
    english = re.compile(r"\b(?:the|copy|clear|message|chatbot|search|submit|loading|settings|share|close|use)\b", re.I)
    assert [text for text in [*named, page.inner_text("body")] if english.search(text)] == []


def test_the_page_waits_for_the_model_and_goes_on_by_itself(page: Page, slow_server: Callable) -> None:
    with slow_server(6) as server:
        _open(page, server.url)
        expect(page.locator("#waiting")).to_contain_text("Le modèle de langue se charge")
        check_access(page)
        page.locator("button.example").first.click()
        expect(_last(page)).to_contain_text("Le modèle de langue se charge")
        _box(page).fill("la suite")
        expect(page.locator(".card h2").first).to_contain_text("les visiteurs à domicile", timeout=30_000)
        expect(page.locator("#waiting")).to_be_hidden()
        expect(_box(page)).to_have_value("la suite")


def test_six_turns_of_one_conversation(page: Page, server) -> None:
    """A need, another public, back again, two sheets side by side, the limits that come back, a way out."""
    _open(page, server.url)
    _ask(page, ISOLATION)
    expect(page.locator(".card").first.locator("h2")).to_contain_text("les visiteurs à domicile")
    _ask(page, "et pour les jeunes ?")
    expect(page.locator("#conversation .it")).to_have_count(2)
    expect(_last(page).locator(".chips")).to_contain_text("suite de")
    expect(_button(page, "Non, c’est un autre sujet")).to_be_visible()
    check_access(page)
    _button(page, "Annuler la dernière question").click()
    expect(page.locator("#conversation .it")).to_have_count(3)
    expect(_last(page).locator(".found")).to_contain_text("Dernière question annulée")
    _ask(page, "compare les deux premières")
    board = _last(page).locator(".board table")
    expect(board.locator("thead th")).to_have_count(2)
    expect(board.locator("tbody tr", has_text="Moyens humains").locator("td").first).to_contain_text("12 bénévoles")
    expect(board).to_contain_text("non renseigné")
    check_access(page)
    _ask(page, "quelles limites reviennent ?")
    mobility = _last(page).locator(".theme", has=page.get_by_role("heading", name="mobilité"))
    expect(mobility.first).to_contain_text("le territoire : rural et vaste")
    _ask(page, "je veux mourir")
    expect(_last(page).locator(".danger .numbers")).to_contain_text("3114")
    expect(_last(page).locator(".card")).to_have_count(0)
    expect(page.locator("#conversation .it")).to_have_count(6)
    check_access(page)
    page.set_viewport_size({"width": 320, "height": 740})
    _check_width(page)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_keyboard_goes_on_from_the_answer_that_took_a_chip_away(page: Page, server, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    _open(page, server.url)
    _ask(page, "des actions dans l'Aube pour les seniors")
    chip = _button(page, "Retirer «\u00a0département\u00a0: Aube\u00a0»")
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#conversation .it")).to_have_count(2)
    expect(_last(page).locator(".found").first).to_be_focused()
    page.keyboard.press("Tab")
    assert _last(page).locator(":focus").count() == 1
    check_access(page)


def test_a_question_back_offers_its_choices_and_a_chip_is_taken_away(page: Page, server) -> None:
    _open(page, server.url)
    _ask(page, "des actions dans l'Aube pour les seniors")
    expect(_last(page).locator(".chips")).to_contain_text("département\u00a0: Aube")
    _button(page, "Retirer «\u00a0département\u00a0: Aube\u00a0»").click()
    expect(page.locator("#conversation .it")).to_have_count(2)
    expect(_last(page).locator(".chips")).not_to_contain_text("Aube")
    _ask(page, "la fiche")
    expect(_last(page).locator(".found")).to_contain_text("Laquelle")
    _button(page, "les visiteurs à domicile").click()
    expect(_last(page).locator(".card h2")).to_have_text("1 les visiteurs à domicile")
    _scroll_to_the_end(page)
    check_access(page)
