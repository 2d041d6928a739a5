"""The folders are the data flow: nothing points back, and nobody imports the edges."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LOWER = ("corpus", "language", "indexing", "stores")
UPPER = (
    *("retrieval", "conversation", "answer", "export", "api", "web"),
    *("cli", "cli_corpus", "cli_export", "cli_journal", "cli_shared"),
)
EDGES = ("api", "web", "cli")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module of ours that a file imports, at the top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if name.split(".")[0] == "assistant" and "." in name:
                yield node.lineno, name.split(".")[1]


def sources(repository: Path) -> list[Path]:
    return [*(repository / "assistant").rglob("*.py"), repository / "app.py"]


@pytest.mark.parametrize("layer", LOWER)
def test_lower_layers_import_nothing_above_them(repository, layer):
    files = list((repository / "assistant" / layer).glob("*.py"))
    assert files
    upward = [(path.name, line, name) for path in files for line, name in imports(path) if name in UPPER]
    assert upward == []


def test_retrieval_and_conversation_do_not_import_what_uses_them(repository):
    upward = [
        (path.name, line, name)
        for layer in ("retrieval", "conversation")
        for path in (repository / "assistant" / layer).glob("*.py")
        for line, name in imports(path)
        if name in ("answer", "export", *EDGES)
    ]
    assert upward == []


def test_nobody_imports_the_edges(repository):
    edges = [
        (path.name, line, name)
        for path in sources(repository)
        if path.name not in ("cli.py", "app.py") and path.parent.name not in EDGES
        for line, name in imports(path)
        if name in EDGES
    ]
    assert edges == []


def test_values_and_errors_import_nothing_of_ours(repository):
    for name in ("values.py", "errors.py", "typography.py"):
        assert list(imports(repository / "assistant" / name)) == []


def test_every_module_says_what_it_is(repository):
    silent = [path.name for path in sources(repository) if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent == []
