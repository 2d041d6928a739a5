"""Two runs side by side: the answers files that are read, and what is said to have changed."""

from __future__ import annotations

import json

import pytest

from assistant.errors import JudgedError
from assistant.evaluation import Judged, compare, measure, read_run
from assistant.export.evaluation_text import comparison_text

SOURCE = "Un potager de quartier."
QUOTE = {"section": "Résumé", "text": "Un potager", "source": "s.txt", "start": 0, "end": 10}


def judge(name: str, relevant: tuple[str, ...] = ("a",), kind: str = "besoin") -> Judged:
    listed = [{"sheet": title, "grade": 2} for title in relevant]
    return Judged.model_validate({"id": name, "question": f"{name} ?", "kind": kind, "relevant": listed})


def answer(name: str, *titles: str) -> dict:
    sheets = [{"title": title, "quotes": [QUOTE]} for title in titles]
    return {"id": name, "answered": bool(titles), "sheets": sheets}


def results(judged: list[Judged], *answers: dict):
    return measure(judged, answers, {"s.txt": SOURCE})


JUDGED = [judge("A"), judge("B"), judge("C"), judge("D", (), "hors-sujet")]
BEFORE = (answer("A", "a"), answer("B", "x", "a"), answer("C", "a"), answer("D"))
AFTER = (answer("A"), answer("B", "a"), answer("C", "a"), answer("D", "x"))


def test_a_run_compared_with_itself_does_not_move():
    found = compare(results(JUDGED, *BEFORE), results(JUDGED, *BEFORE))
    assert found["moved"] == []
    for group in found["differences"].values():
        for name, value in group.items():
            assert name == "questions" or value is None or (value["difference"], value["interval"]) == (0, [0, 0])


def test_differences_are_the_later_figures_less_the_earlier_ones_by_kind():
    found = compare(results(JUDGED, *BEFORE), results(JUDGED, *AFTER))["differences"]
    mrr = found["besoin"]["mrr"]
    assert (mrr["before"], mrr["after"]) == pytest.approx(((1 + 0.5 + 1) / 3, (0 + 1 + 1) / 3), abs=1e-4)
    assert mrr["difference"] == pytest.approx(-0.5 / 3, abs=1e-4)
    assert mrr["interval"][0] < mrr["difference"] < mrr["interval"][1]
    assert found["hors-sujet"]["mrr"] is None
    assert found["hors-sujet"]["refusal"]["difference"] == -1
    assert found["besoin"]["false_refusal"]["difference"] == pytest.approx(1 / 3, abs=1e-4)


def test_words_are_compared_where_both_runs_quote():
    words = compare(results(JUDGED, *BEFORE), results(JUDGED, *AFTER))["differences"]["all"]["words_a_sheet"]
    assert (words["before"], words["after"], words["difference"]) == (2, 2, 0)


def test_the_questions_that_moved_come_worst_first_with_both_values():
    moved = compare(results(JUDGED, *BEFORE), results(JUDGED, *AFTER))["moved"]
    assert [move["id"] for move in moved] == ["A", "D", "B"]  # C stayed
    assert moved[0]["measures"]["ndcg"] == {"before": 1, "after": 0}
    assert moved[1]["measures"] == {"refusal": {"before": 1, "after": 0}}
    assert [move["gain"] for move in moved] == sorted(move["gain"] for move in moved)
    text = comparison_text({"differences": {}, "moved": moved})
    assert "MRR 0,500 → 1,000" in text
    assert text.index("A ?") < text.index("D ?") < text.index("B ?")


def test_the_order_of_the_answers_does_not_matter():
    assert results(JUDGED, *BEFORE) == results(JUDGED, *reversed(BEFORE))


def write(path, answers):
    path.write_text("\n".join(json.dumps(each) for each in answers), encoding="utf-8")
    return path


def test_a_run_is_read_as_batch_wrote_it(tmp_path):
    run = read_run(write(tmp_path / "run.jsonl", BEFORE), JUDGED)
    assert results(JUDGED, *run) == results(JUDGED, *BEFORE)


def test_a_run_that_lacks_a_question_names_it(tmp_path):
    with pytest.raises(JudgedError, match=r"run\.jsonl.*C.*1 autre.*batch") as refused:
        read_run(write(tmp_path / "run.jsonl", BEFORE[:2]), JUDGED)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    "line",
    ['{"id": "B", "question": "?"}', "nope", "[]", '{"id": "B", "answered": true, "sheets": [{"title": 1}]}'],
)
def test_a_run_of_another_form_is_named_by_its_line(tmp_path, line):
    path = tmp_path / "run.jsonl"
    path.write_text(f"{json.dumps(BEFORE[0])}\n{line}\n", encoding="utf-8")
    with pytest.raises(JudgedError, match=r"run\.jsonl, ligne 2.*assistant batch"):
        read_run(path, JUDGED)


def test_a_source_that_is_gone_makes_a_quote_inexact():
    (result,) = measure([JUDGED[0]], [answer("A", "a")], {})
    assert (result.exact, result.quotes) == (0, 1)
