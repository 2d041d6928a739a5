"""Takes a turn: what it asks, what is shown, the conversation after it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.conversation.chips import chips
from assistant.conversation.plan import Plan
from assistant.conversation.state import Conversation, Turn
from assistant.language.folding import fold
from assistant.replies import Answer, Turned, TurnKind
from assistant.retrieval.understand import Filters
from assistant.turns.kinds import amounts, by_amount, idea, limits_by_kind, session, side_by_side, still_there
from assistant.turns.opened import Opened
from assistant.turns.reading import query_of
from assistant.turns.showing import SURE, counted, shown
from assistant.values import Query


@dataclass(frozen=True, slots=True)
class Turns(Opened):
    """Answers plans over one open index."""

    def as_typed(self) -> Turns:
        """The same, but questions are read as they are typed."""
        return replace(self, resolver=replace(self.resolver, tools=self.resolver.tools.as_typed()))

    def query(self, plan: Plan, filters: Filters | None = None) -> Query:
        """The query of a plan."""
        return query_of(plan, self.resolver.tools, filters)

    def take(
        self, question: str, conversation: Conversation, filters: Filters, limit: int
    ) -> tuple[Answer, Conversation]:
        """The answer to a question, and the conversation with it."""
        plan = self.resolver.resolve(question, conversation)
        if plan.silent:
            return self._silent(question, plan, conversation), conversation.alarmed(plan.base.danger)
        if filters:  # chosen as if the question had said so: they can be taken away, and what follows keeps them
            plan = replace(plan, need=replace(plan.need, facets={**plan.need.facets, **filters}))
        query = self.query(plan, filters)
        answer = self._answer(question, plan, query, limit)
        after = self._after(plan, answer)
        understood = chips(plan.need, query, plan.roles, self.schema.roles)
        turned = replace(
            answer.turned,
            kind=plan.kind,
            need=plan.need.text,
            notice=answer.turned.notice or plan.notice,
            other_way=plan.other_way,
            chips=understood,
            can_undo=bool(after.turns),
        )
        return replace(answer, turned=turned, follows=plan.follows), after

    def _answer(self, question: str, plan: Plan, query: Query, limit: int) -> Answer:
        if plan.kind is TurnKind.INSPIRE:
            return idea(self, question, plan, query)
        if plan.kind is TurnKind.TRAINING:
            return session(self, question, plan, query)
        if plan.kind is TurnKind.AMOUNTS and plan.sheets is None:
            return by_amount(self, question, plan, query, limit)
        if plan.sheets is None:
            everything = plan.kind is TurnKind.ALL
            answer = self.find(question, query, plan, self.store.manifest.sheets if everything else limit)
            if plan.kind is TurnKind.FACET and not answer.answered:
                return still_there(self, question, plan, query, limit) or answer
            return counted(self._for_whom(plan, query, answer)) if everything else answer
        sheets = [sheet for sheet in self.store.sheets(plan.sheets) if sheet.bears_all(query.facets)]
        if plan.kind is TurnKind.COMPARE:
            return side_by_side(self, question, plan, query, sheets)
        if plan.kind is TurnKind.AMOUNTS:
            return amounts(self, question, plan, query, sheets)
        if plan.kind is TurnKind.DIGEST:
            return limits_by_kind(self, question, plan, query, sheets)
        answer = shown(self, question, plan, query, sheets)
        return counted(answer) if plan.kind is TurnKind.ALL else answer

    def _for_whom(self, plan: Plan, query: Query, answer: Answer) -> Answer:
        """All that there is for a public, where nothing else was asked: what was shown first, and what is for it."""
        last, tools = plan.base.last, self.resolver.tools
        bare = not tools.understanding.subject(tools.choices.rest(fold(plan.need.text)))
        if not (last and last.need == plan.need and query.preferred and bare):
            return answer
        kept = [one for one in answer.sheets if one.sheet.id in last.listed or one.sheet.bears_all(query.preferred)]
        return replace(answer, sheets=tuple(kept))

    def _silent(self, question: str, plan: Plan, conversation: Conversation) -> Answer:
        message = plan.message
        if plan.kind is TurnKind.DANGER:
            called = ", ".join(f"{number} ({who})" for number, who in plan.numbers)
            message = f"Si quelqu’un est en danger maintenant, appelez tout de suite\u00a0: {called}"
        turned = Turned(plan.kind, choices=plan.choices, numbers=plan.numbers, can_undo=bool(conversation.turns))
        query = Query(question, (), {})
        return Answer(question, False, message, (), (), query, False, self.store.manifest.corpus_version, SURE, turned)

    def _after(self, plan: Plan, answer: Answer) -> Conversation:
        if plan.kind is TurnKind.UNDO:
            return plan.base
        ids = tuple(excerpt.sheet.id for excerpt in answer.sheets)
        scores = tuple(round(excerpt.score, 6) for excerpt in answer.sheets)
        listed = ids if plan.listed is None else plan.listed
        if plan.kind is TurnKind.AMOUNTS:
            listed = ids
        if plan.kind is TurnKind.MORE and not ids and plan.base.last:
            listed = plan.base.last.listed  # no other sheet: « la deuxième » is still one of those before
        focus = plan.focus or (ids[0] if len(ids) == 1 and plan.listed is None else None)
        near = tuple(excerpt.sheet.id for excerpt in answer.nearest)
        turn = Turn(plan.question, plan.kind, plan.need, plan.roles, ids, scores, listed, focus, near)
        return plan.base.then(turn)
