"""Fit the alignment of questions on everyday wordings, and say how well it finds their concepts.

usage: .venv/bin/python -m benchmarks.fit_alignment    # rewrites data/alignment.npz; some minutes

Ridge regression, from the vectors of what people say (data/everyday.yaml) to those of the names of the
concepts that they want (data/thesaurus.yaml). No judged question is read. The penalty is chosen by
cross-validation over the wordings of each concept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from assistant.corpus.corpus import ALIGNMENT, THESAURUS
from assistant.documents import load_yaml
from assistant.indexing.alignment import Alignment, save_alignment, unit
from assistant.indexing.encoder import DEFAULT_MODEL, Encoder, Vectors, open_encoder
from assistant.language.thesaurus import ThesaurusFile
from assistant.settings import read_settings
from benchmarks.everyday import read_everyday

PENALTIES = (0.5, 1.0, 2.0, 5.0, 10.0)
FOLDS = 5


def main() -> None:
    data = read_settings().data
    everyday = read_everyday(data)
    concepts = load_yaml(data / THESAURUS, ThesaurusFile).concepts
    unknown = sorted(set(everyday) - {concept.term for concept in concepts})
    if unknown:
        raise SystemExit(f"not in the thesaurus: {', '.join(unknown)}")
    encoder = open_encoder(DEFAULT_MODEL)
    names = _encode(encoder, [", ".join((concept.term, *concept.synonyms)) for concept in concepts], "names")
    rows = {concept.term: row for row, concept in enumerate(concepts)}
    targets = np.array([rows[concept] for concept, said in everyday.items() for _ in said])
    said = _encode(encoder, [text for texts in everyday.values() for text in texts], "wordings")

    mean = said.mean(axis=0)
    questions, named = unit(said - mean), unit(names - names.mean(axis=0))
    measured = {penalty: _crossed(questions, named, targets, penalty) for penalty in PENALTIES}
    for penalty, (first, rank) in measured.items():
        print(f"penalty {penalty:>4}: own concept first {first:.3f}, mean reciprocal rank {rank:.3f}")
    best = max(PENALTIES, key=lambda penalty: measured[penalty][1])
    weights = _ridge(questions, named[targets], best)
    save_alignment(
        data / ALIGNMENT, DEFAULT_MODEL, Alignment(mean, weights, tuple(concept.term for concept in concepts), named)
    )
    print(f"{len(said)} wordings of {len(everyday)} concepts, penalty {best}: {data / ALIGNMENT} written")


def _encode(encoder: Encoder, texts: Sequence[str], what: str) -> Vectors:
    return np.array([encoder.encode_question(text) for text in track(texts, what)], dtype=np.float32)


def _ridge(questions: Vectors, targets: Vectors, penalty: float) -> Vectors:
    square = questions.T @ questions + penalty * np.eye(questions.shape[1], dtype=np.float32)
    return np.asarray(np.linalg.solve(square, questions.T @ targets), dtype=np.float32)


def _crossed(questions: Vectors, named: Vectors, targets: NDArray[np.int64], penalty: float) -> tuple[float, float]:
    """The share of held-out wordings whose concept comes first, and its mean reciprocal rank."""
    folds = np.arange(len(targets)) % FOLDS
    ranks: list[NDArray[np.int64]] = []
    for fold in range(FOLDS):
        held = folds == fold
        weights = _ridge(questions[~held], named[targets[~held]], penalty)
        cosines = unit(questions[held] @ weights) @ named.T
        own = cosines[np.arange(held.sum()), targets[held]]
        ranks.append((cosines > own[:, None]).sum(axis=1) + 1)
    rank = np.concatenate(ranks)
    return float((rank == 1).mean()), float((1 / rank).mean())


if __name__ == "__main__":
    main()
