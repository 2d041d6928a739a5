"""7. Answer: what each kind of turn shows. A plan in, an answer and the conversation with it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.conversation import comparison, figures, inspiration, training
from assistant.conversation.asking import topic
from assistant.conversation.chips import chips
from assistant.conversation.follow_up import Resolver
from assistant.conversation.plan import Plan
from assistant.conversation.state import Conversation, Turn
from assistant.corpus.schema import Schema
from assistant.indexing.alignment import Reading, unit
from assistant.indexing.encoder import Vectors
from assistant.language.analyzer import stem, terms
from assistant.language.folding import fold
from assistant.replies import Answer, Excerpt, Turned, TurnKind
from assistant.retrieval.quoting import EVEN, left_out
from assistant.retrieval.understand import Filters
from assistant.stores.store import Store
from assistant.typography import guillemets
from assistant.values import Hit, PassageHit, Query, Role, Sheet

_NEAR = 8  # sheets among which those of a session are chosen
_TOLD = (Role.SUMMARY, Role.DESCRIPTION, Role.RESULTS)  # a sheet that leaves them all out is nothing to discover
_RELEVANT = 0.5  # of the best score: a sheet below is no matter for a session
_SURE = 1.0  # the confidence of what is known without a search
_BY_RANK = frozenset({TurnKind.SECTION, TurnKind.UNDO, TurnKind.RETURN})  # sheets that stand in the order of an answer
_NONE = "Aucune fiche"


@dataclass(frozen=True, slots=True)
class Turns:
    """Answers plans over one open index.

    ``find`` searches and answers a query, ``search`` only ranks sheets for it, ``excerpt`` cuts what one
    sheet says to it by the rank at which it is shown, ``read`` gives the aligned vector of a need, which the
    turns of a conversation ask for again and again.
    """

    resolver: Resolver
    store: Store
    schema: Schema
    find: Callable[[str, Query, Plan, int], Answer]
    search: Callable[[Query, int], list[Hit]]
    excerpt: Callable[[Hit, Query, Mapping[str, float], Mapping[str, set[str]], int], Excerpt]
    read: Callable[[str], Reading]

    def as_typed(self) -> Turns:
        """The same, but questions are read as they are typed."""
        return replace(self, resolver=replace(self.resolver, tools=self.resolver.tools.as_typed()))

    def query(self, plan: Plan, filters: Filters | None = None) -> Query:
        """The query of a plan: the words of its need, under the choices in force."""
        need, tools = plan.need, self.resolver.tools
        text = f"{need.text} {plan.words}".strip() or plan.question
        query = tools.understanding.query(text, filters, plan.roles)
        facets = {**need.facets, **(filters or {})}
        if (facets, need.excluded, need.preferred) != (query.facets, query.excluded, query.preferred):
            query = replace(query, facets=facets, excluded=need.excluded, preferred=need.preferred)
            quoted = {term for phrase in query.phrases for term in terms(phrase)}
            own = tools.understanding.subject(tools.choices.rest(fold(need.text))) - quoted
            chosen = bool(facets or need.excluded or query.phrases)
            query = replace(query, lists=chosen and not own, vague=query.vague and not (chosen or need.preferred))
        return _less(query, need.dropped) if need.dropped else query

    def take(
        self, question: str, conversation: Conversation, filters: Filters, limit: int
    ) -> tuple[Answer, Conversation]:
        """The answer to a question, and the conversation with it."""
        plan = self.resolver.resolve(question, conversation)
        if plan.silent:
            return self._silent(question, plan, conversation), conversation
        if filters:  # chosen as if the question had said so: they can be taken away, and what follows keeps them
            plan = replace(plan, need=replace(plan.need, facets={**plan.need.facets, **filters}))
        query = self.query(plan, filters)
        answer = self._answer(question, plan, query, limit)
        after = self._after(plan, answer)
        shown = chips(plan.need, query, plan.roles, self.schema.roles)
        turned = replace(
            answer.turned,
            kind=plan.kind,
            need=plan.need.text,
            notice=answer.turned.notice or plan.notice,
            other_way=plan.other_way,
            chips=shown,
            can_undo=bool(after.turns),
        )
        return replace(answer, turned=turned, follows=plan.follows), after

    def _answer(self, question: str, plan: Plan, query: Query, limit: int) -> Answer:
        if plan.kind is TurnKind.INSPIRE:
            return self._inspired(question, plan, query)
        if plan.kind is TurnKind.TRAINING:
            return self._session(question, plan, query)
        if plan.kind is TurnKind.AMOUNTS and plan.sheets is None:
            return self._ranked_by_amount(question, plan, query, limit)
        if plan.sheets is None:
            everything = plan.kind is TurnKind.ALL
            answer = self.find(question, query, plan, self.store.manifest.sheets if everything else limit)
            return self._counted(answer) if everything else answer
        sheets = [sheet for sheet in self.store.sheets(plan.sheets) if _bears(sheet, query.facets)]
        if plan.kind is TurnKind.COMPARE:
            return self._board(question, plan, query, sheets)
        if plan.kind is TurnKind.AMOUNTS:
            return self._figures(question, plan, query, sheets)
        answer = self._shown(question, plan, query, sheets)
        if plan.kind is TurnKind.DIGEST:
            found = comparison.digest(sheets, self.schema, self.resolver.tools.talk.difficulties)
            told = len(sheets) - len(found.silent)
            message = f"Les limites de {_count(told)}, par genre de difficulté"
            return replace(answer, message=message, turned=Turned(digest=found))
        return self._counted(answer) if plan.kind is TurnKind.ALL else answer

    def _ranked_by_amount(self, question: str, plan: Plan, query: Query, limit: int) -> Answer:
        """What the sheets of a need write of an amount: of those for its public alone, where there are some."""
        answer = self.find(question, query, plan, limit)
        sheets = [excerpt.sheet for excerpt in answer.sheets]
        sheets = [sheet for sheet in sheets if _bears(sheet, query.preferred)] or sheets
        return self._figures(question, plan, query, sheets) if answer.answered else answer

    def _shown(self, question: str, plan: Plan, query: Query, sheets: Sequence[Sheet]) -> Answer:
        """These sheets, in their order, quoted for the query."""
        vector = self._meaning(plan, query)
        rarity, bearing = self.store.rarity(query.terms), self.store.bearing(query.terms)
        excerpts = []
        even = len(sheets) > 1 and plan.kind not in _BY_RANK
        for rank, sheet in enumerate(sheets):
            near = tuple(PassageHit(*found) for found in self.store.similarities(vector, sheet.id))
            cosine = max((hit.cosine for hit in near), default=0.0)
            last = plan.base.last
            score = last.score(sheet.id) if last and sheet.id in last.shown else cosine
            hit = Hit(
                sheet, score, cosine, overview=0.0, coverage=0.0, need=0.0, concept=0.0, section=0.0, passages=near
            )
            excerpts.append(self.excerpt(hit, query, rarity, bearing, EVEN if even else rank))
        return Answer(
            question=question,
            answered=bool(excerpts),
            message=plan.message or self._message(plan, sheets),
            sheets=tuple(excerpts),
            nearest=(),
            query=query,
            follows=plan.follows,
            corpus_version=self.store.manifest.corpus_version,
            confidence=_SURE,
        )

    def _meaning(self, plan: Plan, query: Query) -> Vectors:
        """The vector of what is quoted for. A need was encoded in its turn and a turn's words to tell what it asks:
        their sum spares the encoding of both together."""
        if not (plan.words and plan.need.text) or plan.need.dropped:
            return self.read(query.text).vector
        mended = self.resolver.tools.understanding.mended
        parts = (self.read(mended(text)).vector for text in (plan.need.text, plan.words))
        return unit(sum(parts, start=np.zeros(1, dtype=np.float32)))

    def _message(self, plan: Plan, sheets: Sequence[Sheet]) -> str:
        if not sheets:
            return "Retour au début de la conversation" if plan.kind is TurnKind.UNDO else _NONE
        if plan.kind is TurnKind.UNDO:
            return f"Dernière question annulée, retour à\u00a0: {guillemets(plan.need.text)}"
        if plan.kind is TurnKind.WHOLE:
            return f"La fiche entière\u00a0: {sheets[0].title}"
        if plan.roles:
            asked = ", ".join(self.schema.roles[role] for role in plan.roles)
            silent = sum(left_out(sheet, plan.roles) for sheet in sheets)
            shown = sheets[0].title if len(sheets) == 1 else _count(len(sheets))
            return f"{asked}\u00a0: {shown}{_silent(silent, len(sheets))}"
        if len(sheets) == 1:
            return f"La fiche {guillemets(sheets[0].title)}"
        return _count(len(sheets))

    def _counted(self, answer: Answer) -> Answer:
        total = len(answer.sheets)
        message = f"{_count(total)} en tout" if total else answer.message
        return replace(answer, message=message, turned=replace(answer.turned, total=total))

    def _board(self, question: str, plan: Plan, query: Query, sheets: Sequence[Sheet]) -> Answer:
        answer = self._shown(question, plan, query, sheets)
        board = comparison.compare(sheets, self.schema, plan.roles)
        message = plan.message or f"{_count(len(sheets))} côte à côte"
        if plan.common and sheets:
            board = comparison.common(sheets, self.schema)
            message = f"Ce que {_count(len(sheets))} ont en commun"
            if not board.rows:
                message = f"Ces {_count(len(sheets))} n’ont aucun choix en commun\u00a0: ni public, ni thème, ni lieu"
        return replace(answer, message=message, turned=Turned(board=board))

    def _figures(self, question: str, plan: Plan, query: Query, sheets: Sequence[Sheet]) -> Answer:
        wording = self.resolver.tools.talk.units[plan.unit]
        found = figures.figures(sheets, plan.unit, wording, plan.most, self.schema)
        answer = self._shown(question, plan, query, [figure.sheet for figure in found])
        known = [figure for figure in found if figure.value is not None]
        if not known:
            counted = "montant" if plan.unit == figures.EUROS else f"nombre de {plan.unit}"
            message = f"Aucune de ces fiches n’écrit un {counted} qui se compare"
        else:
            best = known[0]
            level = "Le plus" if plan.most else "Le moins"
            value = f"{figures.written(best.value or 0)} {'€' if plan.unit == figures.EUROS else plan.unit}"
            among = "la seule qui l’écrive" if len(known) == 1 else f"parmi {_count(len(known))} qui l’écrivent"
            message = f"{level}\u00a0: {value}, {guillemets(best.sheet.title)} ({among}, sur {len(found)})"
        return replace(answer, message=message, turned=Turned(figures=found))

    def _inspired(self, question: str, plan: Plan, query: Query) -> Answer:
        base = plan.base
        about = topic(plan.need, self.resolver.tools, fold(plan.need.text))
        seen = base.seen()
        ranked = self._ranked(replace(query, text=about, terms=tuple(dict.fromkeys(terms(about)))) if about else query)
        best = max((score for _, score in ranked), default=1.0) or 1.0
        new = [(sheet, score) for sheet, score in ranked if sheet.id not in seen and not left_out(sheet, _TOLD)]
        candidates = [(sheet, score / best if about else 1.0) for sheet, score in new]
        candidates = [found for found in candidates if found[1] >= _RELEVANT] or candidates
        seed = f"{base.seed} {len(base.turns)}"
        chosen = inspiration.diverse(candidates, self.store.sheets(sorted(seen)), 1, seed)
        answer = self._shown(question, plan, query, chosen)
        if not chosen:
            return replace(answer, message="Toutes les fiches à découvrir ont été montrées dans cette conversation")
        return replace(answer, message="Une idée à découvrir")

    def _session(self, question: str, plan: Plan, query: Query) -> Answer:
        first = self.find(question, query, plan, training.SHEETS)
        if not first.answered:
            return first
        ranked = self._ranked(query)
        best = ranked[0][1]
        near = [(s, score / best) for s, score in ranked if score >= _RELEVANT * best][:_NEAR]
        if len(near) < training.SHEETS:
            near = [(s, score / best) for s, score in ranked[: training.SHEETS]]
        top, others = near[0][0], near[1:]
        # there is nothing to guess of a sheet without limits: it is taken only where too few others have some
        limited = [found for found in others if not left_out(found[0], (Role.LIMITS,))]
        others = limited if len(limited) >= training.SHEETS - 1 else others
        chosen = (top, *inspiration.diverse(others, [top], training.SHEETS - 1, f"{plan.base.seed}"))
        answer = self._shown(question, plan, query, chosen)
        questions = self.resolver.tools.talk.discussion
        session = training.prepare(chosen, questions, self.schema)
        message = f"Une séance sur {guillemets(plan.need.text)}\u00a0: {_count(len(chosen))} contrastées"
        return replace(answer, message=message, turned=Turned(session=session))

    def _ranked(self, query: Query) -> list[tuple[Sheet, float]]:
        """Every sheet that bears the query's choices, with its score, best first."""
        hits = self.search(query, self.store.manifest.sheets)
        return [(hit.sheet, hit.score) for hit in hits]

    def _silent(self, question: str, plan: Plan, conversation: Conversation) -> Answer:
        message = plan.message
        if plan.kind is TurnKind.DANGER:
            called = ", ".join(f"{number} ({who})" for number, who in plan.numbers)
            message = f"Si quelqu’un est en danger maintenant, appelez tout de suite\u00a0: {called}"
        turned = Turned(plan.kind, choices=plan.choices, numbers=plan.numbers, can_undo=bool(conversation.turns))
        query = Query(question, (), {})
        return Answer(question, False, message, (), (), query, False, self.store.manifest.corpus_version, _SURE, turned)

    def _after(self, plan: Plan, answer: Answer) -> Conversation:
        if plan.kind is TurnKind.UNDO:
            return plan.base
        shown = tuple(excerpt.sheet.id for excerpt in answer.sheets)
        scores = tuple(round(excerpt.score, 6) for excerpt in answer.sheets)
        listed = shown if plan.listed is None else plan.listed
        if plan.kind is TurnKind.AMOUNTS:
            listed = shown
        if plan.kind is TurnKind.MORE and not shown and plan.base.last:
            listed = plan.base.last.listed  # no other sheet: « la deuxième » is still one of those before
        focus = plan.focus or (shown[0] if len(shown) == 1 and plan.listed is None else None)
        turn = Turn(plan.question, plan.kind, plan.need, plan.roles, shown, scores, listed, focus)
        return plan.base.then(turn)


