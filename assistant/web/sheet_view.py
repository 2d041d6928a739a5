"""One sheet as HTML: whole, with its exact labels, marked where a quote comes from; and a sheet to fill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.conversation.transposition import transposition
from assistant.corpus.catalogue import filled
from assistant.values import Facet, Kind, Quote, Role, Section, Sheet, Status
from assistant.web.address import Address, View
from assistant.web.basket import Basket
from assistant.web.markup import (
    anchor,
    button,
    copy_link_button,
    copy_quotes_button,
    keep_button,
    label_html,
    quote_html,
    section_html,
    silent_html,
    verbatim,
)
from assistant.web.shelf import Shelf
from assistant.web.taking import take_form

ENDS = (Role.LIMITS, Role.PERSPECTIVES)
_PARTS = (
    ("Le projet", (Role.SUMMARY, Role.DESCRIPTION)),
    ("Les moyens", (Role.FUNDING, Role.PEOPLE)),
    ("Les résultats", (Role.RESULTS,)),
)
_BACK = {
    View.TALK: "Revenir à la conversation",
    View.BROWSE: "Revenir à toutes les fiches",
    View.COMPARE: "Revenir à la comparaison",
    View.COVERAGE: "Revenir à la couverture",
    View.SELECTION: "Revenir à ma sélection",
    View.SHEET: "Revenir à la fiche",
    View.TRANSPOSE: "Revenir à « Transposer »",
    View.BLANK: "Revenir à la fiche vide",
}


def back_html(before: Address, shelf: Shelf) -> str:
    """The way back; Escape takes it too."""
    there = shelf.link(replace(before, question=""))
    return f'<p class="way">{anchor(_BACK[before.view], there, "back", "back")}</p>'


def sheet_html(address: Address, sheet: Sheet, basket: Basket, shelf: Shelf) -> str:
    """The whole sheet, under its title."""
    texts = [(n, section) for n, section in enumerate(sheet.sections) if section.kind is Kind.TEXT]
    grouped = {role for _, roles in _PARTS for role in roles}
    parts = [(name, [pair for pair in texts if pair[1].role in roles]) for name, roles in _PARTS]
    parts.append(("Autres rubriques", [pair for pair in texts if pair[1].role not in (*grouped, *ENDS)]))
    ends = [pair for pair in texts if pair[1].role in ENDS]
    body = "".join(
        f"<h2>{name}</h2>{''.join(_text(n, section, sheet, address) for n, section in group)}"
        for name, group in parts
        if group
    )
    after = "".join(_end(n, section, sheet, address) for n, section in ends)
    text = f'<div class="text">{body}</div><div class="after"><h2>Et ensuite</h2>{after}</div>'
    # the contents lead to where the extract begins: it may go over several values, an id is there once
    text = text.replace('<mark class="here">', '<mark class="here" id="extrait">', 1)
    return (
        f"{_meta(sheet)}{_actions(address, sheet, basket, shelf)}"
        f'<div class="sheet">{_contents(sheet, parts, ends, address)}{text}</div>'
    )


def _actions(address: Address, sheet: Sheet, basket: Basket, shelf: Shelf) -> str:
    transpose = anchor("Transposer chez nous", shelf.link(Address(View.TRANSPOSE, sheet=sheet.id)), "btn")
    extract = _extracted(address, sheet)
    return (
        f'<p class="acts top">{keep_button(sheet, sheet.id in basket.sheets)}'
        f"{button('Poser une question sur cette fiche', f'fiche:{sheet.id}', 'say')}"
        f"{transpose}{copy_quotes_button(extract, sheet, shelf.version)}"
        f"{copy_link_button(shelf.link(replace(address, corpus=shelf.version)))}</p>"
    )


def _extracted(address: Address, sheet: Sheet) -> list[Quote]:
    """What « Copier avec la référence » takes: the extract that was opened, within one section."""
    if address.extract is None:
        return []
    start, end = address.extract
    for section in sheet.sections:
        if section.start <= start < end <= section.end:
            return [Quote(sheet.slice(start, end), section.label, sheet.source, start, end)]
    return []


def _meta(sheet: Sheet) -> str:
    said: dict[str, list[str]] = {}
    for section in sheet.sections:
        if section.kind is Kind.CHOICE and section.role not in (Role.FILES, Role.ORGANISER):
            values = said.setdefault(section.label, [])
            values += [text for text in (sheet.slice(*value) for value in section.values) if text not in values]
    structure = " · ".join(verbatim(value) for value in sheet.facet(Facet.STRUCTURE)) or silent_html(Status.EMPTY)
    place = " · ".join(verbatim(value) for value in (*sheet.facet(Facet.DEPARTMENT), *sheet.facet(Facet.REGION)))
    pairs = []
    for label, values in said.items():
        value = "<br>".join(map(verbatim, values)) or silent_html(Status.EMPTY)
        pairs.append(f"<div><dt>{verbatim(label)}</dt><dd>{value}</dd></div>")
    where = f" – {place}" if place else ""
    return f'<p class="org">{structure}{where}</p><dl class="meta">{"".join(pairs)}</dl>'


def _text(number: int, section: Section, sheet: Sheet, address: Address) -> str:
    return f'<h3 id="s-{number}">{verbatim(section.label)}</h3>{section_html(section, sheet, address.extract)}'


def _end(number: int, section: Section, sheet: Sheet, address: Address) -> str:
    name, shape = ("Limites", "end") if section.role is Role.LIMITS else ("Perspectives", "end next")
    void = "" if section.status is Status.FILLED else " void"
    return (
        f'<section class="{shape}{void}"><h3 id="s-{number}">{name}</h3>{section_html(section, sheet, address.extract)}'
        f'<p class="ref">{verbatim(section.label)}</p></section>'
    )


def _contents(
    sheet: Sheet,
    parts: Sequence[tuple[str, list[tuple[int, Section]]]],
    ends: list[tuple[int, Section]],
    address: Address,
) -> str:
    lines = ['<li><a href="#extrait"><b>L’extrait trouvé</b></a></li>'] if address.extract else []
    for number, section in (pair for group in (*(found for _, found in parts), ends) for pair in group):
        empty = "" if section.status is Status.FILLED else " <i>vide</i>"
        lines.append(f'<li><a href="#s-{number}">{verbatim(section.label)}{empty}</a></li>')
    says, all_ = filled(sheet)
    return (
        '<details class="all toc"><summary>Dans cette fiche</summary><h2>Dans cette fiche</h2>'
        f"<ul>{''.join(lines)}</ul>"
        f'<p class="ref">{says} rubriques sur {all_} sont remplies.</p></details>'
    )


def transpose_html(address: Address, sheet: Sheet, shelf: Shelf) -> str:
    """What it takes to do the same elsewhere, beside a blank column."""
    rows = []
    for line in transposition(sheet, shelf.schema):
        said = "".join(f"{quote_html(quote, sheet)}{label_html([quote])}" for quote in line.cell.quotes)
        rows.append(
            f'<tr><th scope="row">{line.name}<span class="ask">{line.question}</span></th>'
            f"<td>{said or silent_html(line.cell.status)}</td><td></td></tr>"
        )
    return (
        f'<p class="acts top">{button("Imprimer", "", "print")}'
        f"{copy_link_button(shelf.link(replace(address, corpus=shelf.version)))}</p>"
        '<div class="wrap fill" role="group" tabindex="0"><table>'
        '<caption class="vh">Ce que dit la fiche, et chez nous</caption><thead><tr>'
        '<th scope="col">À transposer</th><th scope="col">Dans cette fiche</th>'
        f'<th scope="col">Et chez nous\u202f?</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
        f"{take_form('transposition', (sheet.id,))}"
    )


def blank_html(shelf: Shelf) -> str:
    """A sheet to write: every label, with room below it."""
    rows = []
    for label in shelf.schema.labels:
        if not label.optional:
            values = " · ".join(f"□\u00a0{verbatim(value)}" for value in label.values)
            rows.append(f'<tr><th scope="row">{verbatim(label.label)}</th><td>{values}</td></tr>')
    return (
        f'<p class="acts top">{button("Imprimer", "", "print")}</p>'
        '<div class="wrap fill" role="group" tabindex="0"><table>'
        '<caption class="vh">Les rubriques d’une fiche</caption><thead><tr><th scope="col">Rubrique</th>'
        f'<th scope="col">À écrire</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )
