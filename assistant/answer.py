"""7. Answer: a question to what is shown. Runs the stages 5 to 7; no markup here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache

from assistant.conversation.acts import LONGEST, NOTHING, Guess, load_acts
from assistant.conversation.follow_up import Resolver
from assistant.conversation.plan import Plan
from assistant.conversation.said import open_tools
from assistant.conversation.small_talk import SmallTalk
from assistant.conversation.state import Conversation
from assistant.conversation.wordings import load_talk
from assistant.corpus.corpus import ACTS, ALIGNMENT, CALIBRATION, DEPARTMENTS, RANKING, SCHEMA, SECTIONS, TALK, WORDINGS
from assistant.corpus.places import load_departments
from assistant.corpus.schema import Schema, load_schema
from assistant.finding import Finder, Found
from assistant.indexing.alignment import Alignment, Read, Reading, load_alignment, together, unaligned
from assistant.indexing.encoder import open_encoder
from assistant.language.folding import fold
from assistant.remarks import message, proved, reason
from assistant.replies import Answer, Drop, Excerpt, TurnKind
from assistant.retrieval.abstention import Calibration, least_score, load_calibration
from assistant.retrieval.examples import Examples
from assistant.retrieval.quoting import ENDS, EVEN, Quoter, silence, unsaid
from assistant.retrieval.refusal import refuse, without
from assistant.retrieval.search import Ranking, load_ranking
from assistant.retrieval.sections import load_sections
from assistant.retrieval.understand import Filters, Understanding, checked_question
from assistant.retrieval.wordings import load_wordings
from assistant.settings import Settings, read_settings
from assistant.stores import open_store
from assistant.stores.store import Store, closed_on_failure
from assistant.turns import Turns
from assistant.values import Facet, Hit, Query, Role

NEW = Conversation()
_NEAREST = 1
_CACHED_NEEDS = 256


class Assistant:
    """An open index with its encoder, ready to answer. Safe to use from several threads."""

    def __init__(
        self,
        store: Store,
        read: Read,
        schema: Schema,
        resolver: Resolver,
        alignment: Alignment,
        ranking: Ranking,
        calibration: Calibration | None,
        settings: Settings,
    ) -> None:
        self.store = store
        self._corpus_version = store.manifest.corpus_version  # hashed once, not for each answer
        self.schema = schema
        self.settings = settings
        self._examples = Examples(*store.examples(), alignment, with_needs=settings.needs)
        self.calibration = calibration or load_calibration(settings.data / CALIBRATION, self._examples.has_needs)
        self._quoter = Quoter(schema, store.thesaurus())
        self._understanding = resolver.tools.understanding
        self._choices = resolver.tools.choices
        self._units = resolver.tools.talk.units
        self._finder = Finder(
            store, read, self._understanding, self._choices, self._examples, ranking, self.calibration
        )
        self._turns = Turns(
            resolver, store, schema, self._answer, lambda *asked: self._finder.find(*asked).hits, self._excerpt, read
        )

    @classmethod
    def open(cls, settings: Settings | None = None, calibration: Calibration | None = None) -> Assistant:
        """The assistant over the index of the settings; abstention is the data folder's unless given.

        Raises:
            MissingIndex, DamagedIndex, StaleIndex, SchemaError, EncoderError: each says what to do.
        """
        settings = settings or read_settings()
        store = open_store(settings)
        with closed_on_failure(store):
            return cls._over(store, settings, calibration)

    @classmethod
    def _over(cls, store: Store, settings: Settings, calibration: Calibration | None) -> Assistant:
        encoder = open_encoder(store.manifest.model, settings)
        data = settings.data
        alignment = load_alignment(data / ALIGNMENT, encoder.name) or unaligned(store.examples()[1])
        departments = load_departments(data / DEPARTMENTS).values()
        talk, schema = load_talk(data / TALK), load_schema(data / SCHEMA)
        # a text is encoded once, whether it is searched with or only read for what it asks
        encode = lru_cache(maxsize=_CACHED_NEEDS)(encoder.encode_adapted)
        acts, sections = load_acts(data / ACTS, encoder.name), load_sections(data / SECTIONS, encoder.name)

        @lru_cache(maxsize=_CACHED_NEEDS)
        def read(*texts: str) -> Reading:
            return alignment.read(together(texts, [encode(text) for text in texts]).both)

        @lru_cache(maxsize=_CACHED_NEEDS)
        def guess(text: str) -> Guess:
            return acts.guess(text, encode(text).plain) if acts and len(text) <= LONGEST else NOTHING

        @lru_cache(maxsize=_CACHED_NEEDS)
        def meant(text: str) -> tuple[Role, ...]:
            return sections.asked(encode(text).plain) if sections else ()

        understanding = Understanding(load_wordings(data / WORDINGS), departments, store, meant)
        tools = open_tools(talk, understanding, store, guess, read, schema.roles)
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
        found = self._finder.find(query, limit or self.settings.sheets)
        return found.hits, found.evidence

    def _answer(self, question: str, query: Query, plan: Plan, limit: int) -> Answer:
        most = max(limit, self.settings.sheets) + len(plan.leave_out)
        found = self._finder.find(query, most)
        unmet = self._understanding.unmet(query)
        bounded = self._finder.bounded(found, query, plan.leave_out, self._units, self.schema) if query.bounds else None
        shown = [] if unmet else bounded.hits[:limit] if bounded else self._shown(found, query, plan, limit)
        refusal, nearest = None, [hit for hit in found.hits if hit.sheet.id not in plan.leave_out and not query.vague]
        if not shown and not plan.leave_out and (bounded or not query.vague):
            if bounded:
                nearest = bounded.near
                drops = tuple(Drop(one.text, f"retirer {one.text}", len(nearest)) for one in query.bounds)
            else:
                drops, nearest = self._loosened(query, plan, limit, unmet, nearest)
            refusal = refuse(query, found.vector, drops, self.store, self._examples)
        rarity = self.store.rarity(query.terms)
        excerpts = tuple(
            self._excerpt(hit, query, rarity, found.bearing, rank if shown and not query.lists else EVEN)
            for rank, hit in enumerate(shown or nearest[:_NEAREST])
        )
        if bounded:
            excerpts = tuple(proved(excerpt, bounded.held.proofs.get(excerpt.sheet.id, ())) for excerpt in excerpts)
        return Answer(
            question=question,
            answered=bool(shown),
            message=message(len(shown), query, plan, refusal, bool(found.hits), unmet, bounded and bounded.held.silent),
            sheets=excerpts if shown else (),
            nearest=() if shown else excerpts,
            query=query,
            follows=plan.follows,
            corpus_version=self._corpus_version,
            confidence=found.confidence,
            refusal=refusal,
        )

    def _loosened(
        self, query: Query, plan: Plan, limit: int, unmet: Filters, nearest: list[Hit]
    ) -> tuple[tuple[Drop, ...], list[Hit]]:
        """Of a query that no sheet answers: which filters may be taken off so that some do, and the nearest hits."""
        most = max(limit, self.settings.sheets)
        loosened = without(query, unmet, lambda text, facet: self._choices.without(text, [facet]), self._is_bare)
        looser = [(drop, less, self._finder.find(less, most)) for drop, less in loosened]
        answering = [(drop, less, self._shown(wide, less, plan, limit)) for drop, less, wide in looser]
        drops = tuple(drop._replace(sheets=len(hits)) for drop, _, hits in answering if hits)
        others = [hit for _, less, hits in answering for hit in hits if not unmet or less.text != query.text]
        # where nothing is for the public, what is for it elsewhere is nearer than what is not, there; but filters
        # given beside the question hold for what is near too
        nearest = (others or nearest) if unmet else (nearest or others)
        # of a place that no sheet is of, nothing is near, whatever is asked for there
        return drops, nearest or [hit for _, _, wide in looser for hit in wide.hits]

    def _is_bare(self, text: str) -> bool:
        """Whether a text asks for nothing but choices."""
        return not self._understanding.subject(self._choices.rest(fold(text)))

    def _shown(self, found: Found, query: Query, plan: Plan, limit: int) -> list[Hit]:
        """The hits that are shown: none when the corpus does not answer, and no sheet that does not help enough."""
        if not found.hits or query.vague or not (found.sure or query.lists):
            return []
        least = self._least(found.hits[0].score, query, plan)
        hits = [hit for hit in found.hits if hit.sheet.id not in plan.leave_out and hit.score >= least]
        # « et pour les ados ? » is asked to see what is for them
        of_them = query.preferred if plan.kind is TurnKind.FACET else {}
        return sorted(hits, key=lambda hit: not hit.sheet.bears_all(of_them))[:limit]

    def _least(self, best: float, query: Query, plan: Plan) -> float:
        """The score below which a sheet is not shown; filters, where they are the question, have said enough."""
        if query.lists:
            return float("-inf")
        if not query.facets:
            return least_score(best, bool(plan.leave_out))
        return self._finder.least_there(query, self.settings.sheets) if plan.kind is TurnKind.FACET else float("-inf")

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
            reason=reason(hit.sheet, query, bearing, self._quoter.named(hit.sheet)),
            quotes=(*quotes.answers, *quotes.limits, *quotes.perspectives),
            limits=quotes.limits,
            perspectives=quotes.perspectives,
            silent={role: silence(hit.sheet, role) for role in due if unsaid(hit.sheet, role)},
        )
