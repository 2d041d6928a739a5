"""What ``verify`` found, in French sentences and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.export.text_form import printable
from assistant.export.verify import Checked, Verdict, Verification
from assistant.typography import counted, guillemets

_AROUND = 30  # characters shown on each side of a difference
_LONGEST = 160  # characters of a quote in a terminal
_SAID = {
    Verdict.CHANGED: "le texte n’est plus celui de la fiche",
    Verdict.MOVED: "le texte est exact, mais il n’est plus à cette place",
    Verdict.MISATTRIBUTED: "le texte est exact, mais la référence nomme une autre fiche ou une autre rubrique",
    Verdict.UNSEEN: "ce que montrent les pages n’est pas cette citation",
    Verdict.GONE: "la fiche n’est plus dans le corpus",
    Verdict.UNREFERENCED: "la citation n’a plus de référence",
}


def verification_text(verification: Verification, corpus_version: str) -> str:
    """A sentence of result, then each quote that does not hold, with why."""
    total, held = len(verification.quotes), verification.count(Verdict.HOLDS)
    if verification.holds:
        first = f"{counted(total, 'citation vérifiée', 'citations vérifiées')}\u00a0: mot pour mot dans les fiches."
    else:
        first = f"{counted(total - held, 'citation', 'citations')} sur {total} à revoir, {held} exactes."
    blocks = [first]
    if verification.corpus_version and verification.corpus_version != corpus_version:
        blocks.append(
            f"Le fichier a été fait avec le corpus {verification.corpus_version}\u00a0; "
            f"il est comparé au corpus {corpus_version}."
        )
    failed = [quote for quote in verification.quotes if quote.verdict is not Verdict.HOLDS]
    blocks += ["\n".join(_lines(number, quote)) for number, quote in enumerate(failed, start=1)]
    return printable("\n\n".join(blocks))


def verification_document(verification: Verification, corpus_version: str) -> dict[str, Any]:
    """The verification as values that ``json`` writes."""
    return {
        "holds": verification.holds,
        "corpus": {"file": verification.corpus_version, "now": corpus_version},
        "counts": {verdict.value: verification.count(verdict) for verdict in Verdict},
        "quotes": [_quote(quote) for quote in verification.quotes],
    }


def _lines(number: int, quote: Checked) -> Iterator[str]:
    yield f"{number}. {guillemets(_short(quote.text))}" if quote.text else f"{number}. (citation retirée)"
    yield f"   {_SAID[quote.verdict].capitalize()}."
    if quote.text and quote.now:
        file, sheet = _difference(quote.text, quote.now)
        yield f"   Le fichier dit\u00a0: {guillemets(file)}\u00a0; la fiche\u00a0: {guillemets(sheet)}"
    if quote.span:
        yield f"   Référence\u00a0: {quote.words}, caractères {quote.span.start}-{quote.span.end}"
    if quote.elsewhere:
        place = quote.elsewhere
        yield f"   À présent\u00a0: {place.source}, ligne {place.line}, caractères {place.start}-{place.end}"


def _quote(quote: Checked) -> dict[str, Any]:
    place = quote.elsewhere
    return {
        "verdict": quote.verdict.value,
        "text": quote.text,
        "reference": quote.words,
        "start": quote.span.start if quote.span else None,
        "end": quote.span.end if quote.span else None,
        "now": quote.now,
        "elsewhere": place and {"source": place.source, "start": place.start, "end": place.end, "line": place.line},
    }


def _difference(one: str, other: str) -> tuple[str, str]:
    """Both texts around the first character that differs."""
    at = next(
        (n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )
    start = max(0, at - _AROUND)
    before = "…" if start else ""

    def around(text: str) -> str:
        return before + _flat(text[start : at + _AROUND]) + ("…" if at + _AROUND < len(text) else "")

    return around(one), around(other)


def _short(text: str) -> str:
    line = _flat(text)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _flat(text: str) -> str:
    return " ".join(text.split())
