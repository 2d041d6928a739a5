"""Every knob, once: its default, its ASSISTANT_* name, what it changes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from platformdirs import user_data_path

from assistant.errors import UsageError
from assistant.typography import guillemets

BUNDLED = Path(__file__).resolve().parent / "bundled"  # of a wheel: the sheets and their index, only to be read
OWN = user_data_path("assistant-centres-sociaux", appauthor=False)
"""Where ``assistant init`` copies them for this user; once there, they are used instead."""
LOG_LEVELS = ("info", "warning", "error")


def home(bundled: Path, own: Path) -> Path:
    """The folder of ``data`` and ``index`` when nothing names them; a clone has no ``bundled`` and reads its own."""
    if not bundled.is_dir():
        return bundled.parent.parent
    return own if (own / "index").is_dir() else bundled


_HOME = home(BUNDLED, OWN)


@dataclass(frozen=True, slots=True)
class Settings:
    """Read from the environment, changed by command-line options."""

    data: Path = _HOME / "data"
    """ASSISTANT_DATA: folder of the sheets, the schema and the other data files."""
    index: Path = _HOME / "index"
    """ASSISTANT_INDEX: folder of the built index."""
    store: str = field(default="", repr=False)
    """ASSISTANT_STORE: postgresql://… to keep the index in that database; empty to keep it in the folder."""
    cache: Path = Path(sys.prefix) / "var" / "cache" / "assistant"
    """ASSISTANT_CACHE: folder of what is prepared from the model; beside the model's package, whose life it shares."""
    host: str = "127.0.0.1"
    """ASSISTANT_HOST: address that the page listens on."""
    port: int = 7860
    """ASSISTANT_PORT: its port."""
    sheets: int = 5
    """ASSISTANT_SHEETS: how many sheets an answer shows at most."""
    question_characters: int = 2000
    """ASSISTANT_QUESTION_CHARACTERS: longer questions are refused."""
    needs: bool = True
    """ASSISTANT_NEEDS: 1, or 0 to rank without the needs of needs.yaml; abstention is calibrated for both."""
    hosts: str = ""
    """ASSISTANT_HOSTS: other names, between commas, by which browsers may call the page (behind a proxy, say)."""
    requests: int = 600
    """ASSISTANT_REQUESTS: how many requests a minute a client of another machine may send."""
    requests_here: int = 30_000
    """ASSISTANT_REQUESTS_HERE: the same for all of this machine together, where a proxy may stand for everybody."""
    answers: int = 4
    """ASSISTANT_ANSWERS: how many answers are made at the same time."""
    waiting: int = 200
    """ASSISTANT_WAITING: how many questions may wait for their turn; others are told to come back."""
    sessions: int = 500
    """ASSISTANT_SESSIONS: how many pages may be open; the conversation left longest is forgotten first."""
    grace: int = 30
    """ASSISTANT_GRACE: seconds that a server which stops leaves to the answers that are being made."""
    journal: str = ""
    """ASSISTANT_JOURNAL: file that keeps the questions, personal data masked; empty to keep none anywhere."""
    journal_days: int = 365
    """ASSISTANT_JOURNAL_DAYS: how long it keeps them."""
    admin_password: str = field(default="", repr=False)
    """ASSISTANT_ADMIN_PASSWORD: opens « Gérer le corpus » at /gerer; empty for no such view."""
    log: str = "warning"
    """ASSISTANT_LOG: from which level up the server logs: info (a line a request), warning or error."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The defaults, with what the environment changes.

    Raises:
        UsageError: a number, a 0 or 1, or an address is not one.
    """
    settings = Settings()
    kinds: dict[str, Callable[[str], object]] = {
        "data": Path,
        "index": Path,
        "store": _address,
        "cache": Path,
        "host": str,
        "port": _number,
        "sheets": _number,
        "question_characters": _number,
        "needs": _switch,
        "hosts": str,
        "requests": _number,
        "requests_here": _number,
        "answers": _number,
        "waiting": _number,
        "sessions": _number,
        "grace": _number,
        "journal": str,
        "journal_days": _number,
        "admin_password": str,
        "log": _level,
    }
    for name, kind in kinds.items():
        value = environment.get(f"ASSISTANT_{name.upper()}")
        if value:
            try:
                settings = replace(settings, **{name: kind(value)})  # type: ignore[arg-type]
            except ValueError:
                # an address holds a password: it is not shown
                shown = "\u00a0:" if kind is _address else f" vaut {guillemets(value)}\u00a0:"
                raise UsageError(
                    f"ASSISTANT_{name.upper()}{shown} ce n’est pas {_WANTED.get(kind, 'un nombre positif')}.",
                    "Corrigez ou retirez cette variable.",
                ) from None
    return settings


def _number(value: str) -> int:
    number = int(value)
    if number < 1:
        raise ValueError(value)
    return number


def _switch(value: str) -> bool:
    if value not in ("0", "1"):
        raise ValueError(value)
    return value == "1"


def _level(value: str) -> str:
    if value not in LOG_LEVELS:
        raise ValueError(value)
    return value


def _address(value: str) -> str:
    if not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("another kind of store")
    return value


_WANTED: Mapping[Callable[[str], object], str] = {
    _switch: "0 ou 1",
    _level: "info, warning ou error",
    _address: "l’adresse d’une base PostgreSQL, postgresql://utilisateur@serveur/base",
}
