"""A data folder read whole: several exports, and what its hashes tell apart."""

from __future__ import annotations

import shutil

import pytest

from assistant.corpus.corpus import input_hashes, read_corpus, source_texts
from assistant.errors import CorpusError, SchemaError

EXPORT = "reseau-imaginaire.txt"


def test_exports_are_read_in_the_order_of_their_names(tiny):
    (tiny / "actions" / "a.txt").write_text("Actions\nPremière\n- Résumé\nUn.\n", encoding="utf-8")
    assert [reading.name for reading in read_corpus(tiny).readings] == ["a.txt", EXPORT]
    assert read_corpus(tiny).sheets[0].title == "Première"
    assert set(source_texts(tiny)) == {"a.txt", EXPORT}


def test_a_sheet_that_stands_in_two_exports_is_kept_once(tiny):
    shutil.copy(tiny / "actions" / EXPORT, tiny / "actions" / "copie.txt")
    titles = [sheet.title for sheet in read_corpus(tiny).sheets]
    assert len(titles) == len(set(titles)) == 5


def test_sheets_of_two_exports_that_differ_have_ids_of_their_own(tiny):
    """An id is a key of the store: two sheets under one id, and one of them is lost."""
    text = (tiny / "actions" / EXPORT).read_text("utf-8")
    (tiny / "actions" / "revu.txt").write_text(text.replace("12 jardiniers", "14 jardiniers"), encoding="utf-8")
    ids = [sheet.id for sheet in read_corpus(tiny).sheets]
    assert len(ids) == len(set(ids))
    assert sum(sheet.title == "Le potager partagé" for sheet in read_corpus(tiny).sheets) == 2


def test_a_folder_without_exports_is_refused(tiny):
    (tiny / "actions" / EXPORT).unlink()
    with pytest.raises(CorpusError, match="aucun fichier de fiches"):
        read_corpus(tiny)
    with pytest.raises(SchemaError):
        read_corpus(tiny / "nowhere")


@pytest.mark.parametrize(
    "name", ["schema.yaml", "departements.csv", "needs.yaml", "background.yaml", f"actions/{EXPORT}"]
)
def test_every_file_that_an_index_is_made_from_changes_its_hash(tiny, name):
    before = input_hashes(tiny)
    with (tiny / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    after = input_hashes(tiny)
    assert {key for key in before if before[key] != after[key]} == {name}
