"""The report in Markdown, its plots, and the same figures in a terminal."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Assistant
from assistant.errors import MissingExtra, UsageError
from assistant.evaluation import Judged, report
from assistant.evaluation.markdown import write_report
from assistant.evaluation.run import evaluate, without_needs
from assistant.evaluation.wording import MEASURE_NAMES, number, signed
from assistant.export.evaluation_text import report_text


def passing(items, total, label):
    return items


@pytest.fixture(scope="module")
def files(tiny_assistant) -> dict[str, list[Judged]]:
    sheets = tiny_assistant.store.sheets(tiny_assistant.store.sheet_ids({}))
    found = [
        Judged.model_validate(
            {
                "id": f"T{place}",
                "question": f"{sheet.title} | un tableau",
                "kind": "besoin",
                "relevant": [{"sheet": sheet.title, "grade": 2}],
            }
        )
        for place, sheet in enumerate(sheets)
    ]
    off = Judged.model_validate({"id": "X", "question": "le cours du blé à Chicago", "kind": "hors-sujet"})
    return {"tiny.jsonl": [*found, off]}


@pytest.fixture(scope="module")
def evaluation(tiny_assistant, files):
    return evaluate(tiny_assistant, files, None, passing)


def test_the_report_says_what_it_measured_and_by_which_command(tiny_assistant, files, evaluation, tmp_path):
    write_report(tmp_path / "new" / "report", tiny_assistant, files, evaluation, "assistant eval tiny.jsonl", passing)
    folder = tmp_path / "new" / "report"
    text = (folder / "README.md").read_text("utf-8")
    manifest = tiny_assistant.store.manifest
    for said in (manifest.corpus_version, manifest.model, "assistant eval tiny.jsonl", f"{len(evaluation.results)} ("):
        assert said in text
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", text):
        assert ET.parse(folder / picture).getroot().tag.endswith("svg")
    for name in MEASURE_NAMES.values():
        assert name in text
    for table in text.split("\n\n"):
        if table.startswith("|"):
            assert len({line.replace("\\|", "").count("|") for line in table.splitlines()}) == 1
    assert not re.search(r"\b20\d\d-\d\d", text)


def test_a_folder_that_cannot_be_written_is_said(tiny_assistant, files, evaluation, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="ne peut pas être écrit"):
        write_report(tmp_path / "file", tiny_assistant, files, evaluation, "", passing)


def test_needs_are_compared_on_the_questions_that_have_a_sheet(tiny_assistant, files, evaluation):
    differences = without_needs(tiny_assistant, files, passing)
    assert differences["all"]["questions"] == len(evaluation.results) - 1
    assert differences["all"]["false_refusal"]["after"] == 0  # nothing is refused


def test_needs_can_be_left_out_of_the_real_ranking(settings, assistant):
    question = "les nounous se sentent seules, on peut faire quoi ?"
    assert all(hit.need for hit in assistant.evidence(question)[0])
    assert not any(hit.need for hit in Assistant.open(replace(settings, needs=False)).evidence(question)[0])


def test_matplotlib_that_is_absent_names_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "assistant.evaluation.plots")
    with pytest.raises(MissingExtra, match=r"\[report\]") as refused:
        import assistant.evaluation.plots  # noqa: F401
    assert refused.value.exit_code == 1


def test_nothing_to_measure_is_a_table():
    text = report_text(report([]))
    assert "toutes (0)" in text
    assert "0 sur 0" in text


def test_a_terminal_shows_figures_with_their_intervals(evaluation):
    text = report_text(evaluation.figures)
    low, high = evaluation.figures["all"]["intervals"]["ndcg"]
    assert f"{number(low)}–{number(high)}" in text
    assert f"besoin ({len(evaluation.results) - 1})" in text


@given(st.floats(-1, 1))
def test_differences_are_written_with_a_true_sign_and_zero_without(value):
    text = signed(value)
    assert re.fullmatch(r"[+−]\d,\d{3}|0,000", text)
    assert float(text.replace("−", "-").replace(",", ".")) == pytest.approx(value, abs=0.000501)
