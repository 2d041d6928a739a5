"""Conversations as values: bounded, replayable, kept as JSON that cannot be tampered with."""

from __future__ import annotations

import json
import time
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer import Assistant
from assistant.conversation.record import _digest, from_json, to_json
from assistant.conversation.state import MOST_TURNS, Conversation, Need, Turn
from assistant.errors import ConversationError
from assistant.indexing.encoder import DefaultEncoder
from assistant.language.folding import fold
from assistant.replies import TurnKind
from assistant.values import Facet, Role

FIRST = "comment lutter contre l'isolement des seniors en milieu rural ?"

choices = st.dictionaries(st.sampled_from(Facet), st.lists(st.text(max_size=20), min_size=1, max_size=2).map(tuple))
said = st.lists(st.text(max_size=20), max_size=3).map(tuple)
needs = st.builds(Need, st.text(max_size=60), choices, choices, choices, st.just(()), said)
turns = st.builds(
    lambda question, kind, need, roles, shown: Turn(
        question, kind, need, tuple(roles), tuple(shown), (0.5,) * len(shown), tuple(shown), next(iter(shown), None)
    ),
    st.text(max_size=40),
    st.sampled_from(TurnKind),
    needs,
    st.lists(st.sampled_from(Role), max_size=2),
    st.lists(st.text("abc-", min_size=1, max_size=8), max_size=3, unique=True),
)
numbers = st.lists(st.sampled_from(["15", "119", "3114"]), max_size=3).map(tuple)
conversations = st.builds(Conversation, st.lists(turns, max_size=4).map(tuple), st.integers(0, 2**31), numbers)


@given(conversations)
def test_a_conversation_comes_back_from_json_as_it_was(conversation):
    assert from_json(to_json(conversation)) == conversation


def test_a_facet_of_which_nothing_is_chosen_is_not_named():
    need = Need("un potager", {Facet.PUBLIC: ()}, {Facet.STATUS: ()})
    found = from_json(to_json(Conversation((Turn("un potager", TurnKind.SUBJECT, need),))))
    assert found.last.need == Need("un potager")


def test_a_record_from_before_dangers_were_kept_is_read():
    document = json.loads(to_json(Conversation(seed=7)))
    del document["danger"]
    document["sha256"] = _digest({name: value for name, value in document.items() if name != "sha256"})
    assert from_json(json.dumps(document)) == Conversation(seed=7)


def test_a_danger_is_in_force_until_another_subject(assistant):
    conversation = Conversation()
    for question in ("je veux mourir", "et maintenant, que faire ?", "bonjour"):
        answer, conversation = assistant.ask(question, from_json(to_json(conversation)))
        assert "3114" in conversation.danger
        assert not answer.sheets
    _, conversation = assistant.ask("comment lutter contre l'isolement ?", conversation)
    assert not conversation.danger


def test_a_number_that_reaches_nobody_is_not_given(assistant):
    answer, after = assistant.ask("que faire ?", Conversation(danger=("9999", "3114")))
    assert [number for number, _ in answer.turned.numbers] == [*after.danger] == ["3114"]


@settings(max_examples=60)
@given(conversations, st.data())
def test_a_record_that_was_changed_is_refused(conversation, data):
    text = to_json(conversation)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from('{}[]",:0123456789abcdef '))
    changed = text[:place] + letter + text[place + 1 :]
    if json.loads(text) == _loaded(changed):
        return  # the same values, written otherwise
    with pytest.raises(ConversationError) as refused:
        from_json(changed)
    assert refused.value.remedy


def _loaded(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


@given(st.text(max_size=80))
def test_what_is_no_record_is_refused(text):
    with pytest.raises(ConversationError):
        from_json(text)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"form": 1}', "null", "x" * 5_000_000])
def test_deep_short_or_long_records_are_refused(text):
    with pytest.raises(ConversationError):
        from_json(text)


def test_a_conversation_keeps_two_hundred_turns():
    conversation = Conversation()
    for number in range(MOST_TURNS + 20):
        conversation = conversation.then(Turn(str(number), TurnKind.SUBJECT, Need(str(number))))
    assert len(conversation.turns) == 200
    assert conversation.turns[0].question == "20"
    with pytest.raises(ConversationError):
        from_json(to_json(Conversation((*conversation.turns, conversation.turns[-1]))))


def test_two_hundred_and_twenty_turns_are_answered(tiny_assistant):
    conversation = Conversation()
    asked = ("le potager", "et les limites ?", "d'autres", "compare", "et pour les jeunes ?", "la première")
    for number in range(220):
        answer, conversation = tiny_assistant.ask(asked[number % len(asked)], conversation)
        assert answer.message
    assert len(conversation.turns) <= 200


