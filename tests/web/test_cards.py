"""Cards: quotes to the letter, everything escaped, silence said."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from assistant.answer import Assistant
from assistant.errors import QuestionError
from assistant.replies import Answer, Cause, Chip, Drop, Excerpt, Refusal, Turned, TurnKind
from assistant.values import Facet, Kind, Query, Quote, Role, Section, Sheet, Span, Status
from assistant.web.cards import answer_html, error_html, fresh_no_more, question_html
from assistant.web.turn_cards import reply_html

NAMES = {role: role.value for role in Role}
HOSTILE = '<script>alert("1")</script>\n\n# titre & <img src=x onerror=alert(1)>'
LABEL = "Résumé <b>"


def _section(label: str, role: Role, start: int, end: int, status: Status = Status.FILLED) -> Section:
    values = (Span(start, end),) if end > start else ()
    return Section(label, role, Kind.TEXT, status, start, end, values)


def _sheet(text: str = HOSTILE, title: str = HOSTILE) -> Sheet:
    sections = (
        _section(LABEL, Role.SUMMARY, 100, 100 + len(text)),
        _section("Limites", Role.LIMITS, 100, 100, Status.EMPTY),
    )
    facets = {Facet.DEPARTMENT: ("<i>Aube</i>",), Facet.STRUCTURE: ('"><svg onload=x>',)}
    return Sheet("a", title, "f.txt", 100, text, sections, facets)


def _answer(excerpt: Excerpt, answered: bool = True, follows: bool = False, roles: tuple[Role, ...] = ()) -> Answer:
    query = Query(text="isolement <b>", terms=(), words={}, roles=roles)
    sheets = (excerpt,) if answered else ()
    nearest = () if answered else (excerpt,)
    return Answer("q", answered, "1 fiche <trouvée>", sheets, nearest, query, follows, "v", 0.9)


def _excerpt(quote: Quote | None = None, **silent: Status) -> Excerpt:
    sheet = _sheet()
    quote = quote or Quote(sheet.text, LABEL, "f.txt", 100, sheet.end, whole=True)
    silence = {Role.LIMITS: Status.EMPTY, Role.PERSPECTIVES: Status.EMPTY}
    silence |= {Role(name): status for name, status in silent.items()}
    return Excerpt(sheet, 1.0, "Retenue <u>pour</u>", (quote,), (), (), silence)


def _quotes(page: str) -> list[str]:
    """The texts of the quotes, as a browser would read them."""
    found = re.findall(r'<blockquote class="quote[^"]*">(.*?)</blockquote>', page)
    return [html.unescape(re.sub(r"</?mark>", "", quote)) for quote in found]


def _tags(page: str) -> set[str]:
    return set(re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)", page))


ALLOWED = {
    "a",
    "article",
    "button",
    "li",
    "ul",
    "b",
    "blockquote",
    "details",
    "div",
    "h2",
    "h3",
    "i",
    "mark",
    "p",
    "span",
    "summary",
}


def test_hostile_fields_stay_text() -> None:
    page = answer_html(_answer(_excerpt(), follows=True), NAMES) + question_html(HOSTILE)
    assert _tags(page) <= ALLOWED
    assert "\n" not in page, "a line end would hand the rest to the Markdown reader"
    assert HOSTILE in html.unescape(page)


def test_what_was_understood_is_said_escaped_and_can_be_taken_away() -> None:
    answer = _answer(_excerpt(), follows=True)
    chips = tuple(Chip(f"<i>chip {number}", f'retirer "{number}"') for number in range(9))
    query = replace(answer.query, phrases=("<b>lien</b>",))
    page = answer_html(replace(answer, query=query, turned=Turned(need=query.text, chips=chips)), NAMES)
    assert "suite de «\u00a0isolement &lt;b&gt;\u00a0»" in page
    assert "contient «\u00a0&lt;b&gt;lien&lt;/b&gt;\u00a0»" in page
    assert page.count("&lt;i&gt;chip") == 8
    assert 'value="question:retirer &quot;0&quot;"' in page
    assert _tags(page) <= ALLOWED
    assert page.count("disabled") == 0
    assert fresh_no_more(page).count("disabled") == 8
    assert "Compris" not in answer_html(_answer(_excerpt()), NAMES)


def test_what_was_made_of_a_turn_is_said_once() -> None:
    turned = Turned(need="jeunes", notice="Compris comme un <b>nouveau sujet")
    alone, following = (
        answer_html(replace(_answer(_excerpt(), follows=f), turned=turned), NAMES) for f in (False, True)
    )
    assert '<p class="small">Compris comme un &lt;b&gt;nouveau sujet</p>' in alone
    assert "nouveau sujet" not in following
    assert "suite de" in following


def test_a_refusal_offers_to_drop_only_what_keeps_sheets_away() -> None:
    chips = (Chip("public\u00a0: Seniors", "retirer Seniors"), Chip("isolement\u00a0: aussi « solitude »", "retirer a"))
    refused = replace(_answer(_excerpt(), answered=False), turned=Turned(chips=chips))
    page = answer_html(refused, NAMES)
    assert "Sans " not in page
    assert 'href="/?vue=fiches"' in page
    assert 'href="/?vue=couverture"' in page
    drop = Drop("public\u00a0: Seniors", "retirer Seniors", 2)
    page = answer_html(replace(refused, refusal=Refusal(Cause.CHOICES, drops=(drop,))), NAMES)
    assert "Sans «\u00a0public\u00a0: Seniors\u00a0»\u00a0: 2 fiches" in page
    assert page.count("Sans ") == 1


def test_a_danger_is_met_with_numbers_and_nothing_else() -> None:
    turned = Turned(kind=TurnKind.DANGER, numbers=(("3114", "prévention du suicide"), ("112", "<b>")))
    answer = replace(_answer(_excerpt(), answered=False), nearest=(), message="Appelez\u00a0: 3114", turned=turned)
    page = reply_html(answer, NAMES)
    assert "<li><b>3114</b> <span>prévention du suicide</span></li><li><b>112</b> <span>&lt;b&gt;</span></li>" in page
    assert "fiches" not in page
    assert "autres mots" not in page


def test_a_card_leads_to_the_sheet_at_its_mark_and_copies_its_quotes_with_their_place() -> None:
    quote = Quote(HOSTILE, LABEL, "f.txt", 100, 100 + len(HOSTILE), marks=(Span(101, 110),), whole=True)
    page = html.unescape(answer_html(_answer(_excerpt(quote)), NAMES))
    assert "/?vue=fiche&fiche=a&extrait=101-110" in page
    assert f"«\u00a0{HOSTILE}\u00a0»\n– {HOSTILE}" in page
    assert f"f.txt, caractères 100 à {100 + len(HOSTILE)}, version v." in page


def test_the_link_of_an_answer_says_its_need_and_choices_and_no_more() -> None:
    answer = _answer(_excerpt())
    page = answer_html(replace(answer, query=replace(answer.query, facets={Facet.PUBLIC: ("Seniors",)})), NAMES)
    (link,) = re.findall(r'class="btn copy link" value="([^"]*)"', page)
    assert html.unescape(link) == "/?q=isolement+%3Cb%3E&vue=conversation&public=Seniors&corpus=v"


def test_quotes_are_the_text_to_the_letter() -> None:
    text = " Deux  espaces,\ttabulation , \r\n\n\n- liste\u00a0: l’été ?! &amp; <fin> "
    quote = Quote(text, LABEL, "f.txt", 100, 100 + len(text), whole=True)
    excerpt = replace(_excerpt(quote), sheet=_sheet(text))
    assert _quotes(answer_html(_answer(excerpt), NAMES)) == [text]


def test_marks_are_counted_from_the_start_of_the_quote() -> None:
    text = "Avant. Le <coeur> & l’âme. Après."
    quote = Quote(text, LABEL, "f.txt", 100, 100 + len(text), marks=(Span(107, 126),), whole=True)
    page = answer_html(_answer(replace(_excerpt(quote), sheet=_sheet(text))), NAMES)
    (marked,) = re.findall(r"<mark>(.*?)</mark>", page)
    assert html.unescape(marked) == text[7:26] == "Le <coeur> & l’âme."


@pytest.mark.parametrize(
    ("start", "end", "classes", "said"),
    [(100, 105, "quote before-cut", True), (103, 105, "quote after-cut before-cut", True), (100, 180, "quote", False)],
)
def test_an_extract_is_visibly_one(start: int, end: int, classes: str, said: bool) -> None:
    sheet = _sheet("x" * 80)
    quote = Quote(sheet.slice(start, end), LABEL, "f.txt", start, end, whole=not said)
    page = answer_html(_answer(replace(_excerpt(quote), sheet=sheet)), NAMES)
    assert f'<blockquote class="{classes}">{quote.text}</blockquote>' in page
    assert ("<i>extrait</i>" in page) is said


@pytest.mark.parametrize(
    ("status", "said"), [(Status.EMPTY, "non renseigné"), (Status.PLACEHOLDER, "document joint non fourni")]
)
def test_silence_is_said(status: Status, said: str) -> None:
    card = answer_html(_answer(_excerpt(limits=status, perspectives=status)), NAMES).split("<details")[0]
    assert f'<div class="end void"><h3>Limites</h3><p class="none">{said}</p></div>' in card
    assert f'<div class="end next void"><h3>Perspectives</h3><p class="none">{said}</p></div>' in card


def test_a_section_asked_for_that_is_left_out_is_said_before_what_is_quoted_instead() -> None:
    page = answer_html(_answer(_excerpt(funding=Status.EMPTY), roles=(Role.FUNDING,)), NAMES)
    assert '<div class="end void"><h3>funding</h3><p class="none">non renseigné</p></div>' in page
    assert page.index("non renseigné") < page.index("<blockquote")


def test_a_refusal_looks_like_none() -> None:
    page = answer_html(_answer(_excerpt(), answered=False), NAMES)
    assert page.startswith('<div class="it"><div class="no"><p class="found">1 fiche &lt;trouvée&gt;</p>')
    assert "elle ne répond pas à la question" in page
    assert '<article class="card near">' in page
    assert 'class="n"' not in page


def test_limits_come_first_when_asked_for() -> None:
    asked = answer_html(_answer(_excerpt(), roles=(Role.LIMITS,)), NAMES)
    plain = answer_html(_answer(_excerpt()), NAMES)
    assert asked.index("<h3>Limites") < asked.index("<blockquote") < asked.index('class="acts"')
    assert plain.index("<blockquote") < plain.index("<h3>Limites") < plain.index('class="acts"')


def test_errors_are_sentences_and_unforeseen_ones_tell_nothing() -> None:
    assert "Vide &amp; nul." in error_html(QuestionError("Vide & nul.", "Écrivez."))
    unforeseen = error_html(RuntimeError("secret"))
    assert "secret" not in unforeseen
    assert "erreur inattendue" in unforeseen


def test_real_answers_show_every_quote_and_both_ends(assistant: Assistant) -> None:
    answer, _ = assistant.ask("comment lutter contre l'isolement des seniors en milieu rural ?")
    page = answer_html(answer, assistant.schema.roles)
    for excerpt, card in zip(answer.sheets, page.split("<article")[1:], strict=True):
        # means and results hold whole sections, not the quotes
        shown = _quotes(re.sub(r'<div class="more">.*', "", card))
        assert sorted(shown) == sorted(quote.text for quote in excerpt.quotes)
        assert "<h3>Limites</h3>" in card
        assert "<h3>Perspectives</h3>" in card
        assert _tags(card) <= ALLOWED
