"""The local store: against exact computations, and against whatever can befall files."""

from __future__ import annotations

import hashlib
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.errors import AssistantError, DamagedIndex, FailureError, IndexBusy, MissingIndex
from assistant.indexing.fields import FIELD_WEIGHTS, sheet_fields
from assistant.indexing.passages import overview_text, passage_text, split_sheet
from assistant.language.analyzer import terms
from assistant.language.thesaurus import Thesaurus, concept_rarity, sheet_concepts
from assistant.stores.local import LocalStore
from assistant.stores.local_draft import KEPT_GENERATIONS, LocalDraft
from assistant.values import Facet

EXPORT = "actions/reseau-imaginaire.txt"
QUESTIONS = ("potager", "un potager et une cuisine", "lecture lecture vélo", "rien de tel")


class NoiseEncoder:
    """A vector of its own for every text, drawn from its hash: no two cosines are equal."""

    name = "noise"
    dimension = 16

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_question(self, text: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
        vector = np.random.default_rng(seed).normal(size=self.dimension).astype(np.float32)
        return vector / np.linalg.norm(vector)

    def encode_questions(self, texts):
        return np.array([self.encode_question(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)

    def encode_passages(self, texts):
        self.asked += texts
        return self.encode_questions(texts)


@pytest.fixture
def noise() -> NoiseEncoder:
    return NoiseEncoder()


@pytest.fixture
def noise_store(tiny, tmp_path, toy_build, noise) -> LocalStore:
    toy_build(tiny, tmp_path / "index", encoder=noise)
    return LocalStore(tmp_path / "index")


@pytest.fixture
def change(tiny):
    """``change(old, new)`` edits the tiny export."""

    def run(old: str, new: str) -> None:
        path = tiny / EXPORT
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return run


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def centred(vector: np.ndarray, store: LocalStore) -> np.ndarray:
    """A question's vector less the mean of the passages, as the toy encoders have no alignment."""
    return unit(vector - np.mean(list(store.vectors().values()), axis=0)).astype(np.float32)


def exact_search(corpus, encoder, question: np.ndarray, sheet_ids) -> list:
    """Every passage of these sheets with its cosine, less the mean of all passages, best first."""
    passages = [passage for sheet in corpus.sheets for passage in split_sheet(sheet, corpus.schema)]
    sheets = {sheet.id: sheet for sheet in corpus.sheets}
    raw = encoder.encode_questions([passage_text(sheets[passage.sheet_id], passage) for passage in passages])
    mean = raw.mean(axis=0)
    found = [
        (passage, float(unit(vector - mean) @ unit(question - mean)))
        for passage, vector in zip(passages, raw, strict=True)
        if passage.sheet_id in sheet_ids
    ]
    return sorted(found, key=lambda each: -each[1])


def answers(store: LocalStore, encoder) -> list:
    """All that a store says to a few questions, rounded as 1e-5 asks."""
    said = []
    for text in QUESTIONS:
        matches = store.search(centred(encoder.encode_question(text), store), terms(text), {}, {}, 1000)
        ranked = [(round(score, 4), passage.sheet_id, passage.start) for passage, score in matches.passages]
        said.append(sorted(ranked))
        said.append({sheet: round(share, 5) for sheet, share in matches.sheets.items()})
    return said


# --- ranking


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "facets",
    [{}, {Facet.STATUS: ("En cours",)}, {Facet.DEPARTMENT: ("Alpes-de-Haute-Provence",), Facet.PUBLIC: ("Adultes",)}],
    ids=["all", "status", "department and public"],
)
def test_search_by_meaning_is_the_exact_one(noise_store, noise, tiny, question, facets):
    vector = noise.encode_question(question)
    expected = exact_search(read_corpus(tiny), noise, vector, noise_store.sheet_ids(facets))
    for limit in (1, 3, 1000):
        found = noise_store.search(centred(vector, noise_store), [], {}, facets, limit).passages
        assert [passage for passage, _ in found] == [passage for passage, _ in expected[:limit]]
        assert [score for _, score in found] == pytest.approx([score for _, score in expected[:limit]], abs=1e-5)


def test_the_sheet_that_speaks_of_it_comes_first(toy_store, toy_encoder):
    for word, title in [
        ("potager", "Le potager partagé"),
        ("lecture", '"LECTURE À VOIX HAUTE - PAGES & CIE"'),
        ("vélo", "fete du velo"),
        ("cuisine", 'L\'atelier "cuisine du monde" d’Éva'),
    ]:
        matches = toy_store.search(centred(toy_encoder.encode_question(word), toy_store), terms(word), {}, {}, 5)
        for best in (matches.passages[0][0].sheet_id, next(iter(matches.sheets))):
            assert toy_store.sheets([best])[0].title == title


def test_similarities_are_those_of_search(noise_store, noise):
    vector = centred(noise.encode_question("potager"), noise_store)
    found = dict(noise_store.search(vector, [], {}, {}, 1000).passages)
    for sheet_id in noise_store.sheet_ids({}):
        similar = noise_store.similarities(vector, sheet_id)
        assert [passage.start for passage, _ in similar] == sorted(passage.start for passage, _ in similar)
        assert {passage: found[passage] for passage, _ in similar} == pytest.approx(dict(similar), abs=1e-6)


@pytest.mark.parametrize("question", ["potager", "la lecture aux enfants", "cuisine vélo potager quartier", "zzz"])
def test_search_by_words_is_bm25_as_a_share_of_the_most_it_can_give(toy_store, tiny, question):
    """FTS5's formula, https://www.sqlite.org/fts5.html#the_bm25_function, written out."""
    k1, b = 1.2, 0.75
    fields = {sheet.id: sheet_fields(sheet) for sheet in read_corpus(tiny).sheets}
    lengths = {sheet: sum(len(found) for found in each.values()) for sheet, each in fields.items()}
    mean = sum(lengths.values()) / len(lengths)
    wanted = sorted(set(terms(question)))
    rarity = toy_store.rarity(wanted)
    expected = {}
    for sheet, each in fields.items():
        score = 0.0
        for term in wanted:
            often = sum(FIELD_WEIGHTS[field] * found.count(term) for field, found in each.items())
            score += rarity[term] * often * (k1 + 1) / (often + k1 * (1 - b + b * lengths[sheet] / mean))
        if any(term in found for term in wanted for found in each.values()):
            expected[sheet] = score / ((k1 + 1) * sum(rarity.values()))
    shares = toy_store.search(np.ones(5, dtype=np.float32), wanted, {}, {}, 1000).sheets
    assert shares == pytest.approx(expected, abs=1e-6)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)
    assert all(0 <= share <= 1 for share in shares.values())


def test_rarity_is_the_inverse_document_frequency(toy_store, tiny):
    sheets = [{term for found in sheet_fields(sheet).values() for term in found} for sheet in read_corpus(tiny).sheets]
    wanted = [*sorted(set().union(*sheets)), "absent"]
    for term, rarity in toy_store.rarity(wanted).items():
        bearing = sum(term in each for each in sheets)
        assert rarity == pytest.approx(max(1e-6, math.log((5 - bearing + 0.5) / (bearing + 0.5))))
    assert toy_store.rarity(["absent"])["absent"] == max(toy_store.rarity(wanted).values())


def test_bearing_names_the_sheets_that_hold_a_term(toy_store, tiny):
    fields = {sheet.id: sheet_fields(sheet).values() for sheet in read_corpus(tiny).sheets}
    holding = {
        term: {sheet for sheet, found in fields.items() if any(term in each for each in found)}
        for term in terms("potager quartier cuisine absent")
    }
    assert toy_store.bearing(list(holding)) == holding


def test_examples_come_back_with_the_encoder_s_vectors(noise_store, noise, tiny):
    corpus = read_corpus(tiny)
    examples, vectors = noise_store.examples()
    assert examples == corpus.examples
    # examples are kept in half precision
    assert vectors == pytest.approx(noise.encode_questions([example.text for example in examples]), abs=1e-3)


def test_an_overview_is_the_cosine_of_what_the_sheet_says_as_a_whole(noise_store, noise, tiny):
    vector = centred(noise.encode_question("potager"), noise_store)
    mean = np.mean(list(noise_store.vectors().values()), axis=0)
    for sheet in read_corpus(tiny).sheets:
        held = unit(noise.encode_passages([overview_text(sheet)])[0] - mean)
        assert noise_store.overview(vector, sheet.id) == pytest.approx(float(held @ vector), abs=1e-5)


def test_sheets_rank_by_the_cosine_of_their_concepts_weighed_by_rarity(toy_store, tiny):
    corpus = read_corpus(tiny)
    thesaurus = Thesaurus(corpus.concepts)
    named = {sheet.id: sheet_concepts(sheet, thesaurus) for sheet in corpus.sheets}
    asked = {"jardin partagé": 1.0, "alimentation": 0.5, "absent": 0.2}
    bearing = {concept: sum(concept in each for each in named.values()) for each in named.values() for concept in each}
    expected = {}
    for sheet_id, weights in named.items():
        profile = {concept: weight * concept_rarity(5, bearing[concept]) for concept, weight in weights.items()}
        shared = sum(asked.get(concept, 0.0) * weight for concept, weight in profile.items())
        lengths = [math.sqrt(sum(value**2 for value in each.values())) for each in (asked, profile)]
        if shared:
            expected[sheet_id] = shared / (lengths[0] * lengths[1])
    found = toy_store.search(np.ones(5, dtype=np.float32), [], asked, {}, 1000).concepts
    assert found == pytest.approx(expected, abs=1e-6)
    assert found
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert toy_store.naming(list(asked)) == {concept: bearing.get(concept, 0) for concept in asked}


# --- filters


def test_values_of_a_facet_are_alternatives_and_facets_add_up(toy_store):
    def titles(facets):
        return {sheet.title for sheet in toy_store.sheets(toy_store.sheet_ids(facets))}

    cuisine = 'L\'atelier "cuisine du monde" d’Éva'
    assert titles({Facet.PUBLIC: ("Jeunesse", "Seniors")}) == {"fete du velo", "Le potager partagé"}
    assert titles({Facet.PUBLIC: ("Adultes",), Facet.KEYWORDS: ("Vieillissement",)}) == {cuisine}
    assert titles({Facet.REGION: ("Provence-Alpes-Côte d'Azur",)}) == {cuisine, "Le potager partagé"}
    assert titles({Facet.PUBLIC: ("Martiens",)}) == set()
    assert len(titles({})) == 5


@settings(max_examples=60)
@given(data=st.data())
def test_no_filter_lets_another_sheet_through(data, tiny_assistant):
    store = tiny_assistant.store
    known = store.facets()
    facets = {
        facet: tuple(data.draw(st.lists(st.sampled_from([*known[facet], "inconnu"]), min_size=1, max_size=3)))
        for facet in data.draw(st.lists(st.sampled_from(sorted(known)), max_size=3, unique=True))
    }
    bearing = {
        sheet.id
        for sheet in store.sheets(store.sheet_ids({}))
        if all(set(sheet.facet(facet)) & set(values) for facet, values in facets.items())
    }
    matches = store.search(
        np.ones(store.manifest.dimension, dtype=np.float32),
        terms("quartier cuisine"),
        {"alimentation": 1.0},
        facets,
        50,
    )
    assert set(store.sheet_ids(facets)) == bearing
    assert {passage.sheet_id for passage, _ in matches.passages} <= bearing
    assert set(matches.sheets) <= bearing
    assert set(matches.concepts) <= bearing


def test_facets_count_their_sheets_most_frequent_first(toy_store, tiny):
    sheets = read_corpus(tiny).sheets
    for facet, counts in toy_store.facets().items():
        assert counts == {value: sum(value in sheet.facet(facet) for sheet in sheets) for value in counts}
        assert set(counts) == {value for sheet in sheets for value in sheet.facet(facet)}
        assert list(counts.values()) == sorted(counts.values(), reverse=True)


# --- what is kept


def test_sheets_come_back_as_they_were_read(toy_store, tiny):
    sheets = read_corpus(tiny).sheets
    assert toy_store.sheet_ids({}) == [sheet.id for sheet in sheets]
    assert toy_store.sheets(toy_store.sheet_ids({})) == list(sheets)
    assert toy_store.sheets(["unknown", sheets[1].id]) == [sheets[1]]


def test_vectors_come_back_as_they_were_encoded(noise_store, noise, tiny):
    corpus = read_corpus(tiny)
    sheets = {sheet.id: sheet for sheet in corpus.sheets}
    expected = [
        noise.encode_question(passage_text(sheets[passage.sheet_id], passage))
        for sheet in corpus.sheets
        for passage in split_sheet(sheet, corpus.schema)
    ]
    kept = [vector for _, vector in sorted(noise_store.vectors().items())]
    assert np.allclose(kept, expected, atol=1e-6)


def test_several_threads_get_the_same_answers(noise_store, noise):
    alone = answers(noise_store, noise)
    with ThreadPoolExecutor(8) as pool:
        assert all(found == alone for found in pool.map(lambda _: answers(noise_store, noise), range(32)))


@given(text=st.text(max_size=200))
def test_no_question_breaks_the_search_by_words(text, tiny_assistant):
    store = tiny_assistant.store
    wanted = terms(text)
    assert set(store.bearing(wanted)) == set(store.rarity(wanted)) == set(wanted)
    store.search(np.ones(store.manifest.dimension, dtype=np.float32), wanted, {}, {}, 5)


def test_a_thousand_terms_are_looked_up(toy_store, toy_encoder):
    wanted = [f"mot{number}" for number in range(999)] + terms("potager")
    assert len(toy_store.search(toy_encoder.encode_question(""), wanted, {}, {}, 5).sheets) == 1


# --- updating


def test_updating_comes_to_the_same_as_building_anew(tiny, tmp_path, change, toy_build, noise):
    toy_build(tiny, tmp_path / "index", encoder=noise)
    change("Un carré de terre par famille", "Un grand carré de terre par famille")
    change("Actions\nPause papote", "Actions\nUne sieste\n- Résumé\nDormir un peu.\nActions\nPause papote")
    text = (tiny / EXPORT).read_text("utf-8")
    velo = text[text.index("Actions\nfete du velo") : text.index("Actions\nL'atelier \"cuisine")]
    change(velo, "")
    (tiny / "needs.yaml").write_text("- sheet: Une sieste\n  needs: [Je suis fatigué.]\n", encoding="utf-8")
    update = toy_build(tiny, tmp_path / "index", encoder=noise)
    assert (update.added, update.changed, update.removed, update.kept) == (1, 1, 1, 3)
    whole = toy_build(tiny, tmp_path / "other", encoder=noise)
    assert (whole.added, whole.kept) == (5, 0)
    updated, fresh = LocalStore(tmp_path / "index"), LocalStore(tmp_path / "other")
    assert updated.check() == fresh.check() == []
    assert updated.sheets(updated.sheet_ids({})) == fresh.sheets(fresh.sheet_ids({}))
    assert updated.facets() == fresh.facets()
    assert answers(updated, noise) == answers(fresh, noise)
    vector = noise.encode_question("sieste")
    for sheet_id in fresh.sheet_ids({}):
        ours, theirs = updated.similarities(vector, sheet_id), fresh.similarities(vector, sheet_id)
        assert [passage for passage, _ in ours] == [passage for passage, _ in theirs]
        assert [cosine for _, cosine in ours] == pytest.approx([cosine for _, cosine in theirs], abs=1e-5)
    assert updated.examples()[1] == pytest.approx(fresh.examples()[1], abs=2e-3)
    concepts = list(fresh.thesaurus().concepts)
    assert updated.naming(concepts) == fresh.naming(concepts)


def test_a_thesaurus_that_changed_is_taken_in_without_encoding(tiny, tmp_path, toy_build, toy_encoder):
    toy_build(tiny, tmp_path / "index")
    toy_encoder.asked.clear()
    path = tiny / "thesaurus.yaml"
    path.write_text(path.read_text("utf-8").replace("[cuisine, repas]", "[vélo]"), encoding="utf-8")
    toy_build(tiny, tmp_path / "index")
    toy_build(tiny, tmp_path / "other", encoder=type(toy_encoder)())
    assert toy_encoder.asked == []
    updated, fresh = LocalStore(tmp_path / "index"), LocalStore(tmp_path / "other")
    concepts = list(fresh.thesaurus().concepts)
    assert updated.naming(concepts) == fresh.naming(concepts)
    assert updated.naming(["alimentation"])["alimentation"]


def test_many_updates_do_not_wear_the_vectors(tiny, tmp_path, change, toy_build, noise):
    """Vectors are kept centred and restored at each update: what is lost must not add up."""
    old, new = "12 jardiniers", "Treize jardiniers et leurs voisins"
    for _ in range(10):
        toy_build(tiny, tmp_path / "index", encoder=noise)
        change(old, new)
        old, new = new, old
    toy_build(tiny, tmp_path / "index", encoder=noise)
    toy_build(tiny, tmp_path / "other", encoder=noise)
    worn, fresh = LocalStore(tmp_path / "index"), LocalStore(tmp_path / "other")
    vector = noise.encode_question("jardin")
    assert dict(worn.search(vector, [], {}, {}, 99).passages) == pytest.approx(
        dict(fresh.search(vector, [], {}, {}, 99).passages), abs=1e-5
    )
    assert worn.examples()[1] == pytest.approx(fresh.examples()[1], abs=2e-3)


def test_a_changed_sheet_alone_is_encoded_again(tiny, tmp_path, change, toy_build, toy_encoder):
    toy_build(tiny, tmp_path / "index")
    toy_encoder.asked.clear()
    change("12 jardiniers", "14 jardiniers")
    toy_build(tiny, tmp_path / "index")
    assert toy_encoder.asked
    assert all(text.startswith("Le potager partagé. ") for text in toy_encoder.asked)


def test_a_sheet_that_only_moved_is_quoted_at_its_new_place_without_encoding(
    tiny, tmp_path, change, toy_build, toy_encoder
):
    toy_build(tiny, tmp_path / "index")
    toy_encoder.asked.clear()
    change("Les actions d’un réseau imaginaire\n", "Les actions d’un réseau imaginaire\n\nRevu en 2031 – 🎈\n")
    toy_build(tiny, tmp_path / "index")
    assert toy_encoder.asked == []
    text = (tiny / EXPORT).read_text("utf-8")
    store = LocalStore(tmp_path / "index")
    for sheet in store.sheets(store.sheet_ids({})):
        assert text[sheet.start : sheet.end] == sheet.text
        for section in sheet.sections:
            assert all(text[start:end] == sheet.slice(start, end) for start, end in section.values)
        for passage, _ in store.similarities(toy_encoder.encode_question("vélo"), sheet.id):
            section = sheet.sections[passage.section]
            assert section.start <= passage.start < passage.end <= section.end
    assert store.sheets(store.sheet_ids({})) == list(read_corpus(tiny).sheets)


def test_a_build_that_fails_leaves_the_old_generation(tiny, tmp_path, change, toy_build, toy_encoder, monkeypatch):
    before = toy_build(tiny, tmp_path / "index").manifest
    change("12 jardiniers", "14 jardiniers")
    monkeypatch.setattr(toy_encoder, "encode_passages", lambda _texts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        toy_build(tiny, tmp_path / "index")
    store = LocalStore(tmp_path / "index")
    assert store.manifest == before
    assert store.check() == []
    assert {path.name for path in (tmp_path / "index").iterdir()} <= {"manifest.json", before.generation, ".lock"}


def test_three_generations_are_kept(tiny, tmp_path, toy_build):
    for _ in range(5):
        last = toy_build(tiny, tmp_path / "index", full=True).manifest.generation
    kept = sorted(path.name for path in (tmp_path / "index").glob("generation-*"))
    assert len(kept) == KEPT_GENERATIONS == 3
    assert kept[-1] == last
    assert len(set(kept)) == 3
    assert LocalStore(tmp_path / "index").check() == []


def test_an_open_store_goes_on_answering_while_the_next_generation_comes(
    tiny, tmp_path, change, toy_build, toy_encoder
):
    toy_build(tiny, tmp_path / "index")
    old = LocalStore(tmp_path / "index")
    before = answers(old, toy_encoder)
    change("Le potager est ouvert", "Une cuisine est ouverte")
    toy_build(tiny, tmp_path / "index")
    assert answers(old, toy_encoder) == before
    assert answers(LocalStore(tmp_path / "index"), toy_encoder) != before


def test_a_second_indexer_is_refused(tiny, tmp_path, toy_build):
    toy_build(tiny, tmp_path / "index")
    with LocalDraft(tmp_path / "index"), pytest.raises(IndexBusy, match="en cours"):
        toy_build(tiny, tmp_path / "index")
    toy_build(tiny, tmp_path / "index")  # the lock is free again


# --- damage


def is_refused(index: Path) -> bool:
    """Whether opening an index, or checking it, says that something is wrong; no other error will do."""
    try:
        store = LocalStore(index)
        faults = store.check()
        store.close()
    except DamagedIndex as refused:
        return "assistant index --full" in refused.remedy
    return bool(faults)


FILES = ("corpus.sqlite", "vectors.faiss", "examples.f16")


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_is_found(toy_store, name):
    path = toy_store.folder / name
    whole = path.read_bytes()
    places = sorted({*range(48), *random.Random(name).sample(range(len(whole)), 30)})
    for place in places:
        spoilt = bytearray(whole)
        spoilt[place] ^= 0xFF
        path.write_bytes(spoilt)
        assert is_refused(toy_store.folder.parent), f"byte {place} of {name}"
    path.write_bytes(whole)
    assert not is_refused(toy_store.folder.parent)


@pytest.mark.parametrize("left", [0, 10, 0.5, -1], ids=["empty", "ten bytes", "half", "one byte less"])
@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_found(toy_store, name, left):
    path = toy_store.folder / name
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * left)] if isinstance(left, float) else whole[:left])
    assert is_refused(toy_store.folder.parent)


