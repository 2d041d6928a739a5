"""The licences of what the assistant installs, from the packages' own metadata, as the table of docs/licences.md.

``python -m tools.licences`` writes the table; ``--check`` says what it lacks, and exits with 1.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageMetadata, PackageNotFoundError, distribution, metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PAGE = Path("docs/licences.md")
_MARKS = ("<!-- table -->\n", "<!-- end of table -->")
_EXTRAS = ("mcp", "postgres", "report")  # what users may ask for; tools of the tests are not given to anyone
_OF_HARDWARE = ("cuda-", "nvidia-", "triton")  # come and go with the build of torch
_SHORT = 60  # characters; longer ones are the text of the licence
_UNSTATED = {"locate": "MIT (its file LICENSE)"}  # metadata that say « Other »


def licences() -> dict[str, tuple[str, str]]:
    """Name of each package, as registries sort it, to its licence and its home page."""
    with Path("pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    asked = [*project["dependencies"], *(line for extra in _EXTRAS for line in project["optional-dependencies"][extra])]
    found: dict[str, tuple[str, str]] = {}
    for name in _closure(map(Requirement, asked)):
        about = metadata(name)
        found[name] = (_UNSTATED.get(name) or _licence(about), _home(about))
    return dict(sorted(found.items()))


def _closure(requirements: Iterable[Requirement]) -> set[str]:
    """Everything installed that these ask for, themselves included."""
    left, seen = list(requirements), set[tuple[str, frozenset[str]]]()
    while left:
        requirement = left.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in seen or key[0].startswith(_OF_HARDWARE):
            continue
        try:
            asked = distribution(key[0]).requires or []
        except PackageNotFoundError:
            continue  # for another system
        seen.add(key)
        left += [asking for asking in map(Requirement, asked) if _holds(asking, requirement.extras)]
    return {name for name, _ in seen}


def _holds(requirement: Requirement, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def _licence(about: PackageMetadata) -> str:
    """The SPDX expression where there is one; else a short name; else the classifiers."""
    if expression := _first(about, "License-Expression"):
        return expression
    stated = _first(about, "License")
    if 0 < len(stated) < _SHORT and "\n" not in stated:
        return stated
    classifiers = [line.split(" :: ")[-1] for line in about.get_all("Classifier") or [] if line.startswith("License")]
    return ", ".join(classifiers) or "not stated"


def _home(about: PackageMetadata) -> str:
    links = [line.split(", ", 1)[1] for line in about.get_all("Project-URL") or [] if ", " in line]
    return _first(about, "Home-page") or next(iter(links), "")


def _first(about: PackageMetadata, field: str) -> str:
    return next(iter(about.get_all(field) or []), "")


def _lines(found: dict[str, tuple[str, str]]) -> Iterator[str]:
    yield "| package | licence |\n| --- | --- |\n"
    for name, (licence, home) in found.items():
        yield f"| {f'[{name}]({home})' if home else name} | {licence} |\n"


def main() -> None:
    """Write the table, or check it."""
    found = licences()
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition(_MARKS[0])
    old, _, tail = rest.partition(_MARKS[1])
    if "--check" in sys.argv:
        lacking = [name for name, line in zip(found, list(_lines(found))[1:], strict=True) if line not in old]
        sys.exit(f"{PAGE} is behind for {', '.join(lacking)}: python -m tools.licences" if lacking else 0)
    PAGE.write_text(f"{head}{_MARKS[0]}{''.join(_lines(found))}{_MARKS[1]}{tail}", "utf-8")


if __name__ == "__main__":
    main()
