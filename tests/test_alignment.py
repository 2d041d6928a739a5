"""Alignment: a question moves towards the sector's words, by the adapter where there is one, else by the map."""

import numpy as np
import pytest

from assistant.corpus.corpus import ALIGNMENT
from assistant.errors import SchemaError
from assistant.indexing.alignment import load_alignment, unaligned
from assistant.indexing.encoder import DEFAULT_MODEL, open_encoder
from assistant.settings import Settings


@pytest.fixture(scope="module")
def alignment():
    return load_alignment(Settings().data / ALIGNMENT, DEFAULT_MODEL)


@pytest.fixture(scope="module")
def grandparents():
    return open_encoder(DEFAULT_MODEL, Settings()).encode_adapted("mes papis et mamies s’ennuient")


def test_everyday_words_point_to_their_concept_with_the_adapter_and_without(alignment, grandparents):
    for question in (grandparents.both, grandparents.plain):
        read = alignment.read(question)
        assert "personnes âgées" in read.concepts
        assert sum(read.concepts.values()) == pytest.approx(1, abs=1e-4)
        assert np.linalg.norm(read.vector) == pytest.approx(1, abs=1e-4)


def test_the_adapter_is_surer_than_the_map(alignment, grandparents):
    adapted, mapped = (alignment.read(question).concepts for question in (grandparents.both, grandparents.plain))
    assert adapted["personnes âgées"] > mapped["personnes âgées"]


def test_many_questions_are_aligned_as_one_is(alignment, grandparents):
    both = np.stack([grandparents.both, grandparents.both[::-1].copy()])
    assert np.allclose(alignment.align(both)[0], alignment.read(grandparents.both).vector, atol=1e-6)


def test_a_model_without_a_map_is_only_centred():
    questions = np.eye(3, dtype=np.float32)
    aligned = unaligned(questions)
    assert np.allclose(aligned.align(questions).sum(axis=0), 0, atol=1e-6)
    assert aligned.read(questions[0]).concepts == {}


def test_another_model_has_no_map_and_a_damaged_one_is_said(tmp_path):
    assert load_alignment(Settings().data / ALIGNMENT, "another model") is None
    path = tmp_path / ALIGNMENT
    path.write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(SchemaError):
        load_alignment(path, DEFAULT_MODEL)
