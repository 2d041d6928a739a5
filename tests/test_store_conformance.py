"""What every store promises, held by the same tests on each: against exact computations, and between stores."""

from __future__ import annotations

import hashlib
import math
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer import Assistant
from assistant.batch import answer_all
from assistant.corpus.corpus import input_hashes, read_corpus, source_texts
from assistant.errors import AssistantError, EncoderError, IndexBusy, MissingIndex, StaleIndex
from assistant.evaluation.measures import measure
from assistant.evaluation.run import read_judged
from assistant.indexing.build import Build, build
from assistant.indexing.fields import FIELD_WEIGHTS, sheet_fields
from assistant.indexing.passages import overview_text, passage_text, split_sheet
from assistant.integrity import check_index
from assistant.language.analyzer import terms
from assistant.language.thesaurus import Thesaurus, concept_rarity, sheet_concepts
from assistant.settings import Settings
from assistant.stores import local_changes, local_finish, local_terms, open_current, open_draft, open_store
from assistant.stores.store import Store
from assistant.update import update_index
from assistant.values import Facet
from benchmarks.replay import Replay

EXPORT = "actions/reseau-imaginaire.txt"
STORES = ("local", "local, as changes", "postgres")
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


def take_all_as_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the local store write whatever changes beside its first generation."""
    for limit, value in (("LARGE", 0), ("MOST_CHANGED", 99), ("MOST_MOVED", 99)):
        monkeypatch.setattr(local_finish, limit, value)
    monkeypatch.setattr(local_terms, "_MANY", 2)


@pytest.fixture(params=STORES)
def new_place(request, tiny, tmp_path, monkeypatch) -> Callable[[], Settings]:
    """``new_place()`` is the tiny corpus with nowhere an index yet, of each store in turn."""
    numbers = count(1)
    if request.param == "local, as changes":
        take_all_as_changes(monkeypatch)

    def run() -> Settings:
        if request.param.startswith("local"):
            return Settings(data=tiny, index=tmp_path / f"index-{next(numbers)}")
        return Settings(data=tiny, store=request.getfixturevalue("new_database")())

    return run


@pytest.fixture
def place(new_place) -> Settings:
    return new_place()


@pytest.fixture
def fill(toy_encoder) -> Callable[..., Build]:
    """``fill(place)`` brings an index in step with its data."""

    def run(place: Settings, encoder=toy_encoder, full: bool = False) -> Build:
        corpus, inputs = read_corpus(place.data), input_hashes(place.data)
        return build(corpus, inputs, encoder, open_draft(place, full), lambda _done, _total: None)

    return run


@pytest.fixture
def grow(request, place, fill, change) -> Callable[[object], Store]:
    """``grow(encoder)`` opens the tiny corpus; as changes, it was another before."""

    def run(encoder) -> Store:
        if "as changes" in request.node.callspec.id:
            held = {path: path.read_text("utf-8") for path in (place.data / EXPORT, place.data / "needs.yaml")}
            text = held[place.data / EXPORT]
            change("Un carré de terre par famille", "Un potager, un vélo et une cuisine pour tous")
            change("Actions\nPause papote", "Actions\nUn lieu de lecture\n- Résumé\nLire.\nActions\nPause papote")
            velo = text[text.index("Actions\nfete du velo") : text.index("Actions\nL'atelier \"cuisine")]
            change(velo, "")
            (place.data / "needs.yaml").write_text("[]\n")
            fill(place, encoder)
            for path, text in held.items():
                path.write_text(text, "utf-8")
        fill(place, encoder)
        store = open_current(place)
        if "as changes" in request.node.callspec.id:
            assert local_changes.CHANGES in store.manifest.files
        return store

    return run


@pytest.fixture
def toy(grow, toy_encoder) -> Iterator[Store]:
    """The tiny corpus under the toy encoder."""
    store = grow(toy_encoder)
    yield store
    store.close()


@pytest.fixture
def noisy(grow, noise) -> Iterator[Store]:
    """The tiny corpus under the noise encoder."""
    store = grow(noise)
    yield store
    store.close()


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def centred(vector: np.ndarray, store: Store) -> np.ndarray:
    """A question's vector less the mean of the passages, as the toy encoders have no alignment."""
    return unit(vector - mean_passage(store)).astype(np.float32)


