"""A conversation in the terminal: typed, with a history of what was typed, or read from a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress

from assistant.answer import Assistant
from assistant.conversation.state import Conversation
from assistant.errors import AssistantError
from assistant.export.json_form import answer_document
from assistant.export.text_form import printable
from assistant.export.turn_text import reply_text
from assistant.journal import known_words
from assistant.masking import load_names, warning

PROMPT = "> "
_ENDS = ("quitter", "exit", "quit")
_STOP = "\n(ligne abandonnée\u202f; Ctrl+D pour arrêter)"
_WELCOME = (
    "Posez vos questions\u00a0; «\u00a0annule\u00a0» revient en arrière, «\u00a0aide\u00a0» dit comment demander, "
    "«\u00a0quitter\u00a0» ou Ctrl+D arrête.\n"
)


def converse(assistant: Assistant, seed: int, as_json: bool) -> None:
    """Answer each line in turn. A line that cannot be asked is said so, and the conversation goes on.

    Args:
        as_json: one JSON document a line, and nothing else on stdout.
    """
    conversation = Conversation(seed=seed)
    for question in _questions(as_json):
        if not question.strip():
            continue
        try:
            answer, conversation = assistant.ask(question, conversation)
        except KeyboardInterrupt:
            if not sys.stdin.isatty():
                raise
            print(_STOP)
            continue
        except AssistantError as error:
            said = json.dumps({"question": question, "error": str(error)}, ensure_ascii=False)
            print(said if as_json else f"{error}\n", flush=True)
            continue
        if as_json:
            print(json.dumps(answer_document(answer), ensure_ascii=False), flush=True)
        else:
            print(f"\n{reply_text(answer, assistant.schema)}\n", flush=True)
        if said := personal_warning(question, assistant):
            print(said, file=sys.stderr, flush=True)


def personal_warning(question: str, assistant: Assistant) -> str:
    """One gentle sentence when a question seems to hold personal data; nothing otherwise."""
    names = load_names(assistant.settings.data)
    if not warning(question, names):
        return ""
    # the names of centres are only read when they may matter
    store = assistant.store
    return warning(question, load_names(assistant.settings.data, known_words(store.sheets(store.sheet_ids({})))))


def _questions(as_json: bool) -> Iterator[str]:
    """What is typed until the end; from a file, each question is echoed before its answer."""
    if sys.stdin.isatty():
        yield from _typed()
        return
    for line in sys.stdin:
        question = line.strip()
        if question and not as_json:
            print(f"{PROMPT}{printable(question)}", flush=True)
        yield question


def _typed() -> Iterator[str]:
    with suppress(ImportError):
        import readline  # noqa: F401 - arrows bring back what was typed; absent on some systems
    print(_WELCOME)
    while True:
        try:
            question = input(PROMPT)
        except EOFError:
            print()
            return
        except KeyboardInterrupt:
            print(_STOP)
            continue
        if question.strip().lower().lstrip("/") in _ENDS:
            return
        yield question
