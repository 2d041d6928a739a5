"""What turns ask for in words that no pattern knows: the classifier, and what must never trip it."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.batch import read_questions
from assistant.conversation.acts import Acts, features, load_acts, save_acts
from assistant.conversation.state import Conversation
from assistant.corpus.corpus import ACTS
from assistant.errors import SchemaError
from assistant.evaluation import Judged
from assistant.indexing.encoder import DEFAULT_MODEL
from assistant.replies import TurnKind

TWO = Acts(
    ("more", "section.funding", "section.limits", "subject"),
    np.zeros(2, dtype=np.float32),
    {"encore": 0, "sous": 1},
    np.array([[0, 0, 9, 0, 0], [0, 0, 0, 4, 0], [0, 0, 0, 3.9, 0], [0, 0, 0, 0, 4]], dtype=np.float32),
)


def test_acts_of_a_family_are_weighed_together():
    """« les sous » is a section, though no one section alone is likelier than a subject."""
    guess = TWO.guess("sous", np.zeros(2, dtype=np.float32))
    assert guess.act == "section.funding"
    assert guess.probability > 0.6
    assert TWO.guess("encore", np.zeros(2, dtype=np.float32)).act == "more"


def test_words_that_no_example_has_are_strange():
    assert TWO.guess("préfecture", np.zeros(2, dtype=np.float32)).strange
    assert not TWO.guess("encore", np.zeros(2, dtype=np.float32)).strange


@pytest.mark.parametrize("text", ["et les sous alors ?", "montre m'en d'autres", "les les sousous", "zzz"])
def test_a_turn_weighs_by_its_words_pairs_and_parts_each_once(repository, text):
    acts = load_acts(repository / "data" / ACTS, DEFAULT_MODEL)
    assert acts is not None
    rows = [len(acts.mean) + acts.features[one] for one in features(text) if one in acts.features]
    scores = acts.weights[:, -1] + acts.weights[:, rows].sum(axis=1) / max(1, len(rows)) ** 0.5
    odds = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(acts.odds(text, acts.mean), odds, rtol=1e-4)


def test_what_is_written_is_read_by_its_own_model_only(tmp_path):
    path = tmp_path / "acts.npz"
    assert load_acts(path, "toy") is None
    save_acts(path, "toy", TWO)
    found = load_acts(path, "toy")
    assert found is not None
    assert (found.names, found.features) == (TWO.names, TWO.features)
    np.testing.assert_allclose(found.weights, TWO.weights, rtol=1e-3)
    assert load_acts(path, "another") is None
    path.write_bytes(b"PK nothing")
    with pytest.raises(SchemaError):
        load_acts(path, "toy")


def test_a_question_that_stands_by_itself_is_never_taken_for_a_danger(assistant, repository):
    """Professionals ask about violence, suicide, fire: they get sheets, not emergency numbers."""
    resolver = assistant._turns.resolver
    for path in sorted((repository / "data" / "judged").glob("*.jsonl")):
        for judged in read_questions(path, Judged):
            if not judged.history:
                assert resolver.resolve(judged.question, Conversation()).kind is not TurnKind.DANGER, judged.question


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("une dame de l'atelier se fait frapper par son mari, que faire ?", TurnKind.DANGER),
        ("une maman du groupe est battue par son conjoint", TurnKind.DANGER),
        ("un atelier pour les femmes battues par leur mari", TurnKind.SUBJECT),
        ("comment accompagner une femme qui se fait frapper", TurnKind.SUBJECT),
    ],
)
def test_where_someone_comes_from_is_not_what_is_asked_for(assistant, question, kind):
    """« de l'atelier » says who she is, « un atelier » what is wanted."""
    assert assistant.ask(question)[0].turned.kind is kind
