"""Holds every quote of an export against the corpus: is it still there, letter for letter, where it says?"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.corpus.corpus import Corpus
from assistant.export.csv_form import is_csv, read_csv
from assistant.export.found import LARGEST, Contents, Found, UnreadableExport
from assistant.export.markdown_reader import read_markdown
from assistant.export.reference import names, names_sheet, source_of
from assistant.typography import thousands
from assistant.values import Section, Sheet, Span

_TELLING = 40  # characters of a text that could not stand in another sheet by chance


class Verdict(StrEnum):
    HOLDS = "holds"
    CHANGED = "changed"  # the source does not say so, there or elsewhere
    MOVED = "moved"  # it says so elsewhere
    MISATTRIBUTED = "misattributed"  # it says so there, in another sheet or section than the reference names
    UNSEEN = "unseen"  # the pages of the file do not show what its attachment quotes
    GONE = "gone"  # the sheet is no longer in the corpus
    UNREFERENCED = "unreferenced"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands; ``line`` is 1-based."""

    source: str
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Checked:
    """One quote of the file with its verdict.

    ``elsewhere`` is where its text was found when it moved, ``now`` what stands at its place when it changed.
    """

    verdict: Verdict
    text: str
    words: str
    span: Span | None
    elsewhere: Place | None = None
    now: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    quotes: tuple[Checked, ...]
    corpus_version: str

    @property
    def holds(self) -> bool:
        return all(quote.verdict is Verdict.HOLDS for quote in self.quotes)

    def count(self, verdict: Verdict) -> int:
        return sum(quote.verdict is verdict for quote in self.quotes)


def verify(data: bytes, name: str, corpus: Corpus) -> Verification:
    """The verdict on every quote of a file.

    Args:
        name: how the file is called; only its extension is looked at, to tell texts apart.

    Raises:
        UnreadableExport: not one of the four formats, damaged, too big, or without any quote.
    """
    contents = read_contents(data, name)
    if not contents.quotes:
        raise UnreadableExport(
            "Ce fichier ne contient aucune citation de fiche.", "Donnez un export fait par assistant export."
        )
    desk = _Desk(corpus)
    return Verification(tuple(map(desk.check, contents.quotes)), contents.corpus_version)


def read_contents(data: bytes, name: str) -> Contents:
    """The quotes of a file; its format is told by what it holds, then by its extension.

    Raises:
        UnreadableExport: as ``verify``.
    """
    if len(data) > LARGEST:
        raise UnreadableExport(
            f"Ce fichier est trop gros (plus de {thousands(LARGEST // 1_000_000)} Mo).", "Donnez l’export d’origine."
        )
    if data.startswith(b"%PDF-"):
        from assistant.export.pdf_reader import read_pdf

        return read_pdf(data)
    if data.startswith(b"PK"):
        from assistant.export.docx_reader import read_docx

        return read_docx(data)
    extension = Path(name).suffix.lower()
    text = _text(data, extension)
    return read_csv(text) if extension == ".csv" or is_csv(text) else read_markdown(text)


def _text(data: bytes, extension: str) -> str:
    if extension in (".pdf", ".docx"):
        raise _not_ours()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if extension in (".md", ".csv"):
            raise UnreadableExport(
                "Ce fichier n’est pas en UTF-8.", "Enregistrez-le en UTF-8, puis vérifiez-le."
            ) from None
        raise _not_ours() from None


def _not_ours() -> UnreadableExport:
    return UnreadableExport(
        "Ce fichier n’est ni un document Word, ni un PDF, ni un texte Markdown, ni un tableau CSV.",
        "Donnez un export fait par assistant export.",
    )


class _Desk:
    """The corpus, laid out to hold quotes against."""

    def __init__(self, corpus: Corpus) -> None:
        self._texts = {reading.name: reading.text for reading in corpus.readings}
        self._sections = [(sheet, section) for sheet in corpus.sheets for section in sheet.sections if section.values]
        self._by_start: dict[str, list[tuple[int, Sheet, Section]]] = {name: [] for name in self._texts}
        for sheet, section in self._sections:
            self._by_start[sheet.source].append((section.start, sheet, section))
        for started in self._by_start.values():
            started.sort(key=lambda found: found[0])

    def check(self, found: Found) -> Checked:
        if found.words is None or found.span is None:
            return Checked(Verdict.UNREFERENCED, found.text, "", None)
        source = source_of(found.words, self._texts)
        verdict, elsewhere = self._verdict(found, found.words, source, found.span)
        now = self._texts.get(source, "")[slice(*found.span)] if verdict is Verdict.CHANGED else ""
        return Checked(verdict, found.text, found.words, found.span, elsewhere, now)

    def _verdict(self, found: Found, words: str, source: str, span: Span) -> tuple[Verdict, Place | None]:
        if span.start < span.end and self._texts.get(source, "")[span.start : span.end] == found.text:
            if not found.seen:
                return Verdict.UNSEEN, None
            held = self._at(source, span)
            named = held is not None and names(words, *held, source)
            return (Verdict.HOLDS if named else Verdict.MISATTRIBUTED), None
        elsewhere = self._elsewhere(found.text, words, source)
        if elsewhere:
            return Verdict.MOVED, elsewhere
        known = any(names_sheet(words, sheet) for sheet, _ in self._sections)
        return (Verdict.CHANGED if known else Verdict.GONE), None

    def _at(self, source: str, span: Span) -> tuple[Sheet, Section] | None:
        """The section that holds a span; sections that say something do not overlap."""
        started = self._by_start[source]
        at = bisect_right(started, span.start, key=lambda found: found[0]) - 1
        if at < 0 or span.end > started[at][2].end:
            return None
        return started[at][1:]

    def _elsewhere(self, text: str, words: str, source: str) -> Place | None:
        """Where the text stands now: in the section named by the reference, in its sheet, or anywhere if it is long."""
        if not text:
            return None
        named = [pair for pair in self._sections if names(words, *pair, source)]
        near = [pair for pair in self._sections if names_sheet(words, pair[0])]
        for sheet, section in [*named, *near, *(self._sections if len(text) >= _TELLING else ())]:
            at = self._texts[sheet.source].find(text, section.start, section.end)
            if at >= 0:
                line = self._texts[sheet.source].count("\n", 0, at) + 1
                return Place(sheet.source, at, at + len(text), line)
        return None
