"""Fit the weights of abstention on the tuning half of the judged sets, and say how they hold on the other.

usage: .venv/bin/python -m benchmarks.calibrate    # rewrites data/abstention.yaml, prints what it measured

A logistic regression over few features, cross-validated; the threshold is the highest that refuses
at most ``FALSE_REFUSALS`` of the tuning half's good questions: a good one that is refused costs more than a near
miss that is answered, where needs tell most near misses. Once with the needs of the sheets, and once as if they had
none.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from assistant.answer import Assistant
from assistant.corpus.corpus import CALIBRATION
from assistant.settings import read_settings
from benchmarks.judged import evidence, halves, read_judged

FALSE_REFUSALS = {"with_needs": 0.01, "without_needs": 0.02}
HEAD = """# How likely the corpus answers a question: logistic regressions, made by benchmarks/calibrate.py, for sheets
# that have needs (needs.yaml) and for sheets that have none. Below the threshold a question is refused. The
# features are named in assistant/retrieval/abstention.py.
"""


def main() -> None:
    settings = read_settings()
    lines = []
    for name, with_needs in (("with_needs", True), ("without_needs", False)):
        print(name.replace("_", " "))
        lines += [
            f"{name}:",
            *(
                f"  {line}"
                for line in _calibrated(Assistant.open(replace(settings, needs=with_needs)), FALSE_REFUSALS[name])
            ),
        ]
    (settings.data / CALIBRATION).write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def _calibrated(assistant: Assistant, refused: float) -> list[str]:
    """The lines of a calibration that refuses a share of the good questions."""
    judged = read_judged(assistant)
    features = [evidence(assistant, question)[1] for question in judged]
    names = sorted(features[0])
    values = np.array([[found[name] for name in names] for found in features])
    good = np.array([bool(question.relevant) for question in judged])
    tuning = dict(halves(judged))["tuning"]

    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, class_weight="balanced"))
    crossed = cross_val_score(model, values[tuning], good[tuning], cv=10, scoring="roc_auc")
    print(f"cross-validated AUC on the tuning half: {crossed.mean():.3f}")
    model.fit(values[tuning], good[tuning])
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    intercept = float(regression.intercept_[0] - (weights * scaler.mean_).sum())
    probabilities = 1 / (1 + np.exp(-(values @ weights + intercept)))
    threshold = float(np.quantile(probabilities[tuning & good], refused))
    for half, rows in halves(judged):
        _print_half(half, probabilities[rows], good[rows], threshold)
    for kind in sorted({question.subkind or question.kind for question in judged}):
        rows = np.array([(question.subkind or question.kind) == kind for question in judged])
        print(f"  {kind:<14} n {rows.sum():>3}  refused {(probabilities[rows] < threshold).mean():.2f}")
    lines = [f"threshold: {threshold:.4f}", f"intercept: {intercept:.4f}", "weights:"]
    return lines + [f"  {name}: {weight:.4f}" for name, weight in zip(names, weights, strict=True)]


def _print_half(half: str, probabilities: NDArray[np.float64], good: NDArray[np.bool_], threshold: float) -> None:
    refused = probabilities < threshold
    print(
        f"{half:<9} AUC {roc_auc_score(good, probabilities):.3f}  off-topic refused {refused[~good].mean():.2f}"
        f"  good refused {refused[good].mean():.2f}"
    )


if __name__ == "__main__":
    main()
