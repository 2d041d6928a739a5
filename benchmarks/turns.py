"""What each kind of turn costs beside a first question.

usage: .venv/bin/python -m benchmarks.turns [ROUNDS]    # 15 rounds

Kinds are asked in turn, so that a busy machine slows them all; each round asks words that were never
encoded, so that nothing but the conversation itself is remembered. Prints the median of each kind, in
milliseconds, and its ratio to the first question's.
"""

from __future__ import annotations

import sys
import time
from statistics import median

from assistant.answer import Assistant
from assistant.conversation.state import Conversation

FIRST = "comment lutter contre l'isolement des seniors en milieu rural ?"
# {n} and {public} make the words of each round new; a public with a number is no choice alone, but more words
PUBLICS = (
    "jeunes enfants ados adultes retraités bébés lycéens collégiens adolescents anciens aînés gamins tout-petits vieux "
    "gosses nourrissons minots mômes bambins"
).split()
FOLLOW_UPS = {
    "facet": "et pour les {public} ?",
    "section": "quelles limites ont-ils rencontrées au tour {n} ?",
    "guessed section": "qui leur a filé un coup de main {n} fois",
    "refine": "plutôt le matin autour d'un café {n}",
    "subject": "une fête de quartier avec {n} habitants",
    "sheet": "la première",
    "more": "d'autres idées",
    "all": "toutes",
    "compare": "compare les deux premières",
    "amounts": "laquelle coûte le moins ?",
    "digest": "quelles limites reviennent ?",
    "inspire": "surprends-moi",
    "training": "prépare une séance sur l'isolement {n}",
    "undo": "annule",
}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    assistant = Assistant.open()
    spent: dict[str, list[float]] = {name: [] for name in ("first", *FOLLOW_UPS)}
    for number in range(rounds + 1):
        start = time.perf_counter()
        _, conversation = assistant.ask(f"{FIRST} {number}", Conversation())
        times = {"first": time.perf_counter() - start}
        for name, text in FOLLOW_UPS.items():
            start = time.perf_counter()
            assistant.ask(text.format(n=number, public=PUBLICS[number % len(PUBLICS)]), conversation)
            times[name] = time.perf_counter() - start
        if number:  # the first round loads what is loaded once
            for name, seconds in times.items():
                spent[name].append(seconds)
    first = median(spent["first"])
    for name, all_seconds in spent.items():
        print(f"{name:<16} {1000 * median(all_seconds):6.1f} ms  x {median(all_seconds) / first:.2f}")


if __name__ == "__main__":
    main()
