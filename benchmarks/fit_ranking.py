"""Fit the weights of the rankings on the tuning half of the judged sets, and say how they hold on the other.

usage: .venv/bin/python -m benchmarks.fit_ranking    # rewrites data/ranking.yaml, prints what it measured

A softmax over the sheets of a question, fitted to their gains (ListNet, https://doi.org/10.1145/1273496.1273513),
with weights that may not be negative; the weight of the nearest passage is then made 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.optimize import minimize

from assistant.answer import Assistant
from assistant.corpus.corpus import RANKING
from benchmarks.judged import evidence, halves, read_judged

PENALTY = 0.02
NAMES = ("passages", "terms", "needs", "concepts", "overviews", "sections")
HEAD = """# What each ranking weighs beside the cosine of the nearest passage, which weighs 1; made by
# benchmarks/fit_ranking.py. The rankings are told in assistant/retrieval/search.py.
"""
Numbers = NDArray[np.float64]


def main() -> None:
    assistant = Assistant.open()
    judged = [question for question in read_judged(assistant) if question.relevant]
    sheets = {sheet_id: row for row, sheet_id in enumerate(assistant.store.sheet_ids({}))}
    titles = {sheet.title: sheets[sheet.id] for sheet in assistant.store.sheets(list(sheets))}
    features = np.full((len(judged), len(sheets), len(NAMES)), np.nan)
    gains = np.zeros((len(judged), len(sheets)))
    for row, question in enumerate(track(judged, "questions")):
        for hit in evidence(assistant, question, len(sheets))[0]:
            features[row, sheets[hit.sheet.id]] = (
                hit.cosine,
                hit.coverage,
                hit.need,
                hit.concept,
                hit.overview,
                hit.section,
            )
        for one in question.relevant:
            gains[row, titles[one.sheet]] = 2**one.grade - 1
    tuning = dict(halves(judged))["tuning"]
    weights = _fit(features[tuning], gains[tuning])
    weights = weights / weights[0]
    # as if the sheets had no needs: the other weights have to serve then too
    without = np.where(np.array(NAMES) == "needs", 0.0, weights)
    for half, rows in halves(judged):
        measured = [np.mean(_ndcg(features[rows] @ given, gains[rows])) for given in (weights, without)]
        print(f"{half:<9} nDCG@5 {measured[0]:.3f}, without needs {measured[1]:.3f}")
    lines = [f"{name}: {weight:.3f}" for name, weight in zip(NAMES[1:], weights[1:], strict=True)]
    (assistant.settings.data / RANKING).write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(*lines, sep="\n")


def _fit(features: Numbers, gains: Numbers) -> Numbers:
    """Shapes (questions, sheets, rankings) and (questions, sheets); sheets that were not found are nan."""
    found = ~np.isnan(features[..., 0])
    values = np.nan_to_num(features)
    scale = values[found].std(axis=0)
    values = values / scale
    reachable = gains * found
    kept = reachable.sum(axis=1) > 0
    values, found, reachable = values[kept], found[kept], reachable[kept]
    wanted = reachable / reachable.sum(axis=1, keepdims=True)

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        scores = np.where(found, values @ weights, -np.inf)
        scores -= scores.max(axis=1, keepdims=True)
        odds = np.exp(scores)
        total = odds.sum(axis=1, keepdims=True)
        share = odds / total
        logs = np.where(found, scores - np.log(total), 0.0)
        value = -(wanted * logs).sum(axis=1).mean() + PENALTY * float(weights @ weights)
        slope = -((wanted - share)[..., None] * values).sum(axis=1).mean(axis=0) + 2 * PENALTY * weights
        return float(value), slope

    found_weights = minimize(loss, np.full(len(NAMES), 0.5), jac=True, bounds=[(0, None)] * len(NAMES)).x
    return np.asarray(found_weights / scale)


def _ndcg(scores: Numbers, gains: Numbers) -> Numbers:
    order = np.argsort(-np.nan_to_num(scores, nan=-np.inf), axis=1, kind="stable")[:, :5]
    discount = 1 / np.log2(np.arange(2, 7))
    reached = np.take_along_axis(gains * ~np.isnan(scores), order, axis=1) @ discount
    best = -np.sort(-gains, axis=1)[:, :5] @ discount
    return np.asarray(reached / best)


if __name__ == "__main__":
    main()
