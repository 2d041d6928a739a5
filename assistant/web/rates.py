"""How often one client may ask: a bucket of tokens each, filled as time passes."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

_MOST_CLIENTS = 10_000
_MINUTE = 60.0


class Rates:
    """``elsewhere`` requests a minute for a client of another machine, ``here`` for all of this one together.

    A minute's worth may come at once; then they come as they are refilled.
    """

    def __init__(self, elsewhere: int, here: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._elsewhere = elsewhere
        self._here = here
        self._clock = clock
        # by client: tokens left, and when; the one that asked last stands last
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Take a token: 0 when there was one, else the seconds after which there will be."""
        client, most = self._client(address)
        now = self._clock()
        left, then = self._buckets.pop(client, (float(most), now))
        left = min(float(most), left + (now - then) * most / _MINUTE)
        taken = left >= 1
        self._buckets[client] = (left - 1 if taken else left, now)
        while len(self._buckets) > _MOST_CLIENTS:
            # who asked longest ago has most likely a full bucket again
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - left) * _MINUTE / most

    def _client(self, address: str) -> tuple[str, int]:
        """An address is one client; in version 6, where each has as many as it likes, its network of 64 bits."""
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return address, self._elsewhere
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        if found.is_loopback:
            return "here", self._here
        if found.version == 6:
            return str(ipaddress.ip_network((int(found) >> 64 << 64, 64))), self._elsewhere
        return str(found), self._elsewhere
