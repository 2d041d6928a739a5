"""An answer as HTML: pure functions, one line each, as in ``markup``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby, repeat

from assistant.errors import AssistantError
from assistant.export.text_form import SILENCE, drop_text
from assistant.replies import Answer, Excerpt
from assistant.retrieval.quoting import left_out
from assistant.values import Quote, Role, Section, Sheet, Span, Status
from assistant.web.address import MOST_COMPARED, Address, View, link
from assistant.web.markup import (
    anchor,
    button,
    copy_link_button,
    copy_quotes_button,
    facts_html,
    hidden,
    keep_button,
    label_html,
    quote_html,
    quotes_html,
    section_html,
    silent_html,
    verbatim,
)

RoleNames = Mapping[Role, str]
_ENDS = ((Role.LIMITS, "Limites"), (Role.PERSPECTIVES, "Perspectives"))
_MOST_CHIPS = 8
_SHORT = 40  # characters of a value that stands on a folded line
_UNEXPECTED = "Une erreur inattendue a empêché la réponse."
_UNEXPECTED_REMEDY = "Posez la question autrement\u202f; si cela revient, prévenez qui a installé l’assistant."


def question_html(question: str) -> str:
    """What the user asked, as the user wrote it."""
    return f'<div class="me"><p><span>Votre question</span> {verbatim(question)}</p></div>'


def warning_html(said: str) -> str:
    """A gentle remark under an answer; nothing when there is none."""
    return f'<div class="it"><p class="gentle">{verbatim(said)}</p></div>' if said else ""


def answer_html(answer: Answer, names: RoleNames) -> str:
    """What the assistant says, then the cards of the sheets; or a refusal, then the nearest sheet."""
    if answer.answered:
        cards = [card(excerpt, answer, names, number) for number, excerpt in enumerate(answer.sheets, start=1)]
        return block(
            f'<p class="found">{escape(answer.message)}</p>', understood(answer), *cards, _shared(answer, names)
        )
    return block(
        _refusal(answer, names), understood(answer), *(card(excerpt, answer, names) for excerpt in answer.nearest)
    )


def _shared(answer: Answer, names: RoleNames) -> str:
    """A link that asks the same need again, under the same choices; nothing of the conversation stands in it."""
    query = answer.query
    asked = Address(View.TALK, question=query.text, facets=query.facets, corpus=answer.corpus_version)
    sheets = tuple(excerpt.sheet.id for excerpt in answer.sheets)
    compare = ""
    if len(sheets) > 1:
        there = link(Address(View.COMPARE, sheets=sheets[:MOST_COMPARED]), names)
        compare = anchor("Comparer ces fiches", there, "btn")
    return f'<p class="acts">{compare}{copy_link_button(link(asked, names))}</p>'


def _refusal(answer: Answer, names: RoleNames) -> str:
    """What was not found, and ways on: a condition less, the list, the sheets to write."""
    # only conditions without which sheets are found: what was understood can be taken away in the chips
    drops = answer.refusal.drops if answer.refusal else ()
    ways = [
        f"<li>{button(f'Sans {verbatim(drop_text(drop))}', f'question:{drop.removal}', 'say')}</li>" for drop in drops
    ]
    said = "Pour avancer, enlevez une condition\u00a0:" if ways else "Essayez avec d’autres mots, ou\u00a0:"
    browse, cover = (link(Address(view), names) for view in (View.BROWSE, View.COVERAGE))
    ways.append(f"<li>{anchor('Parcourir toutes les fiches', browse, 'btn')}</li>")
    written = f"Question notée, le temps de cette session, dans {anchor('les fiches à écrire', cover)}."
    found = f'<p class="found">{escape(answer.message)}</p>'
    return f'<div class="no">{found}<p>{said}</p><ul>{"".join(ways)}</ul><p class="small">{written}</p></div>'


def error_html(error: Exception) -> str:
    """What went wrong and what to do; nothing of an unforeseen error is shown."""
    happened, remedy = _UNEXPECTED, _UNEXPECTED_REMEDY
    if isinstance(error, AssistantError):
        happened, remedy = error.happened, error.remedy
    return block(f'<div class="no"><p class="found">{escape(happened)}</p><p>{escape(remedy)}</p></div>')


def about_html(sheet: Sheet, names: RoleNames, version: str) -> str:
    """An invitation to ask about one sheet."""
    found = f'<p class="found">Vos questions sur «\u00a0{verbatim(sheet.title)}\u00a0»</p>'
    return block(
        found,
        f'<article class="card"><h2><span>{verbatim(sheet.title)}</span></h2>{facts_html(sheet)}'
        f"{folds(sheet)}{actions(sheet, (), names, version)}</article>",
    )


def waiting_html() -> str:
    """What stands in the place of an answer that waits for the model."""
    return block('<p class="found wait">Le modèle de langue se charge, la réponse vient ensuite…</p>')


def fresh_no_more(html: str) -> str:
    """An answer that another one follows: its chips cannot be taken away any more."""
    return html.replace(
        '<button type="button" class="btn say chip"', '<button type="button" disabled class="btn say chip"'
    )


def block(*parts: str) -> str:
    """What the assistant answers."""
    return f'<div class="it">{"".join(parts)}</div>'


def understood(answer: Answer) -> str:
    """How a question was completed with the one before, how it was read, what it was narrowed to; each
    can be taken away."""
    chips = []
    if answer.follows:
        chips.append(f'<span class="chip from">suite de «\u00a0{verbatim(answer.turned.need)}\u00a0»</span>')
    for text, removal in answer.turned.chips[:_MOST_CHIPS]:
        opening, closing = hidden("Retirer «\u00a0"), hidden("\u00a0»")
        says = f"{opening}{verbatim(text)}{closing}"
        chips.append(button(says, f"question:{removal}", "say", "chip"))
    chips += [f'<span class="chip">contient «\u00a0{verbatim(phrase)}\u00a0»</span>' for phrase in answer.query.phrases]
    read = f'<p class="chips">Compris\u00a0: {" ".join(chips)}</p>' if chips else ""
    # what continues a need says so in its first chip
    notice = "" if answer.follows else answer.turned.notice
    return f'<p class="small">{verbatim(notice)}</p>{read}' if notice else read


def card(excerpt: Excerpt, answer: Answer, names: RoleNames, number: int | None = None) -> str:
    """One sheet; without a number it is the nearest one, which does not answer.

    Limits and perspectives are always there, and come first when the question is about them.
    """
    ends = f'<div class="ends">{"".join(_end(excerpt, role, name) for role, name in _ENDS)}</div>'
    said = answers(excerpt)
    quotes = _unsaid(excerpt, answer.query.roles, names) + evidence(said, excerpt.sheet, answer.query.roles)
    asked = any(role in answer.query.roles for role, _ in _ENDS)
    near = '<p class="band">La fiche la plus proche – elle ne répond pas à la question</p>'
    rank = f'<span class="n">{number}</span> ' if number else ""
    parts = [
        near if number is None else "",
        f"<h2>{rank}<span>{verbatim(excerpt.sheet.title)}</span></h2>",
        facts_html(excerpt.sheet),
        f'<p class="why">{escape(excerpt.reason)}</p>',
        *((ends, quotes) if asked else (quotes, ends)),
        folds(excerpt.sheet),
        actions(excerpt.sheet, said or excerpt.quotes, names, answer.corpus_version),
    ]
    return f'<article class="card{" near" if number is None else ""}">{"".join(parts)}</article>'


def answers(excerpt: Excerpt) -> tuple[Quote, ...]:
    """The quotes besides limits and perspectives."""
    ends = {*excerpt.limits, *excerpt.perspectives}
    return tuple(quote for quote in excerpt.quotes if quote not in ends)


def actions(sheet: Sheet, quotes: Sequence[Quote], names: RoleNames, version: str) -> str:
    """What can be done with a sheet: read it whole at the best quote, keep it, copy its quotes."""
    best = next((quote for quote in quotes if quote.marks), quotes[0] if quotes else None)
    extract = best.marks[0] if best and best.marks else Span(best.start, best.end) if best else None
    there = link(Address(View.SHEET, sheet=sheet.id, extract=extract), names)
    about = hidden(f"\u00a0: {verbatim(sheet.title)}")
    read = anchor(f"Voir dans la fiche{about}", there, "btn")
    return f'<p class="acts">{read}{keep_button(sheet, False)}{copy_quotes_button(quotes, sheet, version)}</p>'


def folds(sheet: Sheet) -> str:
    """Means and results, folded; what they come down to stands on the folded line."""
    means = _fold("Moyens", (Role.PEOPLE, Role.FUNDING), sheet)
    return f'<div class="more">{means}{_fold("Résultats", (Role.RESULTS,), sheet)}</div>'


def _fold(name: str, roles: Sequence[Role], sheet: Sheet) -> str:
    sections = [section for role in roles for section in sheet.sections_with(role)]
    if not sections:
        return ""
    said = "".join(f"<h3>{verbatim(section.label)}</h3>{section_html(section, sheet)}" for section in sections)
    return (
        f'<details><summary><b>{name}</b> <span class="peek">{_peek(sections, sheet)}</span></summary>'
        f'<div class="pair">{said}</div></details>'
    )


def _peek(sections: Sequence[Section], sheet: Sheet) -> str:
    """Short values to the letter; of the others, how many sections say something."""
    short = [
        f'<span class="says">{verbatim(sheet.slice(*value))}</span>'
        for section in sections
        for value in section.values
        if section.status is Status.FILLED and value[1] - value[0] <= _SHORT
    ]
    filled = sum(section.status is Status.FILLED for section in sections)
    if not filled:
        return SILENCE[Status.EMPTY]
    return " · ".join([*short, f"{filled} rubrique{'s' if filled > 1 else ''} sur {len(sections)}"])


def evidence(quotes: Sequence[Quote], sheet: Sheet, asked: Sequence[Role]) -> str:
    """The quotes of one section above its label: what a first glance needs, the other sections folded.

    At first glance: the sections asked for; without any, the section that is marked, else the first one, but for
    a sheet that leaves out what is asked for.
    """
    groups = [list(group) for _, group in groupby(quotes, key=lambda quote: quote.section)]
    wanted = {section.label for role in asked for section in sheet.sections_with(role)}
    first = [group for group in groups if group[0].section in wanted]
    first = first or [group for group in groups if any(quote.marks for quote in group)][:1]
    first = first or ([] if left_out(sheet, asked) else groups[:1])
    others = [group for group in groups if group not in first]
    shown = "".join(map(_group, first, repeat(sheet)))
    if not others:
        return shown
    number = sum(map(len, others))
    more = f"{number} autres extraits" if number > 1 else "Un autre extrait"
    peek = ", ".join(verbatim(label) for label in dict.fromkeys(_short(group[0].section) for group in others))
    return (
        f'{shown}<div class="more first"><details><summary><b>{more}</b> <span class="peek">{peek}</span></summary>'
        f'<div class="pair">{"".join(map(_group, others, repeat(sheet)))}</div></details></div>'
    )


def _group(quotes: Sequence[Quote], sheet: Sheet) -> str:
    return f"{quotes_html(quotes, sheet)}{label_html(quotes)}"


def _short(label: str) -> str:
    return label if len(label) <= _SHORT else f"{label[:_SHORT].rsplit(' ', 1)[0].rstrip(',')}…"


def _unsaid(excerpt: Excerpt, asked: Sequence[Role], names: RoleNames) -> str:
    """The sections asked for that the sheet leaves out; limits and perspectives are always told."""
    told = {role for role, _ in _ENDS}
    return "".join(
        f'<div class="end void"><h3>{names[role]}</h3>{silent_html(excerpt.silent[role])}</div>'
        for role in asked
        if role in excerpt.silent and role not in told
    )


def _end(excerpt: Excerpt, role: Role, name: str) -> str:
    quotes = excerpt.limits if role is Role.LIMITS else excerpt.perspectives
    shape = "end" if role is Role.LIMITS else "end next"
    if not quotes:
        silence = silent_html(excerpt.silent.get(role, Status.EMPTY))
        return f'<div class="{shape} void"><h3>{name}</h3>{silence}</div>'
    said = "".join(f"{quote_html(quote, excerpt.sheet)}{label_html([quote])}" for quote in quotes)
    return f'<div class="{shape}"><h3>{name}</h3>{said}</div>'
