"""The reference of a citation: written in one form, and read back from a file that people may have changed.

    [Titre · Structure (Département) · Section · fichier.txt, caractères 12-40]

Offsets are code points of the source, end excluded; the values of a choice share one reference, with
one span each. In a table, which says once where the action stands, the reference leaves that out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.export.document import Citation
from assistant.values import Facet, Section, Sheet, Span

CUT = ", extrait"
_AND = " · "
_WRITTEN = re.compile(r"\[(?P<words>.+), caractères (?P<spans>\d{1,12}[-–]\d{1,12}(?:, \d{1,12}[-–]\d{1,12})*)\]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as it stands in a file: what it names, up to the source, and one span a quote."""

    words: str
    spans: tuple[Span, ...]


def full_reference(citation: Citation) -> str:
    """The reference that stands alone."""
    return _written(_named(citation.title, citation.structure, citation.department), citation)


def short_reference(citation: Citation) -> str:
    """The reference in a table: the place of the action is said once, by the table."""
    return _written((citation.title,), citation)


def read_reference(text: str) -> Reference | None:
    """The reference that a paragraph consists of; None when it is none."""
    found = _WRITTEN.fullmatch(_SPACES.sub(" ", text.strip()))
    if found is None:
        return None
    bounds = [re.split("[-–]", span) for span in found["spans"].split(", ")]
    return Reference(found["words"], tuple(Span(int(start), int(end)) for start, end in bounds))


def plain_words(title: str, section: str, source: str) -> str:
    """What a reference names, in a format that keeps each part in a field of its own."""
    return _AND.join((title, section, source))


def source_of(words: str, known: Iterable[str]) -> str:
    """The source that a reference names: a known one, else what stands last."""
    ends = [name for name in known if words.endswith(_AND + _flat(name))]
    return max(ends, key=len) if ends else words.rpartition(_AND)[2]


def names(words: str, sheet: Sheet, section: Section, source: str) -> bool:
    """True when the words of a reference name this sheet and section, as part of ``source``."""
    structure, department = place_of(sheet)
    named = (_named(sheet.title, structure, department), (sheet.title,))
    labels = (section.label, section.label + CUT)
    return _flat(words) in {_flat(_AND.join((*name, label, source))) for name in named for label in labels}


def names_sheet(words: str, sheet: Sheet) -> bool:
    """True when the words of a reference begin with the title of a sheet."""
    return _flat(words).startswith(_flat(sheet.title) + _AND)


def place_of(sheet: Sheet) -> tuple[str, str]:
    """Structure and département, empty when the sheet does not tell."""
    structure, department = sheet.facet(Facet.STRUCTURE), sheet.facet(Facet.DEPARTMENT)
    return structure[0] if structure else "", department[0] if department else ""


def _named(title: str, structure: str, department: str) -> tuple[str, ...]:
    place = f"{structure} ({department})" if structure and department else structure or department
    return (title, place) if place else (title,)


def _written(named: tuple[str, ...], citation: Citation) -> str:
    section = citation.section + (CUT if citation.cut else "")
    spans = ", ".join(f"{quote.start}-{quote.end}" for quote in citation.quotes)
    return f"[{_AND.join((*named, section, citation.source))}, caractères {spans}]"


def _flat(text: str) -> str:
    return _SPACES.sub(" ", text).strip()
