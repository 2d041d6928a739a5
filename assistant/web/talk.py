"""The events of the conversation: questions in, what the page shows out."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Any

from assistant.conversation.state import Conversation, Need, Turn
from assistant.errors import AssistantError
from assistant.journal import SEARCHED, Journal
from assistant.masking import warning
from assistant.replies import TurnKind
from assistant.retrieval.understand import Filters
from assistant.unexpected import log_unexpected
from assistant.values import Sheet
from assistant.web.cards import about_html, error_html, fresh_no_more, question_html, waiting_html, warning_html
from assistant.web.turn_cards import QUESTIONS, options, reply_html
from assistant.web.warming import Warming

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read at import: otherwise Gradio calls out at start
import gradio as gr

Message = dict[str, Any]
Unanswered = tuple[str, ...]
_KEPT_MESSAGES = 40  # the whole conversation travels at every answer
_KEPT_UNANSWERED = 50
_ECHO_CHARACTERS = 300  # of a question that is refused for its length
_POLL_SECONDS = 0.2
_log = logging.getLogger(__name__)


class Talk:
    """The events of the page. Each gives the new value of what ``shown`` lists."""

    def __init__(self, warming: Warming, journal: Journal | None = None) -> None:
        self._warming = warming
        self._journal = journal

    def ask(
        self,
        question: str | None,
        conversation: Conversation,
        messages: list[Message],
        unanswered: Unanswered,
        filters: Filters | None = None,
    ) -> Iterator[tuple[Any, ...]]:
        """The question at once, then its answer."""
        question = question or ""  # a client may send nothing
        asked = [_message("user", question_html(_echo(question)))] if question.strip() else []
        # only the last answer can be acted on: its buttons go when another question is asked
        messages = [_past(message) for message in [*messages, *asked]][-_KEPT_MESSAGES:]
        pending = [] if self._warming.settled else [_message("assistant", waiting_html())]
        # the box is emptied here and left alone with the answer: the next question may be in it by then
        yield [*messages, *pending], gr.skip(), gr.skip(), gr.skip(), "", gr.skip()
        try:
            assistant = self._warming.assistant()
            answer, conversation = assistant.ask(question, conversation, filters)
        except Exception as error:  # noqa: BLE001 - whatever happens, the page says so
            if not isinstance(error, AssistantError):
                log_unexpected(_log, error)
            said = [*messages, _message("assistant", error_html(error))]
            # a question that cannot be asked stays in the box, to be mended; nothing at all leaves no trace
            yield said, gr.skip(), said if asked else messages, gr.skip(), question, gr.update(visible=True)
            return
        if self._journal:
            self._journal.note(question, answer, "page")
        gentle = warning_html(warning(question, self._warming.shelf.names))
        reply = _message("assistant", reply_html(answer, assistant.schema.roles) + gentle)
        messages = [*messages, {**reply, "options": options(answer)}]
        if not answer.answered and answer.turned.kind in SEARCHED:
            unanswered = (*unanswered, question.strip()[:_ECHO_CHARACTERS])[-_KEPT_UNANSWERED:]
        yield messages, conversation, messages, unanswered, gr.skip(), gr.update(visible=True)

    def choose(
        self, conversation: Conversation, messages: list[Message], unanswered: Unanswered, chosen: gr.SelectData
    ) -> Iterator[tuple[Any, ...]]:
        """What a button under an answer stands for, as if it had been typed."""
        yield from self.ask(str(chosen.value), conversation, messages, unanswered)

    def say(
        self, said: str | None, conversation: Conversation, messages: list[Message], unanswered: Unanswered
    ) -> Iterator[tuple[Any, ...]]:
        """What a button of the page's own HTML says: ``number|question:…``, or ``number|fiche:ID`` to talk of it."""
        verb, _, rest = (said or "").partition("|")[2].partition(":")
        shelf = self._warming.shelf
        sheet = shelf.catalogue.get(rest) if verb == "fiche" else None
        if verb == "question":
            yield from self.ask(rest, conversation, messages, unanswered)
        elif sheet is None:
            yield (gr.skip(),) * 6
        else:
            messages = [_past(message) for message in messages][-_KEPT_MESSAGES:]
            about = _message("assistant", about_html(sheet, shelf.schema.roles, shelf.version))
            messages = [*messages, {**about, "options": QUESTIONS}]
            yield messages, talking_of(sheet, conversation), messages, gr.skip(), gr.skip(), gr.update(visible=True)

    def ask_address(
        self, conversation: Conversation, messages: list[Message], unanswered: Unanswered, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """The question of the address, ``/?q=…``, under its choices, when there is one."""
        address, _ = self._warming.shelf.read(list(request.query_params.multi_items()))
        if address.question:
            yield from self.ask(address.question, conversation, messages, unanswered, address.facets)
        else:
            yield (gr.skip(),) * 6  # nothing at all would empty a box in which the user is writing

    def restart(self) -> tuple[Any, ...]:
        """An empty conversation."""
        return [], new_conversation(), [], gr.skip(), "", gr.update(visible=False)

    async def warm_up(self) -> AsyncIterator[Any]:
        """Say what the page waits for, until it waits no more."""
        while not self._warming.settled:
            yield gr.update(visible=True)
            await asyncio.sleep(_POLL_SECONDS)
        failure = self._warming.failure
        yield gr.update(value=error_html(failure)) if failure else gr.update(visible=False)


def new_conversation() -> Conversation:
    """An empty conversation, with surprises of its own."""
    return Conversation(seed=secrets.randbelow(2**31))


def talking_of(sheet: Sheet, conversation: Conversation) -> Conversation:
    """The conversation with this sheet as what is talked about."""
    need = Need(sheet.title)
    turn = Turn(sheet.title, TurnKind.SUBJECT, need, (), (sheet.id,), (1.0,), (sheet.id,), sheet.id)
    return conversation.alarmed().then(turn)


def _past(message: Message) -> Message:
    """A message that another one follows: it cannot be acted on any more."""
    return {**message, "options": [], "content": fresh_no_more(str(message["content"]))}


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _echo(question: str) -> str:
    question = question.strip()
    return question if len(question) <= 2000 else f"{question[:_ECHO_CHARACTERS]}…"