def mean_passage(store: Store) -> np.ndarray:
    held = [vector for sheet_id in store.sheet_ids({}) for _, vector in store.encoded(sheet_id)]
    return np.mean(held, axis=0)


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


def answers(store: Store, encoder) -> list:
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
def test_search_by_meaning_is_the_exact_one(noisy, noise, tiny, question, facets):
    vector = noise.encode_question(question)
    expected = exact_search(read_corpus(tiny), noise, vector, noisy.sheet_ids(facets))
    for limit in (1, 3, 1000):
        found = noisy.search(centred(vector, noisy), [], {}, facets, limit).passages
        assert [passage for passage, _ in found] == [passage for passage, _ in expected[:limit]]
        assert [score for _, score in found] == pytest.approx([score for _, score in expected[:limit]], abs=1e-5)


def test_the_sheet_that_speaks_of_it_comes_first(toy, toy_encoder):
    for word, title in [
        ("potager", "Le potager partagé"),
        ("lecture", '"LECTURE À VOIX HAUTE - PAGES & CIE"'),
        ("vélo", "fete du velo"),
        ("cuisine", 'L\'atelier "cuisine du monde" d’Éva'),
    ]:
        matches = toy.search(centred(toy_encoder.encode_question(word), toy), terms(word), {}, {}, 5)
        for best in (matches.passages[0][0].sheet_id, next(iter(matches.sheets))):
            assert toy.sheets([best])[0].title == title


def test_similarities_are_those_of_search(noisy, noise):
    vector = centred(noise.encode_question("potager"), noisy)
    found = dict(noisy.search(vector, [], {}, {}, 1000).passages)
    for sheet_id in noisy.sheet_ids({}):
        similar = noisy.similarities(vector, sheet_id)
        assert [passage.start for passage, _ in similar] == sorted(passage.start for passage, _ in similar)
        assert {passage: found[passage] for passage, _ in similar} == pytest.approx(dict(similar), abs=1e-6)


@pytest.mark.parametrize("question", ["potager", "la lecture aux enfants", "cuisine vélo potager quartier", "zzz"])
def test_search_by_words_is_bm25_as_a_share_of_the_most_it_can_give(toy, tiny, question):
    """FTS5's formula, https://www.sqlite.org/fts5.html#the_bm25_function, written out."""
    k1, b = 1.2, 0.75
    fields = {sheet.id: sheet_fields(sheet) for sheet in read_corpus(tiny).sheets}
    lengths = {sheet: sum(len(found) for found in each.values()) for sheet, each in fields.items()}
    mean = sum(lengths.values()) / len(lengths)
    wanted = sorted(set(terms(question)))
    rarity = toy.rarity(wanted)
    expected = {}
    for sheet, each in fields.items():
        score = 0.0
        for term in wanted:
            often = sum(FIELD_WEIGHTS[field] * found.count(term) for field, found in each.items())
            score += rarity[term] * often * (k1 + 1) / (often + k1 * (1 - b + b * lengths[sheet] / mean))
        if any(term in found for term in wanted for found in each.values()):
            expected[sheet] = score / ((k1 + 1) * sum(rarity.values()))
    shares = toy.search(np.ones(5, dtype=np.float32), wanted, {}, {}, 1000).sheets
    assert shares == pytest.approx(expected, abs=1e-6)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)
    assert all(0 <= share <= 1 for share in shares.values())


def test_rarity_is_the_inverse_document_frequency(toy, tiny):
    sheets = [{term for found in sheet_fields(sheet).values() for term in found} for sheet in read_corpus(tiny).sheets]
    wanted = [*sorted(set().union(*sheets)), "absent"]
    for term, rarity in toy.rarity(wanted).items():
        bearing = sum(term in each for each in sheets)
        assert rarity == pytest.approx(max(1e-6, math.log((5 - bearing + 0.5) / (bearing + 0.5))))
    assert toy.rarity(["absent"])["absent"] == max(toy.rarity(wanted).values())


def test_bearing_names_the_sheets_that_hold_a_term(toy, tiny):
    fields = {sheet.id: sheet_fields(sheet).values() for sheet in read_corpus(tiny).sheets}
    holding = {
        term: {sheet for sheet, found in fields.items() if any(term in each for each in found)}
        for term in terms("potager quartier cuisine absent")
    }
    assert toy.bearing(list(holding)) == holding


