"""7. Answer: a question to what is shown. Runs the stages 5 to 7; no markup here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from assistant.conversation.choices import ChoiceReader
from assistant.conversation.follow_up import Resolver
from assistant.conversation.plan import Plan
from assistant.conversation.reference import References
from assistant.conversation.said import Tools
from assistant.conversation.small_talk import SmallTalk
from assistant.conversation.state import Conversation
from assistant.conversation.wordings import load_talk
from assistant.corpus.corpus import CALIBRATION, DEPARTMENTS, SCHEMA, TALK, WORDINGS
from assistant.corpus.places import load_departments
from assistant.corpus.schema import Schema, load_schema
from assistant.indexing.encoder import Encoder, open_encoder
from assistant.retrieval.abstention import Calibration, features, load_calibration, probability
from assistant.retrieval.concepts import match_concepts
from assistant.retrieval.quoting import ENDS, Quoter, silence
from assistant.retrieval.search import search
from assistant.retrieval.understand import Filters, Understanding, checked_question
from assistant.retrieval.wordings import load_wordings
from assistant.settings import Settings, read_settings
from assistant.stores import open_store
from assistant.stores.store import Store
from assistant.turns import Turns
from assistant.values import Answer, Excerpt, Hit, Query, Role, Sheet

NEW = Conversation()
_NEAREST = 1
_CACHED_NEEDS = 256
_SHOWN_SHARE = 0.5  # of the best score: a sheet below does not help enough to be shown


class Assistant:
    """An open index with its encoder, ready to answer. Safe to use from several threads."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        schema: Schema,
        tools: Tools,
        calibration: Calibration,
        settings: Settings,
    ) -> None:
        self.store = store
        self.schema = schema
        self.settings = settings
        self._encoder = encoder
        self._calibration = calibration
        self._quoter = Quoter(schema)
        encode = lru_cache(maxsize=_CACHED_NEEDS)(encoder.encode_question)
        resolver = Resolver(tools, SmallTalk(tools.talk), schema.roles)
        self._turns = Turns(resolver, store, schema, self._answer, self._excerpt, encode)

    @classmethod
    def open(cls, settings: Settings | None = None) -> Assistant:
        """The assistant over the index of the settings.

        Raises:
            MissingIndex, DamagedIndex, StaleIndex, SchemaError, EncoderError: each says what to do.
        """
        settings = settings or read_settings()
        store = open_store(settings.index, settings.data)
        encoder = open_encoder(store.manifest.model)
        data = settings.data
        departments = load_departments(data / DEPARTMENTS).values()
        wordings, talk = load_wordings(data / WORDINGS), load_talk(data / TALK)
        understanding = Understanding(wordings, departments, store)
        choices = ChoiceReader(talk, wordings, departments, store)
        tools = Tools(talk, choices, References(talk, choices, understanding, store), understanding, store)
        return cls(
            store,
            encoder,
            load_schema(data / SCHEMA),
            tools,
            load_calibration(data / CALIBRATION),
            settings,
        )

    def ask(
        self,
        question: str,
        conversation: Conversation = NEW,
        filters: Filters | None = None,
        limit: int | None = None,
    ) -> tuple[Answer, Conversation]:
        """The answer to a question, and the conversation with it.

        Args:
            filters: values that a sheet must bear, alternatives within a facet.
            limit: how many sheets to show at most; the settings' number when None.

        Raises:
            QuestionError: the question is empty or too long.
        """
        question = checked_question(question, self.settings.question_characters)
        return self._turns.take(question, conversation, filters, limit or self.settings.sheets)

    def evidence(self, question: str, conversation: Conversation = NEW) -> dict[str, float]:
        """What abstention knows of a question, by name: the features that calibration weighs."""
        query = self._turns.query(self._turns.resolver.resolve(question, conversation))
        return self._search(query, self.settings.sheets)[1]

    def _search(self, query: Query, limit: int) -> tuple[list[Hit], dict[str, float]]:
        vector = self._encoder.encode_question(query.text)
        concepts = match_concepts(query.concepts, self.store)
        hits = search(query, vector, concepts, self.store, limit)
        return hits, features(query, hits, concepts.lacking, self.store.foreign(vector))

    def _answer(self, question: str, query: Query, resolved: Plan, limit: int) -> Answer:
        hits, evidence = self._search(query, max(limit, self.settings.sheets) + len(resolved.leave_out))
        likely = probability(evidence, self._calibration) >= self._calibration.threshold
        answers = bool(hits) and (likely or query.lists)
        least = hits[0].score * _SHOWN_SHARE if hits and not query.facets else float("-inf")
        kept = [hit for hit in hits if hit.sheet.id not in resolved.leave_out]
        shown = [hit for hit in kept if hit.score >= least][:limit] if answers else []
        rarity = self.store.rarity(query.terms)
        bearing = self.store.bearing(query.terms)
        excerpts = tuple(self._excerpt(hit, query, rarity, bearing) for hit in shown or kept[:_NEAREST])
        return Answer(
            question=question,
            answered=bool(shown),
            message=self._message(len(shown), query, resolved),
            sheets=excerpts if shown else (),
            nearest=() if shown else excerpts,
            query=query,
            follows=resolved.follows,
            corpus_version=self.store.manifest.corpus_version,
        )

    def _excerpt(self, hit: Hit, query: Query, rarity: Mapping[str, float], bearing: Mapping[str, set[str]]) -> Excerpt:
        ends = {role: self._quoter.ends(hit.sheet, role, query) for role in ENDS}
        return Excerpt(
            sheet=hit.sheet,
            score=hit.score,
            reason=_reason(hit.sheet, query, bearing),
            quotes=(*self._quoter.quotes(hit, query, rarity), *ends[Role.LIMITS], *ends[Role.PERSPECTIVES]),
            limits=ends[Role.LIMITS],
            perspectives=ends[Role.PERSPECTIVES],
            silent={role: silence(hit.sheet, role) for role, quotes in ends.items() if not quotes},
        )

    def _message(self, shown: int, query: Query, resolved: Plan) -> str:
        """What the assistant says itself, before any quote."""
        if shown:
            more = " de plus" if resolved.leave_out else ""
            return f"{shown} fiche{'s' if shown > 1 else ''} trouvée{'s' if shown > 1 else ''}{more}"
        if resolved.leave_out:
            return "Pas d’autre fiche sur ce sujet"
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
