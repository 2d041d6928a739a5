"""The question engine gives the vectors of the model's own engine, and those of an adapter, several times faster."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest
from scipy.special import erf, softmax

from assistant.errors import SchemaError
from assistant.indexing.adapter import MAPS, Adapter, load_adapter, save_adapter
from assistant.indexing.encoder import DEFAULT_MODEL, DefaultEncoder, engine
from assistant.indexing.packed import read_packed, unpacked, weights_path
from assistant.indexing.question_setup import open_passages, open_questions

NAMES = dict(zip(MAPS, ("q", "k", "v", "ao", "fi", "fo"), strict=True))
ODD = {
    "nothing": "",
    "spaces": "   où   sont  ",
    "after a NUL": "les seniors\0les jeunes",
    "emoji": "😀🧑‍🍳🇫🇷",
    "capitals": "COMMENT LUTTER CONTRE L’ISOLEMENT ?",
    "combining accents": "e\u0301te\u0301 ge\u0302nant",
    "Arabic": "كيف نحارب العزلة",
    "compatibility": "①②㎏ﬁ½ n° 3\u00a0000\u202f€",
    "special pieces": "<s> <pad> </s> <unk> <mask>",
    "unknown": "𞤀𞤁 \U000e0001",
    "a lone surrogate": "les \ud800 seniors",
    "one endless word": "x" * 600,
    "4,000 tokens": "Les habitants du quartier préparent une fête avec le centre social. " * 300,
}


def random_adapter(first=6, last=11, rank=16):
    random = np.random.default_rng(5)

    def pair(name):
        inputs = 1536 if name == "output.dense" else 384
        outputs = 1536 if name == "intermediate.dense" else 384
        return random.normal(size=(rank, inputs)) / inputs**0.5, random.normal(size=(outputs, rank)) * 0.03

    pairs = {(layer, name): pair(name) for layer in range(first, last + 1) for name in MAPS}
    return Adapter({place: tuple(np.float32(np.float16(array)) for array in pair) for place, pair in pairs.items()})


@pytest.fixture(scope="module")
def adapter_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "adapter.npz"
    save_adapter(path, DEFAULT_MODEL, random_adapter())
    return path


@pytest.fixture(scope="module")
def questions(tmp_path_factory, adapter_file):
    return open_questions(tmp_path_factory.mktemp("cache"), adapter_file)


@pytest.fixture(scope="module")
def plain_questions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    return open_questions(folder, folder / "none.npz")


@pytest.fixture(scope="module")
def asked(repository):
    lines = (repository / "data" / "judged" / "dev.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def test_questions_have_the_vectors_of_the_own_engine(questions, asked):
    cosines = [float(questions.vectors(text).plain @ engine().query(text)) for text in asked[:30]]
    assert min(cosines) >= 0.99
    assert np.mean(cosines) >= 0.998


def test_tokens_are_as_many_as_those_of_the_own_engine(questions, asked):
    for text in [*asked, *(text for name, text in ODD.items() if "surrogate" not in name)]:
        whole = text.split("\0")[0]
        assert len(questions._cutter.cut("query: " + text)) + 2 == engine().token_count(whole, True), text


@pytest.mark.parametrize("name", ODD)
def test_odd_texts_too(questions, name):
    plain, adapted = questions.vectors(ODD[name])
    for vector in (plain, adapted):
        assert vector.shape == (384,)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    if "surrogate" not in name:  # on which the own engine fails
        assert float(plain @ engine().query(ODD[name])) >= 0.99


def test_an_endless_question_is_read_to_its_end(questions):
    begin = "Comment lutter contre l’isolement des personnes âgées ? " * 60
    assert float(questions.vectors(begin).plain @ questions.vectors(begin + "chaton " * 600).plain) < 0.98


def numpy_vector(adapter, ids):
    """The network by the book (https://arxiv.org/abs/1810.04805), in single precision."""
    packed = read_packed(weights_path())
    tensors, shape = packed.tensors, packed.shape

    def mapped(x, layer, name):
        part = f"l{layer}.{NAMES[name]}"
        weights = unpacked(tensors[f"{part}.w"].reshape(len(tensors[f"{part}.b"]), -1))
        y = x @ weights.T + tensors[f"{part}.b"]
        if adapter and (layer, name) in adapter.pairs:
            a, b = adapter.pairs[layer, name]
            y = y + 2 * (x @ a.T @ b.T)
        return y

    def normalised(x, name):
        spread = np.sqrt(x.var(-1, keepdims=True) + shape.epsilon)
        return (x - x.mean(-1, keepdims=True)) / spread * tensors[f"{name}.w"] + tensors[f"{name}.b"]

    def by_head(x):
        return x.reshape(len(ids), shape.heads, -1).transpose(1, 0, 2)

    places = tensors["emb.pos"].reshape(-1, shape.hidden)[: len(ids)] + tensors["emb.type"][: shape.hidden]
    x = normalised(unpacked(tensors["emb.word"].reshape(shape.words, -1)[ids]) + places, "emb.ln")
    for layer in range(shape.layers):
        query, key, value = (by_head(mapped(x, layer, name)) for name in MAPS[:3])
        weights = softmax(query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1]), axis=-1)
        seen = (weights @ value).transpose(1, 0, 2).reshape(len(ids), -1)
        x = normalised(x + mapped(seen, layer, MAPS[3]), f"l{layer}.aln")
        inner = mapped(x, layer, MAPS[4])
        x = normalised(x + mapped(inner * (1 + erf(inner / np.sqrt(2))) / 2, layer, MAPS[5]), f"l{layer}.oln")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