def test_undoing_gives_back_the_conversation_before(assistant):
    _, first = assistant.ask(FIRST)
    for text in ("et pour les jeunes ?", "la première", "compare-les toutes", "toutes", "une fête de quartier"):
        _, second = assistant.ask(text, first)
        assert len(second.turns) == 2, text
        answer, undone = assistant.ask("annule", second)
        assert undone == first
        assert [excerpt.sheet.id for excerpt in answer.sheets] == list(first.turns[-1].shown)


def test_taking_a_question_the_other_way_twice_gives_it_back(assistant):
    _, first = assistant.ask(FIRST)
    answer, second = assistant.ask("et le jeu ?", first)
    other, third = assistant.ask(answer.turned.other_way, second)
    assert other.turned.kind is TurnKind.SUBJECT
    assert len(third.turns) == len(second.turns)
    again, fourth = assistant.ask(other.turned.other_way, third)
    assert fourth.turns[-1].need == second.turns[-1].need
    assert again.sheets == answer.sheets


def test_every_chip_can_be_taken_away(assistant):
    _, conversation = assistant.ask("des actions terminées pour les seniors dans l'Aube, quelles limites ?")
    answer, conversation = assistant.ask("et les limites ?", conversation)
    assert len(answer.turned.chips) >= 4
    left = len(answer.turned.chips)
    while answer.turned.chips:
        gone = answer.turned.chips[0]
        answer, conversation = assistant.ask(gone.removal, conversation)
        assert gone not in answer.turned.chips
        assert len(answer.turned.chips) < left
        left = len(answer.turned.chips)


def test_surprises_do_not_come_back_and_depend_on_the_seed(assistant):
    seen = []
    conversation = Conversation(seed=7)
    while (turn := assistant.ask("surprends-moi", conversation))[0].answered:
        answer, conversation = turn
        seen.append(answer.sheets[0].sheet.id)
    assert len(set(seen)) == len(seen)
    # two sheets say nothing of what was done: one is empty, one refers to a document that is not there
    left = set(assistant.store.sheet_ids({})) - set(seen)
    titles = {sheet.title for sheet in assistant.store.sheets(sorted(left))}
    assert titles == {"Bla-Bla de l'accueil", "Résonance Solidaire A Saint-Martin"}
    firsts = {assistant.ask("surprends-moi", Conversation(seed=seed))[0].sheets[0].sheet.id for seed in range(12)}
    assert len(firsts) > 3
    assert assistant.ask("surprends-moi", Conversation(seed=7))[0].sheets[0].sheet.id == seen[0]


def test_a_list_of_everything_is_counted_and_bears_what_was_asked(assistant):
    for facet in (Facet.STATUS, Facet.DEPARTMENT):
        for value, count in assistant.store.facets()[facet].items():
            answer, _ = assistant.ask(f"toutes les actions {'terminées' if value == 'Terminée' else f'en {value}'}")
            if answer.query.facets == {facet: (value,)}:
                assert answer.turned.total == count == len(answer.sheets)


@pytest.mark.parametrize(
    ("typed", "rank"),
    [
        ("la deuxième", 2),
        ("la 3e", 3),
        ("le 11ème", 11),
        ("l'avant-dernière", 24),
        ("la dernière", 25),
        ("la dix-septième", 17),
        ("la vingt-deuxième", 22),
        ("la vingt et unième", 21),
        ("la cinquantième", 50),
    ],
)
def test_a_rank_is_read_however_it_is_written(assistant, typed, rank):
    """« vingt-deuxième » is not the second, nor « avant-dernière » the last."""
    assert assistant._turns.resolver.tools.references.ranks(fold(typed), 25) == [rank]


def test_a_turn_costs_no_more_than_a_first_question(assistant):
    """At most 1.2 times: measured in turn, so that a busy machine slows both."""
    follow_ups = ("et pour les jeunes ?", "et les limites ?", "la première", "d'autres", "compare les deux")
    _, conversation = assistant.ask(FIRST)
    spent: dict[str, list[float]] = {text: [] for text in (FIRST, *follow_ups)}
    for _ in range(15):
        for text, times in spent.items():
            start = time.perf_counter()
            assistant.ask(text, Conversation() if text == FIRST else conversation)
            times.append(time.perf_counter() - start)
    ratios = {text: median(times) / median(spent[FIRST]) for text, times in spent.items()}
    assert sum(ratios[text] for text in follow_ups) / len(follow_ups) <= 1.2, ratios


