"""The measures, against values worked out by hand."""

from __future__ import annotations

import json
from math import log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.batch import read_questions
from assistant.errors import JudgedError
from assistant.evaluation import Judged, measure, report, summary

SOURCE = "Un potager de quartier. Une   lecture\npartagée. Un vélo réparé."


def judge(name: str, relevant: dict[str, int], sections: tuple[str, ...] = (), must: tuple[str, ...] = ()) -> Judged:
    listed = [{"sheet": title, "grade": grade, "sections": sections} for title, grade in relevant.items()]
    document = {"id": name, "question": "?", "kind": "besoin", "relevant": listed, "must_quote": must}
    return Judged.model_validate_json(json.dumps(document))


def quote(text: str, section: str = "Résumé", shift: int = 0) -> dict:
    start = SOURCE.index(text) + shift
    return {"section": section, "text": text, "source": "s.txt", "start": start, "end": start + len(text)}


def answer(name: str, titles: list[str], quotes: list[dict] | None = None, answered: bool = True) -> dict:
    sheets = [{"title": title, "quotes": quotes or []} for title in titles]
    return {"id": name, "answered": answered, "sheets": sheets, "nearest": []}


def one(judged: Judged, given_answer: dict):
    return measure([judged], [given_answer], {"s.txt": SOURCE})[0].values


def test_ndcg_mrr_and_recall_of_a_ranking():
    judged = judge("A", {"a": 2, "b": 1, "c": 1})
    values = one(judged, answer("A", ["b", "a", "x"]))
    # gains are 2^grade - 1; the rank of a gain is discounted by log2(rank + 1)
    assert values["ndcg"] == pytest.approx((1 + 3 / log2(3)) / (3 + 1 / log2(3) + 1 / log2(4)))
    assert values["mrr"] == pytest.approx(1 / 2)  # « a » alone has the best grade
    assert values["recall"] == pytest.approx(2 / 3)


def test_a_perfect_ranking_measures_one():
    values = one(judge("A", {"a": 2, "b": 1}), answer("A", ["a", "b", "x"]))
    assert (values["ndcg"], values["mrr"], values["recall"]) == pytest.approx((1, 1, 1))


def test_five_of_eight_relevant_sheets_are_a_full_recall():
    judged = judge("A", dict.fromkeys("abcdefgh", 1))
    assert one(judged, answer("A", list("abcde")))["recall"] == pytest.approx(1)
    assert one(judged, answer("A", list("abcxy")))["recall"] == pytest.approx(3 / 5)
    assert one(judged, answer("A", list("abcde")))["ndcg"] == pytest.approx(1)


def test_the_best_grade_may_be_one():
    assert one(judge("A", {"a": 1}), answer("A", ["x", "y", "a"]))["mrr"] == pytest.approx(1 / 3)


def test_a_refusal_of_a_good_question_measures_nothing():
    values = one(judge("A", {"a": 2}, ("Résumé",), ("Un vélo",)), answer("A", [], answered=False))
    assert (values["ndcg"], values["mrr"], values["recall"], values["section_hit"], values["coverage"]) == (0,) * 5
    assert values["refused"] == 1


def reference(relevant: dict[str, int], order: list[str]) -> tuple[float, float, float]:
    gain = {title: 2**grade - 1 for title, grade in relevant.items()}
    dcg = sum(gain.get(title, 0) / log2(rank + 1) for rank, title in enumerate(order[:5], start=1))
    best = sorted(gain.values(), reverse=True)[:5]
    ideal = sum(each / log2(rank + 1) for rank, each in enumerate(best, start=1))
    top = max(relevant.values())
    ranks = [rank for rank, title in enumerate(order, start=1) if relevant.get(title) == top]
    return dcg / ideal, 1 / ranks[0] if ranks else 0.0, len(set(order[:5]) & set(relevant)) / min(5, len(relevant))


