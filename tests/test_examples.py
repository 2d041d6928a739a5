"""The needs and the background: a sheet that does not exist is named with its line."""

from __future__ import annotations

import pytest

from assistant.corpus.corpus import read_corpus
from assistant.corpus.examples import read_examples
from assistant.errors import SchemaError
from assistant.values import ExampleKind


def test_real_needs_name_real_sheets(corpus):
    ids = {sheet.id for sheet in corpus.sheets}
    needs = [example for example in corpus.examples if example.kind is ExampleKind.NEED]
    assert {example.sheet_id for example in needs} <= ids
    assert {example.kind for example in corpus.examples} == set(ExampleKind)
    assert all(example.sheet_id is None for example in corpus.examples if example.kind is not ExampleKind.NEED)
    assert len({example.text for example in corpus.examples}) == len(corpus.examples)


@pytest.mark.parametrize("unknown", ["Une fiche inconnue", "potager", "velo"])
def test_an_unknown_sheet_is_named_with_its_line(tiny, unknown):
    """« potager » is written in an earlier line too: the line named is the one to correct."""
    path = tiny / "needs.yaml"
    text = path.read_text("utf-8") + f"- sheet: {unknown}\n  needs:\n  - Un besoin.\n"
    path.write_text(text, encoding="utf-8")
    line = text.count("\n") - 2
    with pytest.raises(SchemaError) as refused:
        read_corpus(tiny)
    assert unknown in str(refused.value)
    assert f"needs.yaml, ligne {line}\u00a0:" in str(refused.value)


def test_files_that_are_absent_give_no_example(tmp_path, corpus):
    assert read_examples(tmp_path / "needs.yaml", tmp_path / "background.yaml", corpus.sheets) == ()


def test_an_unknown_kind_of_background_is_refused(tiny):
    (tiny / "background.yaml").write_text("everyday: []\nsports: []\n", encoding="utf-8")
    with pytest.raises(SchemaError, match=r"ligne 2"):
        read_corpus(tiny)
