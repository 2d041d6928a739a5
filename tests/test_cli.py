"""The command line as a person uses it: a process of its own, its exit code, what it writes where."""

import json
import os
import subprocess
import sys

import pytest

CARD = "comment lutter contre l'isolement des seniors en milieu rural ?"


@pytest.fixture(scope="session")
def run(settings):
    """Runs a command on the real corpus and index."""
    environment = os.environ | {"ASSISTANT_DATA": str(settings.data), "ASSISTANT_INDEX": str(settings.index)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from assistant.cli import main; main()", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    return run


def assert_said(done, code: int, *words: str) -> None:
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("Erreur")
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_ask_is_readable_with_limits_and_perspectives(run):
    done = run("ask", CARD)
    assert done.returncode == 0
    first = done.stdout.split("\n2. ")[0]
    for words in ("les visiteurs à domicile", "LIMITES", "le territoire : rural et vaste", "PERSPECTIVES", "Aube"):
        assert words in first


def test_ask_json_writes_one_document_of_the_contract(run):
    done = run("ask", CARD, "--json", "--top", "1")
    document = json.loads(done.stdout)
    assert {"question", "answered", "sheets", "nearest", "understood"} <= document.keys()
    assert {"sections", "facets", "corrections", "expansions"} <= document["understood"].keys()
    (sheet,) = document["sheets"]
    keys = {"id", "title", "score", "structure", "departement", "quotes", "limits", "perspectives"}
    assert keys <= sheet.keys()
    assert all({"section", "text", "source", "start", "end"} <= quote.keys() for quote in sheet["quotes"])


def test_a_correction_is_said_and_can_be_refused(run):
    corrected = run("ask", "lisolement des aînés")
    assert "--as-typed" in corrected.stdout
    document = json.loads(run("ask", "lisolement des aînés", "--as-typed", "--json").stdout)
    assert document["understood"]["corrections"] == []


def test_public_is_a_filter_and_an_unknown_one_is_named_with_the_choices(run):
    document = json.loads(run("ask", "que proposer ?", "--public", "seniors", "--json").stdout)
    assert document["sheets"]
    assert all(sheet["public"] == ["Seniors"] for sheet in document["sheets"])
    assert_said(run("ask", CARD, "--public", "Martiens"), 2, "Martiens", "Seniors")


def test_all_shows_every_sheet_that_bears_a_filter(run):
    document = json.loads(run("ask", "tous publics", "--public", "Tous publics", "--all", "--json").stdout)
    assert len(document["sheets"]) == 11


@pytest.mark.parametrize("question", ["", "   ", "🎉", "a" * 2001], ids=["empty", "white", "emoji", "too long"])
def test_questions_that_cannot_be_asked_are_bad_input(run, question):
    assert_said(run("ask", question), 2)


def test_a_bad_line_of_a_batch_is_named_and_leaves_no_answers(run, tmp_path):
    questions, answers = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    questions.write_text('{"id": "1", "question": "des jeux ?"}\n{bad\n', encoding="utf-8")
    assert_said(run("batch", questions, answers), 2, "ligne 2")
    assert list(tmp_path.iterdir()) == [questions]


def test_a_batch_replays_history_and_answers_in_order(run, tmp_path):
    questions, answers = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    lines = [
        {"id": "b", "question": "et les limites ?", "history": [CARD]},
        {"id": "a", "question": "quel temps fera-t-il demain à Lyon ?"},
    ]
    questions.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert run("batch", questions, answers).returncode == 0
    first, second = map(json.loads, answers.read_text("utf-8").splitlines())
    assert (first["id"], first["sheets"][0]["title"]) == ("b", "les visiteurs à domicile")
    assert (second["id"], second["answered"], second["sheets"]) == ("a", False, [])
    assert second["nearest"]


def test_check_and_index_find_nothing_to_do(run):
    assert run("check").stdout.strip() == "L’index est entier et correspond aux fiches."
    assert run("index").stdout.startswith("Rien à faire")


def test_a_missing_index_says_the_command_that_makes_it(run, tmp_path):
    assert_said(run("ask", CARD, "--index", tmp_path), 1, "assistant index")


def test_changed_data_say_the_command_that_mends(run, settings, tmp_path):
    import shutil

    data = shutil.copytree(settings.data, tmp_path / "data")
    with (data / "actions" / "actions-centres-sociaux.txt").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert_said(run("ask", CARD, "--data", data), 1, "assistant index")
    checked = run("check", "--data", data)
    assert checked.returncode == 1
    assert "actions-centres-sociaux.txt" in checked.stderr


def test_sheets_lists_and_show_finds_one(run):
    assert len(json.loads(run("sheets", "--json").stdout)) == 24
    shown = run("show", "visiteurs domicile")
    assert "Suite de l'action : Limites" in shown.stdout
    assert "(non renseigné)" in shown.stdout
    assert_said(run("show", "habitants"), 2, "petit déjeuner des habitants", "k’fé des habitants")
    assert_said(run("show", "rien de tel"), 2, "assistant sheets")


@pytest.mark.parametrize("arguments", [["zut"], ["ask"], ["ask", "q", "--zut"], ["ask", "q", "--top", "x"]])
def test_bad_usage_is_said_in_french(run, arguments):
    assert_said(run(*arguments), 2, " --help")


@pytest.fixture(scope="session")
def few(settings, tmp_path_factory):
    """Four judged questions: a need, one on limits, two that no sheet answers."""
    lines = (settings.data / "judged" / "dev.jsonl").read_text("utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    chosen = [
        *[each for each in found if each["kind"] == "besoin"][:1],
        *[each for each in found if each["kind"] == "limites"][:1],
        *[each for each in found if each["kind"] == "hors-sujet"][:2],
    ]
    path = tmp_path_factory.mktemp("judged") / "few.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in chosen), encoding="utf-8")
    return path


def test_eval_measures_by_kind_and_half(run, few):
    figures = json.loads(run("eval", few, "--json").stdout)
    assert figures["all"]["questions"] == 4
    assert figures["kinds"].keys() == {"besoin", "limites", "hors-sujet"}
    assert figures["all"]["quotes_exact"] == figures["all"]["quotes"] > 0
    assert figures["tuning"]["questions"] + figures["checking"]["questions"] == 4
    low, high = figures["all"]["intervals"]["ndcg"]
    assert 0 <= low <= figures["all"]["ndcg"] <= high <= 1
    assert "files" not in figures


def test_eval_of_two_files_lists_each_and_refuses_an_id_twice(run, few, tmp_path):
    lines = few.read_text("utf-8").splitlines()
    (tmp_path / "a.jsonl").write_text("\n".join(lines[:1]), encoding="utf-8")
    (tmp_path / "b.jsonl").write_text("\n".join(lines[1:]), encoding="utf-8")
    figures = json.loads(run("eval", tmp_path / "a.jsonl", tmp_path / "b.jsonl", "--json").stdout)
    assert [found["all"]["questions"] for found in figures["files"].values()] == [1, 3]
    assert figures["all"]["questions"] == 4
    assert_said(run("eval", few, tmp_path / "a.jsonl"), 2, "a.jsonl", "déjà pris")


def test_eval_compares_with_a_batch_and_writes_the_same_report_twice(run, few, tmp_path):
    answers = tmp_path / "answers.jsonl"
    assert run("batch", few, answers).returncode == 0
    first, again = (
        run("eval", few, "--compare", answers, "--report", tmp_path / "report", "--json"),
        {path.name: path.read_bytes() for path in (tmp_path / "report").iterdir()},
    )
    figures = json.loads(first.stdout)
    assert figures["comparison"]["moved"] == []
    assert figures["comparison"]["differences"]["all"]["ndcg"]["difference"] == 0
    assert run("eval", few, "--compare", answers, "--report", tmp_path / "report").returncode == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "report").iterdir()} == again
    assert again.keys() == {"README.md", "ndcg.svg", "fiabilite.svg"}


def test_eval_of_nothing_or_of_both_kinds_of_sets_is_bad_usage(run, few, tmp_path):
    assert_said(run("eval"), 2, "assistant eval data/judged/dev.jsonl")
    assert_said(run("eval", few, "--beir", tmp_path), 2, "--beir seul")
    assert_said(run("eval", "--beir", tmp_path), 2, "corpus.jsonl", "BEIR")


def test_eval_refuses_a_run_of_other_questions_before_it_asks_any(run, few, tmp_path):
    (tmp_path / "run.jsonl").write_text('{"id": "Z", "answered": false, "sheets": []}', encoding="utf-8")
    assert_said(run("eval", few, "--compare", tmp_path / "run.jsonl", "--index", tmp_path), 2, "run.jsonl")