def _bears(sheet: Sheet, choices: Filters) -> bool:
    return all(set(values) & set(sheet.facet(facet)) for facet, values in choices.items())


def _silent(silent: int, shown: int) -> str:
    """How many of the sheets shown do not say what is asked for; nothing when each does."""
    if silent < shown:
        return f", dont {silent} sans rien de renseigné" if silent else ""
    return ", non renseigné" if shown == 1 else ", aucune ne le renseigne"


def _count(sheets: int) -> str:
    return "1 fiche" if sheets == 1 else f"{sheets} fiches"


def _less(query: Query, dropped: Sequence[str]) -> Query:
    """The query less corrections and expansions that were taken away."""
    text, words = query.text, dict(query.words)
    for typed, meant in query.corrections:
        if typed in dropped:
            text = text.replace(meant, typed)
            for term in terms(meant):
                words.pop(term, None)
            words[stem(fold(typed))] = typed
    gone = {concept for written, concept in query.expansions if written in dropped}
    return replace(
        query,
        text=text,
        terms=tuple(words),
        words=words,
        concepts={concept: weight for concept, weight in query.concepts.items() if concept not in gone},
        corrections=tuple(pair for pair in query.corrections if pair[0] not in dropped),
        expansions=tuple(pair for pair in query.expansions if pair[0] not in dropped),
    )
