"""Which of the sheets shown a turn points to: by its rank, its title, its place, its structure, a trait."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.conversation.choices import ChoiceReader, by_facet
from assistant.conversation.wordings import TalkWordings
from assistant.language.analyzer import terms
from assistant.language.folding import fold
from assistant.language.patterns import any_of
from assistant.retrieval.choices import Named
from assistant.retrieval.understand import Understanding
from assistant.stores.store import Store
from assistant.values import Sheet

_AFTER = (
    r"(?=\W*$|\s*[,;:?!.]|\s+(?:fiches?|actions?|idees?|propositions?|pistes?|experiences?|ca|c'|elle|ils?|et|ou|est|a"
    r"|avait|etait|coute|combien|quel\w*|stp|svp|s'il|avec|qui|pour|en|me|m'\w+|te|t'\w+|nous|vous|se|semble|parait|plait"
    r"|marche|dure|la|aussi|pareil|comment|quand|pourquoi|sans|dans|sur|par|plutot|proposee?|montree?|citee?|affichee?"
    r"|(?:de la|de cette|de ta|de votre|du|des|de ces) (?:liste|lot|tableau|resultats?|fiches?|actions?|reponses?))\b)"
)
_DIGITS = r"(?P<digits>\d{1,3})(?:ere?|re|nde?|e|eme)s?"  # « la 2e »
_TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "quatre-vingt": 80}
_NUMBERS = {"une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5}
# « dans le 93 » is a place
_NUMBER = rf"(?<!dans )(?<!sur )(?:n°|numero |fiche |action |la |le |l')\s*(\d{{1,3}}|{'|'.join(_NUMBERS)})"
_ALONE = re.compile(r"^\W*(\d{1,3})\W*$")
_HALF = 0.6  # of the weight of the words: less does not tell which sheet is meant
_BESIDE = re.compile(r"\bla (suivante|precedente|prochaine)\b(?: fiche| action)?")
_GROUPS = re.compile(r"\b(?:les|des|aux|ces) (deux|trois|quatre|cinq|2|3|4|5) (premieres?|dernieres?)\b")
_SPEAKS = 0.2  # the cosine from which a sheet speaks of what is told
_APART = 0.08  # less between two sheets does not tell which
_PART = 0.25  # of the weight of a title: less does not tell it
_TITLE = 2  # terms: a shorter title is also an ordinary word
_TITLED = 256  # sheets whose titles are read
_SHORT = 3  # letters of a shortened word
_ARTICLE = re.compile(r"\b(?:la|le|les|cette|cet|ce|du|au)\s+|\bl'")
_THIS = re.compile(r"cell?e-(?:la|ci)|celui-(?:la|ci)|cette \w+")
_SMALL = re.compile(r"(?:d[eu]s?|la|les?|aux?|d'|l'|a)")
_GOES_ON = re.compile(r"\s+(?:d[eu]s?|d'|pour|avec|sur|qui|contre|chez|a|aux?|en|entre|dans)\b")


@dataclass(frozen=True, slots=True)
class Pointed:
    """The sheets that a text points to, and how sure: none when it points to nothing.

    ``asked`` is true when the text does point to a sheet, found or not; ``left`` is the folded text
    less the words that point; ``traits`` are the choices by which they were told apart; ``loose`` when
    only a part of a title was told, among other words.
    """

    sheets: tuple[str, ...] = ()
    asked: bool = False
    left: str = ""
    out_of_range: int | None = None
    traits: tuple[Named, ...] = ()
    loose: bool = False


class References:
    """Reads what a turn points to, over one corpus."""

    def __init__(
        self,
        talk: TalkWordings,
        choices: ChoiceReader,
        understanding: Understanding,
        store: Store,
        cosines: Callable[[str, Sequence[str]], Mapping[str, float]],
    ) -> None:
        self._talk = talk
        self._choices = choices
        self._understanding = understanding
        self._store = store
        self._cosines = cosines
        self._told = {f"rank{at}": rank for at, rank in enumerate(talk.ordinals)}
        words = (any_of(talk.ordinals[rank]).pattern for rank in self._told.values())
        told = "|".join(f"(?P<{name}>{pattern})" for name, pattern in zip(self._told, words, strict=True))
        ordinal = rf"(?:\b(?P<tens>{'|'.join(_TENS)})[- ](?:et[- ])?)?\b(?:{_DIGITS}|{told}){_AFTER}"
        self._rank = re.compile(ordinal)
        self._ordinal = re.compile(rf"\b(?:la|le|les|l'|celle|numero)?\s*{ordinal}")

    def point(self, folded: str, listed: Sequence[str], focus: str | None, known: Sequence[str]) -> Pointed:
        """What a folded text points to.

        Args:
            listed: the sheets that ranks count; known: those that titles may name, listed ones first.
        """
        ranked = self._by_rank(folded, listed, focus)
        if ranked.asked:
            return ranked
        told = self._by_trait(folded, listed, focus) or self._by_title(folded, known) or self._by_part(folded, known)
        return told or Pointed(left=folded)

    def named(self, folded: str, sheets: Iterable[Sheet]) -> tuple[str, ...]:
        """The sheets whose title is told by a part of the text: for « compare les visiteurs et l'atelier »."""
        found = []
        for part in re.split(r"\b(?:et|avec|a|ou|contre)\b|,", folded):
            own = _singular(terms(part))
            fits = [sheet.id for sheet in sheets if own and own <= _singular(terms(sheet.title))]
            if len(fits) == 1:
                found += fits
        return tuple(dict.fromkeys(found))

    def titled(self, folded: str) -> tuple[str, ...]:
        """The sheets, shown or not, whose whole title is told, by two words or more."""
        own = set(terms(folded))
        bearing = self._store.bearing(sorted(own))
        bearers = Counter(sheet for sheets in bearing.values() for sheet in sheets)
        near = sorted(sheet for sheet, count in bearers.items() if count >= _TITLE)[:_TITLED]
        titles = {sheet.id: set(terms(sheet.title)) for sheet in self._store.sheets(near)}
        return tuple(sheet for sheet, title in titles.items() if len(title) >= _TITLE and title <= own)

    def ranks(self, folded: str, count: int) -> list[int]:
        """The ranks, 1-based, that a text names, in its order; « la dernière » is the last of ``count``."""
        found = [(match.start(), self._read_rank(match, count)) for match in self._rank.finditer(folded)]
        found += [
            (match.start(), _NUMBERS.get(match[1]) or int(match[1]))
            for match in re.finditer(rf"\b{_NUMBER}\b{_AFTER}", folded)
        ]
        return [rank for _, rank in sorted(found)]

    def _read_rank(self, match: re.Match[str], count: int) -> int:
        if match["digits"]:
            return int(match["digits"])
        rank = next(rank for name, rank in self._told.items() if match[name])
        return _TENS.get(match["tens"], 0) + rank if rank > 0 else count + 1 + rank

    def group(self, folded: str, listed: Sequence[str]) -> tuple[str, ...]:
        """« les deux premières », « les trois dernières »."""
        match = _GROUPS.search(folded)
        if not match:
            return ()
        count = _NUMBERS.get(match[1]) or int(match[1])
        return tuple(listed[:count] if match[2].startswith("premiere") else listed[-count:])

    def _by_rank(self, folded: str, listed: Sequence[str], focus: str | None) -> Pointed:
        ranks = self.ranks(folded, len(listed))
        alone = _ALONE.match(folded)
        if alone:
            ranks = [int(alone[1])]
        beside = _BESIDE.search(folded)
        if beside and not ranks:
            now = listed.index(focus) + 1 if focus in listed else 0
            ranks = [now + (-1 if beside[1] == "precedente" else 1)]
        if not ranks:
            return Pointed()
        left = "" if alone else _BESIDE.sub(" ", re.sub(rf"\b{_NUMBER}\b", " ", self._ordinal.sub(" ", folded)))
        wrong = [rank for rank in ranks if not 1 <= rank <= len(listed)]
        if wrong:
            return Pointed(asked=True, left=left, out_of_range=wrong[0])
        return Pointed(tuple(dict.fromkeys(listed[rank - 1] for rank in ranks)), True, left)

    def _by_trait(self, folded: str, listed: Sequence[str], focus: str | None) -> Pointed | None:
        """« celle de l'Aube », « l'action terminée », « celle avec le café »: of the sheets listed."""
        pointing = self._talk.asks("pointing", folded)
        if not pointing or not listed:
            return None
        if focus and _THIS.fullmatch(pointing.group()):
            return Pointed((focus,), True, f"{folded[: pointing.start()]} {folded[pointing.end() :]}")
        traits = tuple(n for n in self._choices.find(folded) if not n.out)
        sheets = self._store.sheets(listed)
        if traits:
            wanted = by_facet(traits)
            fits = tuple(sheet.id for sheet in sheets if sheet.bears_all(wanted))
            if fits:
                return Pointed(fits, True, self._choices.rest(folded[pointing.end() :]), traits=traits)
            return None
        # « celui des visiteurs, il y a du monde ? »: what points ends with its clause
        phrase = re.split(r"[,;?!]", folded[pointing.start() :], maxsplit=1)
        said = phrase[0][pointing.end() - pointing.start() :]
        own = terms(said)
        if not own:
            return None
        found = self._by_title(phrase[0], listed) or self._by_words(said, own, listed)
        return replace(found, left=f"{found.left} {' '.join(phrase[1:])}") if found else None

    def _by_words(self, told: str, own: Sequence[str], listed: Sequence[str]) -> Pointed | None:
        """The sheets that bear most of the words, by their weight; where there are several, or none, the one that is
        nearest by the meaning."""
        bearing, rarity = self._store.bearing(own), self._store.rarity(own)
        total = sum(rarity[term] for term in set(own)) or 1.0
        shares = {s: sum(rarity[t] for t in set(own) if s in bearing[t]) / total for s in listed}
        most = max(shares.values())
        best = tuple(sheet for sheet, share in shares.items() if share == most and most >= _HALF)
        if len(best) != 1:
            nearest = self._nearest(told, best or listed)
            best = nearest or (best if len(best) < len(listed) else ())
        return Pointed(best, True, "") if best else None

    def _nearest(self, told: str, listed: Sequence[str]) -> tuple[str, ...]:
        """The only sheet that speaks of what is told; none when two do as much."""
        cosines = self._cosines(told, listed)
        ranked = sorted(listed, key=cosines.__getitem__, reverse=True)
        best = cosines[ranked[0]]
        second = cosines[ranked[1]] if len(ranked) > 1 else 0.0
        return (ranked[0],) if best >= _SPEAKS and best - second >= _APART else ()

    def _by_title(self, folded: str, known: Sequence[str]) -> Pointed | None:
        """A definite title: every word of the text, sections and pointing words apart, is in one title."""
        about = self._talk.asks("about", folded)
        rest = folded[about.end() :] if about else folded
        if not about and not self._talk.asks("definite", folded):
            return None
        own = _singular(set(terms(self._talk.without("pointing", rest))) & self._understanding.subject(rest))
        if not own or not own & _singular(terms(self._choices.rest(rest))):  # « dans les quartiers » is a choice
            return None
        titles = {sheet.id: _singular(terms(sheet.title)) for sheet in self._store.sheets(known)}
        fits = tuple(sheet for sheet, title in titles.items() if own <= title)
        if not fits:
            return None
        whole = tuple(sheet for sheet in fits if own == titles[sheet])
        left = " ".join(word for word in re.findall(r"[\w']+", folded) if not own & _singular(terms(word)))
        return Pointed(whole if len(whole) == 1 else fits, True, left)

    def _by_part(self, folded: str, known: Sequence[str]) -> Pointed | None:
        """« le festival, combien de bénévoles ? », « le petit dej, pareil ? »: the words of one title only,
        after an article, and a good part of its weight."""
        titles = {sheet.id: _singular(terms(sheet.title)) for sheet in self._store.sheets(known)}
        for article in _ARTICLE.finditer(folded):
            told, fits, end = _run(folded, article.end(), titles)
            if len(fits) > 1:  # « le peps » is the PEPS rather than the PEP'S
                fits = tuple(s.id for s in self._store.sheets(fits) if folded[article.end() : end] in fold(s.title))
            if len(fits) != 1 or _GOES_ON.match(folded, end):
                continue
            rarity = self._store.rarity(sorted(titles[fits[0]]))
            weight = sum(rarity[term] for term in titles[fits[0]] if _told(term, told))
            if weight >= _PART * sum(rarity.values()):
                return Pointed(fits, True, f"{folded[: article.start()]} {folded[end:]}", loose=True)
        return None


def _run(folded: str, start: int, titles: Mapping[str, set[str]]) -> tuple[set[str], tuple[str, ...], int]:
    """The longest run of words from ``start`` that stand in one title: their stems, the titles, the end."""
    told: set[str] = set()
    fits: tuple[str, ...] = ()
    end = start
    for word in re.compile(r"[\w']+|[^\w\s]").finditer(folded, start):
        stems = _singular(terms(word.group()))
        if not stems:
            if not _SMALL.fullmatch(word.group()):
                break
            continue
        borne = tuple(
            sheet
            for sheet, title in titles.items()
            if all(any(_told(term, {stem}) for term in title) for stem in told | stems)
        )
        if not borne:
            break
        told, fits, end = told | stems, borne, word.end()
    return told, fits, end


def _told(term: str, stems: Iterable[str]) -> bool:
    """Whether one of the stems is a term, or its beginning: « déj » is a déjeuner."""
    return any(term == stem or (len(stem) >= _SHORT and term.startswith(stem)) for stem in stems)


def _singular(stems: Iterable[str]) -> set[str]:
    """Stems less the x of plurals, which the stemmer leaves."""
    return {stem[:-1] if len(stem) > 3 and stem.endswith("x") else stem for stem in stems}
