"""What stands around the views: the bar of views, the title, what was done or could not be followed."""

from __future__ import annotations

from assistant.web.address import Address, View
from assistant.web.basket import Basket
from assistant.web.markup import anchor, button, hidden, verbatim
from assistant.web.shelf import Shelf

_TABS = {
    View.TALK: "Conversation",
    View.BROWSE: "Toutes les fiches",
    View.COMPARE: "Comparer",
    View.COVERAGE: "Couverture",
    View.SELECTION: "Ma sélection",
}


def top_html(view: View, tab: View, basket: Basket, shelf: Shelf, turn: str = "") -> str:
    """The name of the page and the bar of views, among which ``tab`` is the one that led to the view.

    What the style sheet shows depends on the class of ``#kept``; which also tells the script the selection
    to keep, and which of its messages, by number, is answered.
    """
    tabs = []
    for other, name in _TABS.items():
        here = "here" if other is tab else ""
        number = f" ({len(basket.picks)})" if other is View.SELECTION else ""
        tabs.append(f"<li>{anchor(f'{name}{number}', shelf.link(Address(other)), here, f'v-{other.value}')}</li>")
    kept = verbatim(basket.stored())
    behind = f'<p class="behind">{verbatim(shelf.behind)}</p>' if shelf.behind else ""
    skip = f'<a class="skip" href="#{"talk" if view is View.TALK else "place"}">Aller au contenu</a>'
    shows = {View.TALK: "talking", View.BROWSE: "searching"}.get(view, "viewing")
    return (
        f'{skip}<div class="bar"><p class="brand">Actions des centres sociaux '
        f"<small>{len(shelf.catalogue.sheets)}\u00a0fiches, citées mot pour mot</small></p>"
        f'<nav><ul class="tabs">{"".join(tabs)}</ul></nav></div>{behind}'
        f'<span hidden id="kept" class="{shows}" title="{kept}" value="{verbatim(turn)}"></span>'
    )


def head_html(title: str, lead: str, way: str = "") -> str:
    """The title of a view, which takes the focus when the view opens."""
    under = f'<p class="lead">{lead}</p>' if lead else ""
    return f'{way}<h1 tabindex="-1">{verbatim(title)}</h1>{under}'


def notice_html(fault: str, told: str, undo: bool, onward: str = "") -> str:
    """What of a link could not be followed; what was just done, a way to undo it, or a link on to its outcome."""
    parts = [f'<p class="notice">{verbatim(fault)}</p>'] if fault else []
    if told:
        again = button("Annuler", "annuler", "do") if undo else ""
        again += anchor("Voir ma sélection", onward, "btn") if onward else ""
        close = button(f"✕{hidden('Fermer')}", "fermer", "do", "close")
        parts.append(f'<p class="told"><span>{verbatim(told)}</span>{again}{close}</p>')
    return "".join(parts)
