"""« Comparer » as HTML: a row a sheet, a column a section, then what comes back in their limits."""

from __future__ import annotations

from dataclasses import replace

from assistant.conversation.comparison import compare, digest
from assistant.replies import Cell
from assistant.values import Facet, Quote, Role, Sheet
from assistant.web.address import MOST_COMPARED, Address, View
from assistant.web.basket import Basket
from assistant.web.markup import anchor, box, copy_link_button, count, hidden, quotes_html, silent_html, verbatim
from assistant.web.shelf import Shelf
from assistant.web.taking import columns_field, take_form

LEAST = 2
COLUMNS = (Role.LIMITS, Role.PERSPECTIVES, Role.PEOPLE, Role.FUNDING)
"""What is shown unless the link says otherwise."""
_OFFERED = (
    *COLUMNS,
    Role.RESULTS,
    Role.PARTNERS,
    Role.SUMMARY,
    Role.DESCRIPTION,
    Role.PUBLIC,
    Role.TERRITORY,
    Role.INITIATIVE,
    Role.STATUS,
)
_MOST_OFFERED = 12  # sheets offered besides those compared


def board_html(address: Address, basket: Basket, shelf: Shelf) -> str:
    """The whole view, under its title."""
    sheets = chosen(address, shelf)
    if len(sheets) < LEAST:
        return _invitation(sheets, basket, shelf)
    roles = address.roles or COLUMNS
    here = replace(address, sheets=tuple(sheet.id for sheet in sheets), roles=roles)
    link = copy_link_button(shelf.link(replace(here, corpus=shelf.version)))
    return (
        f"{_columns(here, shelf)}{_table(here, sheets, shelf)}"
        f'<p class="acts">{link}</p>{_others(here, sheets, basket, shelf)}{_digest(sheets, shelf)}'
        f"{take_form('comparaison', here.sheets, columns_field(here, shelf.schema.roles), 'Emporter ce tableau')}"
    )


def chosen(address: Address, shelf: Shelf) -> tuple[Sheet, ...]:
    """The sheets of the board: the first that the link names, as many as a board may have."""
    found = (shelf.catalogue.get(sheet) for sheet in address.sheets)
    return tuple(sheet for sheet in found if sheet)[:MOST_COMPARED]


def _columns(address: Address, shelf: Shelf) -> str:
    boxes = []
    for role in _OFFERED:
        on = role in address.roles
        kept = tuple(r for r in _OFFERED if (r in address.roles) != (r is role))
        there = shelf.link(replace(address, roles=kept or COLUMNS))
        boxes.append(box(verbatim(shelf.schema.roles[role]), f"k-{role.value}", there, on))
    return f'<fieldset class="line"><legend class="vh">Colonnes à montrer</legend>{"".join(boxes)}</fieldset>'


def _table(address: Address, sheets: tuple[Sheet, ...], shelf: Shelf) -> str:
    board = compare(sheets, shelf.schema, address.roles)
    heads = "".join(
        f'<th scope="col" role="columnheader">{_named(role, verbatim(row.name))}</th>'
        for role, row in zip(address.roles, board.rows, strict=True)
    )
    rows = []
    for number, sheet in enumerate(sheets):
        cells = "".join(
            f'<td role="cell"><span class="of">{_named(role, verbatim(row.name), row.cells[number])}</span>'
            f"{_cell(row.cells[number], sheet)}</td>"
            for role, row in zip(address.roles, board.rows, strict=True)
        )
        rows.append(f'<tr role="row"><th scope="row" role="rowheader">{_head(address, sheet, shelf)}</th>{cells}</tr>')
    return (
        f'<div class="wrap stack" role="group" tabindex="0"><table class="compare" role="table">'
        f'<caption class="vh">{count(len(sheets))} côte à côte</caption>'
        f'<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Fiche</th>{heads}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(rows)}</tbody></table></div>'
    )


def _named(role: Role, name: str, cell: Cell | None = None) -> str:
    if role not in (Role.LIMITS, Role.PERSPECTIVES):
        return f"<b>{name}</b>"
    void = " void" if cell is not None and not cell.quotes else ""
    return f'<span class="tag{" next" if role is Role.PERSPECTIVES else ""}{void}">{name}</span>'


def _head(address: Address, sheet: Sheet, shelf: Shelf) -> str:
    read = shelf.link(Address(View.SHEET, sheet=sheet.id))
    left = shelf.link(replace(address, sheets=tuple(other for other in address.sheets if other != sheet.id)))
    facets = (Facet.DEPARTMENT, Facet.PUBLIC, Facet.TERRITORY, Facet.STATUS)
    facts = " · ".join(verbatim(value) for facet in facets for value in sheet.facet(facet))
    title = verbatim(sheet.title)
    about = hidden(f" {title} de la comparaison")
    return (
        f'{anchor(title, read, name=f"f-{sheet.id}")}<span class="small">{facts}</span>'
        f"{anchor(f'Retirer{about}', left, 'small')}"
    )


