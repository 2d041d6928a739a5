"""An export as a Word document: real headings, real tables, a style for each voice.

A quote is one paragraph of the style « Citation de fiche »; its reference is the next one.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from assistant.export.coding import coded
from assistant.export.document import (
    Block,
    Box,
    Citation,
    Cited,
    Document,
    Heading,
    Note,
    PageBreak,
    Ruled,
    Said,
    Table,
)
from assistant.export.reference import full_reference, short_reference
from assistant.export.wording import AUTHOR, LANGUAGE, MY_NOTE, check_line, made_line

QUOTE = "Citation de fiche"
REFERENCE = "Référence de fiche"
NOTE = "Note personnelle"
_SANS, _SERIF = "Calibri", "Cambria"
_INK, _SOFT, _BAR = RGBColor(0x1A, 0x1A, 0x1A), RGBColor(0x55, 0x55, 0x55), "2A5D67"
_NAME_WIDTH = 3.0  # centimetres, of the column of row headers
_MARGIN = 2.0
_RULE_HEIGHT = 22  # points


def carried(char: str) -> bool:
    """True for a character that the XML of a Word document can hold as text; tabs and line breaks are elements."""
    code = ord(char)
    held = 0x20 <= code <= 0x7E or 0xA0 <= code <= 0xD7FF or (code >= 0xE000 and code & 0xFFFE != 0xFFFE)
    # Word turns the separators of lines and paragraphs into breaks of its own
    return char in "\t\n" or (held and char not in "\u2028\u2029")


def render_docx(document: Document) -> bytes:
    """The file; A4, pages numbered « page 2 sur 5 »."""
    file = docx.Document()
    _styles(file)
    _page(file, document)
    _properties(file, document)
    _paragraph(file, document.title, "Title")
    _paragraph(file, made_line(document))
    for block in document.blocks:
        _block(file, block)
    _paragraph(file, check_line(), REFERENCE).paragraph_format.space_before = Pt(18)
    packed = io.BytesIO()
    file.save(packed)
    return packed.getvalue()


def _block(file: Any, block: Block) -> None:
    match block:
        case Heading(text, level):
            _paragraph(file, text, f"Heading {level}")
        case Said(text):
            _paragraph(file, text)
        case Note(_, text):
            _paragraph(file, f"{MY_NOTE}\n{text}", NOTE)
        case Cited(citation):
            _citation(file, citation, full_reference(citation))
        case Table():
            _table(file, block)
        case Ruled(count):
            _ruled(file, count)
        case PageBreak(wide):
            _lay(file.add_section(WD_SECTION.NEW_PAGE), wide)


def _paragraph(container: Any, text: str, style: str = "Normal") -> Any:
    paragraph = container.add_paragraph(style=style)
    _write(paragraph, text)
    return paragraph


def _write(paragraph: Any, text: str) -> None:
    """The text as it is: a line break or a tab is an element, spaces are kept, the rest is coded."""
    run = paragraph.add_run()._r
    for number, line in enumerate(coded(text, carried).split("\n")):
        if number:
            run.append(OxmlElement("w:br"))
        for place, piece in enumerate(line.split("\t")):
            if place:
                run.append(OxmlElement("w:tab"))
            if piece:
                written = OxmlElement("w:t")
                written.text = piece
                written.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                run.append(written)


def _citation(container: Any, citation: Citation, reference: str) -> None:
    for quote in citation.quotes:
        _paragraph(container, quote.text, QUOTE).paragraph_format.keep_with_next = True
    _paragraph(container, reference, REFERENCE)


def _table(file: Any, table: Table) -> None:
    grid = file.add_table(rows=1, cols=len(table.header), style="Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    section = file.sections[-1]
    whole = section.page_width - section.left_margin - section.right_margin
    wide = (whole - Cm(_NAME_WIDTH)) // (len(table.header) - 1)
    widths = [Cm(_NAME_WIDTH), *[wide] * (len(table.header) - 1)]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    _cells(grid.rows[0], [(name, "En-tête de tableau") for name in table.header], widths)
    _repeated(grid.rows[0])
    for line in table.lines:
        row = grid.add_row()
        _cells(row, [(line.name, "En-tête de tableau"), *[("", "")] * len(line.boxes)], widths)
        for cell, box in zip(row.cells[1:], line.boxes, strict=True):
            _box(cell, box)
        _whole(row)
    file.add_paragraph().paragraph_format.space_after = Pt(0)


def _cells(row: Any, texts: Sequence[tuple[str, str]], widths: Sequence[Any]) -> None:
    for cell, (text, style), width in zip(row.cells, texts, widths, strict=True):
        cell.width = width
        if style:
            cell.paragraphs[0].style = style
            _write(cell.paragraphs[0], text)


def _box(cell: Any, box: Box) -> None:
    empty = cell.paragraphs[0]
    for citation in box.citations:
        _citation(cell, citation, short_reference(citation))
    if box.citations:
        empty._p.getparent().remove(empty._p)
    elif box.said:
        _write(empty, box.said)


def _repeated(row: Any) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))
    _whole(row)


def _whole(row: Any) -> None:
    """A row is not cut between two pages; one that is higher than a page is, by Word itself."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _ruled(file: Any, count: int) -> None:
    for rank in range(count):
        paragraph = file.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.line_spacing = Pt(_RULE_HEIGHT)
        paragraph.paragraph_format.keep_with_next = rank < count - 1
        # neighbours with the same border share it: a line stands between them only when asked for
        _border(paragraph._p.get_or_add_pPr(), ("bottom", "between"), "999999", 4)


