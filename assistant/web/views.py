"""The views besides the conversation: an address or a change to the selection in, the screen out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from urllib.parse import parse_qsl

from assistant.typography import thousands
from assistant.web.address import Address, View
from assistant.web.basket import MOST_NOTE, MOST_SHEETS, Basket, Pick
from assistant.web.board import LEAST, board_html, chosen
from assistant.web.browse import browse_html
from assistant.web.coverage_view import coverage_html
from assistant.web.frame import head_html, notice_html, top_html
from assistant.web.markup import count
from assistant.web.selection_view import lead, selection_html
from assistant.web.sheet_view import back_html, blank_html, sheet_html, transpose_html
from assistant.web.shelf import Shelf

_INNER = (View.SHEET, View.TRANSPOSE, View.BLANK)  # opened from another view, with a way back to it
_SELECTION = Address(View.SELECTION)
_MOST_TRAIL = 8
_MOST_PARAMETERS = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the user is: the address in view, those to go back to, what was last done.

    ``removed`` is the last pick taken away with its place, or the whole basket when it was emptied;
    ``kept`` is true when a sheet was just kept.
    """

    address: Address = field(default_factory=Address)
    trail: tuple[Address, ...] = ()
    removed: tuple[int, Pick] | Basket | None = None
    fault: str = ""
    told: str = ""
    kept: bool = False

    def hushed(self) -> Desk:
        """Without what was told."""
        return replace(self, fault="", told="", kept=False)

    def to(self, address: Address, fault: str) -> Desk:
        """The desk with this address in view."""
        if self.trail and address == self.trail[-1]:
            trail = self.trail[:-1]
        elif address.view not in _INNER:
            trail = ()
        elif address.view is self.address.view and address.sheet == self.address.sheet:
            trail = self.trail
        else:
            trail = (*self.trail, self.address)[-_MOST_TRAIL:]
        return Desk(address, trail, None, fault)


class Screen(NamedTuple):
    """The HTML of the parts of the page."""

    top: str
    notice: str
    head: str
    view: str


def follow(said: str, desk: Desk, basket: Basket, shelf: Shelf) -> tuple[Desk, Basket]:
    """Where a message of the page leads: a link ``/?…``, or a change ``verb:sheet`` to the selection.

    Messages come from the browser: what is none of ours changes nothing, « fermer » neither: what was told goes.
    """
    if said.startswith("/?"):
        return desk.to(*read_link(said, shelf)), basket
    verb, _, rest = said.partition(":")
    desk = desk.hushed()
    if verb == "annuler":
        return _undone(desk, basket)
    if verb == "vider":
        return replace(desk, removed=basket, told="Sélection vidée."), Basket()
    if verb == "garder":
        return _kept(desk, basket, rest, shelf)
    if rest not in basket.sheets:
        return desk, basket
    if verb == "retirer":
        place = basket.sheets.index(rest)
        told = f"{_title(rest, shelf)}\u00a0: retirée de la sélection."
        return replace(desk, removed=(place, basket.picks[place]), told=told), basket.remove(rest)
    if verb in ("monter", "descendre"):
        basket = basket.move(rest, -1 if verb == "monter" else 1)
        place = basket.sheets.index(rest) + 1
        return replace(desk, told=f"{_title(rest, shelf)}\u00a0: {place} sur {len(basket.picks)}."), basket
    return desk, basket