def test_examples_come_back_with_the_encoder_s_vectors(noisy, noise, tiny):
    corpus = read_corpus(tiny)
    examples, vectors = noisy.examples()
    assert examples == corpus.examples
    # examples are kept in eight bits
    assert vectors == pytest.approx(noise.encode_questions([example.text for example in examples]), abs=4e-3)


def test_an_overview_is_the_cosine_of_what_the_sheet_says_as_a_whole(noisy, noise, tiny):
    vector = centred(noise.encode_question("potager"), noisy)
    mean = mean_passage(noisy)
    for sheet in read_corpus(tiny).sheets:
        held = unit(noise.encode_passages([overview_text(sheet)])[0] - mean)
        assert noisy.overview(vector, sheet.id) == pytest.approx(float(held @ vector), abs=1e-5)


def test_sheets_rank_by_the_cosine_of_their_concepts_weighed_by_rarity(toy, tiny):
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
    found = toy.search(np.ones(5, dtype=np.float32), [], asked, {}, 1000).concepts
    assert found == pytest.approx(expected, abs=1e-6)
    assert found
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert toy.naming(list(asked)) == {concept: bearing.get(concept, 0) for concept in asked}


# --- filters


def test_values_of_a_facet_are_alternatives_and_facets_add_up(toy):
    def titles(facets):
        return {sheet.title for sheet in toy.sheets(toy.sheet_ids(facets))}

    cuisine = 'L\'atelier "cuisine du monde" d’Éva'
    assert titles({Facet.PUBLIC: ("Jeunesse", "Seniors")}) == {"fete du velo", "Le potager partagé"}
    assert titles({Facet.PUBLIC: ("Adultes",), Facet.KEYWORDS: ("Vieillissement",)}) == {cuisine}
    assert titles({Facet.REGION: ("Provence-Alpes-Côte d'Azur",)}) == {cuisine, "Le potager partagé"}
    assert titles({Facet.PUBLIC: ("Martiens",)}) == set()
    assert len(titles({})) == 5


@settings(max_examples=60)
@given(data=st.data())
def test_no_filter_lets_another_sheet_through(data, toy):
    store = toy
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


def test_facets_count_their_sheets_most_frequent_first(toy, tiny):
    sheets = read_corpus(tiny).sheets
    for facet, counts in toy.facets().items():
        assert counts == {value: sum(value in sheet.facet(facet) for sheet in sheets) for value in counts}
        assert set(counts) == {value for sheet in sheets for value in sheet.facet(facet)}
        assert list(counts.values()) == sorted(counts.values(), reverse=True)


# --- what is kept


def test_sheets_come_back_as_they_were_read(toy, tiny):
    sheets = read_corpus(tiny).sheets
    assert toy.sheet_ids({}) == [sheet.id for sheet in sheets]
    assert toy.sheets(toy.sheet_ids({})) == list(sheets)
    assert toy.sheets(["unknown", sheets[1].id]) == [sheets[1]]


def test_vectors_come_back_as_they_were_encoded(noisy, noise, tiny):
    corpus = read_corpus(tiny)
    sheets = {sheet.id: sheet for sheet in corpus.sheets}
    expected = [
        noise.encode_question(passage_text(sheets[passage.sheet_id], passage))
        for sheet in corpus.sheets
        for passage in split_sheet(sheet, corpus.schema)
    ]
    kept = [vector for sheet_id in noisy.sheet_ids({}) for _, vector in noisy.encoded(sheet_id)]
    assert np.allclose(kept, expected, atol=1e-6)


def test_several_threads_get_the_same_answers(noisy, noise):
    alone = answers(noisy, noise)
    with ThreadPoolExecutor(8) as pool:
        assert all(found == alone for found in pool.map(lambda _: answers(noisy, noise), range(32)))


@given(text=st.text(max_size=200))
def test_no_question_breaks_the_search_by_words(text, toy):
    store = toy
    wanted = terms(text)
    assert set(store.bearing(wanted)) == set(store.rarity(wanted)) == set(wanted)
    store.search(np.ones(store.manifest.dimension, dtype=np.float32), wanted, {}, {}, 5)


