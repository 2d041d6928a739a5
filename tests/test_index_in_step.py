"""The committed index is the index of the committed data, and small enough to be committed."""

from __future__ import annotations

import subprocess

import pytest

from assistant import integrity
from assistant.indexing.encoder import DEFAULT_MODEL
from assistant.indexing.manifest import read_manifest
from assistant.integrity import check_index
from assistant.settings import Settings
from assistant.stores import open_current
from assistant.stores.local import LocalStore


@pytest.fixture(scope="module")
def committed(repository) -> Settings:
    return Settings(data=repository / "data", index=repository / "index")


def test_the_committed_index_is_in_step_with_the_data(committed):
    assert check_index(committed) == []


def test_a_check_closes_what_it_opened(committed, monkeypatch):
    opened, closed = [], []
    monkeypatch.setattr(integrity, "open_current", lambda settings: opened.append(open_current(settings)) or opened[-1])
    monkeypatch.setattr(LocalStore, "close", lambda store: closed.append(store))
    assert check_index(committed) == []
    assert closed == opened != []


def test_the_committed_index_is_the_default_model_s_and_holds_every_sheet(committed, corpus):
    manifest = read_manifest(committed.index)
    assert manifest.model == DEFAULT_MODEL
    assert manifest.sheets == len(corpus.sheets) == 24


def test_the_committed_index_is_under_two_megabytes(committed, repository):
    listed = subprocess.run(["git", "ls-files", "index"], cwd=repository, capture_output=True, text=True, check=False)
    files = [repository / name for name in listed.stdout.split()] or [
        path for path in committed.index.rglob("*") if path.is_file()
    ]
    assert sum(path.stat().st_size for path in files if path.exists()) < 2_000_000
