"""An answer as HTML: pure functions. Every field is escaped, and what a sheet says is never touched.

Each function gives one line: a blank line inside a quote would end the block of HTML for the Markdown
reader of the page, which would then read the rest of the quote as Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby

from assistant.errors import AssistantError
from assistant.export.text_form import SILENCE, searched_too
from assistant.replies import Answer, Excerpt
from assistant.values import Facet, Kind, Quote, Role, Section, Sheet, Status

RoleNames = Mapping[Role, str]
_ENDS = ((Role.LIMITS, "Limites"), (Role.PERSPECTIVES, "Perspectives"))
_UNEXPECTED = "Une erreur inattendue a empêché la réponse."
_UNEXPECTED_REMEDY = "Posez la question autrement\u202f; si cela revient, prévenez qui a installé l’assistant."


def question_html(question: str) -> str:
    """What the user asked, as the user wrote it."""
    return f'<div class="me"><p><span>Votre question</span> {_verbatim(question)}</p></div>'


def answer_html(answer: Answer, names: RoleNames) -> str:
    """What the assistant says, then the cards of the sheets; or a refusal, then the nearest sheet."""
    understood = _understood(answer, names)
    wanted = answer.query.roles
    if answer.answered:
        cards = [_card(excerpt, wanted, number) for number, excerpt in enumerate(answer.sheets, start=1)]
        return _block(f'<p class="found">{escape(answer.message)}</p>', understood, *cards)
    advice = "Essayez avec d’autres mots, ou sans l’une des conditions\u00a0: le public, le lieu, le thème."
    refusal = f'<div class="no"><p class="found">{escape(answer.message)}</p><p>{advice}</p></div>'
    return _block(refusal, understood, *(_card(excerpt, wanted) for excerpt in answer.nearest))


def error_html(error: Exception) -> str:
    """What went wrong and what to do; nothing of an unforeseen error is shown."""
    happened, remedy = _UNEXPECTED, _UNEXPECTED_REMEDY
    if isinstance(error, AssistantError):
        happened, remedy = error.happened, error.remedy
    return _block(f'<div class="no"><p class="found">{escape(happened)}</p><p>{escape(remedy)}</p></div>')


def waiting_html() -> str:
    """What stands in the place of an answer that waits for the model."""
    return _block('<p class="found wait">Le modèle de langue se charge, la réponse vient ensuite…</p>')


def _block(*parts: str) -> str:
    return f'<div class="it">{"".join(parts)}</div>'


def _understood(answer: Answer, names: RoleNames) -> str:
    """How a question was completed with the one before, how it was read, what it was narrowed to."""
    query = answer.query
    chips = [_chip(f"«\u00a0{typed}\u00a0» lu «\u00a0{read}\u00a0»") for typed, read in query.corrections]
    chips += [_chip(f"{facet.value}\u00a0: {' ou '.join(values)}") for facet, values in query.facets.items()]
    chips += [_chip(f"sauf {facet.value}\u00a0: {' ou '.join(values)}") for facet, values in query.excluded.items()]
    chips += [_chip(f"contient «\u00a0{phrase}\u00a0»") for phrase in query.phrases]
    if answer.follows:
        chips = [_chip(f"suite de «\u00a0{query.text}\u00a0»", " from"), *chips]
        chips += [_chip(f"rubrique\u00a0: {names[role]}") for role in query.roles]
    also = ", ".join(map(_verbatim, searched_too(answer)))
    return (f'<p class="chips">Compris\u00a0: {" ".join(chips)}</p>' if chips else "") + (
        f'<p class="also">Cherché aussi\u00a0: {also}</p>' if also else ""
    )


def _chip(text: str, shape: str = "") -> str:
    return f'<span class="chip{shape}">{_verbatim(text)}</span>'


def _card(excerpt: Excerpt, wanted: Sequence[Role], number: int | None = None) -> str:
    """One sheet; without a number it is the nearest one, which does not answer.

    Limits and perspectives are always there, and come first when the question is about them.
    """
    ends = f'<div class="ends">{"".join(_end(excerpt, role, name) for role, name in _ENDS)}</div>'
    quotes = _quotes(excerpt)
    asked = any(role in wanted for role, _ in _ENDS)
    near = '<p class="band">La fiche la plus proche – elle ne répond pas à la question</p>'
    rank = f'<span class="n">{number}</span> ' if number else ""
    parts = [
        near if number is None else "",
        f"<h2>{rank}<span>{_verbatim(excerpt.sheet.title)}</span></h2>",
        _facts(excerpt.sheet),
        f'<p class="why">{escape(excerpt.reason)}</p>',
        *((ends, quotes) if asked else (quotes, ends)),
        _whole_sheet(excerpt.sheet),
    ]
    return f'<article class="card{" near" if number is None else ""}">{"".join(parts)}</article>'


def _facts(sheet: Sheet) -> str:
    department = [f"<b>{_verbatim(value)}</b>" for value in sheet.facet(Facet.DEPARTMENT)]
    others = (value for facet in (Facet.PUBLIC, Facet.TERRITORY, Facet.STATUS) for value in sheet.facet(facet))
    structure = " · ".join(_verbatim(value) for value in sheet.facet(Facet.STRUCTURE))
    return (
        f'<p class="facts">{" · ".join([*department, *map(_verbatim, others)])}</p>'
        f'<p class="org">{structure or SILENCE[Status.EMPTY]}</p>'
    )


def _quotes(excerpt: Excerpt) -> str:
    """The quotes besides limits and perspectives, those of one section above its label."""
    ends = {*excerpt.limits, *excerpt.perspectives}
    said = (quote for quote in excerpt.quotes if quote not in ends)
    groups = [list(group) for _, group in groupby(said, key=lambda quote: quote.section)]
    return "".join(f"{''.join(_quote(quote, excerpt.sheet) for quote in group)}{_reference(group)}" for group in groups)


def _end(excerpt: Excerpt, role: Role, name: str) -> str:
    quotes = excerpt.limits if role is Role.LIMITS else excerpt.perspectives
    shape = "end" if role is Role.LIMITS else "end next"
    if not quotes:
        silence = SILENCE[excerpt.silent.get(role, Status.EMPTY)]
        return f'<div class="{shape} void"><h3>{name}</h3><p class="none">{silence}</p></div>'
    said = "".join(f"{_quote(quote, excerpt.sheet)}{_reference([quote])}" for quote in quotes)
    return f'<div class="{shape}"><h3>{name}</h3>{said}</div>'


def _quote(quote: Quote, sheet: Sheet) -> str:
    """The text to the letter. Where its section goes on, the style sheet draws « […] »: the text of the
    element stays the quote alone."""
    section = next((s for s in sheet.sections if s.start <= quote.start and quote.end <= s.end), None)
    cut = section is not None and not quote.whole and section.kind is Kind.TEXT
    before = " after-cut" if cut and section and section.start < quote.start else ""
    after = " before-cut" if cut and section and quote.end < section.end else ""
    return f'<blockquote class="quote{before}{after}">{_marked(quote)}</blockquote>'


def _marked(quote: Quote) -> str:
    parts = []
    done = quote.start
    for start, end in quote.marks:
        parts.append(_verbatim(quote.text[done - quote.start : start - quote.start]))
        parts.append(f"<mark>{_verbatim(quote.text[start - quote.start : end - quote.start])}</mark>")
        done = end
    return "".join([*parts, _verbatim(quote.text[done - quote.start :])])


def _reference(quotes: Sequence[Quote]) -> str:
    extract = "" if all(quote.whole for quote in quotes) else " <i>extrait</i>"
    return f'<p class="ref">{_verbatim(quotes[0].section)}{extract}</p>'


def _whole_sheet(sheet: Sheet) -> str:
    sections = "".join(f"<h3>{_verbatim(section.label)}</h3>{_section(section, sheet)}" for section in sheet.sections)
    summary = '<b>Lire la fiche entière</b> <span class="peek">toutes ses rubriques, mot pour mot</span>'
    return f'<details class="more"><summary>{summary}</summary><div class="pair">{sections}</div></details>'


def _section(section: Section, sheet: Sheet) -> str:
    texts = (_verbatim(sheet.slice(*value)) for value in section.values)
    said = "".join(f'<blockquote class="quote">{text}</blockquote>' for text in texts)
    if section.status is Status.FILLED:
        return said
    return f'{said}<p class="none">{SILENCE[section.status]}</p>'


def _verbatim(text: str) -> str:
    """Escaped; line ends as references, so that they reach the page as they are and the HTML stays on one line."""
    return escape(text).replace("\r", "&#13;").replace("\n", "&#10;")
