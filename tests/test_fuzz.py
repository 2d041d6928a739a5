"""Whatever is read, typed or sent, an answer or a refusal that helps; ``make fuzz`` draws 100,000 inputs."""

from __future__ import annotations

import pytest

from benchmarks.fuzz import INPUTS, all_targets, fuzz

SHARE = 0.002
LEAST = 15


@pytest.fixture(scope="module")
def targets(tiny_assistant, tmp_path_factory):
    return all_targets(tiny_assistant, tmp_path_factory.mktemp("fuzzed"))


@pytest.mark.parametrize("name", INPUTS)
def test_no_input_is_an_error(targets, name):
    inputs = max(LEAST, int(SHARE * INPUTS[name]))
    assert fuzz(targets[name], inputs, start=7) >= inputs


def test_all_inputs_together_are_a_hundred_thousand():
    assert sum(INPUTS.values()) >= 100_000