def test_a_thousand_terms_are_looked_up(toy, toy_encoder):
    wanted = [f"mot{number}" for number in range(999)] + terms("potager")
    assert len(toy.search(toy_encoder.encode_question(""), wanted, {}, {}, 5).sheets) == 1


# --- updating


def test_updating_comes_to_the_same_as_building_anew(place, new_place, fill, change, noise):
    other, tiny = new_place(), place.data
    fill(place, noise)
    change("Un carré de terre par famille", "Un grand carré de terre par famille")
    change("Actions\nPause papote", "Actions\nUne sieste\n- Résumé\nDormir un peu.\nActions\nPause papote")
    text = (tiny / EXPORT).read_text("utf-8")
    velo = text[text.index("Actions\nfete du velo") : text.index("Actions\nL'atelier \"cuisine")]
    change(velo, "")
    (tiny / "needs.yaml").write_text("- sheet: Une sieste\n  needs: [Je suis fatigué.]\n", encoding="utf-8")
    update = fill(place, noise)
    assert (update.added, update.changed, update.removed, update.kept) == (1, 1, 1, 3)
    whole = fill(other, noise)
    assert (whole.added, whole.kept) == (5, 0)
    updated, fresh = open_current(place), open_current(other)
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


def test_a_thesaurus_that_changed_is_taken_in_without_encoding(place, new_place, fill, tiny, toy_encoder):
    fill(place)
    other = new_place()
    toy_encoder.asked.clear()
    path = tiny / "thesaurus.yaml"
    path.write_text(path.read_text("utf-8").replace("[cuisine, repas]", "[vélo]"), encoding="utf-8")
    fill(place)
    fill(other, type(toy_encoder)())
    assert toy_encoder.asked == []
    updated, fresh = open_current(place), open_current(other)
    concepts = list(fresh.thesaurus().concepts)
    assert updated.naming(concepts) == fresh.naming(concepts)
    assert updated.naming(["alimentation"])["alimentation"]


def test_many_updates_do_not_wear_the_vectors(place, new_place, fill, change, noise):
    """Vectors are kept centred and restored at each update: what is lost must not add up."""
    old, new = "12 jardiniers", "Treize jardiniers et leurs voisins"
    for _ in range(10):
        fill(place, noise)
        change(old, new)
        old, new = new, old
    other = new_place()
    fill(place, noise)
    fill(other, noise)
    worn, fresh = open_current(place), open_current(other)
    vector = noise.encode_question("jardin")
    assert dict(worn.search(vector, [], {}, {}, 99).passages) == pytest.approx(
        dict(fresh.search(vector, [], {}, {}, 99).passages), abs=1e-5
    )
    assert worn.examples()[1] == pytest.approx(fresh.examples()[1], abs=2e-3)


def test_a_changed_sheet_alone_is_encoded_again(place, fill, change, toy_encoder):
    fill(place)
    toy_encoder.asked.clear()
    change("12 jardiniers", "14 jardiniers")
    fill(place)
    assert toy_encoder.asked
    assert all(text.startswith("Le potager partagé. ") for text in toy_encoder.asked)


def test_a_sheet_that_only_moved_is_quoted_at_its_new_place_without_encoding(place, fill, tiny, change, toy_encoder):
    fill(place)
    toy_encoder.asked.clear()
    change("Les actions d’un réseau imaginaire\n", "Les actions d’un réseau imaginaire\n\nRevu en 2031 – 🎈\n")
    fill(place)
    assert toy_encoder.asked == []
    text = (tiny / EXPORT).read_text("utf-8")
    store = open_current(place)
    for sheet in store.sheets(store.sheet_ids({})):
        assert text[sheet.start : sheet.end] == sheet.text
        for section in sheet.sections:
            assert all(text[start:end] == sheet.slice(start, end) for start, end in section.values)
        for passage, _ in store.similarities(toy_encoder.encode_question("vélo"), sheet.id):
            section = sheet.sections[passage.section]
            assert section.start <= passage.start < passage.end <= section.end
    assert store.sheets(store.sheet_ids({})) == list(read_corpus(tiny).sheets)


