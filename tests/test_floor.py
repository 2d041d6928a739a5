"""The floor of the judged sets: falling under it is a fault of the engine, not of the test."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from assistant.answer import Assistant
from assistant.batch import answer_all, read_questions
from assistant.corpus.corpus import source_texts
from assistant.evaluation import Judged, measure, report
from assistant.evaluation.summary import LESS_IS_BETTER, MEASURES
from assistant.evaluation.wording import by_group


@pytest.fixture(scope="module")
def floor(repository):
    return yaml.safe_load((repository / "data" / "judged" / "floor.yaml").read_text("utf-8"))


def test_the_floor_bounds_each_measure_on_its_own_side(floor):
    for bounds in floor.values():
        assert set(bounds["most"]) == set(LESS_IS_BETTER)
        assert set(bounds["least"]) == set(MEASURES) - set(LESS_IS_BETTER)


def test_sheets_without_needs_are_found_and_refused_nearly_as_well(assistant):
    """Another corpus has none: ranking and abstention have to be good without."""
    alone = Assistant.open(replace(assistant.settings, needs=False))
    questions = read_questions(assistant.settings.data / "judged" / "dev.jsonl", Judged)
    measured = report(measure(questions, list(answer_all(alone, questions)), source_texts(alone.settings.data)))
    everything = by_group(measured)["all"]
    assert everything["ndcg"] >= 0.85
    assert everything["false_refusal"] <= 0.05


def test_no_measure_is_past_its_floor(floor, assistant):
    past = []
    for file, bounds in floor.items():
        questions = read_questions(assistant.settings.data / "judged" / file, Judged)
        answers = list(answer_all(assistant, questions))
        groups = by_group(report(measure(questions, answers, source_texts(assistant.settings.data))))
        for side, sign in (("least", 1), ("most", -1)):
            for name, by_name in bounds[side].items():
                for group, bound in by_name.items():
                    value = groups[group][name]
                    if sign * value < sign * bound:
                        past.append(f"{file}, {name}, {group}: {value}, {side} {bound}")
    assert past == []
