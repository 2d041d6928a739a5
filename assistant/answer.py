"""7. Answer: a question to what is shown. Runs the stages 5 to 7; no markup here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from assistant.conversation.follow_up import Resolver
from assistant.conversation.plan import Plan
from assistant.conversation.said import open_tools
from assistant.conversation.small_talk import SmallTalk
from assistant.conversation.state import Conversation
from assistant.conversation.wordings import load_talk
from assistant.corpus.corpus import ALIGNMENT, CALIBRATION, DEPARTMENTS, RANKING, SCHEMA, TALK, WORDINGS
from assistant.corpus.places import load_departments
from assistant.corpus.schema import Schema, load_schema
from assistant.indexing.alignment import Alignment, Reading, load_alignment, unaligned
from assistant.indexing.encoder import Encoder, open_encoder
from assistant.replies import Answer, Excerpt
from assistant.retrieval.abstention import Calibration, features, load_calibration, probability
from assistant.retrieval.concepts import asked_concepts, lacking
from assistant.retrieval.examples import Examples
from assistant.retrieval.quoting import EVEN, Quoter, silence
from assistant.retrieval.search import Ranking, Sought, load_ranking, search
from assistant.retrieval.understand import EXAMPLE, Filters, Understanding, checked_question
from assistant.retrieval.wordings import load_wordings
from assistant.settings import Settings, read_settings
from assistant.stores import open_store
from assistant.stores.store import Store
from assistant.turns import Turns
from assistant.typography import guillemets
from assistant.values import Hit, Query, Role, Sheet

NEW = Conversation()
_NEAREST = 1
_CACHED_NEEDS = 256
_SHOWN_SHARE = 0.4  # of the best score: a sheet below does not help enough to be shown


class Assistant:
    """An open index with its encoder, ready to answer. Safe to use from several threads."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        schema: Schema,
        resolver: Resolver,
        alignment: Alignment,
        ranking: Ranking,
        calibration: Calibration,
        settings: Settings,
    ) -> None:
        self.store = store
        self.schema = schema
        self.settings = settings
        self._encoder = encoder
        self._alignment = alignment
        self._examples = Examples(*store.examples(), alignment, with_needs=settings.needs)
        self._ranking = ranking
        self._calibration = calibration
        self._read = lru_cache(maxsize=_CACHED_NEEDS)(self._reading)
        self._quoter = Quoter(schema, store.thesaurus())
        self._understanding = resolver.tools.understanding
        self._turns = Turns(resolver, store, schema, self._answer, self._search, self._excerpt, self._read)
        self._turns_as_typed = self._turns.as_typed()

    @classmethod
    def open(cls, settings: Settings | None = None, calibration: Calibration | None = None) -> Assistant:
        """The assistant over the index of the settings; abstention is the data folder's unless given.

        Raises:
            MissingIndex, DamagedIndex, StaleIndex, SchemaError, EncoderError: each says what to do.
        """
        settings = settings or read_settings()
        store = open_store(settings.index, settings.data)
        encoder = open_encoder(store.manifest.model, settings)
        data = settings.data
        alignment = load_alignment(data / ALIGNMENT, encoder.name) or unaligned(store.examples()[1])
        departments = load_departments(data / DEPARTMENTS).values()
        understanding = Understanding(load_wordings(data / WORDINGS), departments, store)
        talk, schema = load_talk(data / TALK), load_schema(data / SCHEMA)
        return cls(
            store,
            encoder,
            schema,
            Resolver(open_tools(talk, understanding, store), SmallTalk(talk), schema.roles),
            alignment,
            load_ranking(data / RANKING),
            calibration or load_calibration(data / CALIBRATION),
            settings,
        )

    def ask(
        self,
        question: str,
        conversation: Conversation = NEW,
        filters: Filters | None = None,
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
        return turns.take(question, conversation, filters, limit or self.settings.sheets)

    def evidence(
        self, question: str, conversation: Conversation = NEW, limit: int | None = None
    ) -> tuple[list[Hit], dict[str, float]]:
        """What ranking and abstention know of a question: hits, and the features that calibration weighs by name."""
        query = self._turns.query(self._turns.resolver.resolve(question, conversation))
        return self._search(query, limit or self.settings.sheets)

    def _reading(self, text: str) -> Reading:
        return self._alignment.read(self._encoder.encode_question(text))

    def _search(self, query: Query, limit: int) -> tuple[list[Hit], dict[str, float]]:
        vector, likely = self._read(query.text)
        concepts = asked_concepts(query.concepts, likely, self.store.thesaurus())
        # a section asked for afterwards changes what is quoted, not which sheets answer the need
        need = replace(query, roles=self._understanding.roles(query.text))
        hits = search(Sought(need, vector, concepts), self.store, self._examples, self._ranking, limit)
        near = {"foreign": self._examples.foreign(vector), "leaning": self._examples.leaning(vector)}
        bearing = self.store.bearing(query.terms)
        return hits, features(query, hits, bearing, lacking(query.concepts, self.store), near)

    def _answer(self, question: str, query: Query, plan: Plan, limit: int) -> Answer:
        hits, evidence = self._search(query, max(limit, self.settings.sheets) + len(plan.leave_out))
        confidence = probability(evidence, self._calibration)
        answers = bool(hits) and (confidence >= self._calibration.threshold or query.lists)
        least = hits[0].score * _SHOWN_SHARE if hits and not (query.facets or query.lists) else float("-inf")
        kept = [hit for hit in hits if hit.sheet.id not in plan.leave_out and not query.vague]
        shown = [hit for hit in kept if hit.score >= least][:limit] if answers else []
        rarity = self.store.rarity(query.terms)
        bearing = self.store.bearing(query.terms)
        excerpts = tuple(
            self._excerpt(hit, query, rarity, bearing, rank if shown and not query.lists else EVEN)
            for rank, hit in enumerate(shown or kept[:_NEAREST])
        )
        return Answer(
            question=question,
            answered=bool(shown),
            message=self._message(len(shown), query, plan, bool(kept)),
            sheets=excerpts if shown else (),
            nearest=() if shown else excerpts,
            query=query,
            follows=plan.follows,
            corpus_version=self.store.manifest.corpus_version,
            confidence=confidence,
        )

    def _excerpt(
        self,
        hit: Hit,
        query: Query,
        rarity: Mapping[str, float],
        bearing: Mapping[str, set[str]],
        rank: int,
    ) -> Excerpt:
        quotes = self._quoter.quotes(hit, query, rarity, rank)
        ends = {Role.LIMITS: quotes.limits, Role.PERSPECTIVES: quotes.perspectives}
        return Excerpt(
            sheet=hit.sheet,
            score=hit.score,
            reason=_reason(hit.sheet, query, bearing),
            quotes=(*quotes.answers, *quotes.limits, *quotes.perspectives),
            limits=quotes.limits,
            perspectives=quotes.perspectives,
            silent={role: silence(hit.sheet, role) for role, said in ends.items() if not said},
        )

    def _message(self, shown: int, query: Query, plan: Plan, found: bool) -> str:
        """What the assistant says itself, before any quote; ``found`` when there is a nearest sheet."""
        if shown:
            more = " de plus" if plan.leave_out else ""
            return f"{shown} fiche{'s' if shown > 1 else ''} trouvée{'s' if shown > 1 else ''}{more}"
        if plan.leave_out:
            return "Pas d’autre fiche sur ce sujet"
        if query.vague:
            return f"Nommez un besoin, un public ou un lieu, par exemple\u00a0: {EXAMPLE}"
        if query.phrases and not found:
            return f"Aucune fiche ne contient mot pour mot {' et '.join(map(guillemets, query.phrases))}"
        sought = ", ".join(query.words[term] for term in query.terms[:6]) or query.text
        among = "".join(f", {facet.value}\u00a0: {' ou '.join(values)}" for facet, values in query.facets.items())
        return f"Aucune fiche ne répond à cette demande (cherché\u00a0: {sought}{among})"


def _reason(sheet: Sheet, query: Query, bearing: Mapping[str, set[str]]) -> str:
    """One line on why a sheet was found: the words of the question that it bears, or lacks."""
    found = [query.words[term] for term in query.terms if sheet.id in bearing[term]]
    absent = [query.words[term] for term in query.terms if sheet.id not in bearing[term]]
    filters = [value for facet, values in query.facets.items() for value in values if value in sheet.facet(facet)]
    if not found and not filters:
        return "Proche par le sens\u00a0: aucun mot de la question n’y est écrit"
    reason = f"Retenue pour\u00a0: {', '.join([*filters, *found][:6])}"
    if 0 < len(absent) <= 3:
        verb = "n’y est pas écrit" if len(absent) == 1 else "n’y sont pas écrits"
        reason += f" – {verb}\u00a0: {', '.join(absent)}"
    return reason
