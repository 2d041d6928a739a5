"""Who may manage the corpus: those who gave the password, for a while, a few at a time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.web.manage.work import Desk
from assistant.web.rates import Rates

TRIES = 5  # a minute, right or wrong, for each client
SECONDS = 3600.0  # without a request, after which a session is over
_MOST = 8  # each may hold the files that it brought


@dataclass(slots=True)
class Session:
    """``form`` is what every form of the session bears: a page of elsewhere cannot know it."""

    seen: float
    form: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    desk: Desk = field(default_factory=Desk)


class Sessions:
    """Kept in memory, by the hash of a token that only the browser's cookie holds."""

    def __init__(self, password: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._password = _hash(password)
        self._clock = clock
        self._rates = Rates(TRIES, TRIES, clock)
        self._open: OrderedDict[bytes, Session] = OrderedDict()

    def wait(self, address: str) -> float:
        """Take a try: 0, or the seconds after which there will be one."""
        return self._rates.wait(address)

    def enter(self, password: str) -> str | None:
        """The token of a new session; None when the password is another one."""
        # of hashes: neither the time it takes nor the length tells anything
        if not hmac.compare_digest(_hash(password), self._password):
            return None
        token = secrets.token_urlsafe(32)
        self._open[_hash(token)] = Session(self._clock())
        while len(self._open) > _MOST:
            self._open.popitem(last=False)  # the one that asked longest ago
        return token

    def find(self, token: str) -> Session | None:
        """The session of a token, which lives on; None when there is none or it is over."""
        key = _hash(token)
        session = self._open.get(key)
        now = self._clock()
        if session is None or now - session.seen > SECONDS:
            self._open.pop(key, None)
            return None
        session.seen = now
        self._open.move_to_end(key)
        return session

    def leave(self, token: str) -> None:
        self._open.pop(_hash(token), None)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
