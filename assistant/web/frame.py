"""What stands around the views: the bar of views, the title, what was done or could not be followed."""

from __future__ import annotations

from assistant.web.address import Address, View
from assistant.web.basket import Basket
from assistant.web.markup import button, verbatim
from assistant.web.shelf import Shelf

_TABS = {
    View.TALK: "Conversation",
    View.BROWSE: "Toutes les fiches",
    View.COMPARE: "Comparer",
    View.COVERAGE: "Couverture",
    View.SELECTION: "Ma sélection",
}


def top_html(view: View, basket: Basket, shelf: Shelf, turn: str = "") -> str:
    """The name of the page and the bar of views; for the script, which sheets are kept and which of its
    messages, by number, is answered."""
    tabs = []
    for tab, name in _TABS.items():
        here = " here" if tab is view else ""
        number = f" ({len(basket.picks)})" if tab is View.SELECTION else ""
        where = verbatim(shelf.link(Address(tab)))
        tabs.append(f'<li><a class="go{here}" id="v-{tab.value}" href="{where}">{name}{number}</a></li>')
    kept = verbatim(" ".join(basket.sheets))
    return (
        '<div class="bar"><p class="brand">Actions des centres sociaux '
        f"<small>{len(shelf.catalogue.sheets)}\u00a0fiches, citées mot pour mot</small></p>"
        f'<nav><ul class="tabs">{"".join(tabs)}</ul></nav></div><span hidden id="kept" title="{kept}" value="{verbatim(turn)}"></span>'
    )


def head_html(title: str, lead: str, way: str = "") -> str:
    """The title of a view, which takes the focus when the view opens."""
    under = f'<p class="lead">{lead}</p>' if lead else ""
    return f'{way}<h1 tabindex="-1">{verbatim(title)}</h1>{under}'


def notice_html(fault: str, told: str, undo: bool) -> str:
    """What of a link could not be followed; what was just done, and a way to undo it."""
    parts = [f'<p class="notice">{verbatim(fault)}</p>'] if fault else []
    if told:
        again = button("Annuler", "annuler", "do") if undo else ""
        parts.append(f'<p class="told"><span>{verbatim(told)}</span>{again}</p>')
    return "".join(parts)
