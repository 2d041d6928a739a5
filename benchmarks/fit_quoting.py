"""Fit the weights of sentences on the tuning half of the judged sets, and say how they hold on the other.

usage: .venv/bin/python -m benchmarks.fit_quoting    # prints; sentence_scores.py holds them, rounded by hand

A logistic regression: is a sentence, of a sheet that holds one of the excerpts to quote, part of such an
excerpt? Reported: the area under the curve, a sheet at a time, for its weights and for those in use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import fmean

from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.answer import Assistant
from assistant.evaluation import Judged
from assistant.retrieval.sentence_scores import WEIGHTS, measures, read_sentences
from assistant.values import Sheet, Span
from benchmarks.judged import evidence, read_judged

Group = list[tuple[dict[str, float], bool]]  # the sentences of one sheet, and whether each is to be quoted


def main() -> None:
    assistant = Assistant.open()
    groups = [
        (question.tuning, group)
        for question in read_judged(assistant)
        if question.must_quote and not question.history
        for group in _groups(assistant, question)
    ]
    names = list(WEIGHTS)
    rows = [row for tuning, group in groups if tuning for row in group]
    model = LogisticRegression(max_iter=1000)
    model.fit([[found[name] for name in names] for found, _ in rows], [good for _, good in rows])
    fitted = dict(zip(names, map(float, model.coef_[0]), strict=True))
    print("        " + "".join(f"{name:>11}" for name in names))
    for label, weights in (("fitted", fitted), ("in use", WEIGHTS)):
        print(f"{label:<8}" + "".join(f"{weights[name]:>11.2f}" for name in names))
        for half in (True, False):
            chosen = [group for tuning, group in groups if tuning is half]
            print(f"  {'tuning' if half else 'checking':<9} AUC {_auc(chosen, weights):.3f}")


def _groups(assistant: Assistant, question: Judged) -> Iterator[Group]:
    """The sentences of each relevant sheet that holds an excerpt to quote."""
    store = assistant.store
    query = assistant.ask(question.question)[0].query
    rarity = store.rarity(query.terms)
    relevant = {one.sheet for one in question.relevant}
    for hit in evidence(assistant, question, store.manifest.sheets)[0]:
        sheet = hit.sheet
        wanted = [span for excerpt in question.must_quote for span in _places(sheet, excerpt)]
        if sheet.title not in relevant or not wanted:
            continue
        sentences = read_sentences(sheet, assistant.schema, store.thesaurus())
        quoted = [any(a < one.span.end and one.span.start < b for a, b in wanted) for one in sentences.each]
        found = measures(sentences, hit, query, rarity)
        rows = (dict(zip(found, values, strict=True)) for values in zip(*found.values(), strict=True))
        yield list(zip(rows, quoted, strict=True))


def _places(sheet: Sheet, excerpt: str) -> list[Span]:
    """Where an excerpt stands in a sheet, white space folded."""
    pattern = r"\s+".join(map(re.escape, excerpt.split()))
    return [Span(sheet.start + found.start(), sheet.start + found.end()) for found in re.finditer(pattern, sheet.text)]


def _auc(groups: list[Group], weights: dict[str, float]) -> float:
    """The mean over the sheets that hold sentences of both sorts."""
    areas = []
    for group in groups:
        good = [wanted for _, wanted in group]
        if any(good) and not all(good):
            scores = [sum(weights[name] * value for name, value in found.items()) for found, _ in group]
            areas.append(float(roc_auc_score(good, scores)))
    return fmean(areas)


if __name__ == "__main__":
    main()
