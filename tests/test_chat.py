"""The conversation in the terminal: typed at a prompt, or read from a file."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from assistant.chat import PROMPT
from assistant.settings import Settings

DIALOGUE = "une fête de quartier\n\nla douzième\n/aide\n!!!\nla première\nannule\n"


def test_a_dialogue_is_read_line_by_line(settings):
    """Empty lines are skipped, a line without words is said so, and the conversation goes on."""
    done = _piped(settings)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("> ") == 6
    assert "Il n’y a que 5 fiches" in done.stdout
    assert "La question ne contient aucun mot" in done.stdout
    assert "retour à" in done.stdout


def test_a_question_that_names_somebody_gets_a_gentle_warning_beside_the_answers(settings):
    done = _piped(settings, "--json", dialogue="aider Mme Durand, au 06 12 34 56 78\nles limites ?\n")
    assert done.stderr.count("Votre question semble contenir") == 1
    assert "le nom d’une personne" in done.stderr
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == 2


def test_as_json_there_is_a_document_a_line_and_nothing_else(settings):
    done = _piped(settings, "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 6
    assert sum("error" in line for line in lines) == 1


def test_at_a_prompt_control_c_drops_the_line_and_control_d_ends(settings):
    """Nobody loses a conversation by a key, and what was typed comes back with the arrow."""
    parent, child = pty.openpty()
    process = subprocess.Popen(
        _chat(settings), stdin=child, stdout=child, stderr=child, start_new_session=True, preexec_fn=_hears_control_c
    )
    os.close(child)
    try:
        said = _until_prompt(parent, "quitter")
        os.write(parent, b"bonjour\n")
        said += _until_prompt(parent, "Dites-moi ce que vous cherchez")
        os.write(parent, b"\x1b[A\n")
        said += _until_prompt(parent, "Dites-moi ce que vous cherchez")
        said += _until_prompt(parent, "ligne abandonnée", again=lambda: os.kill(process.pid, signal.SIGINT))
        os.write(parent, b"\x04")
        assert process.wait(timeout=60) == 0
        assert "Traceback" not in said
    finally:
        process.kill()
        process.wait()
        os.close(parent)


def _chat(settings: Settings) -> list[str]:
    program = [sys.executable, "-c", "from assistant.cli import main; main()", "chat"]
    return [*program, "--data", str(settings.data), "--index", str(settings.index)]


def _piped(settings: Settings, *options: str, dialogue: str = DIALOGUE) -> subprocess.CompletedProcess[str]:
    program = [*_chat(settings), *options]
    return subprocess.run(program, input=dialogue, capture_output=True, text=True, encoding="utf-8", timeout=120)


def _hears_control_c() -> None:
    """What runs behind a shell, as tests may, is started deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _until_prompt(terminal: int, words: str, again: Callable[[], None] = lambda: None) -> str:
    """What is said up to the prompt that follows these words: a key pressed before it is lost.

    Args:
        again: what is done until an answer comes: a signal between the prompt and its wait is not heard.
    """
    said = ""
    end = time.monotonic() + 60
    while PROMPT not in said.partition(words)[2] and time.monotonic() < end:
        if not said:
            again()
        if select.select([terminal], [], [], 1)[0]:
            said += os.read(terminal, 4096).decode("utf-8", "replace")
    assert PROMPT in said.partition(words)[2], said
    return said
