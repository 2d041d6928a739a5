"""Learn what turns ask for from the examples of data/acts.yaml, and say how well it holds on examples left out.

usage: .venv/bin/python -m benchmarks.fit_acts    # rewrites data/acts.npz; some minutes

A softmax with a ridge penalty, chosen by cross-validation over whole examples: the turns drawn from one are
left out together. Questions with a subject of their own come from data/everyday.yaml and from the tuning half
of the judged questions; the turns of tests/dialogues/ are not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from assistant.batch import read_questions
from assistant.conversation.acts import LONGEST, SUBJECT, Acts, features, save_acts
from assistant.corpus.corpus import ACTS
from assistant.documents import Strict, load_yaml
from assistant.evaluation import Judged
from assistant.indexing.alignment import unit
from assistant.indexing.encoder import DEFAULT_MODEL, Vectors, open_encoder
from assistant.settings import read_settings
from benchmarks.everyday import by_chance, drawn_needs

EXAMPLES = "acts.yaml"
DRAWN = 24  # turns of one example
SUBJECTS = 2500  # of everyday.yaml
FEWEST = 3  # turns that bear a feature, for it to be weighed
PENALTIES = (0.01, 0.03)  # 0.1 is right as often, within the noise, but too seldom sure enough to be listened to
FOLDS = 5
Rows = NDArray[np.int_]
_PART = re.compile(r"\(([^()]*)\)|\{(\w+)\}")


class Examples(Strict):
    slots: dict[str, tuple[str, ...]]
    acts: dict[str, tuple[str, ...]]


class Drawn(NamedTuple):
    """A turn, its act, and the example that it comes from."""

    text: str
    act: str
    example: str


def main() -> None:
    turns = list(_drawn())
    encoder = open_encoder(DEFAULT_MODEL)
    vectors = np.array([encoder.encode_question(turn.text) for turn in track(turns, "turns")], dtype=np.float32)
    names = tuple(sorted({turn.act for turn in turns}))
    mean = vectors.mean(axis=0)
    counts = Counter(feature for turn in turns for feature in features(turn.text))
    rows = {feature: row for row, feature in enumerate(sorted(f for f, count in counts.items() if count >= FEWEST))}
    matrix = _matrix(turns, unit(vectors - mean), rows)
    acts = np.array([names.index(turn.act) for turn in turns])
    folds = np.array([int(sha256(turn.example.encode()).hexdigest(), 16) % FOLDS for turn in turns])
    single = np.array([turn.example == turn.text for turn in turns])
    best, right = 0.0, 0.0
    for penalty in PENALTIES:
        found = _crossed(matrix, acts, folds, penalty)
        share = float(np.mean(found == acts))
        others = acts != names.index(SUBJECT)
        print(
            f"penalty {penalty}: right {share:.3f}, of the acts {np.mean((found == acts)[others]):.3f}, "
            f"of what stands for one turn only {np.mean((found == acts)[others & single]):.3f}"
        )
        if share > right:
            best, right = penalty, share
    fitted = _fitted(matrix, acts, best)
    weights = np.hstack([fitted.coef_, fitted.intercept_[:, None]]).astype(np.float32)
    path = read_settings().data / ACTS
    save_acts(path, DEFAULT_MODEL, Acts(names, mean, rows, weights))
    print(f"{len(turns)} turns of {len(names)} acts, {len(rows)} features, penalty {best}: {path} written")


def _drawn() -> Iterator[Drawn]:
    """Every example's turns, at most ``DRAWN`` each, evenly spread over what it stands for."""
    data = read_settings().data
    examples = load_yaml(data / EXAMPLES, Examples)
    seen: set[str] = set()
    for act, templates in examples.acts.items():
        for template in templates:
            for text in _turns(template, examples.slots):
                if text not in seen:
                    seen.add(text)
                    yield Drawn(text, act, template)
    for text in drawn_needs(data, SUBJECTS, LONGEST):
        yield Drawn(text, SUBJECT, text)
    for path in sorted((data / "judged").glob("*.jsonl")):
        for question in read_questions(path, Judged):
            if question.tuning and not question.history:
                yield Drawn(question.question, SUBJECT, question.question)


def _turns(template: str, slots: dict[str, tuple[str, ...]]) -> list[str]:
    pieces: list[tuple[str, ...]] = []
    end = 0
    for part in _PART.finditer(template):
        pieces += [(template[end : part.start()],), slots[part[2]] if part[2] else tuple(part[1].split("|"))]
        end = part.end()
    pieces.append((template[end:],))
    every = sorted({" ".join("".join(chosen).split()) for chosen in product(*pieces)}, key=by_chance)
    return [text for text in every if text][:DRAWN]


def _matrix(turns: list[Drawn], vectors: Vectors, rows: dict[str, int]) -> csr_matrix:
    """Shape (turns, dimension + features)."""
    borne = [[rows[feature] for feature in features(turn.text) if feature in rows] for turn in turns]
    words = csr_matrix(
        (
            np.concatenate([np.full(len(found), 1 / np.sqrt(max(len(found), 1))) for found in borne]),
            np.concatenate([np.array(found, dtype=np.int64) for found in borne]),
            np.cumsum([0, *map(len, borne)]),
        ),
        shape=(len(turns), len(rows)),
    )
    return csr_matrix(hstack([csr_matrix(vectors), words]))


def _crossed(matrix: csr_matrix, acts: Rows, folds: Rows, penalty: float) -> Rows:
    found = np.zeros_like(acts)
    for fold in range(FOLDS):
        held = folds == fold
        found[held] = _fitted(matrix[~held], acts[~held], penalty).predict(matrix[held])
    return found


def _fitted(matrix: csr_matrix, acts: Rows, penalty: float) -> LogisticRegression:
    return LogisticRegression(C=1 / penalty, max_iter=200).fit(matrix, acts)


if __name__ == "__main__":
    main()
