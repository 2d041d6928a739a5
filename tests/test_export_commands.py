"""``export``, ``verify`` and ``gaps`` as a person uses them."""

import json

import pytest

from assistant.corpus.gaps import find_gaps
from assistant.export.render import FORMATS
from assistant.values import Facet, Status


def assert_said(done, code, *words):
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("Erreur")
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("md", ["visiteurs à domicile", "souris vertes"]),
        ("docx", ["--all"]),
        ("pdf", ["--question", "comment lutter contre l'isolement des seniors ?", "--kind", "training"]),
        ("csv", ["--question", "isolement des seniors", "--kind", "comparison"]),
        ("pdf", ["souris vertes", "--kind", "transposition"]),
    ],
)
def test_what_is_exported_holds(run, settings, tmp_path, name, chosen):
    file = tmp_path / f"fiches.{name}"
    done = run("export", *chosen, "--output", str(file), settings=settings)
    assert done.returncode == 0, done.stderr
    assert str(file) in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    checked = run("verify", str(file), "--json", settings=settings)
    assert checked.returncode == 0
    found = json.loads(checked.stdout)
    assert found["holds"]
    assert found["quotes"]
    assert found["corpus"]["file"] == found["corpus"]["now"]
    said = run("verify", str(file), settings=settings)
    assert said.stdout.endswith("mot pour mot dans les fiches.\n")


def test_sheets_come_in_the_order_typed(run, settings, tmp_path):
    file = tmp_path / "a.md"
    run("export", "souris vertes", "visiteurs à domicile", "--section", "funding", "-o", str(file), settings=settings)
    titles = [line for line in file.read_text("utf-8").split("\n") if line.startswith("## ")]
    assert ["souris" in titles[0], "visiteurs" in titles[1], len(titles)] == [True, True, 2]


def test_a_quote_that_changed_is_said_with_exit_code_1(run, settings, tmp_path):
    file = tmp_path / "a.csv"
    run("export", "visiteurs à domicile", "-o", str(file), settings=settings)
    file.write_text(file.read_text("utf-8").replace("rural et vaste", "rural et petit"), "utf-8")
    done = run("verify", str(file), settings=settings)
    assert done.returncode == 1
    assert "1\u00a0citation sur" in done.stdout
    assert "rural et petit" in done.stdout
    assert "rural et vaste" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "md"], ["Aucune fiche à exporter"]),
        (["--all", "souris vertes", "--format", "md"], ["--all"]),
        (["souris vertes"], ["format"]),
        (["souris vertes", "--format", "md", "-o", "a.pdf"], [".pdf"]),
        (["souris vertes", "--format", "doc"], ["--format"]),
        (["nulle part", "--format", "md"], ["nulle part"]),
        (["souris vertes", "--format", "md", "--kind", "comparison"], ["de 2 à 6"]),
        (
            ["souris vertes", "visiteurs à domicile", "--format", "md", "--kind", "transposition"],
            ["une fiche à la fois"],
        ),
        (["--question", "réparer un moteur d'avion", "--format", "md"], ["rien à exporter"]),
    ],
)
def test_what_cannot_be_exported_is_said(run, settings, arguments, words):
    assert_said(run("export", *arguments, settings=settings), 2, *words)


def test_a_file_is_not_written_over_unless_asked(run, settings, tmp_path):
    file = tmp_path / "a.md"
    file.write_text("à garder", "utf-8")
    arguments = ("export", "souris vertes", "-o", str(file))
    assert_said(run(*arguments, settings=settings), 2, "existe déjà", "--force")
    assert file.read_text("utf-8") == "à garder"
    assert run(*arguments, "--force", settings=settings).returncode == 0
    assert "souris vertes" in file.read_text("utf-8")


def test_a_folder_that_cannot_be_written_in_is_said(run, settings, tmp_path):
    done = run("export", "souris vertes", "-o", str(tmp_path / "nulle" / "part.md"), settings=settings)
    assert_said(done, 1, "--output")


def test_what_cannot_be_verified_is_said(run, settings, tmp_path):
    assert_said(run("verify", str(tmp_path / "rien.md"), settings=settings), 2, "ne peut pas être lu")
    assert_said(run("verify", str(tmp_path), settings=settings), 2, "ne peut pas être lu")
    file = tmp_path / "a.docx"
    file.write_bytes(b"PK")
    assert_said(run("verify", str(file), settings=settings), 2, "abîmé")


def test_gaps_counts_by_label_with_the_sheets(run, settings, corpus):
    found = json.loads(run("gaps", "--json", settings=settings).stdout)
    assert found["sheets"] == len(corpus.sheets)
    limits = next(label for label in found["labels"] if label["role"] == "limits")
    silent = [
        s.title
        for s in corpus.sheets
        if all(p.status is Status.EMPTY for p in s.sections if p.label == limits["label"])
    ]
    assert [sheet["title"] for sheet in limits["empty"]] == silent
    assert [sheet["title"] for sheet in limits["missing_document"]] == ["Résonance Solidaire A Saint-Martin"]
    said = run("gaps", settings=settings).stdout
    assert "Suite de l'action : Limites" in said
    assert "Résonance" in said


def test_every_sheet_is_filled_empty_or_missing_under_each_label(corpus):
    for gap in find_gaps(corpus.sheets, corpus.schema).labels:
        assert not set(map(id, gap.empty)) & set(map(id, gap.missing))
        for sheet in corpus.sheets:
            filled = any(p.status is Status.FILLED for p in sheet.sections if p.label == gap.label)
            has = any(p.label == gap.label for p in sheet.sections)
            told = sheet in gap.empty or sheet in gap.missing
            assert told == (not filled and (has or not gap.optional))


def test_choices_that_no_sheet_makes_are_named(corpus):
    alone = [sheet for sheet in corpus.sheets if sheet.facet(Facet.STATUS) == ("En cours",)]
    assert find_gaps(alone, corpus.schema).unused[Facet.STATUS] == ("Terminée",)
    assert Facet.STATUS not in find_gaps(corpus.sheets, corpus.schema).unused


def test_the_command_line_knows_the_formats_that_can_be_rendered():
    from assistant.cli_export import FormatName

    assert {name.value for name in FormatName} == set(FORMATS)
