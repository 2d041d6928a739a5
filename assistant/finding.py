"""6. Find the sheets near a turn: what is known of their nearness, and the bounds they are held to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import NamedTuple

from assistant.conversation.bounding import Within, within
from assistant.conversation.choices import ChoiceReader
from assistant.conversation.wordings import Unit
from assistant.corpus.schema import Schema
from assistant.indexing.alignment import Read
from assistant.indexing.encoder import Vectors
from assistant.language.amounts import without
from assistant.retrieval.abstention import Calibration, features, least_score, probability
from assistant.retrieval.concepts import asked_concepts, lacking
from assistant.retrieval.examples import Examples
from assistant.retrieval.search import Ranking, Sought, search
from assistant.retrieval.understand import Understanding
from assistant.stores.store import Store
from assistant.values import Facet, Hit, Query

_HELD = 200  # sheets held against a bound, the nearest
_ANYTHING = "actions"  # what is sought when a question only leaves out
_AREAS = frozenset({Facet.DEPARTMENT, Facet.REGION, Facet.TERRITORY})
_PLACED_SHARE = 0.3


class Found(NamedTuple):
    """What a search knows: hits, features of abstention, the probability that the corpus answers and whether that
    is enough, sheets that bear each term, the question's vector.
    """

    hits: list[Hit]
    evidence: dict[str, float]
    confidence: float
    sure: bool
    bearing: Mapping[str, set[str]]
    vector: Vectors


class Bounded(NamedTuple):
    """What is within the bounds of a question, among the sheets ``near`` it."""

    hits: list[Hit]
    near: list[Hit]
    held: Within


class Finder:
    """A store, searched with all that is known of a question. Safe to use from several threads."""

    def __init__(
        self,
        store: Store,
        read: Read,
        understanding: Understanding,
        choices: ChoiceReader,
        examples: Examples,
        ranking: Ranking,
        calibration: Calibration,
    ) -> None:
        self._store = store
        self._read = read
        self._understanding = understanding
        self._choices = choices
        self._examples = examples
        self._ranking = ranking
        self._calibration = calibration

    def find(self, query: Query, limit: int) -> Found:
        """The sheets nearest to a question, the best first, whether they answer it or not."""
        sought = self._sought(query)
        vector, likely = self._read(*(query.meanings if sought == query.text else (sought,)))
        concepts = asked_concepts(query.concepts, likely, self._store.thesaurus())
        # a section asked for afterwards changes what is quoted, not which sheets answer the need
        need = replace(query, roles=self._understanding.asked(query.meanings[0]))
        hits = search(Sought(need, vector, concepts), self._store, self._examples, self._ranking, limit)
        bearing = self._store.bearing(query.terms)
        absent, beside = lacking(query.concepts, self._store), self._examples.beside(vector)
        # any question for a section is near the sections of that role, whatever it is about
        near = hits[0].score - self._ranking.sections * hits[0].section if hits else 0.0
        evidence = features(query, hits, near, bearing, absent, beside)
        confidence = probability(evidence, self._calibration)
        return Found(hits, evidence, confidence, confidence >= self._calibration.threshold, bearing, vector)

    def _sought(self, query: Query) -> str:
        """The text by whose meaning sheets are found: what is left out draws none."""
        out = [facet for facet in query.excluded if facet not in query.facets and facet not in query.preferred]
        if not out:
            return query.text
        return self._choices.without(query.text, out) or _ANYTHING

    def least_there(self, query: Query, limit: int) -> float:
        """« il y a la même chose en Normandie ? »: the score below which a sheet of that place is not the same, a share
        of what the need finds anywhere. Of « celles qui sont terminées », those that the need finds without that."""
        by_status = Facet.STATUS in query.facets
        dropped = {Facet.STATUS} if by_status else _AREAS.intersection(query.facets)
        if not dropped:
            return float("-inf")
        wider = {facet: values for facet, values in query.facets.items() if facet not in dropped}
        # a sheet was found under more filters: there is one under fewer
        best = self.find(replace(query, facets=wider), limit).hits[0].score
        return least_score(best) if by_status else best * _PLACED_SHARE

    def bounded(
        self, found: Found, query: Query, leave_out: Collection[str], units: Mapping[str, Unit], schema: Schema
    ) -> Bounded | None:
        """What is left of the sheets that answer a question once its bounds hold; None when it has no answer.

        A question that only sets bounds is answered by every sheet within, the least first.
        """
        text = without(query.text, query.bounds)
        less = self._understanding.query(text or _ANYTHING)
        less = replace(less, facets=query.facets, excluded=query.excluded, preferred=query.preferred, roles=query.roles)
        wide = self.find(less, _HELD)
        bare = not self._understanding.subject(text)
        # « que monter avec 250 € ? »: words that neither name a concept nor stand in a sheet are no subject
        says = bool(less.concepts or less.preferred or less.facets or any(hit.coverage for hit in wide.hits[:1]))
        about = says and not bare and wide.sure
        if not (bare or about or found.sure):
            return None
        least = least_score(wide.hits[0].score) if about and wide.hits and not query.facets else float("-inf")
        near = [hit for hit in wide.hits if hit.score >= least and hit.sheet.id not in leave_out]
        held = within([hit.sheet for hit in near], query.bounds, units, schema)
        hits = [hit for hit in near if hit.sheet.id in held.kept]
        if not about:
            places = {sheet_id: place for place, sheet_id in enumerate([*held.kept, *held.beyond])}
            hits, near = (sorted(some, key=lambda hit: places.get(hit.sheet.id, len(places))) for some in (hits, near))
        return Bounded(hits, near, held)
