"""« Toutes les fiches » as HTML: filters with live counts, then the sheets, a page at a time."""

from __future__ import annotations

from dataclasses import replace

from assistant.corpus.catalogue import Found, Order, filled
from assistant.export.text_form import SILENCE
from assistant.values import Facet, Role, Sheet, Status
from assistant.web.address import Address, View
from assistant.web.basket import Basket
from assistant.web.markup import anchor, box, button, copy_link_button, count, facts_html, hidden, keep_button, verbatim
from assistant.web.shelf import Shelf

PAGE = 20
_SHOWN = (
    Facet.PUBLIC,
    Facet.KEYWORDS,
    Facet.TERRITORY,
    Facet.STATUS,
    Facet.REGION,
    Facet.DEPARTMENT,
    Facet.INITIATIVE,
    Facet.PARTNERS,
    Facet.DIMENSION,
)
_NAMES = {Facet.KEYWORDS: "Thème", Facet.INITIATIVE: "À l’initiative"}
_OPEN = 1  # the first filters are unfolded
_MOST_VALUES = 30  # of one filter: the rest is reached by searching
_ORDERS = {
    Order.CORPUS: "ordre du corpus",
    Order.TITLE: "titre",
    Order.DEPARTMENT: "département",
    Order.FILLED: "fiches les plus remplies",
}


def browse_html(address: Address, basket: Basket, shelf: Shelf) -> str:
    """The whole view, under its title."""
    found = shelf.catalogue.find(address.wanted)
    total = len(found.sheets)
    pages = max(1, -(-total // PAGE))
    page = min(address.page, pages)
    shown = found.sheets[(page - 1) * PAGE : page * PAGE]
    kept = set(basket.sheets)
    items = "".join(f"<li>{_item(sheet, sheet.id in kept, shelf)}</li>" for sheet in shown)
    results = (
        f'<h2 class="found said">{count(total)}{_under(address)}</h2>{_chosen(address, shelf)}'
        f'<p class="sort"><span>Trier par</span> {_orders(address, shelf)}</p>'
    )
    if items:
        results += f'<ol class="rows">{items}</ol>{_pages(address, page, pages, shelf)}'
    else:
        everything = anchor("Revoir toutes les fiches", shelf.link(Address(View.BROWSE)), "btn")
        said = "Aucune fiche ne réunit ces choix. Enlevez-en un, ou cherchez avec moins de mots."
        results += f'<div class="no"><p>{said}</p><p class="acts">{everything}</p></div>'
    here = copy_link_button(shelf.link(replace(address, page=page, corpus=shelf.version)))
    filters = "".join(_filter(facet, address, found, shelf, n) for n, facet in enumerate(_SHOWN))
    return (
        f'<div class="browse"><details class="all"><summary><b>Filtrer</b></summary>'
        f'<div class="filters">{filters}</div></details>'
        f'<div class="results">{results}<p class="acts">{here}</p></div></div>'
    )


def _item(sheet: Sheet, kept: bool, shelf: Shelf) -> str:
    title = verbatim(sheet.title)
    read = anchor(title, shelf.link(Address(View.SHEET, sheet=sheet.id)), name=f"f-{sheet.id}")
    says, whole = filled(sheet)
    ends = _end(sheet, Role.LIMITS, "Limites") + _end(sheet, Role.PERSPECTIVES, "Perspectives")
    ask = button(f"Questions sur cette fiche{hidden(f': {title}')}", f"fiche:{sheet.id}", "say")
    return (
        f'<article class="row"><h3>{read}</h3>{facts_html(sheet)}'
        f'<p class="states">{ends}<span class="small">{says} rubriques sur {whole}</span></p>'
        f'<p class="acts">{keep_button(sheet, kept)}{ask}</p></article>'
    )


def _end(sheet: Sheet, role: Role, name: str) -> str:
    said = any(section.status is Status.FILLED for section in sheet.sections_with(role))
    shape = "tag" if role is Role.LIMITS else "tag next"
    if said:
        return f'<span class="{shape}">{name}</span> '
    return f'<span class="{shape} void">{name}\u00a0: {SILENCE[Status.EMPTY]}</span> '


def _filter(facet: Facet, address: Address, found: Found, shelf: Shelf, number: int) -> str:
    chosen = address.facets.get(facet, ())
    counts = found.counts[facet]
    if not counts:
        return ""
    values = sorted(counts, key=lambda value: value not in chosen)[:_MOST_VALUES]
    boxes = []
    known = shelf.catalogue.values(facet)
    for value in sorted(values, key=list(counts).index):
        there = shelf.link(replace(address, facets=toggled(address, facet, value), page=1))
        says = f'{verbatim(value)} <span class="num">{counts[value]}</span>'
        boxes.append(box(says, f"c-{number}-{known.index(value)}", there, value in chosen))
    name = _NAMES.get(facet, facet.value.capitalize())
    unfolded = " open" if number < _OPEN or chosen else ""
    return (
        f'<details id="d-{number}"{unfolded}><summary><b>{name}</b></summary>'
        f'<fieldset><legend class="vh">{name}</legend>{"".join(boxes)}</fieldset></details>'
    )


def toggled(address: Address, facet: Facet, value: str) -> dict[Facet, tuple[str, ...]]:
    """The filters of an address with one value more, or less when it is there."""
    chosen = address.facets.get(facet, ())
    kept = tuple(other for other in chosen if other != value) if value in chosen else (*chosen, value)
    facets = {**address.facets, facet: kept}
    return {other: values for other, values in facets.items() if values}


def _chosen(address: Address, shelf: Shelf) -> str:
    """What is chosen, each with a way to take it away."""
    chips = []
    for facet, values in address.facets.items():
        for value in values:
            there = shelf.link(replace(address, facets=toggled(address, facet, value), page=1))
            chips.append(anchor(f"{hidden('Enlever ')}{facet.value}\u00a0: {verbatim(value)}", there, "chip off"))
    if len(chips) + bool(address.words) > 1:
        chips.append(anchor("Tout enlever", shelf.link(Address(View.BROWSE))))
    return f'<p class="chips">{" ".join(chips)}</p>' if chips else ""


def _under(address: Address) -> str:
    return f" avec «\u00a0{verbatim(address.words)}\u00a0»" if address.words.strip() else ""


def _orders(address: Address, shelf: Shelf) -> str:
    said = []
    for order, name in _ORDERS.items():
        there = shelf.link(replace(address, order=order, page=1))
        if order is address.order:
            said.append(f"<b>{name}{hidden(' (tri en cours)')}</b>")
        else:
            said.append(anchor(f"{hidden('Trier par ')}{name}", there, name=f"t-{order.name}"))
    return " ".join(said)


def _pages(address: Address, page: int, pages: int, shelf: Shelf) -> str:
    if pages == 1:
        return ""
    to = {number: shelf.link(replace(address, page=number)) for number in (page - 1, page + 1)}
    before = anchor("Page précédente", to[page - 1], "btn", "p-before") if page > 1 else ""
    after = anchor("Page suivante", to[page + 1], "btn", "p-after") if page < pages else ""
    return f'<p class="pages">{before}<span>Page {page} sur {pages}</span>{after}</p>'
