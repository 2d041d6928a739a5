"""« Couverture » as HTML: what the corpus holds, where, what it leaves unsaid, what is to be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.corpus.coverage import Fill, Grid, Region, gaps, grid, quality, regions
from assistant.values import Facet
from assistant.web.address import GRIDS, Address, View
from assistant.web.markup import anchor, copy_link_button, count, hidden, verbatim
from assistant.web.shelf import Shelf

_ROWS = {Facet.KEYWORDS: "Thème", Facet.TERRITORY: "Territoire"}
_GAPS = 4
_REFERS = (
    "Renvoi\u00a0: la fiche écrit «\u00a0cf document joint\u00a0» ou l’équivalent, mais le document n’est pas fourni."
)
_KEY = (
    '<p class="key"><span><b class="k0">0</b> aucune fiche</span><span><b class="k1">1</b> une</span>'
    '<span><b class="k2">2–3</b> deux ou trois</span><span><b class="k3">4\u00a0+</b> quatre ou plus</span></p>'
)
# where a région stands on a map of tiles, row and column of the grid; the others follow
_TILES = {
    "Normandie": (1, 2),
    "Hauts-de-France": (1, 3),
    "Grand Est": (1, 4),
    "Bretagne": (2, 1),
    "Pays de la Loire": (2, 2),
    "Île-de-France": (2, 3),
    "Bourgogne-Franche-Comté": (2, 4),
    "Nouvelle-Aquitaine": (3, 2),
    "Centre-Val de Loire": (3, 3),
    "Auvergne-Rhône-Alpes": (3, 4),
    "Occitanie": (4, 2),
    "Provence-Alpes-Côte d'Azur": (4, 3),
    "Corse": (4, 4),
}


def coverage_html(address: Address, unanswered: Sequence[str], shelf: Shelf) -> str:
    """The whole view, under its title.

    Args:
        unanswered: the questions of the session that no sheet answers, oldest first.
    """
    sheets = shelf.catalogue.sheets
    table = grid(sheets, address.rows, Facet.PUBLIC, shelf.schema)
    link = copy_link_button(shelf.link(replace(address, corpus=shelf.version)))
    return (
        f"{_grid(address, table, shelf)}{_places(regions(sheets, shelf.departments), shelf)}"
        f'<div class="cols block">{_quality(quality(sheets, shelf.schema), len(sheets))}'
        f'{_to_write(unanswered, table, shelf)}</div><p class="acts">{link}</p>'
    )


def _grid(address: Address, table: Grid, shelf: Shelf) -> str:
    rows_name = _ROWS[address.rows]
    heads = "".join(f'<th scope="col">{verbatim(column)}</th>' for column in table.columns)
    rows = []
    for row in table.rows:
        cells = "".join(_cell(row, column, address.rows, table, shelf) for column in table.columns)
        rows.append(f'<tr><th scope="row">{verbatim(row)}</th>{cells}<td class="sum">{table.row_totals[row]}</td></tr>')
    totals = "".join(f'<td class="sum">{table.column_totals.get(column, 0)}</td>' for column in table.columns)
    everything = len(shelf.catalogue.sheets)
    rows.append(f'<tr><th scope="row">Fiches en tout</th>{totals}<td class="sum"><b>{everything}</b></td></tr>')
    caption = f"Nombre de fiches par {rows_name.lower()} et par public"
    return (
        f'<section><h2>Public et {rows_name.lower()}</h2><p class="sort"><span>Lignes\u00a0:</span> '
        f'{_switch(address, shelf)}</p><div class="wrap" tabindex="0" role="group"><table class="heat">'
        f'<caption class="vh">{caption}</caption><thead><tr><th scope="col">{rows_name}</th>{heads}'
        f'<th scope="col">En tout</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div>{_KEY}</section>'
    )


def _switch(address: Address, shelf: Shelf) -> str:
    said = []
    for facet in GRIDS:
        if facet is address.rows:
            said.append(f"<b>{_ROWS[facet]}{hidden(' (affiché)')}</b>")
        else:
            said.append(anchor(_ROWS[facet], shelf.link(replace(address, rows=facet)), name=f"g-{facet.name}"))
    return " ".join(said)


def _cell(row: str, column: str, rows: Facet, table: Grid, shelf: Shelf) -> str:
    found = len(table.cells.get((row, column), ()))
    if not found:
        return '<td class="k0">0</td>'
    there = shelf.link(Address(View.BROWSE, facets={Facet.PUBLIC: (column,), rows: (row,)}))
    about = hidden(f" {'fiche' if found == 1 else 'fiches'}, {verbatim(row)}, {verbatim(column)}")
    return f'<td class="{_shade(found)}">{anchor(f"{found}{about}", there)}</td>'


def _shade(number: int) -> str:
    return "k0" if number == 0 else "k1" if number == 1 else "k2" if number < 4 else "k3"


def _places(found: tuple[Region, ...], shelf: Shelf) -> str:
    known = sum(len(region.departments) for region in found)
    tiles = [_tile(region, shelf) for region in found if region.sheets or region.name in _TILES]
    overseas = [region.name for region in found if not region.sheets and region.name not in _TILES]
    if overseas:
        head = "<b><span>Outre-mer</span> <span>0</span></b>"
        names = verbatim(", ".join(overseas))
        tiles.append(f'<li class="at-4-1"><div class="k0">{head}aucune fiche\u00a0: {names}</div></li>')
    return (
        f'<section class="block"><h2>Où</h2><p class="soft">{known}\u00a0départements sur {len(shelf.departments)}, '
        f'placés par région. Chaque région ouvre ses fiches.</p><ul class="map">{"".join(tiles)}</ul></section>'
    )


def _tile(region: Region, shelf: Shelf) -> str:
    place = _TILES.get(region.name)
    where = f' class="at-{place[0]}-{place[1]}"' if place else ""
    number = f"{region.sheets}{hidden(' fiche' if region.sheets < 2 else ' fiches')}"
    head = f"<b><span>{verbatim(region.name)}</span> <span>{number}</span></b> "
    if not region.sheets:
        return f'<li{where}><div class="k0">{head}aucune fiche</div></li>'
    there = shelf.link(Address(View.BROWSE, facets={Facet.REGION: (region.name,)}))
    said = ", ".join(verbatim(name if n == 1 else f"{name}\u00a0{n}") for name, n in region.departments.items())
    return f"<li{where}>{anchor(f'{head}{said}', there, _shade(region.sheets))}</li>"


def _quality(fills: tuple[Fill, ...], sheets: int) -> str:
    rows = []
    for fill in sorted(fills, key=lambda fill: (fill.filled, fill.label.label)):
        parts = (f'<i style="width:{100 * part / (sheets or 1):.1f}%"></i>' for part in (fill.filled, fill.placeholder))
        bar = f'<span class="bar">{"".join(parts)}</span>'
        rows.append(
            f'<tr><th scope="row">{verbatim(fill.label.label)}</th><td>{bar}</td><td>{fill.filled}</td>'
            f"<td>{fill.placeholder}</td><td>{fill.empty}</td></tr>"
        )
    return (
        '<section><h2>Ce que les fiches laissent vide</h2><div class="wrap" tabindex="0" role="group">'
        '<table class="tight">'
        '<caption class="vh">Nombre de fiches par rubrique\u00a0: remplies, renvoi à un document joint, vides</caption>'
        '<thead><tr><th scope="col">Rubrique</th><th scope="col"><span class="vh">Part remplie</span></th>'
        '<th scope="col">Remplie</th><th scope="col">Renvoi</th><th scope="col">Vide</th></tr></thead>'
        f'<tbody>{"".join(rows)}</tbody></table></div><p class="small soft">{_REFERS}</p></section>'
    )


def _to_write(unanswered: Sequence[str], table: Grid, shelf: Shelf) -> str:
    lines = [_wanted(question, "question posée dans cette session") for question in reversed(unanswered)]
    for row, column in gaps(table, _GAPS):
        why = f"{count(table.row_totals[row])} pour {row}, aucune pour ce public"
        lines.append(_wanted(f"{row} × {column}", why))
    blank = anchor("Préparer une fiche vide", shelf.link(Address(View.BLANK)), "btn")
    return (
        '<section><h2 id="ecrire">Fiches à écrire</h2><p class="soft">Questions restées sans réponse, et cases vides '
        f'où l’on attendrait une fiche.</p><ul class="todo">{"".join(lines)}</ul><p class="acts">{blank}</p></section>'
    )


def _wanted(what: str, why: str) -> str:
    return f'<li>{verbatim(what)}<span class="small">{verbatim(why)}</span></li>'
