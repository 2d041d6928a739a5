"""Answers as JSON: the contract's keys, values that JSON writes, quotes checkable by anyone."""

from __future__ import annotations

import json

import pytest

from assistant.corpus.corpus import source_texts
from assistant.export.json_form import answer_document, sheet_document, sheet_line

QUESTIONS = ("potager entre voisins", "lecture aux enfants", "vélo", "quelle heure est-il ?")


@pytest.fixture(scope="module")
def answers(tiny_assistant):
    return [tiny_assistant.ask(question)[0] for question in QUESTIONS]


def test_documents_survive_json(answers, tiny_assistant):
    sheets = tiny_assistant.store.sheets(tiny_assistant.store.sheet_ids({}))
    for document in (*map(answer_document, answers), *map(sheet_line, sheets), *map(sheet_document, sheets)):
        assert json.loads(json.dumps(document, ensure_ascii=False, allow_nan=False)) == document


def test_the_contract_s_keys_are_there(answers):
    for answer in answers:
        document = answer_document(answer)
        assert {"question", "answered", "sheets", "nearest", "understood"} <= set(document)
        assert {"sections", "facets", "corrections", "expansions"} <= set(document["understood"])
        for sheet in document["sheets"] + document["nearest"]:
            assert {"id", "title", "score", "structure", "departement"} <= set(sheet)
            assert {"quotes", "limits", "perspectives"} <= set(sheet)


def test_every_quote_can_be_checked_against_its_source(answers, tiny_assistant):
    sources = source_texts(tiny_assistant.settings.data)
    seen = 0
    for answer in answers:
        for sheet in (document := answer_document(answer))["sheets"] + document["nearest"]:
            assert all(quote in sheet["quotes"] for quote in sheet["limits"] + sheet["perspectives"])
            for quote in sheet["quotes"]:
                assert sources[quote["source"]][quote["start"] : quote["end"]] == quote["text"]
                seen += 1
    assert seen > 5


def test_what_is_silent_says_why(answers):
    for answer in answers:
        for sheet in (document := answer_document(answer))["sheets"] + document["nearest"]:
            for role in ("limits", "perspectives"):
                assert bool(sheet[role]) != (role in sheet["silent"])
            assert set(sheet["silent"].values()) <= {"empty", "placeholder"}


def test_a_structure_without_a_known_department_is_null(tiny_assistant):
    document = answer_document(tiny_assistant.ask("fête du vélo", limit=5)[0])
    velo = next(sheet for sheet in document["sheets"] + document["nearest"] if sheet["title"] == "fete du velo")
    assert velo["departement"] is None
    assert velo["structure"] == "Amicale des Roues Libres - Île-Perdue"


def test_a_sheet_is_given_whole(tiny_assistant):
    source = next(iter(source_texts(tiny_assistant.settings.data).values()))
    for sheet in tiny_assistant.store.sheets(tiny_assistant.store.sheet_ids({})):
        document = sheet_document(sheet)
        assert source[document["start"] : document["end"]] == sheet.text
        assert [section["label"] for section in document["sections"]] == [section.label for section in sheet.sections]
        for section in document["sections"]:
            assert (section["status"] == "empty") == (not section["values"])
            assert all(source[value["start"] : value["end"]] == value["text"] for value in section["values"])
