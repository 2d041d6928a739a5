"""Learn which sections questions ask for from the examples of data/sections.yaml, and say how well it holds.

usage: .venv/bin/python -m benchmarks.fit_sections    # rewrites data/sections.npz; a minute

One logistic regression a role, its penalty chosen by cross-validation over the examples. Everyday wordings
(data/everyday.yaml) are needs, and ask for no section. No judged question is read.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from sklearn.linear_model import LogisticRegression

from assistant.corpus.corpus import SECTIONS
from assistant.documents import Strict, load_yaml
from assistant.indexing.alignment import unit
from assistant.indexing.encoder import DEFAULT_MODEL, Vectors, open_encoder
from assistant.retrieval.sections import SURE, Sections, save_sections
from assistant.settings import read_settings
from assistant.values import Role
from benchmarks.everyday import drawn_needs

EXAMPLES = "sections.yaml"
NEEDS = 4000  # of everyday.yaml
PENALTIES = (0.03, 0.1, 0.3)
FOLDS = 5
Truths = NDArray[np.bool_]


class Several(Strict):
    roles: tuple[Role, ...]
    text: str


class Examples(Strict):
    alone: dict[Role | Literal["none"], tuple[str, ...]]
    several: tuple[Several, ...]


def main() -> None:
    data = read_settings().data
    examples = load_yaml(data / EXAMPLES, Examples)
    roles = tuple(role for role in examples.alone if isinstance(role, Role))
    said = [(text, {role}) for role, texts in examples.alone.items() for text in texts]
    said += [(one.text, set(one.roles)) for one in examples.several]
    said += [(text, set()) for text in drawn_needs(data, NEEDS)]

    encoder = open_encoder(DEFAULT_MODEL)
    vectors = np.array([encoder.encode_question(text) for text, _ in track(said, "questions")], dtype=np.float32)
    mean = vectors.mean(axis=0)
    centred = unit(vectors - mean)
    asked = np.array([[role in wanted for role in roles] for _, wanted in said])
    measured = {penalty: _crossed(centred, asked, penalty) for penalty in PENALTIES}
    for penalty, odds in measured.items():
        print(f"penalty {penalty}: {_told(odds, asked)}")
    best = max(PENALTIES, key=lambda penalty: _f1(measured[penalty], asked))
    for column, role in enumerate(roles):
        print(f"  {role.value:<13} {_told(measured[best][:, [column]], asked[:, [column]])}")
    fitted = [_fitted(centred, wanted, best) for wanted in asked.T]
    weights = np.array([[*model.coef_[0], model.intercept_[0]] for model in fitted], dtype=np.float32)
    save_sections(data / SECTIONS, DEFAULT_MODEL, Sections(roles, mean, weights))
    print(f"{len(said)} questions of {len(roles)} sections, penalty {best}: {data / SECTIONS} written")


def _fitted(vectors: Vectors, asked: Truths, penalty: float) -> LogisticRegression:
    return LogisticRegression(C=1 / penalty, max_iter=500).fit(vectors, asked)


def _crossed(vectors: Vectors, asked: Truths, penalty: float) -> NDArray[np.float64]:
    """The odds of held-out questions, shape (questions, roles)."""
    folds = np.arange(len(vectors)) % FOLDS
    odds = np.zeros(asked.shape)
    for fold in range(FOLDS):
        held = folds == fold
        for column, wanted in enumerate(asked.T):
            odds[held, column] = _fitted(vectors[~held], wanted[~held], penalty).predict_proba(vectors[held])[:, 1]
    return odds


def _f1(odds: NDArray[np.float64], asked: Truths) -> float:
    found = odds >= SURE
    return float(2 * (found & asked).sum() / (found.sum() + asked.sum()))


def _told(odds: NDArray[np.float64], asked: Truths) -> str:
    found = odds >= SURE
    right = (found & asked).sum()
    needs = ~asked.any(axis=1)
    return (
        f"precision {right / max(1, found.sum()):.2f}, recall {right / asked.sum():.2f}, "
        f"F1 {_f1(odds, asked):.3f}, found in {found[needs].any(axis=1).mean():.3f} of what asks for nothing"
    )


if __name__ == "__main__":
    main()
