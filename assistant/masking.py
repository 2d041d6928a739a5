"""Personal data in what someone types: found, so that it can be masked or warned of.

E-mail addresses, telephone numbers and the number of the social security have a form of their own. Names have
none: a title (« Mme Durand »), a verb that names (« je m’appelle Durand ») or a first name shows them; a first name
that is a French word too (« rose ») only where it bears a capital. ``broad`` also takes any capital inside a
sentence that the sheets and the places do not explain: too much for a warning, right for what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from assistant.language.folding import fold

FIRST_NAMES = "first_names.txt"
_CAP = "A-ZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ"
_NAME = rf"[{_CAP}](?:[\w’'-]*\w)?"
_EMAIL = re.compile(r"[\w.+-]{1,64}\s?@\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(
    r"(?<![\d.,])(?:(?:\+|00)\s?\d{1,3}[\s.-]?(?:\(0\)[\s.-]?)?|0)[1-9](?:[\s.\u00a0\u202f/-]?\d{2}){4}(?!\d)"
)
_NIR = re.compile(
    r"(?<!\d)[1278][\s.-]?\d{2}[\s.-]?(?:0[1-9]|1[0-2]|[2-9]\d)[\s.-]?(?:\d{2}|2[AaBb])[\s.-]?\d{3}[\s.-]?\d{3}"
    r"(?:[\s.-]?\d{2})?(?!\d)"
)
_TITLED = re.compile(
    r"\b(?:M\.|MM\.|Mr\.?|Mme|Mmes|Mlle|Dr|Me|[Mm]onsieur|[Mm]adame|[Mm]ademoiselle|[Dd]octeur|[Mm]aître)[ \u00a0]"
    rf"({_NAME}(?:[ \u00a0-]{_NAME})*)"
)
_CALLED = re.compile(
    r"(?:m’appelle|m'appelle|s’appelle|s'appelle|nommée?s?|prénommée?s?|du nom de|mon nom est|son nom est|nom ?:)"
    rf"[ \u00a0]+({_NAME}(?:[ \u00a0-]{_NAME})*)"
)
_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_ELIDED = re.compile(r"[Ll][’']\w")
_TITLES = frozenset("M MM Mr Mme Mmes Mlle Dr Me Monsieur Madame Mademoiselle Docteur Maître".split())
_PLACES = frozenset("centre social maison espace rue place salle ecole college lycee saint sainte".split())
_SIGLE = 5  # letters
_SHORT = 3
_ENDS = '.!?\u2026:\n«"('


class Personal(StrEnum):
    """What is found; the values are what it is replaced by."""

    EMAIL = "[adresse]"
    NIR = "[numéro de sécurité sociale]"
    PHONE = "[téléphone]"
    NAME = "[nom]"


@dataclass(frozen=True, slots=True)
class Names:
    """``first`` are first names, ``known`` what capitals may be for besides: words of the names of centres and
    places. Both folded."""

    first: frozenset[str]
    known: frozenset[str] = field(default=frozenset(), repr=False)


def load_names(data: Path, known: Collection[str] = ()) -> Names:
    """The first names of a data folder; none when it has no such file.

    Args:
        known: folded words that are no names of persons.
    """
    try:
        first = frozenset((data / FIRST_NAMES).read_text("utf-8").split())
    except OSError:
        first = frozenset()
    return Names(first, frozenset(known))


@lru_cache(maxsize=4096)
def _is_word(word: str) -> bool:
    from simplemma import is_known

    return is_known(word, lang="fr")


def personal(text: str, names: Names, broad: bool = False) -> list[tuple[int, int, Personal]]:
    """The spans of personal data, in order, apart from one another."""
    taken: list[tuple[int, int, Personal]] = []
    for start, end, kind in _found(text, names, broad):
        if start < end and all(end <= other or there <= start for other, there, _ in taken):
            taken.append((start, end, kind))
    return sorted(taken)


def mask(text: str, names: Names) -> str:
    """The text with personal data replaced by what it was."""
    parts, done = [], 0
    for start, end, kind in personal(text, names, broad=True):
        parts += [text[done:start], kind.value]
        done = end
    return "".join([*parts, text[done:]])


def _found(text: str, names: Names, broad: bool) -> Iterator[tuple[int, int, Personal]]:
    for kind, form in ((Personal.EMAIL, _EMAIL), (Personal.NIR, _NIR), (Personal.PHONE, _PHONE)):
        yield from ((*found.span(), kind) for found in form.finditer(text))
    for form in (_TITLED, _CALLED):
        yield from ((*found.span(1), Personal.NAME) for found in form.finditer(text))
    words = list(_WORD.finditer(text))
    after_name = -2
    for place, found in enumerate(words):
        if found[0] in _TITLES:
            continue
        word, capital = fold(found[0]), found[0][0].isupper()
        parts = re.split(r"[-’']", word)
        before = fold(words[place - 1][0]) if place else ""
        beside = {before, fold(words[place + 1][0]) if place + 1 < len(words) else ""}
        if any(part in names.first and (capital or not _is_word(part)) for part in parts):
            # a centre may bear the name of a person; one who bears the same first name is a person; « l’Aude » is none
            explained = all(part in names.known for part in parts) and (len(parts) > 1 or bool(beside & names.known))
            named = not (explained or (capital and before in _PLACES) or _ELIDED.match(found[0]))
        else:
            explained = all(part in names.known for part in parts) or (found[0].isupper() and len(word) <= _SIGLE)
            # a surname follows a first name; elsewhere a capital inside a sentence is one for all we know
            rare = broad and len(word) > _SHORT and not _is_word(word)
            follows = found.start() == after_name + 1 and (capital or rare)
            inside = capital and place > 0 and text[: found.start()].rstrip()[-1:] not in _ENDS
            named = not explained and (follows or (broad and inside))
        if named:
            after_name = found.end()
            yield (*found.span(), Personal.NAME)


def warning(text: str, names: Names) -> str:
    """One gentle sentence when a text seems to hold personal data; nothing otherwise."""
    kinds = {kind for _, _, kind in personal(text, names)}
    if not kinds:
        return ""
    said = ", ".join(_SAID[kind] for kind in Personal if kind in kinds)
    return (
        f"Votre question semble contenir {said}. Ce n’est pas nécessaire pour chercher\u00a0: "
        "décrivez la situation sans nommer personne."
    )


_SAID = {
    Personal.EMAIL: "une adresse électronique",
    Personal.NIR: "un numéro de sécurité sociale",
    Personal.PHONE: "un numéro de téléphone",
    Personal.NAME: "le nom d’une personne",
}
