"""Places and structures named in a question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.corpus.places import Department
from assistant.language.folding import fold
from assistant.values import Facet

# départements whose name is also an ordinary word: « du nord », « de l'aube » say no place
_ORDINARY = {"nord", "manche", "aube", "lot", "landes", "somme", "creuse", "cher", "centre", "la reunion"}
_IN = (
    r"(?:\ben |\bdans (?:le |la |les |l')?|\bdepartements? (?:de la |de l'|du |des |de |d')?"
    r"|\bcelles? (?:de la |de l'|du |des |de |d'))"
)
_OF = r"|\b(?:de la |de l'|du |des |de |d')"
_CODE = re.compile(r"\bdans le (\d{2,3}|2a|2b)\b|\((\d{2,3}|2a|2b)\)")

# words that names of structures share: they tell no structure from another
_COMMON_NAMES = frozenset(
    """centre social sociale sociaux socio culturel culturelle espace vie maison association habitants quartier service
    animation familles rurales tous pour region environs csc agg les la le de du des et d saint sainte""".split()
)


class PlaceCues:
    """Finds départements, régions and structures; départements without sheets too, to say that there are none."""

    def __init__(self, departments: Iterable[Department], structures: Sequence[str]) -> None:
        departments = list(departments)
        self._codes = {department.code.lower(): department.name for department in departments}
        self._departments = {department.name: _department_pattern(department.name) for department in departments}
        self._regions = {
            region: re.compile(rf"(?<![\w-]){_loosely(region)}(?![\w-])")
            for region in sorted({department.region for department in departments})
        }
        self._structures = {name: pattern for name in structures if (pattern := _structure_pattern(name))}

    def find(self, folded: str) -> list[tuple[Facet, str, re.Match[str]]]:
        """Facet, value and where it stands."""
        found = []
        for code in _CODE.finditer(folded):
            name = self._codes.get(code[1] or code[2])
            if name:
                found.append((Facet.DEPARTMENT, name, code))
        for facet, patterns in (
            (Facet.DEPARTMENT, self._departments),
            (Facet.REGION, self._regions),
            (Facet.STRUCTURE, self._structures),
        ):
            found += [(facet, name, match) for name, pattern in patterns.items() if (match := pattern.search(folded))]
        return found


def _department_pattern(name: str) -> re.Pattern[str]:
    """After « en », « dans le »…, or alone in the question; a compound name anywhere."""
    loose = _loosely(name)
    if re.search(r"[-' ]", name):
        return re.compile(rf"(?<![\w-]){loose}(?![\w-])")
    before = _IN if fold(name) in _ORDINARY else f"{_IN[:-1]}{_OF})"
    return re.compile(rf"{before}{loose}(?![\w-])|^\W*{loose}\W*$")


def _structure_pattern(name: str) -> re.Pattern[str] | None:
    """Two words of its own in a row, with what stands between; or the only one, when it is long."""
    words = re.findall(r"\w+", fold(name))
    own = [position for position, word in enumerate(words) if word not in _COMMON_NAMES and not word.isdigit()]
    if not own:
        return None
    if len(own) == 1:
        first = own[0] - 1 if own[0] and words[own[0] - 1] in ("saint", "sainte") else own[0]
        last = own[0]
        if first == last and len(words[last]) < 6:
            return None
    else:
        first, last = own[0], own[1]
    return re.compile(r"(?<!en )\b" + r"\W+".join(map(re.escape, words[first : last + 1])) + r"\b")


def _loosely(name: str) -> str:
    """A name whose hyphens, spaces and apostrophes may be written for each other."""
    return r"[-' ]+".join(re.escape(part) for part in re.split(r"[-' ]+", fold(name)))
