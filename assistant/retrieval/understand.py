"""Understanding: a question into a query: its terms, the sections it asks for, the choices it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.corpus.places import Department
from assistant.errors import QuestionError
from assistant.language.analyzer import Token, terms, tokens
from assistant.language.folding import fold
from assistant.language.spelling import Speller
from assistant.retrieval.places import PlaceCues
from assistant.retrieval.wordings import FacetCues, SectionCues, Wordings
from assistant.stores.store import Store
from assistant.typography import thousands
from assistant.values import Facet, Query, Role

Filters = Mapping[Facet, tuple[str, ...]]
_EXCLUDES = re.compile(
    r"\b(?:sauf|sans|hors|excepte|pas)\W+(?:(?:de|du|des|en|dans|pour|avec|la|le|les|l|un|une|a|au|aux|d)\W+)*$"
)


@dataclass(slots=True)
class _Choices:
    """What is found while a question is read: filters, exclusions, preferences, and the words left."""

    named: dict[Facet, tuple[str, ...]]
    excluded: dict[Facet, tuple[str, ...]]
    preferred: dict[Facet, tuple[str, ...]]
    rest: str


class Understanding:
    """Reads questions over one corpus: compiled once, from its wordings and what its store holds."""

    def __init__(self, wordings: Wordings, departments: Iterable[Department], store: Store) -> None:
        values = {facet: tuple(found) for facet, found in store.facets().items()}
        self._sections = SectionCues(wordings)
        self._facets = FacetCues(wordings, values)
        self._places = PlaceCues(departments, values[Facet.STRUCTURE])
        self._thesaurus = store.thesaurus()
        words = {word for concept in self._thesaurus.concepts.values() for word in concept.words}
        self._speller = Speller(words, wordings.shorthand)
        self._store = store

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
        corrections = self._corrections(text)
        for typed, meant in corrections:
            text = re.sub(rf"(?<!\w){re.escape(typed)}(?!\w)", meant, text)
        folded = fold(text)
        choices = self._choices(folded)
        named = choices.named | dict(filters or {})
        read = tokens(text)
        carried = {token.term: token.word for token in read}
        kept = set(terms(choices.rest))
        words = {term: word for term, word in carried.items() if term in kept}
        subject = set(terms(self._sections.without(choices.rest)))
        concepts, expansions = self._concepts([token for token in read if token.term in subject])
        return Query(
            text=text,
            terms=tuple(words),
            words=words,
            roles=self._sections.roles(folded) if roles is None else roles,
            concepts=concepts,
            facets=named,
            excluded=choices.excluded,
            preferred=choices.preferred,
            lists=bool(named) and not subject,
            corrections=corrections,
            expansions=expansions,
        )

    def _corrections(self, text: str) -> tuple[tuple[str, str], ...]:
        """What is typed and what it is read as; names and sigles are left alone."""
        shouted = text.isupper()
        corrections: dict[str, str] = {}
        for position, token in enumerate(tokens(text)):
            name = position > 0 and token.word[0].isupper() and not shouted
            if name or token.word in corrections or self._store.bearing([token.term])[token.term]:
                continue
            read = self._speller.read(token.word)
            if read and fold(read) != fold(token.word):
                corrections[token.word] = read
        return tuple(corrections.items())

    def _concepts(self, subject: Sequence[Token]) -> tuple[dict[str, float], tuple[tuple[str, str], ...]]:
        """The concepts that a subject names, weighed, and what they add to its words."""
        concepts: dict[str, float] = {}
        expansions: dict[tuple[str, str], None] = {}
        for mention in self._thesaurus.mentions(subject):
            concepts[mention.concept] = max(concepts.get(mention.concept, 0.0), mention.weight)
            written = " ".join(token.word for token in subject[mention.start : mention.end])
            if fold(written) != fold(mention.concept):
                expansions[written, mention.concept] = None
        return concepts, tuple(expansions)

    def roles(self, text: str) -> tuple[Role, ...]:
        """The sections that a question asks for, in the order in which it names them."""
        return self._sections.roles(fold(text))

    def subject(self, text: str) -> set[str]:
        """The terms of a question, less the words that ask for a section."""
        return set(terms(self._sections.without(fold(text))))

    def _choices(self, folded: str) -> _Choices:
        """The choices that a folded question names, and the question less those that are filters."""
        found: _Choices = _Choices({}, {}, {}, folded)
        places = [(facet, value, match, True) for facet, value, match in self._places.find(folded)]
        for facet, value, match, firm in [*self._facets.find(folded), *places]:
            out = _EXCLUDES.search(folded[: match.start()])
            chosen = found.excluded if out else found.named if firm else found.preferred
            chosen[facet] = (*chosen.get(facet, ()), value)
            if firm or out:
                start = out.start() if out else match.start()
                blank = " " * (match.end() - start)
                found.rest = found.rest[:start] + blank + found.rest[match.end() :]
        return found


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
            "Écrivez un besoin avec vos mots, par exemple\u00a0: comment lutter contre l’isolement des seniors\u202f?",
        )
    return question
