"""Public sets: how they are read, and the engine's rankings on a set worked out by hand."""

from __future__ import annotations

import json
from math import log2

import pytest

from assistant.errors import JudgedError
from assistant.evaluation.beir import build_store, evaluate_public, measure_rankings, rank
from assistant.evaluation.public_set import read_public_set
from assistant.export.evaluation_text import public_text
from assistant.indexing.alignment import unit
from assistant.retrieval.search import Ranking

DOCUMENTS = {
    "d1": ("Le potager", "Un potager pour tous."),
    "d2": ("La lecture", "Une lecture au bord de l’eau. " * 40),
    "d3": ("Le vélo", "On répare un vélo."),
    "d4": ("Vide", ""),
}
QUERIES = {"q1": "où trouver un potager ?", "q2": "lecture", "q3": "sans jugement"}
JUDGEMENTS = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td3\t1\nq2\td1\t0\n"


@pytest.fixture
def folder(tmp_path):
    documents = [{"_id": name, "title": title, "text": text} for name, (title, text) in DOCUMENTS.items()]
    queries = [{"_id": name, "text": text, "metadata": {}} for name, text in QUERIES.items()]
    for name, lines in (("corpus", documents), ("queries", queries)):
        path = tmp_path / f"{name}.jsonl"
        path.write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text(JUDGEMENTS, encoding="utf-8")
    return tmp_path


def silent(done, total):
    pass


def test_a_set_is_read_with_the_queries_that_are_judged(folder):
    public = read_public_set(folder)
    assert list(public.queries) == ["q1", "q2"]
    assert public.judgements == {"q1": {"d1": 1}, "q2": {"d3": 1}}
    for sheet in public.documents:
        title, text = DOCUMENTS[sheet.id]
        (section,) = sheet.sections
        assert sheet.title == title
        assert sheet.text[section.start : section.end] == text


RANKING = Ranking(terms=1, needs=1, concepts=1, overviews=0, sections=1)


def test_documents_are_searched_as_sheets_are(folder, tmp_path, toy_encoder):
    public = read_public_set(folder)
    store = build_store(public, tmp_path / "index", toy_encoder, silent)
    assert store.manifest.passages > len(DOCUMENTS)  # d2 is cut
    vector = toy_encoder.encode_question("un potager") - toy_encoder.encode_question("")
    found = rank("un potager", unit(vector), store, RANKING)
    assert found.keys() == {"dense", "lexical", "hybrid"}
    assert next(iter(found["dense"])) == "d1"
    assert list(found["lexical"]) == ["d1"]
    assert next(iter(found["hybrid"])) == "d1"
    assert found["hybrid"].keys() == {"d1", "d2", "d3"}
    for ranking in found.values():
        assert list(ranking.values()) == sorted(ranking.values(), reverse=True)


def test_figures_of_a_set(folder, toy_encoder):
    figures = evaluate_public(read_public_set(folder), toy_encoder, None, RANKING, silent)
    assert (figures["documents"], figures["queries"], figures["model"]) == (4, 2, "toy")
    # « potager » is found, « lecture » finds d2, which is not what was judged
    assert figures["rankings"]["lexical"]["ndcg@10"] == pytest.approx(1 / 2)
    text = public_text(figures)
    assert "mots seuls" in text
    assert "0,500" in text


def test_measures_are_the_formulas_and_a_query_without_a_ranking_counts_zero():
    judgements = {"a": {"x": 1}, "b": {"y": 1}}
    best = {"a": {"x": 2.0, "z": 1.0}, "b": {"y": 1.0}}
    second = {"a": {"z": 2.0, "x": 1.0}}
    found = measure_rankings(judgements, {"dense": second, "lexical": best, "hybrid": best})
    dense = found["rankings"]["dense"]
    assert dense["ndcg@10"] == pytest.approx((1 / log2(3) + 0) / 2, abs=1e-4)
    assert (dense["mrr@10"], dense["recall@100"]) == (0.25, 0.5)
    assert found["gains"]["dense"]["mrr@10"]["difference"] == 0.75
    assert found["gains"]["lexical"]["mrr@10"] == {"difference": 0, "interval": [0, 0]}
    assert "hybrid" not in found["gains"]


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(JudgedError, match=rf"Il manque .*{name}.*BEIR"):
        read_public_set(folder)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("qrels.tsv", "q1\td1"),
        ("qrels.tsv", "q1\td1\tbeaucoup"),
        ("qrels.tsv", "q1 d1 1"),
        ("qrels.tsv", "q9\td1\t1"),
        ("qrels.tsv", "q1\td9\t1"),
        ("corpus.jsonl", "{nope"),
        ("corpus.jsonl", '{"_id": "d1", "text": "encore"}'),
        ("queries.jsonl", '{"_id": "q9"}'),
    ],
)
def test_a_line_that_cannot_be_read_is_named(folder, name, line):
    path = folder / name
    path.write_text(path.read_text("utf-8") + line + "\n", encoding="utf-8")
    number = len(path.read_text("utf-8").splitlines())
    with pytest.raises(JudgedError, match=f"{name}, ligne {number}") as refused:
        read_public_set(folder)
    assert refused.value.exit_code == 2


def test_a_set_that_judges_nothing_is_said(folder):
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n", encoding="utf-8")
    with pytest.raises(JudgedError, match="ne juge aucun"):
        read_public_set(folder)