def read_link(said: str, shelf: Shelf) -> tuple[Address, str]:
    """The address of a link of the page, without its question: links within the page ask nothing."""
    try:
        parameters = parse_qsl(said[2:], max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        return Address(View.BROWSE), f"Ce lien a plus de {_MOST_PARAMETERS} éléments\u00a0: il n’a pas été suivi."
    address, fault = shelf.read(parameters)
    return replace(address, question=""), fault


def noted(sheet: str, note: str, desk: Desk, basket: Basket) -> tuple[Desk, Basket]:
    """The basket with the user's note on a sheet; what did not fit is said."""
    basket, cut = basket.write(sheet, note)
    told = f"Note trop longue\u00a0: une note garde {thousands(MOST_NOTE)} caractères au plus." if cut else ""
    return replace(desk.hushed(), told=told), basket


def draw(desk: Desk, basket: Basket, unanswered: Sequence[str], question: str, shelf: Shelf, turn: str = "") -> Screen:
    """The screen of a desk; nothing but the frame when the conversation is in view.

    Args:
        turn: the number of the message that it answers.
        unanswered: the questions of the session that no sheet answers.
        question: the last one that was answered.
    """
    address = desk.address
    way = back_html(desk.trail[-1] if desk.trail else Address(View.BROWSE), shelf) if address.view in _INNER else ""
    tab = desk.trail[0].view if desk.trail else address.view
    top = top_html(address.view, tab, basket, shelf, turn)
    notice = notice_html(desk.fault, desk.told, desk.removed is not None, shelf.link(_SELECTION) if desk.kept else "")
    title, under, view = _drawn(address, basket, unanswered, question, shelf)
    return Screen(top, notice, head_html(title, under, way) if title else "", view)


def _drawn(
    address: Address, basket: Basket, unanswered: Sequence[str], question: str, shelf: Shelf
) -> tuple[str, str, str]:
    """The title of a view, what stands under it, the view."""
    total = count(len(shelf.catalogue.sheets))
    sheet = shelf.catalogue.get(address.sheet)
    if address.view is View.BROWSE or (sheet is None and address.view in (View.SHEET, View.TRANSPOSE)):
        return "Toutes les fiches", f"{total}, citées mot pour mot.", browse_html(address, basket, shelf)
    if address.view is View.COMPARE:
        sheets = len(chosen(address, shelf))
        title = f"{count(sheets)} côte à côte" if sheets >= LEAST else "Comparer des fiches"
        under = "Chaque case est un extrait. Une case vide dans la fiche est dite «\u00a0non renseigné\u00a0»."
        return title, under if sheets >= LEAST else "", board_html(address, basket, shelf)
    if address.view is View.COVERAGE:
        under = "Chaque nombre ouvre ses fiches. Une fiche qui a plusieurs thèmes est comptée dans chacun."
        return f"Ce que couvrent les {total}", under, coverage_html(address, unanswered, shelf)
    if address.view is View.SELECTION:
        return "Ma sélection", lead(basket) if basket.picks else "", selection_html(basket, shelf, question)
    if sheet is not None and address.view is View.SHEET:
        return sheet.title, "", sheet_html(address, sheet, basket, shelf)
    if sheet is not None and address.view is View.TRANSPOSE:
        under = "Ce que dit la fiche, dans ses mots, et une colonne à remplir et à imprimer."
        return f"Transposer\u00a0: {sheet.title}", under, transpose_html(address, sheet, shelf)
    if address.view is View.BLANK:
        return "Une fiche à écrire", "Les rubriques des fiches, à remplir et à imprimer.", blank_html(shelf)
    return "", "", ""


def _kept(desk: Desk, basket: Basket, sheet: str, shelf: Shelf) -> tuple[Desk, Basket]:
    if shelf.catalogue.get(sheet) is None:
        return replace(desk, told="Cette fiche n’est plus dans le corpus."), basket
    if basket.full and sheet not in basket.sheets:
        return replace(desk, told=f"La sélection tient {MOST_SHEETS} fiches au plus\u00a0: retirez-en une."), basket
    told = f"{_title(sheet, shelf)}\u00a0: dans votre sélection."
    return replace(desk, removed=None, told=told, kept=True), basket.add(Pick(sheet))


def _undone(desk: Desk, basket: Basket) -> tuple[Desk, Basket]:
    if isinstance(desk.removed, Basket):
        kept = desk.removed
        for pick in basket.picks:
            kept = kept.add(pick)
        return replace(desk, removed=None, told="Sélection remise."), kept
    if desk.removed is None:
        return desk, basket
    place, pick = desk.removed
    return replace(desk, removed=None, told="Fiche remise dans la sélection."), basket.add(pick, place)


def _title(sheet_id: str, shelf: Shelf) -> str:
    sheet = shelf.catalogue.get(sheet_id)
    return sheet.title if sheet else sheet_id
