"""Small talk, and people in danger: what is answered without a sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.conversation.wordings import Danger, Reply, TalkWordings
from assistant.language.patterns import QuickPatterns, any_of


class SmallTalk:
    """Knows when there is nothing to search for."""

    def __init__(self, wordings: TalkWordings) -> None:
        self._wordings = wordings
        self._present = any_of(wordings.present)
        self._elsewhere = any_of(wordings.elsewhere)
        self._dangers = [(danger, any_of(danger.always), any_of(danger.now)) for danger in wordings.dangers]
        self._replies = QuickPatterns({reply: any_of(reply.patterns) for reply in wordings.replies})

    def danger(self, folded: str, present: bool = False) -> tuple[tuple[str, str], ...]:
        """The emergency numbers that fit, with whom they reach, when someone is in danger now.

        A professional who asks about prevention is not; nobody's own words of distress are taken
        for a professional's.

        Args:
            present: what is said is known to be of now.
        """
        elsewhere = self._elsewhere.search(folded)
        present = present or bool(self._present.search(folded))
        numbers = [
            number
            for danger, always, now in self._dangers
            if _holds(danger, bool(always.search(folded)), present and bool(now.search(folded)), bool(elsewhere))
            for number in danger.numbers
        ]
        return self.reached(numbers)

    def numbers(self, danger: str) -> tuple[tuple[str, str], ...]:
        """The emergency numbers of a danger, by its name, with whom they reach."""
        return self.reached(number for one in self._wordings.dangers if one.name == danger for number in one.numbers)

    def reached(self, numbers: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Emergency numbers, each once, with whom they reach; what is none of them is left out."""
        names = self._wordings.numbers
        return tuple((number, names[number]) for number in dict.fromkeys(numbers) if number in names)

    def elsewhere(self, folded: str) -> bool:
        """Whether a danger is only the matter of a question: prevention, training, the past."""
        return bool(self._elsewhere.search(folded))

    def named(self, name: str) -> Reply | None:
        """The reply of this name."""
        return next((reply for reply in self._wordings.replies if reply.name == name), None)

    def reply(self, folded: str) -> Reply | None:
        """What is said back to small talk."""
        if found := self._reply(folded):
            return found
        # « merci, au revoir »: small talk when each part is
        parts = [part for part in re.split(r"[,.!;]+", folded) if part.strip()]
        replies = [self._reply(part) for part in parts]
        return replies[-1] if len(parts) > 1 and all(replies) else None

    def _reply(self, folded: str) -> Reply | None:
        likely = self._replies.likely_in(folded)
        return next((reply for reply, pattern in likely if pattern.search(folded)), None)


def _holds(danger: Danger, always: bool, now: bool, elsewhere: bool) -> bool:
    return (always and (danger.mine or not elsewhere)) or (now and not elsewhere)
