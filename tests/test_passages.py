"""Passages: exact spans that tile the text they come from; what says nothing makes none."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.corpus import read_corpus
from assistant.indexing.passages import PASSAGE_CHARACTERS, passage_text, split_sheet, split_text
from assistant.values import Kind, Status

WORDY = st.lists(
    st.text(alphabet="abcdeé.,;:!?…-'’() \n\u00a0", max_size=80) | st.text(max_size=20) | st.just("mot " * 90),
    max_size=12,
).map("".join)


@given(text=WORDY, offset=st.integers(0, 1000))
def test_pieces_tile_the_text(text, offset):
    spans = split_text(text, offset)
    assert "".join(text[start - offset : end - offset] for start, end in spans) == text
    position = offset
    for start, end in spans:
        assert position == start < end
        position = end


@given(text=WORDY)
def test_a_long_piece_is_one_that_cannot_be_cut(text):
    for start, end in split_text(text):
        if end - start > PASSAGE_CHARACTERS:
            assert not any(char in " \n" for char in text[start : end - 1].rstrip(" \n"))


def test_a_piece_ends_where_a_line_a_sentence_or_a_word_does():
    text = "Un potager pour tous. " * 40
    assert all(text[start:end].endswith("tous. ") for start, end in split_text(text))


@pytest.fixture(params=["real", "tiny"])
def sheets(request, corpus, tiny):
    return corpus.sheets if request.param == "real" else read_corpus(tiny).sheets


def test_passages_lie_in_one_section_in_the_order_of_the_text(sheets, corpus):
    for sheet in sheets:
        passages = split_sheet(sheet, corpus.schema)
        for passage in passages:
            section = sheet.sections[passage.section]
            assert passage.sheet_id == sheet.id
            assert section.start <= passage.start < passage.end <= section.end
            assert sheet.slice(passage.start, passage.end).strip() == sheet.slice(passage.start, passage.end)
        assert all(a.end <= b.start for a, b in pairwise(passages))


def test_every_word_that_says_something_is_in_a_passage(sheets, corpus):
    """Between the passages of a section stand only blanks, lone bullets and placeholders."""
    for sheet in sheets:
        passages = split_sheet(sheet, corpus.schema)
        for index, section in enumerate(sheet.sections):
            if section.kind is not Kind.TEXT or section.status is not Status.FILLED:
                continue
            mine = [passage for passage in passages if passage.section == index]
            assert mine, section.label
            position = section.start
            for start, end in [*((p.start, p.end) for p in mine), (section.end, section.end)]:
                between = sheet.slice(position, start).strip(" \n-▪") if start > position else ""
                assert not between or corpus.schema.is_placeholder(between)
                position = end


def test_choices_placeholders_and_empty_sections_make_none(sheets, corpus):
    for sheet in sheets:
        for passage in split_sheet(sheet, corpus.schema):
            section = sheet.sections[passage.section]
            assert (section.kind, section.status) == (Kind.TEXT, Status.FILLED)
            assert not corpus.schema.is_placeholder(sheet.slice(passage.start, passage.end))


def test_a_sheet_without_text_makes_none(tiny):
    corpus = read_corpus(tiny)
    silent = next(sheet for sheet in corpus.sheets if sheet.title == "Pause papote")
    assert split_sheet(silent, corpus.schema) == []


def test_title_and_label_are_embedded_with_the_text(tiny):
    corpus = read_corpus(tiny)
    velo = next(sheet for sheet in corpus.sheets if sheet.title == "fete du velo")
    assert [passage_text(velo, passage) for passage in split_sheet(velo, corpus.schema)][-2:] == [
        "fete du velo. Résultat pour le centre social\n"
        "Nous ne pouvons pas accueillir tous les vélos, l'atelier est trop petit.",
        "fete du velo. Suite de l'action : Limites\n"
        "La fête a lieu une fois par an.\nCe serait à refaire dans chaque quartier.",
    ]


def test_a_word_of_a_megabyte_is_embedded_as_far_as_a_word_may_say_something(change, tiny):
    change("limite: l'eau manque en août", f"limite: l'eau manque en août {'x' * 1_000_000}")
    corpus = read_corpus(tiny)
    passages = [(sheet, passage) for sheet in corpus.sheets for passage in split_sheet(sheet, corpus.schema)]
    assert max(passage.end - passage.start for _, passage in passages) == 1_000_000
    assert max(len(passage_text(*given)) for given in passages) < 3000


def test_the_whole_real_corpus_makes_a_few_hundred(corpus):
    lengths = [p.end - p.start for sheet in corpus.sheets for p in split_sheet(sheet, corpus.schema)]
    assert 250 <= len(lengths) <= 450
    assert max(lengths) <= PASSAGE_CHARACTERS
