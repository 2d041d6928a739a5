"""Which names a browser may call the server by, and from which pages it may send it something."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass

ANY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened on


@dataclass(frozen=True, slots=True)
class Hosts:
    """``names`` in lower case, without a port. ``addresses``: any address written in digits will do as well.

    A page of elsewhere whose name is made to point at this machine would otherwise read what the server says;
    an address in digits cannot be made to point anywhere.
    """

    names: frozenset[str]
    addresses: bool

    def knows(self, host: str) -> bool:
        """Whether a ``Host`` header, ``name`` or ``name:port``, is one of ours."""
        name = host_name(host)
        return name in self.names or (self.addresses and _is_address(name))

    def lets_send(self, origin: str, host: str) -> bool:
        """Whether a page of this origin may send something: one of ours, or of a name that is."""
        scheme, _, there = origin.lower().partition("://")
        return scheme in ("http", "https") and (there == host.lower() or host_name(there) in self.names)


def served_hosts(host: str, more: str) -> Hosts:
    """The hosts of a server that listens on ``host``; ``more`` are other names, between commas."""
    named = {name.strip().lower() for name in more.split(",") if name.strip()}
    return Hosts(frozenset({"localhost", "127.0.0.1", "::1", *_own(host), *named}), host in ANY_ADDRESS)


def host_name(host: str) -> str:
    """The name in ``name``, ``name:port`` or ``[address]:port``."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _own(host: str) -> Iterable[str]:
    if host not in ANY_ADDRESS:
        return (host.lower(),)
    own = socket.gethostname().lower()
    return (own, f"{own}.local")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
