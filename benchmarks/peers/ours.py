"""The assistant, to the same contract. It is indexed and first asked by its own command line."""

from __future__ import annotations

import time
from typing import Any

from assistant.answer import Assistant
from assistant.conversation.state import Conversation
from assistant.export.json_form import answer_document
from benchmarks.peers.contract import Answered, serve


def main() -> None:
    assistant = Assistant.open()

    def answer(asked: dict[str, Any]) -> Answered:
        conversation = Conversation()
        for turn in asked.get("history") or ():
            _, conversation = assistant.ask(turn, conversation)
        start = time.perf_counter()
        document = answer_document(assistant.ask(asked["question"], conversation)[0])
        return document, time.perf_counter() - start

    serve(answer)


if __name__ == "__main__":
    main()
