"""Places and structures named in a question."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from assistant.corpus.places import Department
from assistant.errors import SchemaError
from assistant.language.folding import fold
from assistant.retrieval.wordings import Found
from assistant.typography import guillemets
from assistant.values import Facet

# names that are also ordinary words: « du nord », « en somme », « à la réunion » say no place
_ORDINARY = frozenset("nord manche aube lot landes somme creuse cher orne ain centre reunion corse".split())
_MASCULINE_TOWNS = ("paris", "mayotte")

_WITHIN = r"\b(?:dans|sur|partout dans|cote) (?:le |la |les |l')"
_HERE = r"\b(?:coin|chez (?:moi|nous)|secteur|territoire|ici|nous|moi),? c'est (?:en |dans )?(?:le |la |les |l')?"
_EN = r"\ben "
_NAMED = r"\b(?:departements?|regions?|dpt|dept) (?:de la |de l'|du |des |de |d')?"
_THOSE = (
    r"\b(?:celles?|ceux|celui|actions?|fiches?|projets?|experiences?|initiatives?|structures?"
    r"|centres?(?: socia(?:l|ux))?|evs|collegues?|habitants?) (?:de la |de l'|du |des |de |d')"
)
_OF = r"\b(?:de la |de l'|du |des |de |d')"
# « les bords de la Marne » is a river, « le nord du pays » a direction
_RIVER = "".join(rf"(?<!{word} )" for word in "bord bords berges rives vallee long quais chateaux canal pont".split())
_LEFT_OUT = r"(?:(?<=\bhors )|(?<=\bsauf )|(?<=\bhormis ))"
_LISTED_BEFORE, _LISTED_AFTER = r"(?:^|[,;:(])\s*", r"(?=\s*(?:[,;:)?.!]|$))"
_NOT_GONE_ON = r"(?![\w-])(?! (?:de|du|des|d')\b)"
_END = r"(?![\w-])"
# « ses fils sont à Paris » tells of a person; « les actions qui sont à Paris » asks for some
_TOLD_OF = re.compile(
    r"(?<!qui )(?<!s')\b(?:est|sont|etait|vit|vivent|habitent?|logent?|travaillent?|bossent?|etudient?|partent"
    r"|part(?:ie?s?)?|(?:demenage|installe|reste)\w*)(?: \w+)? $"
)

_CODE = re.compile(
    r"\b(?:dans le|sur le|departement|dpt|dept|celles? du|ceux du|actions? du|structures? du|fiches? du)"
    r" ?(\d{2,3}|2a|2b)\b(?! ?(?:e|eme|er|%|€|ans|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre"
    r"|novembre|decembre|heures?|minutes?|jours?|mois|km|euros?|personnes?|familles?|places?)\b)"
    r"|\((\d{2,3}|2a|2b)\)|(?<=\d )(?:et|ou) (?:dans )?(?:le )?(\d{2,3}|2a|2b)\b(?=\s*(?:[,;)?.!]|$))"
)

# words that names of structures share: they tell no structure from another
_COMMON_NAMES = frozenset(
    """centre social sociale sociaux socio culturel culturelle espace vie maison association habitants quartier service
    animation familles rurales tous pour region environs csc agg les la le l de du des d et a saint sainte""".split()
)
_HOUSE = (
    r"(?:\b(?:centres?(?: socia(?:l|ux))?(?: et culturel)?|maison|structure|espace(?: de vie sociale)?|evs|mjc"
    r"|asso(?:ciation)?) (?:du |de |d')?)?"
)
_WORD = re.compile(r"\w+")
_LONG_NAME = 6  # letters from which one word alone tells a structure
_COMPILED = 4096  # patterns


class _Names:
    """Patterns of names; each is only tried on a text that holds one of the words that tell its name."""

    def __init__(self) -> None:
        self._patterns: list[tuple[Facet, tuple[str, ...], str]] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)
        # compiled once it is needed: most names never are
        self._compiled = lru_cache(maxsize=_COMPILED)(re.compile)

    def add(self, words: Iterable[str], facet: Facet, names: tuple[str, ...], pattern: str) -> None:
        for word in set(words):
            self._by_word[word].append(len(self._patterns))
        self._patterns.append((facet, names, pattern))

    def find(self, folded: str) -> Iterator[tuple[Facet, tuple[str, ...], re.Match[str]]]:
        """What is named where, in the order in which the names were added."""
        tried = {index for word in set(_WORD.findall(folded)) for index in self._by_word.get(word, ())}
        for index in sorted(tried):
            facet, names, pattern = self._patterns[index]
            for match in self._compiled(pattern).finditer(folded):
                yield facet, names, match


class PlaceCues:
    """Finds départements, régions and structures; départements without sheets too, to say that there are none."""

    def __init__(
        self,
        departments: Iterable[Department],
        structures: Sequence[str],
        aliases: Mapping[str, tuple[str, ...]],
        towns: Mapping[str, str],
    ) -> None:
        """``aliases``: other names of régions and of groups of départements; ``towns``, each with its département.

        Raises:
            SchemaError: an alias or a town stands for a name that is neither a département nor a région.
        """
        departments = list(departments)
        self._codes = {department.code.lower(): department.name for department in departments}
        facets = {department.region: Facet.REGION for department in departments}
        facets |= {department.name: Facet.DEPARTMENT for department in departments}
        self._places, self._bare, self._structures = _Names(), _Names(), _Names()
        for name, facet in facets.items():
            words = _longest(name)
            self._places.add(words, facet, (name,), _place_pattern(name))
            self._bare.add(words, facet, (name,), _bare_pattern(name))
        elsewhere = [(alias, names, rf"(?<![\w-]){_loosely(alias)}{_END}") for alias, names in aliases.items()]
        for town, of in towns.items():
            elsewhere.append((town, (of,), _town_pattern(town)))
            self._bare.add(_longest(town), Facet.DEPARTMENT, (of,), _bare_pattern(town))
        for alias, names, form in elsewhere:
            if unknown := [name for name in names if name not in facets]:
                raise SchemaError(
                    f"Le lieu {guillemets(alias)} renvoie à {guillemets(unknown[0])}, qui n’est pas connu.",
                    "Écrivez un département ou une région comme dans departements.csv.",
                )
            self._places.add(_longest(alias), facets[names[0]], names, form)
        for name in structures:
            words = _WORD.findall(fold(name))
            own = [position for position, word in enumerate(words) if word not in _COMMON_NAMES and not word.isdigit()]
            if own and (pattern := _structure_pattern(words, own)):
                self._structures.add((words[position] for position in own), Facet.STRUCTURE, (name,), pattern)

    def find(self, folded: str) -> Iterator[Found]:
        """The places and structures named, filters all; and names of places alone."""
        for code in _CODE.finditer(folded):
            if name := self._codes.get(code[1] or code[2] or code[3]):
                yield Found(Facet.DEPARTMENT, name, code.start(), code.end(), firm=True)
        for facet, names, match in self._places.find(folded):
            told = bool(_TOLD_OF.search(folded, 0, match.start()))
            for name in names:
                yield Found(facet, name, match.start(), match.end(), firm=not told)
        for facet, names, match in self._bare.find(folded):
            yield Found(facet, names[0], match.start(), match.end(), firm=False, bare=True)
        for facet, names, match in self._structures.find(folded):
            yield Found(facet, names[0], match.start(), match.end(), firm=True)


def _place_pattern(name: str) -> str:
    """After « en », « dans le »…, or alone between commas; a compound name anywhere."""
    folded = fold(name)
    loose = _loosely(name)
    listed = rf"{_LISTED_BEFORE}{loose}{_LISTED_AFTER}"
    if folded == "la reunion":
        return rf"(?:\bile de |{_NAMED}|\bile ){loose}{_END}|{listed}"
    if folded == "grand est":
        return rf"(?:{_WITHIN}|{_EN}|{_NAMED}|{_THOSE}|\bdu |\bau ){loose}{_NOT_GONE_ON}|{listed}"
    if re.search(r"[-' ]", name):
        return rf"(?:{_WITHIN}|{_EN}|{_NAMED})?(?<![\w-]){loose}{_END}"
    if folded in _ORDINARY:
        en = rf"|{_EN}" if folded == "corse" else ""
        return rf"(?:{_WITHIN}|{_HERE}|{_NAMED}|{_THOSE}{en}){loose}{_NOT_GONE_ON}|{listed}"
    towns = r"|\b(?:a|sur) " if folded in _MASCULINE_TOWNS else ""
    return rf"(?:{_WITHIN}|{_HERE}|{_EN}|{_NAMED}|{_THOSE}|{_RIVER}{_OF}{towns}){loose}{_END}|{listed}"


def _town_pattern(name: str) -> str:
    """After « à », « sur », « près de »…, « au Mans » and « au Puy » too, or alone between commas."""
    folded = fold(name)
    forms = [rf"(?:\b(?:(?<!\by )a|sur|vers|pres de|autour de) |{_THOSE}){_loosely(name)}"]
    if folded.startswith("le "):
        forms.append(rf"\b(?:au|pres du|autour du) {_loosely(name[3:])}")
    return rf"(?:{'|'.join(forms)}){_END}|{_LISTED_BEFORE}{_loosely(name)}{_LISTED_AFTER}"


def _bare_pattern(name: str) -> str:
    """The name alone, as it stands after « hors » or « sauf »; what is an ordinary word too has its article, or
    stands right there."""
    ordinary = fold(name) in _ORDINARY - {"corse"}
    before = rf"(?:\b(?:le |la |les |l')|{_LEFT_OUT})" if ordinary else r"(?<![\w-])"
    return rf"{before}{_loosely(name)}{_NOT_GONE_ON}"


def _structure_pattern(words: Sequence[str], own: Sequence[int]) -> str | None:
    """Two words of its own in a row, with what stands between; or the only one, when it is long; or its town.

    Args:
        own: the positions of its own words, one at least.
    """
    forms = [rf"\b(?:a|sur) {re.escape(words[at])}\b" for at in own if len(words[at]) >= _LONG_NAME]
    first, last = (own[0], own[1]) if len(own) > 1 else (own[0], own[0])
    if first == last and first and words[first - 1] in ("saint", "sainte"):
        first -= 1
    if first < last or len(words[last]) >= _LONG_NAME:
        whole = r"\W+".join(map(re.escape, words[first : last + 1]))
        forms.append(r"(?<!\ben )\b" + re.sub(r"\bsaint(e?)\b", r"(?:saint\1|st\1)", whole) + r"\b")
    return _HOUSE + "(?:" + "|".join(forms) + ")" if forms else None


def _longest(name: str) -> list[str]:
    """The longest word of a name, which every way of writing it holds."""
    return [max(_WORD.findall(fold(name)), key=len)]


def _loosely(name: str) -> str:
    """A name whose hyphens, spaces and apostrophes may be written for each other."""
    return r"[-' ]+".join(re.escape(part) for part in re.split(r"[-' ]+", fold(name)))
