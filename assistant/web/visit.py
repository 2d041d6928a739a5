"""The events of the views: a message of the page in, the parts of the page out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from assistant.conversation.state import Conversation
from assistant.web.address import View
from assistant.web.basket import MOST_NOTES, Basket, read_basket
from assistant.web.browse import browse_html
from assistant.web.shelf import Shelf
from assistant.web.views import Desk, draw, follow, noted

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read at import: otherwise Gradio calls out at start
import gradio as gr

_MOST_SAID = MOST_NOTES  # characters of a message
_MOST_SEARCHED = 200
_MOST_TURN = 12  # digits
_OPENED = "0"  # the turn that opens the page: those of messages are counted from 1


class Visit:
    """Each event gives the new value of what ``seen`` lists."""

    def __init__(self, shelf: Callable[[], Shelf]) -> None:
        self._shelf = shelf  # of the generation in force

    def open(self, unanswered: tuple[str, ...], conversation: Conversation, request: gr.Request) -> tuple[Any, ...]:
        """What the address of the page opens; the script then says what the browser keeps."""
        address, fault = self._shelf().read(list(request.query_params.multi_items()))
        desk = Desk(replace(address, question=""), fault=fault)
        return self._seen(desk, Basket(), unanswered, conversation, _OPENED)

    def go(
        self,
        message: str | None,
        desk: Desk,
        stored: str | None,
        unanswered: tuple[str, ...],
        conversation: Conversation,
    ) -> tuple[Any, ...]:
        """Where a message leads: ``number|``, then a link, a change to the selection, or a note on a sheet."""
        turn, _, said = (message or "")[:_MOST_SAID].partition("|")
        basket = read_basket(stored)
        if said.startswith("note:"):
            sheet, _, note = said.removeprefix("note:").partition("\n")
            desk, basket = noted(sheet, note, desk, basket)
            seen = self._seen(desk, basket, unanswered, conversation, turn)
            return (*seen[:-1], gr.skip())  # the note is being written: its box stays as it is
        desk, basket = follow(said, desk, basket, self._shelf())
        return self._seen(desk, basket, unanswered, conversation, turn)

    def search(self, words: str | None, desk: Desk, stored: str | None) -> tuple[Any, ...]:
        """The sheets that bear the words, as they are typed."""
        words = (words or "")[:_MOST_SEARCHED]
        if desk.address.view is not View.BROWSE or words == desk.address.words:
            return gr.skip(), gr.skip()  # the box was filled by a link
        address = replace(desk.address, words=words, page=1)
        return replace(desk, address=address), browse_html(address, read_basket(stored), self._shelf())

    def _seen(
        self,
        desk: Desk,
        basket: Basket,
        unanswered: tuple[str, ...],
        conversation: Conversation,
        turn: str = "",
    ) -> tuple[Any, ...]:
        question = conversation.last.need.text if conversation.last else ""
        screen = draw(desk, basket, unanswered, question, self._shelf(), turn[:_MOST_TURN])
        return (
            desk.hushed(),
            screen.top,
            screen.notice,
            screen.head,
            desk.address.words,
            screen.view,
        )
