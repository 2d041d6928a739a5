"""Sections asked for by meaning: what holds of the fitted file, and what becomes of it elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.answer import Assistant
from assistant.corpus.corpus import SECTIONS
from assistant.errors import SchemaError
from assistant.indexing.encoder import DEFAULT_MODEL, open_encoder
from assistant.retrieval.sections import SURE, Sections, load_sections, save_sections
from assistant.settings import Settings
from assistant.values import Role


@pytest.fixture(scope="module")
def sections() -> Sections:
    found = load_sections(Settings().data / SECTIONS, DEFAULT_MODEL)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("question", "role"),
    [
        ("Quelles équipes avouent être débordées par leur succès ?", Role.LIMITS),
        ("Elles rêvent de toucher d’autres villages, lesquelles ?", Role.PERSPECTIVES),
        ("La comédienne, elle a touché quel cachet ?", Role.FUNDING),
    ],
)
def test_a_section_is_asked_for_without_its_words(question: str, role: Role, sections: Sections) -> None:
    assert sections.asked(open_encoder(DEFAULT_MODEL).encode_question(question))[0] is role


@pytest.mark.parametrize(
    "question",
    [
        "les jeunes qui tiennent les murs",
        "des idées pour les parents qui n’osent pas pousser la porte",
        "apprendre le français",
    ],
)
def test_a_need_asks_for_no_section(question: str, sections: Sections) -> None:
    assert sections.asked(open_encoder(DEFAULT_MODEL).encode_question(question)) == ()


def test_what_is_meant_is_understood_and_what_is_named_comes_first() -> None:
    assistant = Assistant.open()
    meant, _ = assistant.ask("Quelles équipes avouent être débordées par leur succès ?")
    named, _ = assistant.ask("quel budget pour une fête de quartier ?")
    assert meant.query.roles == (Role.LIMITS,)
    assert named.query.roles == (Role.FUNDING,)


def test_likely_first_and_only_what_is_sure() -> None:
    rows = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 3.0], [0.0, 0.0, -1.0]], dtype=np.float32)
    roles = (Role.LIMITS, Role.RESULTS, Role.PEOPLE)
    sections = Sections(roles, np.zeros(2, dtype=np.float32), rows)
    vector = np.array([1.0, 0.0], dtype=np.float32)
    likely = sections.likely(vector)
    assert likely[Role.PEOPLE] < SURE < likely[Role.LIMITS] < likely[Role.RESULTS] <= 1
    assert sections.asked(vector) == (Role.RESULTS, Role.LIMITS)


def test_saved_and_read_back(tmp_path: Path, sections: Sections) -> None:
    save_sections(tmp_path / SECTIONS, DEFAULT_MODEL, sections)
    again = load_sections(tmp_path / SECTIONS, DEFAULT_MODEL)
    assert again is not None
    assert again.roles == sections.roles
    assert np.allclose(again.weights, sections.weights, atol=1e-3)


def test_of_another_model_or_damaged(tmp_path: Path) -> None:
    assert load_sections(Settings().data / SECTIONS, "another model") is None
    assert load_sections(tmp_path / SECTIONS, DEFAULT_MODEL) is None
    (tmp_path / SECTIONS).write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(SchemaError):
        load_sections(tmp_path / SECTIONS, DEFAULT_MODEL)
