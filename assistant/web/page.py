"""The page: a conversation in Gradio Blocks. It passes questions on and shows what comes back."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import traceback
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from typing import Any

from assistant.conversation.state import Conversation
from assistant.corpus.corpus import SCHEMA
from assistant.corpus.schema import load_schema
from assistant.errors import AssistantError
from assistant.values import Role
from assistant.web.cards import error_html, question_html, waiting_html
from assistant.web.turn_cards import options, reply_html
from assistant.web.warming import Warming

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read at import: otherwise Gradio calls out at start
import gradio as gr

Message = dict[str, Any]
EXAMPLES: Mapping[str, tuple[str, str]] = {
    "Un besoin": (
        "Comment lutter contre l’isolement des seniors en milieu rural\u202f?",
        "Comment faire participer les jeunes à la vie du quartier\u202f?",
    ),
    "Une formation": (
        "Comment favoriser la participation des habitants\u202f?",
        "Quelles limites rencontrent les actions avec des bénévoles\u202f?",
    ),
    "Une inspiration": (
        "Une action originale avec un animal\u202f?",
        "Une fête de quartier portée par les jeunes\u202f?",
    ),
}
FOLLOW_UPS: Mapping[str, str] = {
    "Les limites": "Quelles limites\u202f?",
    "Les perspectives": "Quelles perspectives\u202f?",
    "D’autres actions": "D’autres actions\u202f?",
}
_KEPT_MESSAGES = 40  # the whole conversation travels at every answer
_ECHO_CHARACTERS = 300  # of a question that is refused for its length
_STATE_SECONDS = 3600
_CONCURRENT = 8
_POLL_SECONDS = 0.2
_log = logging.getLogger(__name__)


def build_page(warming: Warming) -> Any:
    """The ``gr.Blocks`` of the page, over an assistant that may still be warming up."""
    talk = Talk(warming)
    sheets = warming.manifest.sheets
    with gr.Blocks(title="Actions des centres sociaux", analytics_enabled=False) as page:
        conversation = gr.State(_new_conversation(), time_to_live=_STATE_SECONDS)
        messages = gr.State([], time_to_live=_STATE_SECONDS)
        gr.Markdown(_TOP.format(sheets=sheets), elem_id="top")
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="talk"):
                gr.Markdown(_LEAD, elem_id="lead")
                waiting = gr.Markdown(_WAITING, elem_id="waiting", visible=not warming.ready)
                log = gr.Chatbot(
                    elem_id="conversation",
                    label="Conversation",
                    show_label=False,
                    layout="panel",
                    buttons=[],
                    height="auto",
                    autoscroll=False,
                    sanitize_html=True,
                    allow_tags=False,
                    latex_delimiters=[],
                    group_consecutive_messages=False,
                    feedback_options=None,
                )
                with gr.Row(elem_id="then", visible=False) as then:
                    gr.Markdown("Continuer sur ces fiches", elem_id="then-label")
                    follow_ups = {text: gr.Button(label, elem_classes="ask") for label, text in FOLLOW_UPS.items()}
                with gr.Row(elem_id="again", visible=False) as again:
                    restart = gr.Button("Nouvelle conversation", elem_id="restart")
                with gr.Row(elem_id="box"):
                    question = gr.Textbox(
                        elem_id="question",
                        label="Votre question",
                        placeholder="Un besoin, un public, un lieu",
                        lines=1,
                        max_lines=6,
                        autofocus=True,
                    )
                    send = gr.Button("Demander", variant="primary", elem_id="send")
            with gr.Column(elem_id="examples"):
                gr.Markdown("## Exemples de questions")
                examples: dict[str, gr.Button] = {}
                for moment, texts in EXAMPLES.items():
                    gr.Markdown(f"### {moment}")
                    examples |= {text: gr.Button(text, elem_classes="example") for text in texts}
        gr.Markdown("Les textes des fiches sont montrés mot pour mot, sans correction.", elem_id="foot")

        states = [conversation, messages]
        shown = [log, *states, question, then, again]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "once"}
        gr.on([question.submit, send.click], talk.ask, [question, *states], shown, **quiet)
        for text, button in (examples | follow_ups).items():
            button.click(partial(talk.ask, text), states, shown, **quiet)
        log.option_select(talk.choose, states, shown, **quiet)
        restart.click(talk.restart, None, shown, **quiet)
        page.load(talk.warm_up, None, waiting, **quiet)
        page.load(talk.ask_address, states, shown, **quiet)
    page.queue(default_concurrency_limit=_CONCURRENT)
    return page


class Talk:
    """The events of the page. Each gives the new value of what ``shown`` lists."""

    def __init__(self, warming: Warming) -> None:
        self._warming = warming
        self._names: Mapping[Role, str] = load_schema(warming.settings.data / SCHEMA).roles

    def ask(
        self, question: str | None, conversation: Conversation, messages: list[Message]
    ) -> Iterator[tuple[Any, ...]]:
        """The question at once, then its answer."""
        question = question or ""  # a client may send nothing
        asked = [_message("user", question_html(_echo(question)))] if question.strip() else []
        # only the last answer can be acted on: its buttons go when another question is asked
        messages = [{**message, "options": []} for message in [*messages, *asked]][-_KEPT_MESSAGES:]
        pending = [] if self._warming.settled else [_message("assistant", waiting_html())]
        # the box is emptied here and left alone with the answer: the next question may be in it by then
        yield [*messages, *pending], gr.skip(), gr.skip(), "", gr.skip(), gr.skip()
        try:
            answer, conversation = self._warming.assistant().ask(question, conversation)
        except Exception as error:  # noqa: BLE001 - whatever happens, the page says so
            if not isinstance(error, AssistantError):
                log_unexpected(_log, error)
            said = [*messages, _message("assistant", error_html(error))]
            # a question that cannot be asked stays in the box, to be mended; nothing at all leaves no trace
            yield said, gr.skip(), said if asked else messages, question, gr.skip(), gr.update(visible=True)
            return
        messages = [*messages, {**_message("assistant", reply_html(answer, self._names)), "options": options(answer)}]
        yield messages, conversation, messages, gr.skip(), gr.update(visible=answer.answered), gr.update(visible=True)

    def choose(
        self, conversation: Conversation, messages: list[Message], chosen: gr.SelectData
    ) -> Iterator[tuple[Any, ...]]:
        """What a button under an answer stands for, as if it had been typed."""
        yield from self.ask(str(chosen.value), conversation, messages)

    def ask_address(
        self, conversation: Conversation, messages: list[Message], request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """The question of the address, ``/?q=…``, when there is one."""
        question = request.query_params.get("q", "")
        if question:
            yield from self.ask(question, conversation, messages)
        else:
            yield (gr.skip(),) * 6  # nothing at all would empty a box in which the user is writing

    def restart(self) -> tuple[Any, ...]:
        """An empty conversation."""
        hidden = gr.update(visible=False)
        return [], _new_conversation(), [], "", hidden, hidden

    async def warm_up(self) -> AsyncIterator[Any]:
        """Say what the page waits for, until it waits no more."""
        while not self._warming.settled:
            yield gr.update(visible=True)
            await asyncio.sleep(_POLL_SECONDS)
        failure = self._warming.failure
        yield gr.update(value=error_html(failure)) if failure else gr.update(visible=False)


def log_unexpected(log: logging.Logger, error: Exception) -> None:
    """Where it happened, without the message of the error, which may hold the question."""
    log.error("%s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))


def _new_conversation() -> Conversation:
    """An empty conversation, with surprises of its own."""
    return Conversation(seed=secrets.randbelow(2**31))


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _echo(question: str) -> str:
    question = question.strip()
    return question if len(question) <= 2000 else f"{question[:_ECHO_CHARACTERS]}…"


_TOP = '<p class="brand">Actions des centres sociaux <small>{sheets} fiches, citées mot pour mot</small></p>'
_LEAD = (
    "<h1>Que cherchez-vous\u202f?</h1><p>Posez votre question avec vos mots. "
    "La réponse est faite d’extraits de fiches, toujours avec leurs limites et leurs perspectives.</p>"
)
_WAITING = (
    "<p>Le modèle de langue se charge, quelques secondes. Vous pouvez déjà poser votre question\u00a0: "
    "la réponse viendra dès qu’il sera prêt.</p>"
)
