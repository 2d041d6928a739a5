"""Patterns that are tried on few texts find what ``re`` finds, everywhere."""

from __future__ import annotations

import re

import pytest

from assistant.conversation.wordings import load_talk
from assistant.corpus.corpus import TALK, WORDINGS
from assistant.language.folding import fold
from assistant.language.patterns import QuickPattern, QuickPatterns, any_of, needed
from assistant.retrieval.wordings import load_wordings
from benchmarks.speed import _questions


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        (r"\bgamins?\b", {"gamin"}),
        (r"\bbebes?\b|\bnourrissons?\b", {"bebe", "nourrisson"}),
        (r"\b(?:un|une|des) (?:groupes?|collectifs?) d'habitants", {" d'habitants"}),
        (r"(?:ados)+ en ville", {" en ville"}),
        (r"(?:ados)+", {"ados"}),
        (r"(?:ados)?", set()),
        (r"(?<!petite )enfance(?! volee)", {"enfance"}),
        (r"ados|", set()),
        (r"[ab]c|de", set()),
        (r"(?i)ados", set()),
        (r"(?i:ados)", set()),
        (r"(?i:ados) en", {" en"}),
        (r"(?!)", set()),
        (r"\d+ ?€|euros?", {"€", "euro"}),
        (r"\bou\b|y", set()),
    ],
)
def test_what_a_pattern_needs(pattern: str, letters: set[str]):
    assert needed(pattern) == letters


def test_nothing_is_looked_for_in_vain():
    pattern = any_of([r"\bados?\b", r"\bjeunes?\b"])
    assert not pattern.may_be_in("des seniors")
    assert (pattern.search("des seniors"), list(pattern.finditer("des seniors"))) == (None, [])
    assert pattern.sub("_", "des seniors") == "des seniors"
    assert pattern.sub("_", "des jeunes, des ados") == "des _, des _"
    assert not any_of([]).search("ados")


def test_every_wording_is_found_where_re_finds_it(settings):
    wordings, talk = load_wordings(settings.data / WORDINGS), load_talk(settings.data / TALK)
    patterns = [one for cues in wordings.sections.values() for one in cues]
    patterns += [one for words in wordings.facets.values() for named in words.values.values() for one in named]
    patterns += [one for cues in (*talk.turns.values(), *talk.sections.values()) for one in cues]
    quick = [QuickPattern(pattern) for pattern in patterns]
    assert sum(bool(needed(one.pattern)) for one in quick) > 0.8 * len(quick)
    texts = [fold(question) for question in _questions(settings.data, "dev", "own", "oblique", "off-topic")]
    together = QuickPatterns(dict(enumerate(quick)))
    likely = {text: [place for place, _ in together.likely_in(text)] for text in texts}
    assert all(places == sorted(places) for places in likely.values())
    assert sum(map(len, likely.values())) < 0.3 * len(quick) * len(texts)
    for place, one in enumerate(quick):
        compiled = re.compile(one.pattern)
        holding = [text for text in texts if compiled.search(text)]
        assert all(one.may_be_in(text) and place in likely[text] for text in holding), one.pattern


def test_short_and_open_patterns_are_looked_for_too():
    patterns = {"sign": any_of(["€"]), "short": any_of([r"\bou\b"]), "open": any_of([r"\w"]), "long": any_of(["ados"])}
    together = QuickPatterns(patterns)
    for text, names in {"": ["open"], "ou": ["short", "open"], "10 €": ["sign", "open"], "ado": ["open"]}.items():
        assert [name for name, _ in together.likely_in(text)] == names
    assert [name for name, _ in together.likely_in("des ados")] == ["open", "long"]