def test_both_vectors_are_those_of_the_network_by_the_book(questions, adapter_file, asked):
    adapter = load_adapter(adapter_file, DEFAULT_MODEL)
    for text in asked[:4]:
        ids = [0, *questions._cutter.cut("query: " + text), 2]
        plain, adapted = questions.vectors(text)
        by_the_book = numpy_vector(None, ids), numpy_vector(adapter, ids)
        assert float(plain @ by_the_book[0]) >= 0.997
        assert float(adapted @ by_the_book[1]) >= 0.997
        # else the two could not be told apart
        assert float(by_the_book[0] @ by_the_book[1]) < 0.98


def test_an_adapter_leaves_the_plain_vector_alone(questions, plain_questions, asked):
    for text in asked[:5]:
        alone = plain_questions.vectors(text)
        assert alone.adapted is None
        assert np.array_equal(alone.plain, questions.vectors(text).plain)


def test_an_adapter_comes_back_from_its_file(adapter_file):
    kept, found = random_adapter(), load_adapter(adapter_file, DEFAULT_MODEL)
    assert found.first == 6
    assert found.pairs.keys() == kept.pairs.keys()
    for place, pair in kept.pairs.items():
        for one, other in zip(pair, found.pairs[place], strict=True):
            assert np.array_equal(one, other)


def test_an_adapter_of_another_model_is_left_aside_and_a_damaged_one_is_said(tmp_path, adapter_file):
    assert load_adapter(adapter_file, "another model") is None
    assert load_adapter(tmp_path / "none.npz", DEFAULT_MODEL) is None
    (tmp_path / "adapter.npz").write_bytes(adapter_file.read_bytes()[:1000])
    with pytest.raises(SchemaError, match="ne peut pas être lu"):
        load_adapter(tmp_path / "adapter.npz", DEFAULT_MODEL)


def test_several_threads_get_their_own_vectors(questions, asked):
    alone = [questions.vectors(text).plain for text in asked[:12]]
    together: list[bool] = []

    def ask(number):
        together.append(np.array_equal(questions.vectors(asked[number]).plain, alone[number]))

    threads = [threading.Thread(target=ask, args=(number % 12,)) for number in range(48)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [True] * 48


def test_the_encoder_asks_it_and_does_without(questions, plain_questions):
    text = "une fête de quartier"
    for given in (questions, plain_questions, None):
        encoder = DefaultEncoder(given)
        plain, adapted = encoder.encode_adapted(text)
        assert np.array_equal(encoder.encode_question(text), plain)
        assert float(plain @ engine().query(text)) >= 0.99
        assert (adapted is not None) == (given is questions)
        assert encoder.dimension == 384


def test_passages_are_near_what_the_package_gives(tmp_path):
    passages = open_passages(tmp_path)
    texts = ["k’fé des habitants. Résumé\nUn lieu où l’on se parle.", "Les limites : peu de bénévoles. " * 60]
    for text in texts:
        assert float(passages.passage(text) @ np.asarray(engine().passage([text]))[0]) > 0.998