def test_a_build_that_fails_leaves_the_old_generation(place, fill, change, toy_encoder, monkeypatch):
    before = fill(place).manifest
    change("12 jardiniers", "14 jardiniers")
    monkeypatch.setattr(toy_encoder, "encode_passages", lambda _texts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fill(place)
    store = open_current(place)
    assert store.manifest == before
    assert store.check() == []


def test_an_open_store_goes_on_answering_while_the_next_generation_comes(place, fill, tiny, change, toy_encoder):
    fill(place)
    old = open_current(place)
    before = answers(old, toy_encoder)
    change("Le potager est ouvert", "Une cuisine est ouverte")
    fill(place)
    assert answers(old, toy_encoder) == before
    assert answers(open_current(place), toy_encoder) != before


def test_a_second_indexer_is_refused(place, fill):
    fill(place)
    with open_draft(place, full=False), pytest.raises(IndexBusy, match="en cours"):
        fill(place)
    fill(place)  # the lock is free again


def test_ranks_are_strictly_decreasing_or_ties(noisy, noise):
    scores = [score for _, score in noisy.search(noise.encode_question("a"), [], {}, {}, 1000).passages]
    assert all(a >= b for a, b in pairwise(scores))


# --- the same answers


@pytest.mark.parametrize("kind", STORES[1:])
def test_judged_questions_show_the_same_sheets_and_quotes(kind, request, assistant, corpus, settings, tmp_path):
    """On a sample of what ``eval`` measures, the vectors of one index in another store, or come as changes."""
    place = replace(settings, index=tmp_path / "index")
    encoder = Replay(assistant.store, corpus)
    if kind == "postgres":
        place = replace(settings, store=request.getfixturevalue("new_database")())
    else:
        take_all_as_changes(request.getfixturevalue("monkeypatch"))
        few = replace(corpus, examples=(), readings=(replace(corpus.readings[0], sheets=corpus.sheets[::2]),))
        build(few, {}, encoder, open_draft(place, full=False), lambda _done, _total: None)
    build(corpus, input_hashes(place.data), encoder, open_draft(place, full=False), lambda _done, _total: None)
    other = Assistant.open(place)
    assert (local_changes.CHANGES in other.store.manifest.files) is (kind == "local, as changes")
    files = read_judged(sorted((settings.data / "judged").glob("*.jsonl")))
    questions = [question for found in files.values() for question in found][:: 635 // 40]
    assert len(questions) >= 40
    shown, quality = [], []
    for each in (assistant, other):
        answers = list(answer_all(each, questions))
        results = measure(questions, answers, source_texts(settings.data))
        quality.append(np.mean([result.values["ndcg"] for result in results if "ndcg" in result.values]))
        shown.append([[(s["id"], [quote["start"] for quote in s["quotes"]]) for s in a["sheets"]] for a in answers])
    assert sum(map(bool, shown[0])) > len(questions) / 3
    assert quality[1] == pytest.approx(quality[0], abs=0.01)
    assert shown[1] == shown[0]
    other.store.close()


# --- what is not there


def test_no_index_says_how_to_build_it(place):
    for action in (open_current, open_store, check_index):
        with pytest.raises(MissingIndex, match="assistant index") as refused:
            action(place)
        assert isinstance(refused.value, AssistantError)
        assert refused.value.exit_code == 1


def test_data_that_changed_are_said(place, fill, change):
    fill(place)
    open_store(place).close()
    change("12 jardiniers", "14 jardiniers")
    with pytest.raises(StaleIndex, match="assistant index"):
        open_store(place)
    assert any(EXPORT in fault for fault in check_index(place))


def test_an_index_by_another_model_is_built_anew_and_says_which(place, word_model, tmp_path):
    def update(model):
        return update_index(place, model, False, lambda _done, _total: None)

    other = tmp_path / "other"
    shutil.copytree(word_model, other)
    assert update(str(word_model)).build.added == 5
    assert update(None).build is None
    assert check_index(place) == []
    assert update(str(other)).build.added == 5
    assert open_current(place).manifest.model == str(other.resolve())
    shutil.rmtree(other)
    with pytest.raises(EncoderError, match=str(other)):
        Assistant.open(place)


def test_what_no_index_can_hold_is_only_unknown(toy):
    assert toy.sheets(["a\x00b", ""]) == []
    assert toy.sheet_ids({Facet.PUBLIC: ("a\x00b",)}) == []
    assert toy.sheet_ids({Facet.PUBLIC: ()}) == []
