"""What an installation weighs: the files of distributions and of all that they need, as their records list them.

usage: python benchmarks/peers/installed.py NAME…      prints bytes; compiled files are not counted
"""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

Wanted = tuple[str, frozenset[str]]
"""A distribution, by its name, and the extras asked of it."""


def closure(names: list[str]) -> set[str]:
    """The names of these distributions and of all that they need here."""
    left: list[Wanted] = [(canonicalize_name(name), frozenset()) for name in names]
    seen: set[Wanted] = set()
    found = set()
    while left:
        name, extras = left.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            needed = distribution(name).requires or []
        except PackageNotFoundError:
            continue  # an extra that is not installed
        found.add(name)
        for requirement in map(Requirement, needed):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                left.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return found


def size(names: list[str]) -> int:
    """Bytes of the files of these distributions and of all that they need."""
    paths: set[Path] = set()
    for name in closure(names):
        files = distribution(name).files or []
        paths |= {Path(str(file.locate())) for file in files if file.suffix != ".pyc"}
    return sum(path.stat().st_size for path in paths if path.is_file())


if __name__ == "__main__":
    print(size(sys.argv[1:]))