@pytest.mark.parametrize("name", [*FILES, "."])
def test_a_missing_file_is_found(toy_store, name):
    path = toy_store.folder / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert is_refused(toy_store.folder.parent)


def test_files_of_two_generations_mixed_are_found(tiny, tmp_path, change, toy_build):
    first = toy_build(tiny, tmp_path / "index").manifest
    change("12 jardiniers", "14 jardiniers")
    second = toy_build(tiny, tmp_path / "index").manifest
    for name in FILES:
        if first.files[name] != second.files[name]:
            kept = (tmp_path / "index" / second.generation / name).read_bytes()
            shutil.copy(tmp_path / "index" / first.generation / name, tmp_path / "index" / second.generation / name)
            assert is_refused(tmp_path / "index")
            (tmp_path / "index" / second.generation / name).write_bytes(kept)


def test_a_damaged_index_is_built_anew(tiny, toy_store, toy_build, toy_encoder):
    index = toy_store.folder.parent
    (toy_store.folder / "vectors.faiss").write_bytes(b"")
    toy_build(tiny, index)
    assert not is_refused(index)
    assert len(LocalStore(index).sheet_ids({})) == 5


# --- a process killed, a folder that cannot be written

INDEXER = """
import sys
from itertools import cycle
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from conftest import ToyEncoder
from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.indexing.build import build
from assistant.stores.local_draft import LocalDraft
one, two, index = map(Path, sys.argv[2:])
corpora = [(read_corpus(data), input_hashes(data)) for data in (one, two)]
for count, (corpus, inputs) in enumerate(cycle(corpora)):
    build(corpus, inputs, ToyEncoder(), LocalDraft(index, full=count % 3 == 0), lambda done, total: None)
    print("built", flush=True)
"""


