"""Answers for a terminal: quotes to the letter behind a bar, nothing that could drive the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.export.text_form import answer_text, printable, sheet_text

BAR = "│ "
HOSTILE = "\x1b[31mrouge\x1b]0;titre\x07 \x9b2J \u202egauche\u202c \u200b\x00\x7f\r"


@given(text=st.text())
def test_printable_leaves_nothing_that_drives_a_terminal(text):
    shown = printable(text)
    assert len(shown) == len(text)
    assert all(char.isprintable() or char in "\n\t\u00a0\u202f" for char in shown)
    assert printable(shown) == shown


@given(text=st.text(alphabet="abcéèàçœŒ’'«»–…€▪ \n\u00a0\u202f!?.,;:()0123456789"))
def test_french_is_left_as_it_is(text):
    assert printable(text) == text


def test_the_real_corpus_is_left_as_it_is(reading):
    assert printable(reading.text) == reading.text


def test_every_line_of_every_quote_stands_behind_the_bar(assistant):
    for question in ("isolement des personnes âgées", "jardin", "numérique", "quelle heure est-il ?"):
        answer, _ = assistant.ask(question)
        lines = answer_text(answer, assistant.schema).split("\n")
        barred = [line.split(BAR, 1)[1] for line in lines if BAR in line]
        quotes = [quote for excerpt in (*answer.sheets, *answer.nearest) for quote in excerpt.quotes]
        for quote in quotes:
            for line in quote.text.split("\n"):
                assert any(shown in (line, f"{line} […]") for shown in barred), line
        assert lines[0] == f"{answer.message}."
        written = "\n".join(quote.text for quote in quotes)
        assert all(line.removesuffix(" […]") in written for line in barred)


def test_a_quote_cut_short_is_marked(assistant):
    answer, _ = assistant.ask("isolement des personnes âgées")
    text = answer_text(answer, assistant.schema)
    for excerpt in answer.sheets:
        for quote in excerpt.quotes:
            last = quote.text.split("\n")[-1]
            assert (f"{BAR}{last} […]" in text) or quote.whole


def test_silence_is_said(tiny_assistant):
    texts = {
        sheet.title: sheet_text(sheet) for sheet in tiny_assistant.store.sheets(tiny_assistant.store.sheet_ids({}))
    }
    # the files, two choices without a value, ten texts
    assert texts["Pause papote"].count("(non renseigné)") == 13
    assert "(document joint non fourni)" in texts['"LECTURE À VOIX HAUTE - PAGES & CIE"']


@pytest.mark.parametrize("where", ["message", "reason", "quote", "title"])
def test_nothing_shown_can_drive_a_terminal(tiny_assistant, where):
    answer, _ = tiny_assistant.ask("potager entre voisins", limit=1)
    excerpt = (*answer.sheets, *answer.nearest)[0]
    if where == "message":
        answer = replace(answer, message=HOSTILE)
    elif where == "reason":
        excerpt = replace(excerpt, reason=HOSTILE)
    elif where == "quote":
        excerpt = replace(excerpt, quotes=tuple(replace(quote, text=HOSTILE) for quote in excerpt.quotes))
    else:
        excerpt = replace(excerpt, sheet=replace(excerpt.sheet, title=HOSTILE))
    shown = answer_text(replace(answer, sheets=(excerpt,), nearest=()), tiny_assistant.schema)
    assert "rouge" in shown
    assert not set(shown) & set("\x1b\x07\x9b\u202e\u202c\u200b\x00\x7f\r")
