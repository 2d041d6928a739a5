"""Runs the command line with the network denied: ``launch.py ATTEMPTS SECONDS ARGUMENT…``.

Whatever would leave the machine is refused and written to the file ATTEMPTS; the model takes SECONDS
more than it needs to warm up.
"""

from __future__ import annotations

import ipaddress
import sys
import time
from pathlib import Path
from typing import Any

_attempts = Path(sys.argv[1])


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _deny(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path: a socket of this machine
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        with _attempts.open("a", encoding="utf-8") as file:
            file.write(f"{event} {host}\n")
        raise OSError(f"network denied: {event} {host}")


sys.addaudithook(_deny)

from assistant.cli import main  # noqa: E402
from assistant.web.warming import Warming  # noqa: E402

_warm = Warming._warm


def _slow(warming: Warming) -> None:
    time.sleep(float(sys.argv[2]))
    _warm(warming)


Warming._warm = _slow  # type: ignore[method-assign]
main(sys.argv[3:])
