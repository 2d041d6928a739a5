"""« Ma sélection » as HTML: the sheets kept, with the user's own notes, apart from quotes."""

from __future__ import annotations

from assistant.typography import thousands
from assistant.values import Facet
from assistant.web.address import Address, View
from assistant.web.basket import MOST_NOTE, Basket, Pick
from assistant.web.board import choose_html, compare_form
from assistant.web.markup import anchor, box, button, copy_link_button, count, hidden, verbatim
from assistant.web.shelf import Shelf
from assistant.web.taking import take_form


def selection_html(basket: Basket, shelf: Shelf, question: str) -> str:
    """The whole view, under its title.

    Args:
        question: the last one that was answered; the dossier starts from it.
    """
    if not basket.picks:
        said = (
            "Elle est vide. «\u00a0Ajouter à ma sélection\u00a0» se trouve sous chaque fiche, en réponse ou en liste."
        )
        return f'<div class="empty"><p>{said}</p>{choose_html(shelf)}</div>'
    items = "".join(_pick(number, pick, basket, shelf) for number, pick in enumerate(basket.picks, start=1))
    known = [sheet for sheet in basket.sheets if shelf.catalogue.get(sheet)]
    compare = compare_form(known, (), shelf) if len(known) > 1 else ""
    link = Address(View.COMPARE, sheets=tuple(known), corpus=shelf.version)
    more = anchor("Ajouter des fiches", shelf.link(Address(View.BROWSE)), "btn")
    shared = copy_link_button(shelf.link(link)) if len(known) > 1 else ""
    asked = (
        f'<div class="field"><label for="dossier-question">La question de départ</label>'
        f'<input type="text" id="dossier-question" name="question" maxlength="2000" value="{verbatim(question)}"></div>'
    )
    with_notes = box("Joindre mes notes", "with-notes", "1", True, "notes")
    panels = take_form("selection", known, with_notes) + take_form("dossier", known, asked, "Dossier de formation")
    if compare:
        panels = f'<div class="panel"><h2>Comparer</h2>{compare}</div>{panels}'
    return (
        f'<div class="basket"><div><ol class="picks">{items}</ol><p class="acts">{more}'
        f"{button('Vider la sélection', 'vider', 'do')}{shared}</p></div>"
        f'<div class="panels">{panels}</div></div>'
    )


def _pick(number: int, pick: Pick, basket: Basket, shelf: Shelf) -> str:
    sheet = shelf.catalogue.get(pick.sheet)
    if sheet is None:
        about = hidden(f" {verbatim(pick.sheet)}")
        note = f'<p class="mine">Votre note\u00a0: {verbatim(pick.note)}</p>' if pick.note else ""
        return (
            f'<li class="pick gone"><span class="n">{number}</span><div><h2>{verbatim(pick.sheet)}</h2>'
            f'<p class="none">Cette fiche n’est plus dans le corpus.</p>{note}'
            f'<p class="acts">{button(f"Retirer{about}", f"retirer:{pick.sheet}", "do")}</p></div></li>'
        )
    title = verbatim(sheet.title)
    read = anchor(title, shelf.link(Address(View.SHEET, sheet=sheet.id)), name=f"f-{sheet.id}")
    facets = (Facet.DEPARTMENT, Facet.PUBLIC, Facet.TERRITORY)
    facts = " · ".join(verbatim(value) for facet in facets for value in sheet.facet(facet))
    about = hidden(f" {title}")
    moves = button(f"Monter{about}", f"monter:{sheet.id}", "do") if number > 1 else ""
    moves += button(f"Descendre{about}", f"descendre:{sheet.id}", "do") if number < len(basket.picks) else ""
    moves += button(f"Retirer{about}", f"retirer:{sheet.id}", "do")
    # a box to write in is none of what Markdown lets through: the script puts it in the place of the note
    note = (
        f'<div class="field"><label for="note-{number}">Ma note{hidden(f" sur {title}")}</label>'
        f'<div class="note" id="note-{number}" value="{verbatim(sheet.id)}">{verbatim(pick.note)}</div></div>'
    )
    return (
        f'<li class="pick"><span class="n">{number}</span><div><h2>{read}</h2><p class="small">{facts}</p>'
        f'<p class="acts">{moves}</p></div>{note}</li>'
    )


def lead(basket: Basket) -> str:
    """What stands under the title."""
    kept = "gardées" if len(basket.picks) > 1 else "gardée"
    return (
        f"{count(len(basket.picks))}, {kept} dans ce navigateur, sans compte. Vos notes, {thousands(MOST_NOTE)} "
        "caractères au plus chacune, restent à part des extraits."
    )
