"""The page in Gradio Blocks: the conversation, and a place for the view that a link opens. It decides nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import Any

from assistant.journal import Journal
from assistant.web.address import View
from assistant.web.basket import Basket
from assistant.web.frame import top_html
from assistant.web.talk import Talk, new_conversation
from assistant.web.views import Desk
from assistant.web.visit import Visit
from assistant.web.warming import Warming

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read at import: otherwise Gradio calls out at start
import gradio as gr

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
_STATE_SECONDS = 3600
_CONCURRENT = 8


def build_page(warming: Warming, journal: Journal | None = None) -> Any:
    """The ``gr.Blocks`` of the page, over an assistant that may still be warming up."""
    talk, visit = Talk(warming, journal), Visit(lambda: warming.shelf)
    with gr.Blocks(title="Actions des centres sociaux", analytics_enabled=False) as page:
        conversation = gr.State(new_conversation(), time_to_live=_STATE_SECONDS)
        messages = gr.State([], time_to_live=_STATE_SECONDS)
        unanswered = gr.State((), time_to_live=_STATE_SECONDS)
        desk = gr.State(Desk(), time_to_live=_STATE_SECONDS)
        # the selection as the browser keeps it when a message leaves. BrowserState reads it once, when the page
        # opens: of two tabs, the last to write would undo what the other kept
        stored = gr.Textbox(elem_id="stored", label="Sélection", visible="hidden")
        # what the page's own HTML asks for, written there by the script
        go = gr.Textbox(elem_id="go", label="Aller", visible="hidden")
        say = gr.Textbox(elem_id="say", label="Dire", visible="hidden")

        top = _html(top_html(View.TALK, View.TALK, Basket(), warming.shelf), "top")
        notice = _html("", "notice")
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="talk"):
                _html(_LEAD, "lead")
                waiting = _html(_WAITING, "waiting", visible=not warming.ready)
                log = _log()
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
            examples = _examples()
        with gr.Column(elem_id="place"):
            head = _html("", "head")
            search = gr.Textbox(
                elem_id="search",
                label="Chercher dans les fiches",
                placeholder="Un mot, un titre, un lieu",
                max_lines=1,
            )
            view = _html("", "view")
        kept = _KEPT.format(warming.settings.journal_days) if journal else _NOT_KEPT
        _html(_FOOT.format(kept, _MANAGE if warming.settings.admin_password else ""), "foot")

        states = [conversation, messages, unanswered]
        shown = [log, *states, question, again]
        seen = [desk, top, notice, head, search, view]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        once, each = {**quiet, "trigger_mode": "once"}, {**quiet, "trigger_mode": "multiple"}
        gr.on([question.submit, send.click], talk.ask, [question, *states], shown, **once)
        for text, button in examples.items():
            button.click(partial(talk.ask, text), states, shown, **once)
        log.option_select(talk.choose, states, shown, **once)
        say.submit(talk.say, [say, *states], shown, **once)
        restart.click(talk.restart, None, shown, **once)
        go.submit(visit.go, [go, desk, stored, unanswered, conversation], seen, **each)
        search.change(visit.search, [search, desk, stored], [desk, view], **quiet, trigger_mode="always_last")
        page.load(talk.warm_up, None, waiting, **once)
        page.load(visit.open, [unanswered, conversation], seen, **once)
        page.load(talk.ask_address, states, shown, **once)
    page.queue(default_concurrency_limit=_CONCURRENT, max_size=warming.settings.waiting)
    page.state_session_capacity = warming.settings.sessions
    return page


def _html(content: str, elem_id: str, visible: bool = True) -> Any:
    """HTML of ours, sanitised by the page."""
    return gr.Markdown(content, elem_id=elem_id, visible=visible, sanitize_html=True, latex_delimiters=[], buttons=[])


def _log() -> Any:
    return gr.Chatbot(
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


def _examples() -> dict[str, Any]:
    """The buttons of the examples, by their question."""
    found: dict[str, Any] = {}
    with gr.Column(elem_id="examples"):
        _html("<h2>Exemples de questions</h2>", "examples-title")
        for moment, texts in EXAMPLES.items():
            gr.Markdown(f"### {moment}")
            found |= {text: gr.Button(text, elem_classes="example") for text in texts}
    return found


_LEAD = (
    "<h1>Que cherchez-vous\u202f?</h1><p>Posez votre question avec vos mots. "
    "La réponse est faite d’extraits de fiches, toujours avec leurs limites et leurs perspectives.</p>"
)
_WAITING = (
    "<p>Le modèle de langue se charge, quelques secondes. Vous pouvez déjà poser votre question\u00a0: "
    "la réponse viendra dès qu’il sera prêt.</p>"
)
_FOOT = (
    "<p><span>Les textes des fiches sont montrés mot pour mot, sans correction. {}</span> "
    '<a href="/guide" target="_blank">Guide (nouvel onglet)</a>{}</p>'
)
_MANAGE = ' <a href="/gerer" target="_blank">Gérer le corpus (nouvel onglet)</a>'
_NOT_KEPT = "Vos questions ne sont conservées nulle part."
_KEPT = (
    "Vos questions sont conservées {}\u00a0jours sur cette machine, sans votre nom\u00a0; adresses, téléphones et noms "
    "y sont masqués."
)
