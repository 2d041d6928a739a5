"""Pieces of HTML that several views share. Every field is escaped, and what a sheet says is never touched.

Each function gives one line: a blank line inside a quote would end the block of HTML for the Markdown
reader of the page, which would then read the rest of the quote as Markdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from assistant.export.text_form import SILENCE
from assistant.values import Facet, Kind, Quote, Section, Sheet, Span, Status


def verbatim(text: str) -> str:
    """Escaped; line ends as references, so that they reach the page as they are and the HTML stays on one line."""
    return escape(text).replace("\r", "&#13;").replace("\n", "&#10;")


def facts_html(sheet: Sheet) -> str:
    """Where, for whom, how wide, in what state; then by whom."""
    department = [f"<b>{verbatim(value)}</b>" for value in sheet.facet(Facet.DEPARTMENT)]
    others = (value for facet in (Facet.PUBLIC, Facet.TERRITORY, Facet.STATUS) for value in sheet.facet(facet))
    structure = " · ".join(verbatim(value) for value in sheet.facet(Facet.STRUCTURE))
    return (
        f'<p class="facts">{" · ".join([*department, *map(verbatim, others)])}</p>'
        f'<p class="org">{structure or SILENCE[Status.EMPTY]}</p>'
    )


def quotes_html(quotes: Iterable[Quote], sheet: Sheet) -> str:
    return "".join(quote_html(quote, sheet) for quote in quotes)


def quote_html(quote: Quote, sheet: Sheet) -> str:
    """The text to the letter. Where its section goes on, the style sheet draws « […] »: the text of the
    element stays the quote alone."""
    section = next((s for s in sheet.sections if s.start <= quote.start and quote.end <= s.end), None)
    cut = section is not None and not quote.whole and section.kind is Kind.TEXT
    before = " after-cut" if cut and section and section.start < quote.start else ""
    after = " before-cut" if cut and section and quote.end < section.end else ""
    text = marked(quote.text, quote.start, quote.marks)
    return f'<blockquote class="quote{before}{after}">{text}</blockquote>'


def marked(text: str, start: int, marks: Iterable[Span], tag: str = "<mark>") -> str:
    """The text, which begins at ``start`` in its source, with its marks."""
    parts = []
    done = start
    for first, last in marks:
        parts.append(verbatim(text[done - start : first - start]))
        parts.append(f"{tag}{verbatim(text[first - start : last - start])}</mark>")
        done = last
    return "".join([*parts, verbatim(text[done - start :])])


def label_html(quotes: Sequence[Quote]) -> str:
    """The label of the section that these quotes come from, and whether they are all that it says."""
    extract = "" if all(quote.whole for quote in quotes) else " <i>extrait</i>"
    return f'<p class="ref">{verbatim(quotes[0].section)}{extract}</p>'


def silent_html(status: Status) -> str:
    return f'<p class="none">{SILENCE[status]}</p>'


def section_html(section: Section, sheet: Sheet, extract: Span | None = None) -> str:
    """All that a section says, marked where it holds the extract; or why it says nothing."""
    said = []
    for start, end in section.values:
        marks = [Span(max(start, extract.start), min(end, extract.end))] if extract else []
        text = marked(sheet.slice(start, end), start, (m for m in marks if m.start < m.end), '<mark class="here">')
        said.append(f'<blockquote class="quote">{text}</blockquote>')
    return "".join(said) + ("" if section.status is Status.FILLED else silent_html(section.status))


def count(number: int, noun: str = "fiche") -> str:
    """« 1 fiche », « 2 fiches »."""
    return f"{number}\u00a0{noun}{'s' if number > 1 else ''}"


def button(says: str, value: str, kind: str, more: str = "") -> str:
    """A button that the script of the page hears: ``kind`` says what is done with ``value``.

    Args:
        says: HTML.
        more: other classes.
    """
    classes = " ".join(filter(None, ("btn", kind, more)))
    return f'<button type="button" class="{classes}" value="{verbatim(value)}">{says}</button>'


def anchor(says: str, link: str, kind: str = "", name: str = "") -> str:
    """A link to a view, which the script of the page follows without leaving it.

    Args:
        says: HTML.
        kind: other classes.
        name: an id, by which the focus is found again when the view is drawn anew.
    """
    known = f' id="{verbatim(name)}"' if name else ""
    return f'<a class="{f"{kind} go".strip()}"{known} href="{verbatim(link)}">{says}</a>'


def box(says: str, name: str, value: str, checked: bool, field: str = "") -> str:
    """A box to tick.

    Args:
        says: HTML.
        name: its id.
        value: a link, followed when it changes; or the value of a ``field`` of a form.
    """
    ticked = " checked" if checked else ""
    what = f'name="{field}"' if field else 'class="go"'
    return (
        f'<div class="tick"><input type="checkbox" id="{verbatim(name)}" {what} value="{verbatim(value)}"{ticked}>'
        f'<label for="{verbatim(name)}">{says}</label></div>'
    )


def hidden(text: str) -> str:
    """Text for those who do not see: HTML in, HTML out."""
    return f'<span class="vh">{text}</span>'


def keep_button(sheet: Sheet, kept: bool) -> str:
    """Adds the sheet to the selection, or takes it away; the script keeps those of the conversation in step."""
    about = hidden(f"\u00a0: {verbatim(sheet.title)}")
    if kept:
        return button(f"<span>Dans ma sélection</span>{about}", f"retirer:{sheet.id}", "do", "keep in")
    return button(f"<span>Ajouter à ma sélection</span>{about}", f"garder:{sheet.id}", "do", "keep")


def reference(quote: Quote, sheet: Sheet, version: str) -> str:
    """A quote with where it comes from, as text to paste."""
    place = ", ".join([*sheet.facet(Facet.STRUCTURE), *sheet.facet(Facet.DEPARTMENT)])
    return (
        f"«\u00a0{quote.text}\u00a0»\n– {sheet.title}{f' ({place})' if place else ''}, {quote.section}. "
        f"{quote.source}, caractères {quote.start} à {quote.end}, version {version}."
    )


def copy_quotes_button(quotes: Sequence[Quote], sheet: Sheet, version: str) -> str:
    text = "\n\n".join(reference(quote, sheet, version) for quote in quotes)
    about = hidden(f"\u00a0: {verbatim(sheet.title)}")
    return button(f"Copier avec la référence{about}", text, "copy") if quotes else ""


def copy_link_button(link: str) -> str:
    return button("Copier le lien", link, "copy link")
