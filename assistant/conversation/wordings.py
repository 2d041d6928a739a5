"""How people talk around their questions: ``data/talk.yaml``, compiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import Field, model_validator

from assistant.documents import Pattern, Strict, load_yaml
from assistant.language.analyzer import terms
from assistant.language.patterns import QuickPattern, QuickPatterns, any_of
from assistant.values import Facet, Role

# the wordings that the code asks for by name
TURNS = frozenset(
    """undo opposed other_subject same_subject inverse new_subject remove anywhere go_back go_list go_start inspire
    ordinary_words training training_here training_again digest digest_again everywhere amounts unit_again than
    least common compare all all_of more whole whole_words rest everyone again put_instead everything only_choice
    about_what opens among bends besides fragment points_back fresh about definite earlier pointing greeting filler
    trailing introduction for_me advise other_people people alike of_them helped in_danger first_person seeks
    which_of silent filled free adds otherwise session_form""".split()
)

_REMEMBERED = 256  # texts


class Reply(Strict):
    name: str
    answer: str = Field(min_length=1)
    patterns: tuple[Pattern, ...]


class Danger(Strict):
    name: str
    numbers: tuple[str, ...] = Field(min_length=1)
    mine: bool = False
    always: tuple[Pattern, ...] = ()
    now: tuple[Pattern, ...] = ()


class ChoiceWordings(Strict):
    facet: Facet
    values: tuple[str, ...]
    patterns: tuple[Pattern, ...]


class Unit(Strict):
    asked: Pattern
    written: Pattern


class TalkWordings(Strict):
    turns: dict[str, tuple[Pattern, ...]]
    ordinals: dict[int, tuple[Pattern, ...]]
    numbers: dict[str, str]
    present: tuple[Pattern, ...]
    elsewhere: tuple[Pattern, ...]
    dangers: tuple[Danger, ...]
    replies: tuple[Reply, ...]
    sections: dict[Role, tuple[Pattern, ...]]
    choices: tuple[ChoiceWordings, ...]
    seasons: dict[str, str]
    difficulties: dict[str, tuple[Pattern, ...]]
    units: dict[str, Unit]
    discussion: dict[Role, str]
    fillers: tuple[str, ...]

    @model_validator(mode="after")
    def _names_are_known(self) -> TalkWordings:
        if set(self.turns) != TURNS:
            raise ValueError(f"turns : {', '.join(sorted(set(self.turns) ^ TURNS))}")
        unknown = {number for danger in self.dangers for number in danger.numbers} - set(self.numbers)
        if unknown:
            raise ValueError(f"numéros sans nom : {', '.join(sorted(unknown))}")
        return self

    @cached_property
    def _turns(self) -> Mapping[str, QuickPattern]:
        return {name: any_of(patterns) for name, patterns in self.turns.items()}

    @cached_property
    def _likely(self) -> Callable[[str], frozenset[str]]:
        """The names of the turns that a folded text may ask for: several rules read one text."""
        turns = QuickPatterns(self._turns)
        return lru_cache(maxsize=_REMEMBERED)(lambda folded: frozenset(name for name, _ in turns.likely_in(folded)))

    @cached_property
    def filler_terms(self) -> frozenset[str]:
        """The stems of the words that tell no subject."""
        return frozenset(term for word in self.fillers for term in terms(word))

    @cached_property
    def _sections(self) -> Mapping[Role, QuickPattern]:
        return {role: any_of(patterns) for role, patterns in self.sections.items()}

    def roles(self, folded: str) -> tuple[Role, ...]:
        """The sections that a turn asks for in words that only make sense once sheets are shown."""
        return tuple(role for role, pattern in self._sections.items() if pattern.search(folded))

    def without_sections(self, folded: str) -> str:
        """A folded question less those words."""
        for pattern in self._sections.values():
            folded = pattern.sub(" ", folded)
        return folded

    def asks(self, name: str, folded: str) -> re.Match[str] | None:
        """Where a folded question asks for a turn of this name."""
        pattern = self._turns[name]
        return pattern.search(folded) if name in self._likely(folded) else None

    def without(self, name: str, folded: str) -> str:
        """A folded question less the wordings of this name."""
        return self._turns[name].sub(" ", folded)


def load_talk(path: Path) -> TalkWordings:
    """The wordings of a data folder.

    Raises:
        SchemaError: with file and line.
    """
    return load_yaml(path, TalkWordings)