def _cell(cell: Cell, sheet: Sheet) -> str:
    """What a sheet says, the quotes of each section under its label when there are several."""
    if not cell.quotes:
        return silent_html(cell.status)
    sections: dict[str, list[Quote]] = {}
    for quote in cell.quotes:
        sections.setdefault(quote.section, []).append(quote)
    if len(sections) == 1:
        return quotes_html(cell.quotes, sheet)
    return "".join(
        f'<p class="ref">{verbatim(label)}</p>{quotes_html(found, sheet)}' for label, found in sections.items()
    )


def _others(address: Address, sheets: tuple[Sheet, ...], basket: Basket, shelf: Shelf) -> str:
    """The sheets of the selection that are not compared yet."""
    if len(sheets) >= MOST_COMPARED:
        return f'<p class="soft">Un tableau tient {MOST_COMPARED} fiches au plus.</p>'
    found = [shelf.catalogue.get(sheet) for sheet in basket.sheets if sheet not in address.sheets]
    links = []
    for sheet in [sheet for sheet in found if sheet][:_MOST_OFFERED]:
        there = shelf.link(replace(address, sheets=(*address.sheets, sheet.id)))
        links.append(anchor(f"{hidden('Ajouter à la comparaison')} + {verbatim(sheet.title)}", there, "btn"))
    if not links:
        return '<p class="soft">Pour ajouter une fiche, mettez-la d’abord dans votre sélection.</p>'
    said = f'<p class="acts">{"".join(links)}</p>'
    return f'<section class="block"><h2>Ajouter une fiche de ma sélection</h2>{said}</section>'


def _digest(sheets: tuple[Sheet, ...], shelf: Shelf) -> str:
    found = digest(sheets, shelf.schema, shelf.difficulties)
    lines = []
    for theme in found.themes:
        told = len({sheet.id for sheet, _ in theme.quotes})
        said = "".join(
            f'<div>{quotes_html([quote], sheet)}<p class="ref">{verbatim(sheet.title)}</p></div>'
            for sheet, quote in theme.quotes
        )
        lines.append(_line(theme.name, told, said))
    if found.silent:
        titles = ", ".join(verbatim(sheet.title) for sheet in found.silent)
        lines.append(_line("non renseigné", len(found.silent), f"<p>{titles}</p>"))
    title = "<h2>Ce qui revient dans leurs limites</h2>"
    return f'<section class="block">{title}<ul class="digest">{"".join(lines)}</ul></section>'


def _line(name: str, sheets: int, said: str) -> str:
    return f'<li><p><b>{verbatim(name)}</b> <span class="soft">{count(sheets)}</span></p><div>{said}</div></li>'


def _invitation(sheets: tuple[Sheet, ...], basket: Basket, shelf: Shelf) -> str:
    """How to choose sheets, when there are not enough: those of the selection, to tick."""
    kept = [sheet for sheet in (shelf.catalogue.get(sheet) for sheet in basket.sheets) if sheet]
    offered = list(dict.fromkeys([*(s.id for s in sheets), *(s.id for s in kept)]))
    if len(offered) < LEAST:
        return (
            '<div class="empty"><p>Pour comparer, mettez au moins deux fiches dans votre sélection, depuis une réponse '
            f"ou depuis la liste.</p>{choose_html(shelf)}</div>"
        )
    return f'<div class="empty">{compare_form(offered, tuple(s.id for s in sheets), shelf)}</div>'


def compare_form(offered: list[str], ticked: tuple[str, ...], shelf: Shelf) -> str:
    """Sheets to tick, and a button that compares them."""
    boxes: list[str] = []
    for number, sheet in enumerate(offered):
        found = shelf.catalogue.get(sheet)
        if found:
            on = sheet in ticked or (not ticked and len(boxes) < MOST_COMPARED)
            boxes.append(box(verbatim(found.title), f"m-{number}", sheet, on, "fiches"))
    return (
        '<form class="go" method="get" action="/"><fieldset><legend>Fiches à comparer, de 2 à 6</legend>'
        f'<input type="hidden" name="vue" value="comparer">{"".join(boxes)}</fieldset>'
        '<button type="submit" class="btn">Comparer les fiches cochées</button></form>'
    )


def choose_html(shelf: Shelf) -> str:
    """The way to the list, where there is nothing to show yet."""
    return f'<p class="acts">{anchor("Choisir des fiches", shelf.link(Address(View.BROWSE)), "btn main")}</p>'
