"""7. Answer: a question to what is shown. Runs the stages 5 to 7; no markup here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import NamedTuple

from assistant.conversation.acts import LONGEST, NOTHING, Guess, load_acts
from assistant.conversation.follow_up import Resolver
from assistant.conversation.limiting import Within, within
from assistant.conversation.plan import Plan
from assistant.conversation.said import open_tools
from assistant.conversation.small_talk import SmallTalk
from assistant.conversation.state import Conversation
from assistant.conversation.wordings import load_talk
from assistant.corpus.corpus import ACTS, ALIGNMENT, CALIBRATION, DEPARTMENTS, RANKING, SCHEMA, SECTIONS, TALK, WORDINGS
from assistant.corpus.places import load_departments
from assistant.corpus.schema import Schema, load_schema
from assistant.indexing.alignment import Alignment, Reading, load_alignment, unaligned
from assistant.indexing.encoder import Vectors, open_encoder
from assistant.language.amounts import without as without_bounds
from assistant.language.folding import fold
from assistant.remarks import message, proved, reason
from assistant.replies import Answer, Drop, Excerpt, TurnKind
from assistant.retrieval.abstention import Calibration, features, least_score, load_calibration, probability
from assistant.retrieval.concepts import asked_concepts, lacking
from assistant.retrieval.examples import Examples
from assistant.retrieval.quoting import ENDS, EVEN, Quoter, silence, unsaid
from assistant.retrieval.refusal import refuse, without
from assistant.retrieval.search import Ranking, Sought, load_ranking, search
from assistant.retrieval.sections import load_sections
from assistant.retrieval.understand import Understanding, checked_question
from assistant.retrieval.wordings import load_wordings
from assistant.settings import Settings, read_settings
from assistant.stores import open_store
from assistant.stores.store import Store
from assistant.turns import Turns
from assistant.values import Facet, Hit, Query, Role

NEW = Conversation()
_NEAREST = 1
_HELD = 200  # sheets held against a limit, the nearest
_ANYTHING = "actions"  # what is sought when a question only leaves out
_CACHED_NEEDS = 256
_AREAS = frozenset({Facet.DEPARTMENT, Facet.REGION})
_PLACED_SHARE = 0.3


class _Found(NamedTuple):
    """What a search knows: hits, features of abstention, the probability that the corpus answers, sheets that
    bear each term, the question's vector.
    """

    hits: list[Hit]
    evidence: dict[str, float]
    confidence: float
    bearing: Mapping[str, set[str]]
    vector: Vectors


class _Limited(NamedTuple):
    """What is within the limits of a question, among the sheets ``near`` it."""

    hits: list[Hit]
    near: list[Hit]
    held: Within


class Assistant:
    """An open index with its encoder, ready to answer. Safe to use from several threads."""

    def __init__(
        self,
        store: Store,
        read: Callable[[str], Reading],
        schema: Schema,
        resolver: Resolver,
        alignment: Alignment,
        ranking: Ranking,
        calibration: Calibration | None,
        settings: Settings,
    ) -> None:
        self.store = store
        self.schema = schema
        self.settings = settings
        self._read = read
        self._examples = Examples(*store.examples(), alignment, with_needs=settings.needs)
        self._ranking = ranking
        self.calibration = calibration or load_calibration(settings.data / CALIBRATION, self._examples.has_needs)
        self._quoter = Quoter(schema, store.thesaurus())
        self._understanding = resolver.tools.understanding
        self._choices = resolver.tools.choices
        self._units = resolver.tools.talk.units
        self._turns = Turns(
            resolver, store, schema, self._answer, lambda *asked: self._search(*asked).hits, self._excerpt, self._read
        )

    @classmethod
    def open(cls, settings: Settings | None = None, calibration: Calibration | None = None) -> Assistant:
        """The assistant over the index of the settings; abstention is the data folder's unless given.

        Raises:
            MissingIndex, DamagedIndex, StaleIndex, SchemaError, EncoderError: each says what to do.
        """
        settings = settings or read_settings()
        store = open_store(settings)
        encoder = open_encoder(store.manifest.model, settings)
        data = settings.data
        alignment = load_alignment(data / ALIGNMENT, encoder.name) or unaligned(store.examples()[1])
        departments = load_departments(data / DEPARTMENTS).values()
        talk, schema = load_talk(data / TALK), load_schema(data / SCHEMA)
        # a text is encoded once, whether it is searched with or only read for what it asks
        encode = lru_cache(maxsize=_CACHED_NEEDS)(encoder.encode_adapted)
        acts, sections = load_acts(data / ACTS, encoder.name), load_sections(data / SECTIONS, encoder.name)

        @lru_cache(maxsize=_CACHED_NEEDS)
        def read(text: str) -> Reading:
            return alignment.read(encode(text).both)

        @lru_cache(maxsize=_CACHED_NEEDS)
        def guess(text: str) -> Guess:
            return acts.guess(text, encode(text).plain) if acts and len(text) <= LONGEST else NOTHING

        @lru_cache(maxsize=_CACHED_NEEDS)
        def meant(text: str) -> tuple[Role, ...]:
            return sections.asked(encode(text).plain) if sections else ()

        def nearness(one: str, other: str) -> float:
            return float(read(one).vector @ read(other).vector)

        understanding = Understanding(load_wordings(data / WORDINGS), departments, store, meant)
        tools = open_tools(talk, understanding, store, guess, nearness, schema.roles)
        return cls(
            store,
            read,
            schema,
            Resolver(tools, SmallTalk(talk)),
            alignment,
            load_ranking(data / RANKING),
            calibration,
            settings,
        )

    @cached_property
    def _turns_as_typed(self) -> Turns:
        return self._turns.as_typed()

    def ask(
        self,
        question: str,
        conversation: Conversation = NEW,
        filters: Mapping[Facet, Sequence[str]] | None = None,
        limit: int | None = None,
        as_typed: bool = False,
    ) -> tuple[Answer, Conversation]:
        """The answer to a question, and the conversation with it.

        Args:
            filters: values that a sheet must bear, alternatives within a facet.
            limit: how many sheets to show at most; the settings' number when None.
            as_typed: nothing that the question says is read as misspelt.

        Raises:
            QuestionError: the question is empty or too long.
        """
        question = checked_question(question, self.settings.question_characters)
        turns = self._turns_as_typed if as_typed else self._turns
        given = {facet: tuple(values) for facet, values in (filters or {}).items()}
        return turns.take(question, conversation, given, limit or self.settings.sheets)

    def evidence(
        self, question: str, conversation: Conversation = NEW, limit: int | None = None
    ) -> tuple[list[Hit], dict[str, float]]:
        """What ranking and abstention know of a question: hits, and the features that calibration weighs by name."""
        query = self._turns.query(self._turns.resolver.resolve(question, conversation))
        found = self._search(query, limit or self.settings.sheets)
        return found.hits, found.evidence

    def _search(self, query: Query, limit: int) -> _Found:
        vector, likely = self._read(self._sought(query))
        concepts = asked_concepts(query.concepts, likely, self.store.thesaurus())
        # a section asked for afterwards changes what is quoted, not which sheets answer the need
        need = replace(query, roles=self._understanding.asked(query.text))
        hits = search(Sought(need, vector, concepts), self.store, self._examples, self._ranking, limit)
        bearing = self.store.bearing(query.terms)
        subject = self._understanding.subject(query.text) & set(query.terms)
        evidence = features(
            query, hits, subject, bearing, lacking(query.concepts, self.store), self._examples.beside(vector)
        )
        return _Found(hits, evidence, probability(evidence, self.calibration), bearing, vector)

    def _sought(self, query: Query) -> str:
        """The text by whose meaning sheets are found: what is left out draws none."""
        out = [facet for facet in query.excluded if facet not in query.facets and facet not in query.preferred]
        if not out:
            return query.text
        return self._choices.without(query.text, out) or _ANYTHING

    def _answer(self, question: str, query: Query, plan: Plan, limit: int) -> Answer:
        most = max(limit, self.settings.sheets) + len(plan.leave_out)
        found = self._search(query, most)
        unmet = self._understanding.unmet(query)
        limited = self._limited(found, query, plan) if query.limits else None
        shown = [] if unmet else limited.hits[:limit] if limited else self._shown(found, query, plan, limit)
        refusal, nearest = None, [hit for hit in found.hits if hit.sheet.id not in plan.leave_out and not query.vague]
        if limited and not shown and not plan.leave_out:
            nearest = limited.near
            drops = tuple(Drop(one.text, f"retirer {one.text}", len(nearest)) for one in query.limits)
            refusal = refuse(query, found.vector, drops, self.store, self._examples)
        elif not shown and not plan.leave_out and not query.vague:
            loosened = without(query, unmet, lambda text, facet: self._choices.without(text, [facet]), self._is_bare)
            answering = [
                (drop, less, self._shown(self._search(less, most), less, plan, limit)) for drop, less in loosened
            ]
            drops = tuple(drop._replace(sheets=len(hits)) for drop, _, hits in answering if hits)
            others = [hit for _, less, hits in answering for hit in hits if not unmet or less.text != query.text]
            # where nothing is for the public, what is for it elsewhere is nearer than what is not, there; but filters
            # given beside the question hold for what is near too
            nearest = (others or nearest) if unmet else (nearest or others)
            refusal = refuse(query, found.vector, drops, self.store, self._examples)
        rarity = self.store.rarity(query.terms)
        excerpts = tuple(
            self._excerpt(hit, query, rarity, found.bearing, rank if shown and not query.lists else EVEN)
            for rank, hit in enumerate(shown or nearest[:_NEAREST])
        )
        if limited:
            excerpts = tuple(proved(excerpt, limited.held.proofs.get(excerpt.sheet.id, ())) for excerpt in excerpts)
        return Answer(
            question=question,
            answered=bool(shown),
            message=message(len(shown), query, plan, refusal, bool(found.hits), unmet, limited and limited.held.silent),
            sheets=excerpts if shown else (),
            nearest=() if shown else excerpts,
            query=query,
            follows=plan.follows,
            corpus_version=self.store.manifest.corpus_version,
            confidence=found.confidence,
            refusal=refusal,
        )

    def _is_bare(self, text: str) -> bool:
        """Whether a text asks for nothing but choices."""
        return not self._understanding.subject(self._choices.rest(fold(text)))

    def _shown(self, found: _Found, query: Query, plan: Plan, limit: int) -> list[Hit]:
        """The hits that are shown: none when the corpus does not answer, and no sheet that does not help enough."""
        hits = found.hits
        sure = found.confidence >= self.calibration.threshold
        if not hits or query.vague or not (sure or query.lists):
            return []
        if query.lists or not query.facets:
            least = float("-inf") if query.lists else least_score(hits[0].score, bool(plan.leave_out))
        else:
            least = self._least_there(query) if plan.kind is TurnKind.FACET else float("-inf")
        return [hit for hit in hits if hit.sheet.id not in plan.leave_out and hit.score >= least][:limit]

    def _least_there(self, query: Query) -> float:
        """« il y a la même chose en Normandie ? »: the score below which a sheet of that place is not the same, a share
        of what the need finds anywhere."""
        if not set(query.facets) & _AREAS:
            return float("-inf")
        anywhere = {facet: values for facet, values in query.facets.items() if facet not in _AREAS}
        hits = self._search(replace(query, facets=anywhere), self.settings.sheets).hits
        return hits[0].score * _PLACED_SHARE

    def _limited(self, found: _Found, query: Query, plan: Plan) -> _Limited | None:
        """What is left of the sheets that answer a question once its limits hold; None when it has no answer.

        A question that only sets limits is answered by every sheet within, the least first.
        """
        text = without_bounds(query.text, query.limits)
        less = self._understanding.query(text or _ANYTHING)
        less = replace(less, facets=query.facets, excluded=query.excluded, preferred=query.preferred, roles=query.roles)
        wide = self._search(less, _HELD)
        bare = not self._understanding.subject(text)
        # « que monter avec 250 € ? »: words that neither name a concept nor stand in a sheet are no subject
        says = bool(less.concepts or less.preferred or less.facets or any(hit.coverage for hit in wide.hits[:1]))
        about = says and not bare and wide.confidence >= self.calibration.threshold
        if not (bare or about or found.confidence >= self.calibration.threshold):
            return None
        least = least_score(wide.hits[0].score) if about and wide.hits and not query.facets else float("-inf")
        near = [hit for hit in wide.hits if hit.score >= least and hit.sheet.id not in plan.leave_out]
        held = within([hit.sheet for hit in near], query.limits, self._units, self.schema)
        hits = [hit for hit in near if hit.sheet.id in held.kept]
        if not about:
            places = {sheet_id: place for place, sheet_id in enumerate([*held.kept, *held.beyond])}
            hits, near = (sorted(some, key=lambda hit: places.get(hit.sheet.id, len(places))) for some in (hits, near))
        return _Limited(hits, near, held)

    def _excerpt(
        self,
        hit: Hit,
        query: Query,
        rarity: Mapping[str, float],
        bearing: Mapping[str, set[str]],
        rank: int,
    ) -> Excerpt:
        quotes = self._quoter.quotes(hit, query, rarity, rank)
        due = dict.fromkeys((*query.roles, *ENDS))
        return Excerpt(
            sheet=hit.sheet,
            score=hit.score,
            reason=reason(hit.sheet, query, bearing),
            quotes=(*quotes.answers, *quotes.limits, *quotes.perspectives),
            limits=quotes.limits,
            perspectives=quotes.perspectives,
            silent={role: silence(hit.sheet, role) for role in due if unsaid(hit.sheet, role)},
        )
