"""The documents: built without a warning, a dead link or anything of elsewhere; what the README says stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

# what a page fetches when it opens: links that one follows are not
FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio)\b[^>]*\bsrc=["']?(?:https?:)?//"""
    r"""|<link\b(?=[^>]*\bhref=["']?(?:https?:)?//)(?![^>]*\brel=["']?canonical)[^>]*>"""
)
FETCHED_BY_STYLE = re.compile(r"""(?:@import\s*(?:url\()?|url\()\s*["']?(?:https?:)?//""")
LANGUAGES = {"index.html": "fr", "guide/besoin.html": "fr", "installing.html": "fr", "python.html": "en"}


@pytest.fixture(scope="module")
def site(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents as pages."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(build, cwd=repository, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


def test_pages_fetch_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    assert [page.name for page in pages if FETCHED.search(page.read_text("utf-8"))] == []
    styles = list(site.rglob("*.css"))
    assert styles
    assert [style.name for style in styles if FETCHED_BY_STYLE.search(style.read_text("utf-8"))] == []


def test_each_page_says_its_language(site: Path) -> None:
    said = {page: re.search(r'<html lang="(\w+)"', (site / page).read_text("utf-8"))[1] for page in LANGUAGES}
    assert said == LANGUAGES
    french = (site / "installing.html").read_text("utf-8")
    assert not re.search(r">\s*(?:Search|Previous|Next)\s*<", french)


def test_the_reference_is_made_from_the_docstrings(site: Path) -> None:
    reference = (site / "reference.html").read_text("utf-8")
    for name in ("answer.Assistant.ask", "stores.store.Store", "indexing.encoder.Encoder", "values.Quote"):
        assert f'id="assistant.{name}"' in reference


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md", "SECURITY.md"])
def test_links_of_the_first_pages_lead_somewhere(repository: Path, name: str) -> None:
    path = repository / name
    text = path.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/commands.md"])
def test_commands_named_exist(repository: Path, name: str) -> None:
    from typer.main import get_command

    from assistant.cli import app

    page = (repository / name).read_text("utf-8")
    named = set(re.findall(r"^ *(?:\.venv/bin/)?assistant ([a-z]+)", page, re.MULTILINE))
    assert named
    assert named <= set(get_command(app).commands)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/installing.md", "docs/page.md"])
def test_targets_of_make_named_exist(repository: Path, name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (repository / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", (repository / name).read_text("utf-8"), re.MULTILINE))
    assert named
    assert named <= targets
