"""The command line at its edges: hostile text, damaged files, readers that leave; on the tiny corpus.

Most commands run inside the test, for speed; ``test_cli`` runs them in a process of their own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from assistant.cli import main
from assistant.settings import Settings

QUESTION = "Comment lutter contre l’isolement des personnes âgées ?"


def succeeded(done) -> str:
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def failed(done, code: int) -> str:
    """The message of a refusal: French, on stderr, with the code expected and nothing on stdout."""
    assert done.returncode == code, (done.returncode, done.stderr)
    assert done.stdout == ""
    assert done.stderr.lstrip("\n").startswith("Erreur\u00a0: ")
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture
def run(capsys, monkeypatch):
    """The command line inside this process: what it wrote, and its exit code."""

    def command(*arguments: str, settings: Settings | None = None, environment: dict[str, str] | None = None):
        places = ["--data", str(settings.data), "--index", str(settings.index)] if settings else []
        capsys.readouterr()
        for name, value in (environment or {}).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            main([*arguments, *places])
        written = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, left.value.code, written.out, written.err)

    return command


@pytest.fixture
def copied(tiny_settings, tmp_path) -> Settings:
    """The tiny corpus with its index, free to change."""
    shutil.copytree(tiny_settings.data, tmp_path / "data")
    shutil.copytree(tiny_settings.index, tmp_path / "index")
    return Settings(data=tmp_path / "data", index=tmp_path / "index")


# --- ask


def test_ask_shows_quotes_as_the_source_writes_them(run, settings, reading):
    lines = succeeded(run("ask", QUESTION, settings=settings)).split("\n")
    quoted = [line.split("│ ", 1)[1].removesuffix(" […]").strip() for line in lines if "│ " in line]
    assert quoted
    assert all(line in reading.text for line in quoted)
    assert any("LIMITES" in line for line in lines)
    assert any("PERSPECTIVES" in line for line in lines)


def test_bytes_that_are_no_text_get_an_answer_or_a_refusal(tiny_settings):
    """A terminal in Latin-1 sends bytes that are not UTF-8."""
    places = ["--data", str(tiny_settings.data), "--index", str(tiny_settings.index)]
    program = [sys.executable, "-c", "from assistant.cli import main; main()", "ask", b"un caf\xe9 et un potager"]
    done = subprocess.run([*program, *places], capture_output=True, timeout=60, check=False)
    assert done.returncode in (0, 2), done.stderr
    assert b"Traceback" not in done.stderr


def test_a_reader_that_leaves_gets_no_traceback(settings):
    places = ["--data", str(settings.data), "--index", str(settings.index)]
    program = [sys.executable, "-c", "from assistant.cli import main; main()", "ask", QUESTION, "--all", "--json"]
    with subprocess.Popen([*program, *places], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()
        assert "BrokenPipe" not in process.stderr.read()


# --- usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", "a", "b"],
        ["ask", "a", "--top", "0"],
        ["ask", "a", "--top", "beaucoup"],
        ["ask", "a", "--nope"],
        ["ask", "a", "--top"],
        ["nothing"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_said_in_french(run, arguments):
    message = failed(run(*arguments), 2)
    assert " --help" in message
    assert not any(word in message for word in ("Usage:", "Missing", "Invalid", "No such", "Got unexpected"))


def test_help_is_in_french(run):
    text = succeeded(run("--help"))
    for command in ("ask", "batch", "index", "check", "serve", "eval", "sheets", "show"):
        assert command in text
    assert "Pose une question" in text


def test_environment_names_the_folders(run, tiny_settings):
    environment = {"ASSISTANT_DATA": str(tiny_settings.data), "ASSISTANT_INDEX": str(tiny_settings.index)}
    assert "Pause papote" in succeeded(run("sheets", environment=environment))
    failed(run("sheets", environment=environment | {"ASSISTANT_SHEETS": "beaucoup"}), 2)


# --- index and check


@pytest.mark.parametrize("command", [["ask", "jardin"], ["check"], ["sheets"], ["show", "potager"]])
def test_a_missing_index_says_the_command_that_builds_it(run, tiny_settings, tmp_path, command):
    place = Settings(data=tiny_settings.data, index=tmp_path / "none")
    assert "assistant index" in failed(run(*command, settings=place), 1)


def test_index_has_nothing_to_do_when_in_step(run, tiny_settings):
    done = run("index", settings=tiny_settings)
    assert "Rien à faire" in succeeded(done)
    assert "5 fiches" in done.stdout
    assert "reseau-imaginaire.txt, ligne" in done.stderr  # the warnings of the sheets, apart


def test_check_finds_a_sound_index_sound(run, tiny_settings):
    assert "correspond aux fiches" in succeeded(run("check", settings=tiny_settings))
    assert json.loads(succeeded(run("check", "--json", settings=tiny_settings))) == {"sound": True, "faults": []}


def test_a_stale_index_is_said_by_ask_and_check_and_mended_by_index(run, copied):
    export = copied.data / "actions" / "reseau-imaginaire.txt"
    text = export.read_text("utf-8")
    export.write_text(text.replace("12 jardiniers", "14 jardiniers"), encoding="utf-8")
    assert "assistant index" in failed(run("ask", "potager", settings=copied), 1)
    checked = run("check", settings=copied)
    assert checked.returncode == 1
    assert "reseau-imaginaire.txt" in checked.stderr
    assert "assistant check --repair" in checked.stderr
    checked = run("check", "--json", settings=copied)
    assert checked.returncode == 1
    assert json.loads(checked.stdout)["sound"] is False
    indexed = succeeded(run("index", settings=copied))
    assert "0\u00a0ajoutée, 1\u00a0modifiée, 0\u00a0retirée, 4\u00a0inchangées" in indexed
    succeeded(run("ask", "potager", settings=copied))


def test_a_damaged_index_is_said_with_the_command_that_mends_it(run, copied):
    next(copied.index.glob("generation-*/vectors.faiss")).write_bytes(b"spoilt")
    assert "assistant index" in failed(run("ask", "potager", settings=copied), 1)
    checked = run("check", settings=copied)
    assert checked.returncode == 1
    assert "vectors.faiss" in checked.stderr
    assert "assistant check --repair" in checked.stderr


def test_an_unknown_model_is_said_in_french(run, copied, tmp_path):
    message = failed(run("index", "--model", str(tmp_path / "nope"), settings=copied), 1)
    assert "ne peut pas être chargé" in message


def test_a_fault_in_the_data_is_said_with_its_line(run, copied):
    (copied.data / "actions" / "autre.txt").write_text("Actions\n- Résumé\nSans titre.\n", encoding="utf-8")
    assert "autre.txt, ligne 2" in failed(run("index", settings=copied), 2)


# --- sheets and show


def test_sheets_are_listed_in_order(run, tiny_settings):
    text = succeeded(run("sheets", settings=tiny_settings))
    listed = json.loads(succeeded(run("sheets", "--json", settings=tiny_settings)))
    assert [sheet["title"] for sheet in listed][:2] == ["Le potager partagé", '"LECTURE À VOIX HAUTE - PAGES & CIE"']
    assert len(listed) == 5
    assert all(sheet["title"] in text for sheet in listed)


def test_titles_cannot_drive_a_terminal(run, copied):
    export = copied.data / "actions" / "reseau-imaginaire.txt"
    text = export.read_text("utf-8")
    export.write_text(text.replace("Pause papote", "Pause\x07 \x9b31mpapote\u202e"), encoding="utf-8")
    succeeded(run("index", settings=copied))
    for command in (["sheets"], ["show", "papote"], ["ask", "papoter à la pause"]):
        shown = succeeded(run(*command, settings=copied))
        assert not set(shown) & {"\x07", "\x9b", "\u202e"}, command


def test_show_gives_the_whole_sheet_by_a_few_words_of_its_title(run, tiny_settings):
    text = succeeded(run("show", "POTAGER partage", settings=tiny_settings))
    assert text.startswith("Le potager partagé")
    assert "▪ Un carré de terre par famille" in text
    assert "limite: l'eau manque en août" in text


def test_show_json_gives_every_section_at_its_offsets(run, tiny_settings):
    document = json.loads(succeeded(run("show", "fete du velo", "--json", settings=tiny_settings)))
    source = (tiny_settings.data / "actions" / document["source"]).read_text("utf-8")
    values = [value for section in document["sections"] for value in section["values"]]
    assert len(values) > 10
    assert all(source[value["start"] : value["end"]] == value["text"] for value in values)


def test_show_names_the_sheets_when_several_fit(run, tiny_settings):
    message = failed(run("show", "p", settings=tiny_settings), 2)
    assert "Le potager partagé" in message
    assert "Pause papote" in message


@pytest.mark.parametrize("title", ["zzz", "", " "])
def test_show_says_when_no_sheet_fits(run, tiny_settings, title):
    assert "assistant sheets" in failed(run("show", title, settings=tiny_settings), 2)


# --- batch and eval


@pytest.mark.parametrize(
    "line", ["{", '{"id": "B"}', '{"question": "jardin"}', "[]", '{"id": "A", "question": "deux"}']
)
def test_a_bad_line_is_named_and_nothing_is_written(run, tiny_settings, tmp_path, line):
    questions, answers = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    questions.write_text(f'{{"id": "A", "question": "jardin"}}\n\n{line}\n', encoding="utf-8")
    assert "ligne 3" in failed(run("batch", str(questions), str(answers), settings=tiny_settings), 2)
    assert [path.name for path in tmp_path.iterdir()] == ["questions.jsonl"]


def test_files_that_cannot_be_read_or_written_are_bad_input(run, tiny_settings, tmp_path):
    questions = tmp_path / "questions.jsonl"
    failed(run("batch", str(questions), str(tmp_path / "out.jsonl"), settings=tiny_settings), 2)
    questions.write_text('{"id": "A", "question": "jardin"}\n', encoding="utf-8")
    failed(run("batch", str(questions), str(tmp_path / "none" / "out.jsonl"), settings=tiny_settings), 2)


def test_eval_measures_a_judged_file(run, tiny_settings, tmp_path):
    judged = tmp_path / "judged.jsonl"
    relevant = [{"sheet": "Le potager partagé", "grade": 2, "sections": ["Résumé"]}]
    line = {"id": "A", "question": "le potager partagé", "kind": "besoin", "relevant": relevant}
    judged.write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
    figures = json.loads(succeeded(run("eval", str(judged), "--json", settings=tiny_settings)))
    assert figures["all"]["questions"] == 1
    assert figures["all"]["quotes"] == figures["all"]["quotes_exact"]
    table = succeeded(run("eval", str(judged), settings=tiny_settings))
    assert "nDCG@5" in table
    assert "besoin" in table