@pytest.mark.parametrize(
    ("turn", "encoded"),
    [
        ("plutôt le matin autour d'un café", ["plutôt le matin autour d'un café"]),
        ("prépare une séance sur la parentalité", ["parentalité"]),
        ("quelles limites ont-ils rencontrées ?", ["quelles limites ont-ils rencontrées ?"]),
    ],
)
def test_a_turn_encodes_its_own_words_alone(assistant, monkeypatch, turn, encoded):
    asked = []
    encode = DefaultEncoder.encode_adapted
    monkeypatch.setattr(DefaultEncoder, "encode_adapted", lambda self, text: asked.append(text) or encode(self, text))
    fresh = Assistant.open(assistant.settings)
    _, conversation = fresh.ask(FIRST)
    asked.clear()
    fresh.ask(turn, conversation)
    assert asked == encoded


def test_a_need_said_in_several_turns_is_answered_the_same_after_a_restart(assistant):
    conversation = Conversation()
    for turn in ("faire venir du monde au centre", "plutôt le matin autour d'un café", "plutôt sur la place du marché"):
        answer, conversation = assistant.ask(turn, conversation)
    assert len(conversation.last.need.pieces) == 3
    record = to_json(conversation)
    here, there = (one.ask("d'autres", from_json(record))[0] for one in (assistant, Assistant.open(assistant.settings)))
    assert [(e.sheet.id, e.score) for e in here.sheets] == [(e.sheet.id, e.score) for e in there.sheets]
    assert not {e.sheet.id for e in here.sheets} & {e.sheet.id for e in answer.sheets}


@pytest.mark.parametrize("filler", ["bon, ", "bah, ", "ok ", "ah ", "alors, ", "euh ", "euh, bah ", "du coup, "])
@pytest.mark.parametrize(
    "turn", ["et les limites ?", "plutôt en quartier", "la deuxième", "compare les deux", "annule"]
)
def test_fillers_change_nothing(assistant, filler, turn):
    _, before = assistant.ask(FIRST)
    plain, spoken = (assistant.ask(said, before)[1].turns for said in (turn, f"{filler}{turn}"))
    assert [(t.kind, t.need, t.roles, t.shown) for t in spoken] == [(t.kind, t.need, t.roles, t.shown) for t in plain]


def test_a_first_question_is_not_searched_with_its_filler(assistant):
    assert assistant.ask("bah, une fête de quartier")[1].last.need.text == "une fête de quartier"


@pytest.mark.parametrize("need", ["une fête, le samedi", "faire venir du monde au centre", "l'accès aux droits", FIRST])
def test_a_need_narrowed_to_what_a_sheet_shown_bears_keeps_this_sheet(assistant, need):
    answer, conversation = assistant.ask(need)
    for excerpt in answer.sheets:
        (status,) = excerpt.sheet.facet(Facet.STATUS)
        narrowed, _ = assistant.ask(f"seulement celles en statut {status.lower()}", conversation)
        assert narrowed.turned.kind is TurnKind.FACET
        assert narrowed.sheets
        assert all(one.sheet.facet(Facet.STATUS) == (status,) for one in narrowed.sheets)


def test_undoing_says_where_it_leads_back_to(assistant):
    conversation = Conversation()
    for turn in ("atelier mémoire", "seulement en Bretagne", "les limites ?"):
        _, conversation = assistant.ask(turn, conversation)
    answer, conversation = assistant.ask("annule", conversation)
    assert answer.message.startswith("Dernière question annulée")
    for _ in range(2):
        answer, conversation = assistant.ask("annule", conversation)
    assert answer.message == "Retour au début de la conversation"


def test_no_sheet_is_recommended_but_what_each_takes_is_shown(assistant):
    _, before = assistant.ask(FIRST)
    answer, _ = assistant.ask("tu me conseilles laquelle ?", before)
    assert "Aucune fiche n’est recommandée" in answer.message
    assert [row.name for row in answer.turned.board.rows] == [
        assistant.schema.roles[role] for role in (Role.FUNDING, Role.PEOPLE, Role.PARTNERS, Role.LIMITS)
    ]
    _, one = assistant.ask("partir en vacances en famille")
    answer, _ = assistant.ask("par quoi je commence ?", one)
    assert (answer.turned.kind, len(answer.sheets)) == (TurnKind.SECTION, 1)


def test_the_same_need_in_a_place_that_has_none_is_refused_with_the_nearest(assistant):
    _, before = assistant.ask("lutter contre l'isolement des seniors")
    answer, after = assistant.ask("il y a la même chose en Normandie ?", before)
    assert (answer.answered, len(answer.nearest)) == (False, 1)
    assert after.last.need.facets == {Facet.REGION: ("Normandie",)}
    assert after.last.need.text == before.last.need.text


def test_a_session_asks_to_guess_the_limits_that_sheets_give(assistant):
    answer, _ = assistant.ask("prépare une séance sur l'isolement pour moi")
    assert "«\u00a0isolement\u00a0»" in answer.message
    assert all(limits for _, limits in answer.turned.session.guesses)