def test_killed_at_any_moment_an_indexer_leaves_a_whole_generation(tiny, tmp_path, toy_build):
    other = tmp_path / "other"
    shutil.copytree(tiny, other)
    text = (other / EXPORT).read_text("utf-8")
    (other / EXPORT).write_text(text.replace("12 jardiniers", "Treize jardiniers et leurs voisins"), encoding="utf-8")
    sheets = {frozenset(input_hashes(data).items()): list(read_corpus(data).sheets) for data in (tiny, other)}
    delays = [0.0, 0.005, 0.013, 0.029, 0.053, 0.097]
    indexes = [tmp_path / f"index-{number}" for number in range(len(delays))]
    program = [sys.executable, "-c", INDEXER, str(Path(__file__).parent), str(tiny), str(other)]
    for index, delay in zip(indexes, delays, strict=True):
        with subprocess.Popen([*program, str(index)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "built\n"
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
        store = LocalStore(index)
        assert store.check() == []
        assert store.sheets(store.sheet_ids({})) == sheets[frozenset(store.manifest.inputs.items())]
        toy_build(tiny, index)  # the dead process's lock and draft are in nobody's way
        assert LocalStore(index).check() == []
        assert not (index / ".draft").exists()


@pytest.fixture
def guarded():
    """An empty folder, and a way to act as a user who owns nothing (root may write anywhere)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        root = os.geteuid() == 0

        class Stranger:
            def __enter__(self) -> None:
                if root:
                    os.seteuid(65534)

            def __exit__(self, *_: object) -> None:
                if root:
                    os.seteuid(0)

        yield folder, Stranger()
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)


@pytest.mark.parametrize("lock", ["no lock", "a lock that can be taken"])
def test_a_folder_that_cannot_be_written_is_said(guarded, tiny, toy_build, lock):
    folder, stranger = guarded
    data, index = folder / "data", folder / "index"
    shutil.copytree(tiny, data)
    index.mkdir()
    if lock != "no lock":
        (index / ".lock").touch()
        (index / ".lock").chmod(0o666)
    index.chmod(0o555)
    toy_build(data, folder / "warm")  # so that nothing is imported as a stranger
    with stranger, pytest.raises(FailureError, match="ne peut pas être écrit") as refused:
        toy_build(data, index)
    assert "--index" in refused.value.remedy


def test_a_folder_that_cannot_be_made_is_said(tiny, tmp_path, toy_build):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(FailureError):
        toy_build(tiny, tmp_path / "file" / "index")


def test_an_index_that_is_not_there_says_how_to_build_it(tmp_path):
    with pytest.raises(MissingIndex, match="assistant index") as refused:
        LocalStore(tmp_path)
    assert isinstance(refused.value, AssistantError)
    assert refused.value.exit_code == 1


def test_ranks_are_strictly_decreasing_or_ties(noise_store, noise):
    scores = [score for _, score in noise_store.search(noise.encode_question("a"), [], {}, {}, 1000).passages]
    assert all(a >= b for a, b in pairwise(scores))