def _border(properties: Any, sides: Sequence[str], colour: str, size: int) -> None:
    borders = OxmlElement("w:pBdr")
    for side in sides:
        border = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(size)), ("space", "6"), ("color", colour)):
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr"
    )


def _styles(file: Any) -> None:
    styles = file.styles
    _font(styles["Normal"], _SANS, 10.5)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    for name, size, before in (("Title", 22, 0), ("Heading 1", 16, 14), ("Heading 2", 12.5, 12), ("Heading 3", 11, 8)):
        _font(styles[name], _SANS, size, bold=True)
        styles[name].paragraph_format.space_before = Pt(before)
        styles[name].paragraph_format.space_after = Pt(4)
        styles[name].paragraph_format.keep_with_next = True
    for border in styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
    quote = _added(styles, QUOTE, _SERIF, 11)
    quote.paragraph_format.space_after = Pt(2)
    quote.paragraph_format.left_indent = Cm(0.3)
    _border(quote.element.get_or_add_pPr(), ("left",), _BAR, 12)
    reference = _added(styles, REFERENCE, _SANS, 7.5, _SOFT)
    reference.paragraph_format.left_indent = Cm(0.3)
    note = _added(styles, NOTE, _SANS, 10.5)
    note.font.italic = True
    note.paragraph_format.left_indent = Cm(0.3)
    _border(note.element.get_or_add_pPr(), ("left",), "B8860B", 12)
    header = _added(styles, "En-tête de tableau", _SANS, 10)
    header.font.bold = True


def _added(styles: Any, name: str, family: str, size: float, colour: RGBColor = _INK) -> Any:
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = styles["Normal"]
    style.quick_style = True
    _font(style, family, size, colour=colour)
    return style


def _font(style: Any, family: str, size: float, bold: bool = False, colour: RGBColor = _INK) -> None:
    style.font.name, style.font.size, style.font.bold, style.font.color.rgb = family, Pt(size), bold, colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{kind}"), None)
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{kind}"), family)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), LANGUAGE)
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(language)


def _page(file: Any, document: Document) -> None:
    section = file.sections[0]
    _lay(section, document.wide)
    section.left_margin = section.right_margin = Cm(_MARGIN)
    section.top_margin = section.bottom_margin = Cm(_MARGIN)
    foot = section.footer.paragraphs[0]
    foot.style = REFERENCE
    _write(foot, f"{document.title} – page\u00a0")
    _field(foot, "PAGE")
    _write(foot, " sur ")
    _field(foot, "NUMPAGES")


def _lay(section: Any, wide: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Cm(29.7), Cm(21)) if wide else (Cm(21), Cm(29.7))


def _field(paragraph: Any, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = OxmlElement("w:r")
    written = OxmlElement("w:t")
    written.text = "1"
    run.append(written)
    field.append(run)
    paragraph._p.append(field)


def _properties(file: Any, document: Document) -> None:
    made = datetime.combine(document.made_on, time(), UTC)
    core = file.core_properties
    core.title, core.language, core.author, core.comments = coded(document.title, carried), LANGUAGE, AUTHOR, ""
    core.keywords = f"corpus {document.corpus_version}"
    core.created = core.modified = made
    language = OxmlElement("w:themeFontLang")
    language.set(qn("w:val"), LANGUAGE)
    settings = file.settings.element
    for old in settings.findall(qn("w:themeFontLang")):
        settings.replace(old, language)
