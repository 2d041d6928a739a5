"""What was typed, read once for all the rules of a turn; and the questions back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.conversation.acts import Guess
from assistant.conversation.choices import ChoiceReader
from assistant.conversation.plan import Plan
from assistant.conversation.reference import References
from assistant.conversation.state import EVERYTHING, Conversation, Need, Turn
from assistant.conversation.wordings import TalkWordings
from assistant.indexing.alignment import Read
from assistant.language.analyzer import terms
from assistant.language.folding import fold
from assistant.replies import TurnKind
from assistant.retrieval.choices import Named
from assistant.retrieval.understand import Understanding
from assistant.stores.store import Store
from assistant.typography import guillemets
from assistant.values import Facet, Role

MOST_CHOICES = 6
_NAME = 3  # terms: a longer text is no name of a choice
_ALIKE = re.compile(r"\b(le |la )memes? (departement|region|centre|structure|public)\b")
_ALIKE_FACETS = {
    "departement": Facet.DEPARTMENT,
    "region": Facet.REGION,
    "centre": Facet.STRUCTURE,
    "structure": Facet.STRUCTURE,
    "public": Facet.PUBLIC,
}
_FRAMES = ("dans", "pour", "avec")  # what a name alone leaves out


@dataclass(frozen=True, slots=True)
class Tools:
    """What rules read with; compiled once over one corpus.

    ``guess`` says what a mended text most likely asks for, ``read`` gives what texts mean; ``role_names`` are those
    of the page.
    """

    talk: TalkWordings
    choices: ChoiceReader
    references: References
    understanding: Understanding
    store: Store
    guess: Callable[[str], Guess]
    read: Read
    role_names: Mapping[Role, str]

    def nearness(self, one: str, other: str) -> float:
        """How near two texts are, from -1 to 1."""
        return float(self.read(one).vector @ self.read(other).vector)

    def titles(self, ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(sheet.title for sheet in self.store.sheets(ids[:MOST_CHOICES]))

    def subject(self, text: str) -> Need:
        """The need of a question that stands by itself."""
        query = self.understanding.query(text)
        return Need(text, query.facets, query.excluded, query.preferred)

    def as_typed(self) -> Tools:
        """The same, but questions are read as they are typed."""
        return open_tools(self.talk, self.understanding.as_typed(), self.store, self.guess, self.read, self.role_names)


def open_tools(
    talk: TalkWordings,
    understanding: Understanding,
    store: Store,
    guess: Callable[[str], Guess],
    read: Read,
    role_names: Mapping[Role, str],
) -> Tools:
    """The tools of one corpus."""
    choices = ChoiceReader(talk, understanding, store)

    def cosines(text: str, sheets: Sequence[str]) -> dict[str, float]:
        vector = read(text).vector
        near = {sheet: [cosine for _, cosine in store.similarities(vector, sheet)] for sheet in sheets}
        return {sheet: max(found, default=-1.0) for sheet, found in near.items()}

    references = References(talk, choices, understanding, store, cosines)
    return Tools(talk, choices, references, understanding, store, guess, read, role_names)


@dataclass(frozen=True, slots=True)
class Said:
    """One question of a conversation, with the choices and sections that it names.

    ``plain`` is the question as it is read, shorthand and spelling mended; ``folded`` the same, folded, which the
    rules go by. ``own`` are the terms of its subject, less those; ``act`` what it is guessed to ask for, once it was.
    """

    question: str
    plain: str
    folded: str
    conversation: Conversation
    named: tuple[Named, ...]
    roles: tuple[Role, ...]
    own: frozenset[str]
    act: str = ""

    @property
    def last(self) -> Turn | None:
        return self.conversation.last

    @property
    def need(self) -> Need:
        return self.last.need if self.last else Need("")

    @property
    def wide_need(self) -> Need:
        """The need of the sheets shown; where none is, all of them are meant."""
        return self.need if self.listed else EVERYTHING

    @property
    def listed(self) -> tuple[str, ...]:
        return self.last.listed if self.last else ()

    @property
    def focus(self) -> str | None:
        return self.last.focus if self.last else None

    @property
    def near(self) -> tuple[str, ...]:
        """What is on screen for want of an answer: it may be pointed to, and is not listed."""
        return self.last.near if self.last and not self.listed else ()

    def tail(self, start: int) -> str:
        """What is read after this offset of the folded text."""
        whole = self.plain if len(self.plain) == len(self.folded) else self.folded
        return whole[start:]

    def plan(self, kind: TurnKind, need: Need | None = None, **more: object) -> Plan:
        values = {"base": self.conversation, "question": self.question, **more}
        return Plan(kind=kind, need=self.need if need is None else need, **values)  # type: ignore[arg-type]

    def back(self, message: str, choices: Sequence[str] = ()) -> Plan:
        """A question back; the conversation stays as it is."""
        return self.plan(TurnKind.CLARIFY, message=message, choices=tuple(choices))


def among(said: Said, tools: Tools) -> tuple[str, ...]:
    """The sheets shown; where none is, all of them."""
    return said.listed or tuple(tools.store.sheet_ids({}))


def asks(said: Said, name: str, tools: Tools) -> bool:
    """Whether a turn asks for an act, in a wording that is known or by what was guessed."""
    return said.act == name or tools.talk.asks(name, said.folded) is not None


def read(question: str, conversation: Conversation, tools: Tools) -> Said:
    """The question with what it names; « combien d'enfants » names a section, not a public.

    After others, a choice may stand by its name alone: « seniors », « le Var ».
    """
    said = _read(question, conversation, tools)
    if not conversation.last or said.named or said.roles or not 1 <= len(said.own) <= _NAME:
        return said
    words = re.finditer(r"(?:\b(?:la|les?)\s+|\bl['’])?([\w-]+)", question, re.IGNORECASE)
    start = next((word.start() for word in words if said.own & set(terms(word[1]))), 0)
    framed = (_read(f"{question[:start]}{frame} {question[start:]}", conversation, tools) for frame in _FRAMES)
    return next((one for one in framed if one.named and not one.own), said)


def _read(question: str, conversation: Conversation, tools: Tools) -> Said:
    plain = tools.understanding.mended(question)
    folded = fold(plain)
    rest = tools.talk.without_sections(folded) if conversation.last else folded
    named = tools.choices.find(rest)
    if named:
        rest = tools.choices.rest(rest)
    own = tools.understanding.subject(tools.talk.without("opens", rest)) - tools.talk.filler_terms
    return Said(question, plain, folded, conversation, named, asked(plain, conversation, tools), frozenset(own))


def spoken(question: str, conversation: Conversation, tools: Tools) -> str:
    """The question less what people say around it: « bon, », « merci, », « pas mal ! », « parmi elles, », « stp »."""
    names = ("filler", "greeting", "among") if conversation.last else ("filler", "greeting")
    question = _less(question, names, tools)
    ending = tools.talk.asks("trailing", fold(question)) if conversation.last else None
    kept = _aligned(question)[: ending.start()] if ending else ""
    return f"{kept}{_aligned(question)[ending.end() :]}" if len(kept.split()) > 1 and ending else question


def unfilled(question: str, tools: Tools) -> str:
    """The question less what people say before it: « euh », « bah, », « je suis stagiaire et », which says nothing
    of the need unless it alone names a choice: « je suis animatrice ados et »."""
    question = _less(question, ("filler",), tools)
    while said := tools.talk.asks("introduction", fold(question)):
        rest = _aligned(question)[said.end() :]
        after = {(named.facet, named.value) for named in tools.choices.find(fold(rest))}
        if not after.issuperset((named.facet, named.value) for named in tools.choices.find(said.group())):
            break
        question = rest
    return question


def _less(question: str, names: Sequence[str], tools: Tools) -> str:
    while openings := [found for name in names if (found := tools.talk.asks(name, fold(question)))]:
        rest = _aligned(question)[openings[0].end() :]
        if not rest.strip(" ?!.,"):
            break
        question = rest
    return question


def _aligned(question: str) -> str:
    """The question at the offsets of its folded text."""
    return question if len(question) == len(fold(question)) else fold(question)


def same(question: str, conversation: Conversation, tools: Tools) -> str:
    """The question with what « le même département » stands for: that of the sheets shown, when they agree."""
    last = conversation.last
    alike = _ALIKE.search(fold(question))
    if not last or not alike or len(fold(question)) != len(question):
        return question
    facet = _ALIKE_FACETS[alike[2]]
    shown = tools.store.sheets((last.focus,) if last.focus else last.listed)
    found = {sheet.facet(facet) for sheet in shown}
    if len(found) != 1 or not (values := found.pop()):
        return question
    kind = question[slice(*alike.span(2))]
    return f"{question[: alike.start()]}{alike[1]}{kind} {values[0]}{question[alike.end() :]}"


def asked(text: str, conversation: Conversation, tools: Tools) -> tuple[Role, ...]:
    """The sections that a text asks for; once sheets are shown, in fewer words."""
    if not conversation.last:
        return tools.understanding.asked(text)
    return tuple(dict.fromkeys((*tools.understanding.roles(text), *tools.talk.roles(fold(text)))))


def no_sheet(said: Said) -> Plan:
    return said.back("De quelles fiches parlez-vous\u202f? Aucune n’est encore montrée\u00a0: dites d’abord un besoin")


def which(said: Said, titles: Sequence[str], among: str = "") -> Plan:
    """« laquelle ? », with the titles."""
    named = ", ".join(guillemets(title) for title in titles)
    return said.back(f"{among or 'Plusieurs fiches conviennent'}\u00a0: {named}. Laquelle\u202f?", titles)


def only(count: int) -> str:
    """How few sheets are shown."""
    return "Il n’y a qu’une fiche" if count == 1 else f"Il n’y a que {count} fiches"
