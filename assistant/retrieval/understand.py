"""Understanding: a question into a query: its terms, the sections it asks for, the choices it names."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from assistant.corpus.places import Department
from assistant.errors import QuestionError
from assistant.language.amounts import amounts, bounds
from assistant.language.analyzer import Token, terms, tokens
from assistant.language.folding import fold
from assistant.language.spelling import Speller
from assistant.retrieval.choices import Choices, choose, overlap
from assistant.retrieval.mending import QUOTED, Mended, Mender
from assistant.retrieval.places import PlaceCues
from assistant.retrieval.requirements import AMOUNT_ROLES, plain
from assistant.retrieval.wordings import FacetCues, Found, SectionCues, Wordings
from assistant.stores.store import Store
from assistant.typography import thousands
from assistant.values import Facet, Query, Role, Wording

Filters = Mapping[Facet, tuple[str, ...]]
EXAMPLE = "comment lutter contre l’isolement des seniors\u202f?"
_MENDED = 256  # questions remembered: an answer reads its question three times


class Understanding:
    """Reads questions over one corpus: compiled once, from its wordings and what its store holds."""

    def __init__(
        self,
        wordings: Wordings,
        departments: Iterable[Department],
        store: Store,
        sections: Callable[[str], tuple[Role, ...]] | None = None,
    ) -> None:
        """``sections``: those that a question asks for by its meaning, whatever its words."""
        values = {facet: tuple(found) for facet, found in store.facets().items()}
        self._sections = SectionCues(wordings)
        self._meant = sections
        self._facets = FacetCues(wordings, values)
        self._places = PlaceCues(departments, values[Facet.STRUCTURE], wordings.places, wordings.towns)
        self._values = values
        self._everyone = {facet: words.everyone for facet, words in wordings.facets.items()}
        self._named = {plain(value) for found in values.values() for value in found}
        self._thesaurus = store.thesaurus()
        self._store = store
        self._found = lru_cache(maxsize=_MENDED)(self._find)
        self._read = lru_cache(maxsize=_MENDED)(self._query)
        mender = Mender(speller(store), wordings.shorthand, store.bearing)
        self._mend = lru_cache(maxsize=_MENDED)(mender.mend)

    def as_typed(self) -> Understanding:
        """The same, but questions are read as they are typed."""
        typed = copy.copy(self)
        typed._mend = lru_cache(maxsize=_MENDED)(Mended)
        typed._read = lru_cache(maxsize=_MENDED)(typed._query)
        return typed

    def query(
        self,
        text: str,
        filters: Filters | None = None,
        roles: tuple[Role, ...] | None = None,
    ) -> Query:
        """The query of a question that stands by itself.

        Args:
            filters: given beside the question; they add to what it says.
            roles: the sections asked for, when they come from elsewhere than ``text``.
        """
        query = self._read(text, tuple((filters or {}).items()))
        return replace(query, roles=self.asked(query.text) if roles is None else roles)

    def mended(self, text: str) -> str:
        """A text as it is read: shorthand written out, spelling mended."""
        return self._mend(text).text

    def _query(self, text: str, filters: tuple[tuple[Facet, tuple[str, ...]], ...]) -> Query:
        mended = self._mend(text)
        text = mended.text
        choices = self.choices(fold(text))
        named = choices.named | dict(filters)
        phrases = self._phrases(text, choices)
        read = tokens(text)
        carried = {token.term: token.word for token in read}
        rest = self._sections.telling(choices.rest)
        kept = set(terms(rest))
        words = {term: word for term, word in carried.items() if term in kept}
        subject = set(terms(self._sections.without(rest)))
        concepts, wordings, expansions = self._concepts([token for token in read if token.term in subject])
        quoted = {term for phrase in phrases for term in terms(phrase)}
        chosen = named or choices.excluded or choices.preferred or phrases
        return Query(
            text=text,
            terms=tuple(words),
            words=words,
            asking=frozenset(words.keys() - subject),
            concepts=concepts,
            wordings=wordings,
            facets=named,
            excluded=choices.excluded,
            preferred=choices.preferred,
            phrases=phrases,
            amounts=amounts(text),
            bounds=bounds(text),
            lists=bool(named or choices.excluded or phrases) and not subject - quoted,
            vague=not chosen and not any(len(term) > 1 and not term.isdigit() for term in words),
            corrections=mended.corrections,
            expansions=expansions,
        )

    def roles(self, text: str) -> tuple[Role, ...]:
        """The sections that a question names, in the order in which it does."""
        text = self.mended(text)
        stated = (AMOUNT_ROLES[amount.kind] for amount in amounts(text))
        return tuple(dict.fromkeys([*self._sections.roles(fold(text)), *stated]))

    def asked(self, text: str) -> tuple[Role, ...]:
        """The sections that a question that stands by itself asks for: those that it names, or else means.

        « les effets des écrans » is known for a subject, however near it is to « quels effets ? ».
        """
        roles = self.roles(text)
        text = self.mended(text)
        if roles or self._meant is None or self._sections.has_subject(fold(text)):
            return roles
        # « une action dans l'Aude ? » asks for nothing but choices
        choices = self.choices(fold(text))
        if choices.named and not terms(choices.rest):
            return ()
        return self._meant(text)

    def subject(self, text: str) -> set[str]:
        """The terms of a question, less the words that ask for a section."""
        return set(terms(self._sections.without(self._sections.telling(fold(self.mended(text))))))

    def choices(self, folded: str, more: Sequence[Found] = ()) -> Choices:
        """The choices that a folded text makes; ``more`` are found otherwise, and stand for what they overlap."""
        found = self._found(folded)
        kept = [one for one in found if not any(one.facet is other.facet and overlap(one, other) for other in more)]
        return choose(folded, [*kept, *more])

    def unmet(self, query: Query) -> dict[Facet, tuple[str, ...]]:
        """Of the choices that a query would rather have, those that no sheet under its filters bears.

        A sheet that is for everyone, or that does not say whom it is for, may do.
        """
        if not query.facets:
            return {}
        return {facet: wanted for facet, wanted in query.preferred.items() if not self._may_meet(query, facet, wanted)}

    def _may_meet(self, query: Query, facet: Facet, wanted: tuple[str, ...]) -> bool:
        for_all = self._everyone.get(facet, "")
        if self._store.sheet_ids({**query.facets, facet: (*wanted, for_all) if for_all else wanted}):
            return True
        telling = self._store.sheet_ids({**query.facets, facet: self._values[facet]})
        return len(telling) < len(self._store.sheet_ids(query.facets)) or not telling

    def _find(self, folded: str) -> tuple[Found, ...]:
        return (*self._facets.find(folded), *self._places.find(folded))

    def _phrases(self, text: str, choices: Choices) -> tuple[str, ...]:
        """What stands between quotes, folded, but for titles of sheets, values, and a quoted question."""
        folded = fold(text)
        phrases = []
        for quoted in QUOTED.finditer(folded):
            phrase = plain(next(part for part in quoted.groups() if part is not None))
            chosen = any(start < quoted.end() and quoted.start() < end for start, end in choices.taken)
            says = any(char.isalnum() for char in phrase) and not phrase.endswith("?")
            if says and not chosen and phrase not in self._named and not self._is_title(phrase):
                phrases.append(phrase)
        return tuple(dict.fromkeys(phrases))

    def _is_title(self, phrase: str) -> bool:
        wanted = terms(phrase)
        bearing = set.intersection(*self._store.bearing(wanted).values()) if wanted else set()
        return any(terms(sheet.title) == wanted for sheet in self._store.sheets(sorted(bearing)[:_MENDED]))

    def _concepts(
        self, subject: Sequence[Token]
    ) -> tuple[dict[str, float], tuple[Wording, ...], tuple[tuple[str, str], ...]]:
        """The concepts that a subject names, weighed, by which of its words, and what they add to these."""
        concepts: dict[str, float] = {}
        named: dict[tuple[int, int], list[str]] = {}
        expansions: dict[tuple[str, str], None] = {}
        for mention in self._thesaurus.mentions(subject):
            named.setdefault((mention.start, mention.end), []).append(mention.concept)
            concepts[mention.concept] = max(concepts.get(mention.concept, 0.0), mention.weight)
            written = " ".join(token.word for token in subject[mention.start : mention.end])
            if fold(written) != fold(mention.concept):
                expansions[written, mention.concept] = None
        wordings = (
            Wording(tuple(token.term for token in subject[start:end]), tuple(found))
            for (start, end), found in named.items()
        )
        return concepts, tuple(wordings), tuple(expansions)


def speller(store: Store) -> Speller:
    """The speller of a corpus: it knows the words of its thesaurus and of the choices that its sheets bear."""
    values = (value for facet in store.facets().values() for value in facet)
    words = {token.word.lower() for value in values for token in tokens(value)}
    return Speller(words.union(*(concept.words for concept in store.thesaurus().concepts.values())))


def checked_question(text: str, most: int) -> str:
    """The question without its outer white space.

    Raises:
        QuestionError: there is nothing to ask, or more than ``most`` characters; says which.
    """
    # half of a character pair, or bytes that were not UTF-8, cannot be encoded
    question = text.encode("utf-8", "replace").decode("utf-8").strip()
    if len(question) > most:
        raise QuestionError(
            f"La question compte {thousands(len(question))} caractères, la limite est de {thousands(most)}.",
            "Gardez l’essentiel\u00a0: un besoin, un public, un lieu.",
        )
    if not any(char.isalnum() for char in question):
        raise QuestionError(
            "La question ne contient aucun mot.",
            f"Écrivez un besoin avec vos mots, par exemple\u00a0: {EXAMPLE}",
        )
    return question
