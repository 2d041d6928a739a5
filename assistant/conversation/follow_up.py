"""Follow-ups: what a question means after the ones before it.

A turn may ask something of the assistant itself (``asking``), point to a sheet that was shown, ask for
a section of those, narrow the need otherwise, add words to it, go back to an earlier one; anything else
is a new subject, and its choices are its own. The rules are tried in order; the first that holds wins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.conversation.asking import ASKED
from assistant.conversation.choices import PLACES, changed, dropped
from assistant.conversation.plan import Plan
from assistant.conversation.said import MOST_CHOICES, Said, Tools, asked, no_sheet, read, spoken, which
from assistant.conversation.small_talk import SmallTalk
from assistant.conversation.state import Conversation, Need, Turn
from assistant.language.analyzer import terms
from assistant.language.folding import fold
from assistant.replies import TurnKind
from assistant.typography import guillemets
from assistant.values import Facet, Role

OTHER_SUBJECT = "non, autre sujet"
SAME_SUBJECT = "non, c’est la suite"
_OWN_SUBJECT = 4  # terms: a question with more of its own that only points back stands by itself
_FRAGMENT = 5  # terms: a longer question that opens with « pour » or « dans » stands by itself
_NOTHING_BEFORE = "Il n’y a rien avant cette question"
_BARE = "actions"  # the words of a need that is only made of choices


@dataclass(frozen=True, slots=True)
class Resolver:
    """Reads the turns of conversations over one corpus. ``role_names`` are those of the page."""

    tools: Tools
    small_talk: SmallTalk
    role_names: dict[Role, str]

    def resolve(self, question: str, conversation: Conversation) -> Plan:
        """What a question means after the turns of a conversation."""
        folded = fold(question)
        nothing = Need("")
        numbers = self.small_talk.danger(folded)
        if numbers:
            return Plan(TurnKind.DANGER, conversation, question, nothing, numbers=numbers)
        reply = self.small_talk.reply(folded)
        if reply:
            return Plan(TurnKind.TALK, conversation, question, nothing, message=reply.answer)
        said = read(spoken(question, self.tools), conversation, self.tools)
        for rule in self._rules():
            plan = rule(said)
            if plan:
                return plan
        return self._subject(said if said.last else read(question, conversation, self.tools))

    def _rules(self) -> Sequence[Callable[[Said], Plan | None]]:
        rules = [_with(rule, self.tools) for rule in ASKED]
        return (
            self._undo,
            self._opposed,
            self._removed,
            self._anywhere,
            self._gone_back,
            self._others,
            *rules,
            self._new_subject,
            self._contradicted,
            self._pointed,
            self._followed,
        )

    # --- ways back

    def _undo(self, said: Said) -> Plan | None:
        if not self.tools.talk.asks("undo", said.folded):
            return None
        if not said.last:
            return said.back(f"{_NOTHING_BEFORE}\u00a0: rien à annuler")
        before = said.conversation.undone()
        last = before.last
        need, roles, shown = (last.need, last.roles, last.shown) if last else (Need(""), (), ())
        return said.plan(TurnKind.UNDO, need, base=before, roles=roles, sheets=shown)

    def _opposed(self, said: Said) -> Plan | None:
        """« non, autre sujet », « non, c'est la suite », « non, … »: the last question taken the other way."""
        wording = self.tools.talk.asks("opposed", said.folded)
        if not wording or not said.last:
            return None
        rest = said.folded[wording.end() :]
        was_subject = said.last.kind is TurnKind.SUBJECT
        before = said.conversation.undone()
        again = read(said.last.question, before, self.tools)
        if self.tools.talk.asks("other_subject", rest) or (self.tools.talk.asks("inverse", rest) and not was_subject):
            return self._subject(again)
        if self.tools.talk.asks("same_subject", rest) or self.tools.talk.asks("inverse", rest):
            if not before.last:
                return said.back(f"{_NOTHING_BEFORE}. Que cherchez-vous\u202f?")
            return self._narrowed(again) or self._refined(again)
        anew = read(said.tail(wording.end()), said.conversation, self.tools)
        if not anew.own:
            return None if not (anew.named or anew.roles) else self._followed(anew)
        if was_subject and before.last and not self.tools.talk.asks("fresh", anew.folded):
            return self._refined(read(anew.question, before, self.tools))
        return self._subject(read(anew.question, before, self.tools))

    def _gone_back(self, said: Said) -> Plan | None:
        wording = self.tools.talk.asks("go_back", said.folded)
        if not wording or not said.last:
            return None
        rest = said.folded[wording.end() :]
        needs = {turn.need.text: turn for turn in said.conversation.turns if turn.shown}
        earlier = [turn for turn in reversed(needs.values()) if turn.need != said.need]
        if self.tools.talk.asks("go_start", rest):
            earlier = [*needs.values()][:1]
            found: Turn | None = earlier[0] if earlier else None
        else:
            found = self._best_turn(rest, earlier)
        if found:
            return said.plan(
                TurnKind.RETURN,
                found.need,
                sheets=found.listed or found.shown,
                notice=f"Retour à\u00a0: {found.need.text}",
            )
        if terms(rest):
            text = said.tail(wording.end()).strip()
            plan = self._subject(read(text, said.conversation, self.tools))
            return replace(plan, notice="Ce sujet n’a pas encore été abordé\u00a0: nouveau sujet")
        choices = tuple(turn.need.text for turn in earlier[:MOST_CHOICES])
        return said.back("Revenir à quoi\u202f?", tuple(f"revenons à {text}" for text in choices))

    def _best_turn(self, rest: str, turns: Sequence[Turn]) -> Turn | None:
        """The most recent of the turns that bears most of these words or choices."""
        values = {(n.facet, n.value) for n in self.tools.choices.find(rest)}
        own = set(terms(rest))
        scores = []
        for turn in turns:
            need = turn.need
            borne = {(f, v) for part in (need.facets, need.preferred) for f in part for v in part[f]}
            shared = len(own & set(terms(need.text))) / len(own) if own else 0.0
            scores.append(max(shared, float(bool(values & borne))))
        best = max(scores, default=0.0)
        return turns[scores.index(best)] if best > 0 else None

    # --- what was understood, taken away

    def _removed(self, said: Said) -> Plan | None:
        wording = self.tools.talk.asks("remove", said.folded)
        if not wording or not said.last:
            return None
        typed = said.folded[wording.end() :]
        rest = set(terms(typed)) | set(typed.split())
        need = said.need
        roles = tuple(r for r in said.last.roles if set(terms(self.role_names[r])) <= rest)
        if roles:
            left = tuple(role for role in said.last.roles if role not in roles)
            return said.plan(TurnKind.SECTION, roles=left, sheets=said.last.shown, listed=said.listed, focus=said.focus)
        in_force = [
            (facet, value)
            for choices in (need.facets, need.excluded, need.preferred)
            for facet, values in choices.items()
            for value in values
        ]
        named = {(n.facet, n.value) for n in self.tools.choices.find(said.folded)}
        for facet, value in in_force:
            if set(terms(value)) <= rest or (facet, value) in named:
                return self._facet(said, dropped(need, facet, [value], self._text(need, [facet])))
        query = self.tools.understanding.query(need.text)
        for pair in (*query.corrections, *query.expansions):
            if any(set(terms(words)) <= rest for words in pair):
                return self._facet(said, replace(need, dropped=(*need.dropped, pair[0])))
        removals = tuple(f"retirer {value}" for _, value in in_force[:MOST_CHOICES])
        return said.back("Que faut-il retirer\u202f?" if removals else "Aucun filtre n’est en place", removals)

    def _anywhere(self, said: Said) -> Plan | None:
        if not said.last or not self.tools.talk.asks("anywhere", said.folded):
            return None
        need = said.need
        facets = {facet: values for facet, values in need.facets.items() if facet not in PLACES}
        excluded = {facet: values for facet, values in need.excluded.items() if facet not in PLACES}
        return self._facet(said, replace(need, facets=facets, excluded=excluded, text=self._text(need, PLACES)))

    # --- sheets, sections, choices, words

    def _others(self, said: Said) -> Plan | None:
        """« et les autres ? », « et pour toutes ? » after one sheet."""
        if not said.last or not said.focus:
            return None
        if self.tools.talk.asks("rest", said.folded):
            sheets = tuple(sheet for sheet in said.listed if sheet != said.focus)
            return self._section(said, said.last.roles, sheets) if sheets else None
        if said.last.kind is TurnKind.SECTION and self.tools.talk.asks("everyone", said.folded):
            return self._section(said, said.last.roles, said.listed)
        return None

    def _new_subject(self, said: Said) -> Plan | None:
        wording = self.tools.talk.asks("new_subject", said.folded)
        if not wording:
            return None
        rest = read(said.tail(wording.end()), said.conversation, self.tools)
        if rest.own or rest.named or rest.roles:
            return self._subject(rest)
        return said.back("D’accord, un autre sujet. Lequel\u202f?")

    def _contradicted(self, said: Said) -> Plan | None:
        found = self.tools.choices.contradiction(said.folded, said.named)
        if not found:
            return None
        named = " ou ".join(guillemets(choice) for choice in found.choices)
        return said.back(f"Ces conditions ne vont pas ensemble\u00a0: {named}. Laquelle garder\u202f?", found.choices)

    def _pointed(self, said: Said) -> Plan | None:
        tools = self.tools
        known = tuple(dict.fromkeys([*said.listed, *(s for t in reversed(said.conversation.turns) for s in t.shown)]))
        if tools.talk.asks("pointing", said.folded) and "fiche" in said.folded:
            known = (*known, *tools.store.sheet_ids({}))
        pointed = tools.references.point(said.folded, said.listed, said.focus, known)
        if not pointed.asked:
            return None
        if not said.listed and not pointed.sheets:
            return no_sheet(said) if len(said.own) <= 2 else None
        if pointed.out_of_range is not None:
            count = len(said.listed)
            return which(said, tools.titles(said.listed), f"Il n’y a que {count} fiche{'s' if count > 1 else ''}")
        if len(pointed.sheets) > 1:
            ranks = tools.references.ranks(said.folded, len(said.listed))
            if len(ranks) < 2:
                return which(said, tools.titles(pointed.sheets))
            return said.plan(TurnKind.SHEET, sheets=pointed.sheets, listed=said.listed, roles=said.roles)
        (sheet,) = pointed.sheets
        left = tools.talk.without("about", pointed.left)
        roles = asked(left, said.conversation, tools)
        again = said.last and said.last.kind is TurnKind.SECTION and fold(said.question).lstrip().startswith("et ")
        if not roles and again and said.last:
            roles = said.last.roles
        listed = said.listed if sheet in said.listed else (sheet,)
        words = left if tools.understanding.subject(tools.talk.without_sections(left)) else ""
        kind = TurnKind.SECTION if roles or (words and pointed.traits == ()) else TurnKind.SHEET
        return said.plan(kind, sheets=(sheet,), listed=listed, focus=sheet, roles=roles, words=words)

    def _followed(self, said: Said) -> Plan | None:
        talk = self.tools.talk
        opens = talk.asks("opens", said.folded)
        if not said.last:
            bare = opens and said.roles and not said.own and not said.named
            return no_sheet(said) if bare else None
        if talk.asks("fresh", said.folded) and (said.own or said.named):
            return None
        points = talk.asks("points_back", said.folded) and len(said.own) <= _OWN_SUBJECT
        if points and said.roles and said.focus and not said.own:
            return self._section(said, said.roles)
        if not said.own:
            narrowed = self._narrowed(said)
            return narrowed or self._section(said, said.roles)
        if (opens or points) and said.roles and not said.named:
            return self._section(said, said.roles, words=said.question, unsure=True)
        if points and said.listed and not said.named:
            return self._section(said, said.roles, words=said.question, unsure=True)
        fragment = talk.asks("fragment", said.folded) and len(said.own) <= _FRAGMENT
        return self._refined(said) if opens or points or fragment else None

    def _section(
        self,
        said: Said,
        roles: tuple[Role, ...],
        sheets: tuple[str, ...] | None = None,
        words: str = "",
        unsure: bool = False,
    ) -> Plan:
        shown = sheets or ((said.focus,) if said.focus else said.listed) or None
        focus = shown[0] if shown and len(shown) == 1 and shown[0] == said.focus else None
        other = OTHER_SUBJECT if unsure else ""
        return said.plan(
            TurnKind.SECTION,
            roles=roles,
            sheets=shown,
            listed=said.listed or None,
            focus=focus,
            words=words,
            other_way=other,
        )

    def _narrowed(self, said: Said) -> Plan | None:
        """The same need, under the choices that the turn names."""
        if not said.named or said.own:
            return None
        touched = tuple({n.facet for n in said.named})
        if set(touched) & set(PLACES):
            touched = (*touched, *PLACES)
        text = self._text(said.need, touched)
        if any(not n.firm and not n.out for n in said.named):
            text = f"{text} {self._less_opening(said)}"
        plan = self._facet(said, changed(said.need, said.named, text))
        return replace(plan, roles=said.roles, other_way=OTHER_SUBJECT)

    def _refined(self, said: Said) -> Plan:
        touched = tuple({n.facet for n in said.named})
        text = f"{self._text(said.need, touched)} {said.question}"
        need = changed(said.need, said.named, text)
        return said.plan(TurnKind.REFINE, need, roles=said.roles, other_way=OTHER_SUBJECT, notice=_following(said.need))

    def _facet(self, said: Said, need: Need) -> Plan:
        return said.plan(TurnKind.FACET, need, notice=_following(said.need))

    def _subject(self, said: Said) -> Plan:
        """A need of its own: nothing of the turns before holds."""
        before = bool(said.last)
        # the words that open a first question are its own; after others they are only a link
        opening = self.tools.talk.asks("opens", said.folded) if before else None
        text = said.tail(opening.end()) if opening and terms(said.folded[opening.end() :]) else said.question
        return said.plan(
            TurnKind.SUBJECT,
            self.tools.subject(text.lstrip(" ,;:.!") or said.question),
            roles=said.roles,
            notice="Compris comme un nouveau sujet" if before else "",
            other_way=SAME_SUBJECT if before else "",
        )

    def _text(self, need: Need, facets: Sequence[Facet]) -> str:
        text = self.tools.choices.without(need.text, facets) if facets else need.text
        return text if terms(text) else f"{_BARE} {text}".strip()

    def _less_opening(self, said: Said) -> str:
        opens = self.tools.talk.asks("opens", said.folded)
        return said.tail(opens.end() if opens else 0).strip(" ?!.,")


def _following(need: Need) -> str:
    return f"Compris comme la suite de\u00a0: {need.text}"


def _with(rule: Callable[[Said, Tools], Plan | None], tools: Tools) -> Callable[[Said], Plan | None]:
    return lambda said: rule(said, tools)
