"""The spelling of what users read: French strings of the code, help of the commands, French pages of the documents.

A word is known when simplemma's French lexicon or tools/french_words.txt has it, or when it is common (wordfreq).
``python -m tools.spelling`` names the others, and exits with 1.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from simplemma import is_known
from wordfreq import zipf_frequency

_WORDS = Path("tools/french_words.txt")
_PAGES = ("guide/*.md", "installing.md", "postgresql.md", "accessibilite.md")
_COMMON = 3.6  # zipf: common misspellings stay below
_SHORTEST = 4
_FRENCH = re.compile("[éèêàùçîôûœ’]")
_WORD = re.compile(r"[^\W\d_]+")
_NO_WORDS = re.compile(
    r"```.*?```|`[^`]*`|<[^>]*>|\{[^}]*\}|\]\([^)]*\)|https?://\S+|#[\da-f]{6}"  # code, markup, addresses
    r"|--[\w-]+|\S*[/=\\|$]\S*|\w*[._]\w+|\b[A-Z]{2}\w*",  # options, files, patterns, acronyms
    re.DOTALL,
)


def main() -> None:
    """Name the words that are not known, each with its first place."""
    known = set(_WORDS.read_text("utf-8").split())
    unknown: dict[str, str] = {}
    for place, text in [*_strings(), *_pages()]:
        for word in _WORD.findall(_NO_WORDS.sub(" ", text)):
            if len(word) >= _SHORTEST and word.lower() not in known and not _is_french(word.lower()):
                unknown.setdefault(word, place)
    sys.exit("\n".join(f"{place}: {word}?" for word, place in unknown.items()) or 0)


@cache
def _is_french(word: str) -> bool:
    return zipf_frequency(word, "fr") >= _COMMON or any(is_known(form, "fr") for form in (word, word.capitalize()))


def _strings() -> Iterator[tuple[str, str]]:
    """Strings of the code that are in French, docstrings left out but for those that are the help of a command."""
    for path in sorted(Path("assistant").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        silent = set() if path.name.startswith("cli") else set(_docstrings(tree))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or node in silent:
                continue
            if _FRENCH.search(node.value):
                yield f"{path}:{node.lineno}", node.value


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Those of attributes too: every string that stands alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _pages() -> Iterator[tuple[str, str]]:
    for pattern in _PAGES:
        for path in sorted(Path("docs").glob(pattern)):
            yield str(path), path.read_text("utf-8")


if __name__ == "__main__":
    main()
