"""docs/reliability.md: what was put to the proof, a row each, with the command that measured it."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reliability.md"
_HEAD = (
    "# What was put to the proof\n\n"
    "Each row was written by the command in it, on two shared cores. `make soak` and `make fuzz` run them all; "
    "short forms stand in `make test`. Times depend on the machine and on who else uses it, the rest does not.\n\n"
    "| what | measured | command |\n|---|---|---|\n"
)
_ROW = re.compile(r"^\| (?!what )([^|]+) \| .* \|$", re.MULTILINE)


def write_row(what: str, measured: str, command: str, page: Path = PAGE) -> None:
    """Print what was measured, and put it in its row of the page, in place of what the row said."""
    print(f"{what}: {measured}", flush=True)
    text = page.read_text("utf-8") if page.exists() else ""
    rows = {found[1]: found[0] for found in _ROW.finditer(text)}
    rows[what] = f"| {what} | {measured} | `{command}` |"
    page.write_text(_HEAD + "\n".join(rows.values()) + "\n", encoding="utf-8")


def figure(number: float) -> str:
    """20,000 rather than 20000."""
    return f"{number:,.0f}"
