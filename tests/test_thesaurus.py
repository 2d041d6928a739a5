"""The sector's vocabulary: everyday wordings name professional concepts; a bad file names its line."""

import json

import pytest
import yaml

from assistant.corpus.corpus import EVERYDAY, THESAURUS
from assistant.documents import load_yaml
from assistant.errors import SchemaError
from assistant.language.analyzer import tokens
from assistant.language.thesaurus import (
    Thesaurus,
    ThesaurusFile,
    dump_concepts,
    load_thesaurus,
    restore_concepts,
    sheet_concepts,
)


@pytest.fixture(scope="module")
def thesaurus(assistant):
    return assistant.store.thesaurus()


@pytest.fixture(scope="module")
def listed(repository):
    """The concepts as the file lists them."""
    return load_yaml(repository / "data" / THESAURUS, ThesaurusFile).concepts


@pytest.mark.parametrize(
    ("question", "concept"),
    [
        ("les nounous se sentent seules", "assistantes maternelles"),
        ("mes papis et mamies", "personnes âgées"),
        ("les jeunes qui tiennent les murs", "jeunes en marge des institutions"),
    ],
)
def test_everyday_words_name_professional_concepts(thesaurus, question, concept):
    assert concept in {mention.concept for mention in thesaurus.mentions(tokens(question))}


def test_a_sigle_that_is_a_word_counts_in_capitals_only(thesaurus):
    capitals = {mention.concept for mention in thesaurus.mentions(tokens("un SEL entre voisins"))}
    ordinary = {mention.concept for mention in thesaurus.mentions(tokens("un sel entre voisins"))}
    assert "système d'échange local" in capitals - ordinary


@pytest.mark.parametrize(
    ("question", "concept"),
    [
        ("que faire avec les papas ?", "plan d'accompagnement personnalisé"),
        ("les mamans du quartier", "maison d'assistantes maternelles"),
        ("nous passons les voir", "permanence d'accès aux soins de santé"),
    ],
)
def test_a_sigle_is_its_letters_and_not_the_words_that_share_its_stem(thesaurus, question, concept):
    assert concept in thesaurus.concepts
    assert concept not in {mention.concept for mention in thesaurus.mentions(tokens(question))}


@pytest.mark.parametrize(
    ("text", "named"), [("une marche", True), ("marches", True), ("le marché", False), ("marchés", False)]
)
def test_an_accent_at_the_end_makes_another_word(thesaurus, text, named):
    assert ("activité physique" in {mention.concept for mention in thesaurus.mentions(tokens(text))}) is named


def test_concepts_survive_being_written_to_the_index(corpus):
    assert restore_concepts(json.loads(json.dumps(dump_concepts(corpus.concepts)))) == corpus.concepts


def test_mentions_never_overlap_and_stay_in_the_text(thesaurus, corpus):
    for sheet in corpus.sheets:
        found = tokens(sheet.text)
        end = 0
        for mention in thesaurus.mentions(found):
            assert mention.start >= end or mention.start < mention.end <= end
            assert mention.end <= len(found)
            end = max(end, mention.end)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("concepts:\n  - term: a\n    field: f\n  - term: a\n    field: f\n", 4),
        ("concepts:\n  - term: a\n    field: f\n    synonims: [b]\n", 4),
    ],
    ids=["twice", "misspelt key"],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path, text, line):
    path = tmp_path / "thesaurus.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=f"ligne {line}\\b"):
        load_thesaurus(path)


def test_no_concept_is_dead(corpus, thesaurus, listed):
    """Each finds a sheet, or is marked as one for other corpora, and is in that case not found."""
    found = {concept for sheet in corpus.sheets for concept in sheet_concepts(sheet, thesaurus)}
    assert {concept.term for concept in listed if not concept.elsewhere} <= found
    assert not {concept.term for concept in listed if concept.elsewhere} & found


def test_no_wording_is_dead(thesaurus, listed):
    """Each names its own concept when it stands alone: none is made of words that carry no subject."""
    for concept in listed:
        for wording in (concept.term, *concept.synonyms, *concept.narrower):
            assert concept.term in {mention.concept for mention in thesaurus.mentions(tokens(wording))}, wording


def test_the_field_is_covered(corpus, listed):
    entries = [entry for concept in listed for entry in (concept.term, *concept.synonyms, *concept.narrower)]
    assert len(listed) >= 400
    assert len(entries) > len(listed)
    assert len(Thesaurus(corpus.concepts).concepts) == len(corpus.concepts)


def test_what_people_say_is_said_of_known_concepts(repository, listed):
    everyday = yaml.safe_load((repository / "data" / EVERYDAY).read_text("utf-8"))
    assert set(everyday) == {concept.term for concept in listed}
    assert all(len(said) == len(set(said)) >= 4 for said in everyday.values())