@settings(max_examples=60)
@given(
    relevant=st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([1, 2]), min_size=1),
    order=st.lists(st.sampled_from("abcdefghxyz"), unique=True, max_size=5),
)
def test_any_ranking_is_measured_by_the_formulas(relevant, order):
    values = one(judge("A", relevant), answer("A", order))
    assert (values["ndcg"], values["mrr"], values["recall"]) == pytest.approx(reference(relevant, order))


def test_a_section_hit_is_a_judged_section_of_a_best_sheet():
    judged = judge("A", {"a": 2, "b": 1}, ("Résumé",))
    potager = [quote("Un potager")]
    assert one(judged, answer("A", ["a"], potager))["section_hit"] == 1
    assert one(judged, answer("A", ["b"], potager))["section_hit"] == 0  # not the best grade
    assert one(judged, answer("A", ["a"], [quote("Un potager", "Public")]))["section_hit"] == 0


def test_coverage_is_the_share_of_excerpts_shown_with_white_space_folded():
    judged = judge("A", {"a": 2}, must=("Une lecture partagée.", "Un vélo"))
    assert one(judged, answer("A", ["a"], [quote("Une   lecture\npartagée.")]))["coverage"] == pytest.approx(1 / 2)
    assert one(judge("B", {"a": 2}), answer("B", ["a"]))["coverage"] is None


def test_exact_quotes_and_words_are_counted():
    quotes = [quote("Un potager de quartier."), quote("Un vélo", shift=1)]
    results = measure([judge("A", {"a": 2})], [answer("A", ["a", "b"], quotes)], {"s.txt": SOURCE})
    means = summary(results)
    assert (means["quotes"], means["quotes_exact"]) == (4, 2)
    assert means["words_a_sheet"] == pytest.approx(6)


def test_refusals_are_told_from_false_refusals():
    judged = [judge("on", {"a": 1}), judge("off1", {}), judge("off2", {}), judge("off3", {})]
    answers = [
        answer("on", [], answered=False),
        answer("off1", [], answered=False),
        answer("off2", ["a"]),
        answer("off3", [], answered=False),
    ]
    means = summary(measure(judged, answers, {"s.txt": SOURCE}))
    assert means["refusal"] == pytest.approx(2 / 3, abs=1e-4)
    assert means["false_refusal"] == 1
    assert means["ndcg"] == 0  # off-topic questions have no ranking


def test_report_splits_by_half_and_by_kind():
    judged = [judge(f"Q{number}", {"a": 2}) for number in range(40)]
    figures = report(measure(judged, [answer(each.id, ["a"]) for each in judged], {}))
    assert figures["all"]["questions"] == 40
    assert figures["tuning"]["questions"] + figures["checking"]["questions"] == 40
    assert 10 <= figures["tuning"]["questions"] <= 30
    assert figures["kinds"] == {"besoin": figures["all"]}


def test_nothing_judged_measures_nothing():
    means = summary([])
    assert means["questions"] == means["quotes"] == 0
    assert means["ndcg"] is means["refusal"] is None


def test_the_judged_sets_name_real_sheets_and_real_text(repository, corpus, reading):
    titles = {sheet.title: sheet for sheet in corpus.sheets}
    for path in (repository / "data" / "judged").glob("*.jsonl"):
        for question in read_questions(path, Judged):
            for relevant in question.relevant:
                labels = {section.label for section in titles[relevant.sheet].sections}
                assert relevant.grade in (1, 2)
                assert set(relevant.sections) <= labels, question.id
            for excerpt in question.must_quote:
                assert excerpt in reading.text, question.id


@pytest.mark.parametrize(
    "line", ['{"id": "A"}', '{"id": "A", "question": "?", "kind": "x", "relevant": [{"sheet": 1}]}']
)
def test_a_line_that_is_not_judged_is_named(tmp_path, line):
    path = tmp_path / "judged.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(JudgedError, match="ligne 2"):
        read_questions(path, Judged)
