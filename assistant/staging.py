"""A change of the data and of its index as one: both are the old ones, or both the new ones, whatever happens.

The files that change are laid beside the data, the index is built from them there, and the one rename (or
commit) that makes that index the current one decides: from then on the files laid aside are moved in, by
who laid them or, after a crash, by whoever opens the index next. Until then they are dropped.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.corpus.corpus import ACTIONS, input_hashes
from assistant.writing import sync, write_whole

_STAGED = ".next"
_PLAN = "plan.json"
_VIEW = "data"


class _Plan(BaseModel):
    """SHA-256 of the inputs once changed, by name, for the names that change; empty for a file that goes."""

    model_config = ConfigDict(extra="forbid")

    after: dict[str, str]


def stage(data: Path, files: Mapping[str, bytes | None]) -> Path:
    """Lay the files of a change beside the data; None for one that goes.

    Returns:
        A folder that reads as the data will, to build an index from.

    Raises:
        OSError: nothing changed.
    """
    drop(data)
    view = data / _STAGED / _VIEW
    try:
        (view / ACTIONS).mkdir(parents=True)
        for path in [*data.iterdir(), *(data / ACTIONS).glob("*")]:
            name = path.relative_to(data).as_posix()
            if path.is_file() and not path.name.startswith(".") and name not in files:
                (view / name).symlink_to(path.resolve())
        for name, content in files.items():
            if content is not None:
                write_whole(view / name, content)
        contents = files.items()
        after = {name: "" if content is None else hashlib.sha256(content).hexdigest() for name, content in contents}
        plan = _Plan(after=after)
        write_whole(data / _STAGED / _PLAN, plan.model_dump_json().encode())
    except BaseException:
        drop(data)
        raise
    return view


def settle(data: Path, current: Mapping[str, str]) -> bool:
    """Finish a change whose index became the current one, drop one whose index did not.

    Args:
        current: the inputs of the current index.

    Returns:
        Whether a change was finished.

    Raises:
        OSError: it could not be; it still can.
    """
    if not (data / _STAGED).exists():
        return False
    after = _read_plan(data)
    decided = after is not None and _with(input_hashes(data), after) == dict(current)
    if after is not None and decided:
        for name, digest in after.items():
            staged = data / _STAGED / _VIEW / name
            if digest and staged.is_file():
                staged.replace(data / name)
            elif not digest:
                (data / name).unlink(missing_ok=True)
        sync(data / ACTIONS)
        sync(data)
    drop(data)
    return decided


def is_staged(data: Path) -> bool:
    """Whether a change was laid beside the data, and neither finished nor dropped."""
    return (data / _STAGED).exists()


def drop(data: Path) -> None:
    """Forget a change."""
    shutil.rmtree(data / _STAGED, ignore_errors=True)


def _with(hashes: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in {**hashes, **after}.items() if digest}


def _read_plan(data: Path) -> dict[str, str] | None:
    try:
        document = json.loads((data / _STAGED / _PLAN).read_text("utf-8"))
        return _Plan.model_validate(document).after
    except (OSError, ValueError, ValidationError):
        return None
