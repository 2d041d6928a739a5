"""The local store: against whatever can befall files. What every store promises is in test_store_conformance."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.errors import DamagedIndex, FailureError
from assistant.stores.local import LocalStore
from assistant.stores.local_draft import KEPT_GENERATIONS

EXPORT = "actions/reseau-imaginaire.txt"


def test_a_build_that_fails_leaves_no_files(tiny, tmp_path, change, toy_build, toy_encoder, monkeypatch):
    before = toy_build(tiny, tmp_path / "index").manifest
    change("12 jardiniers", "14 jardiniers")
    monkeypatch.setattr(toy_encoder, "encode_passages", lambda _texts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        toy_build(tiny, tmp_path / "index")
    assert {path.name for path in (tmp_path / "index").iterdir()} <= {
        "manifest.json",
        before.generation,
        ".lock",
        ".lock-holder",
    }


def test_three_generations_are_kept(tiny, tmp_path, toy_build):
    for _ in range(5):
        last = toy_build(tiny, tmp_path / "index", full=True).manifest.generation
    kept = sorted(path.name for path in (tmp_path / "index").glob("generation-*"))
    assert len(kept) == KEPT_GENERATIONS == 3
    assert kept[-1] == last
    assert len(set(kept)) == 3
    assert LocalStore(tmp_path / "index").check() == []


# --- damage


def is_refused(index: Path) -> bool:
    """Whether opening an index, or checking it, says that something is wrong; no other error will do."""
    try:
        store = LocalStore(index)
        faults = store.check()
        store.close()
    except DamagedIndex as refused:
        return "assistant index --full" in refused.remedy
    return bool(faults)


FILES = ("corpus.sqlite", "vectors.faiss", "examples.i8")


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_is_found(toy_store, name):
    path = toy_store.folder / name
    whole = path.read_bytes()
    places = sorted({*range(min(48, len(whole))), *random.Random(name).sample(range(len(whole)), 30)})
    for place in places:
        spoilt = bytearray(whole)
        spoilt[place] ^= 0xFF
        path.write_bytes(spoilt)
        assert is_refused(toy_store.folder.parent), f"byte {place} of {name}"
    path.write_bytes(whole)
    assert not is_refused(toy_store.folder.parent)


@pytest.mark.parametrize("left", [0, 10, 0.5, -1], ids=["empty", "ten bytes", "half", "one byte less"])
@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_found(toy_store, name, left):
    path = toy_store.folder / name
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * left)] if isinstance(left, float) else whole[:left])
    assert is_refused(toy_store.folder.parent)


@pytest.mark.parametrize("name", [*FILES, "."])
def test_a_missing_file_is_found(toy_store, name):
    path = toy_store.folder / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert is_refused(toy_store.folder.parent)


def test_files_of_two_generations_mixed_are_found(tiny, tmp_path, change, toy_build):
    first = toy_build(tiny, tmp_path / "index").manifest
    change("12 jardiniers", "14 jardiniers")
    second = toy_build(tiny, tmp_path / "index").manifest
    for name in FILES:
        if first.files[name] != second.files[name]:
            kept = (tmp_path / "index" / second.generation / name).read_bytes()
            shutil.copy(tmp_path / "index" / first.generation / name, tmp_path / "index" / second.generation / name)
            assert is_refused(tmp_path / "index")
            (tmp_path / "index" / second.generation / name).write_bytes(kept)


def test_a_damaged_index_is_built_anew(tiny, toy_store, toy_build, toy_encoder):
    index = toy_store.folder.parent
    (toy_store.folder / "vectors.faiss").write_bytes(b"")
    toy_build(tiny, index)
    assert not is_refused(index)
    assert len(LocalStore(index).sheet_ids({})) == 5


# --- a process killed, a folder that cannot be written

INDEXER = """
import sys
from itertools import cycle
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from conftest import ToyEncoder
from assistant.corpus.corpus import input_hashes, read_corpus
from assistant.indexing.build import build
from assistant.stores.local_draft import LocalDraft
one, two, index = map(Path, sys.argv[2:])
corpora = [(read_corpus(data), input_hashes(data)) for data in (one, two)]
for count, (corpus, inputs) in enumerate(cycle(corpora)):
    build(corpus, inputs, ToyEncoder(), LocalDraft(index, full=count % 3 == 0), lambda done, total: None)
    print("built", flush=True)
"""


def test_killed_at_any_moment_an_indexer_leaves_a_whole_generation(tiny, tmp_path, toy_build):
    other = tmp_path / "other"
    shutil.copytree(tiny, other)
    text = (other / EXPORT).read_text("utf-8")
    (other / EXPORT).write_text(text.replace("12 jardiniers", "Treize jardiniers et leurs voisins"), encoding="utf-8")
    sheets = {frozenset(input_hashes(data).items()): list(read_corpus(data).sheets) for data in (tiny, other)}
    delays = [0.0, 0.005, 0.013, 0.029, 0.053, 0.097]
    indexes = [tmp_path / f"index-{number}" for number in range(len(delays))]
    program = [sys.executable, "-c", INDEXER, str(Path(__file__).parent), str(tiny), str(other)]
    for index, delay in zip(indexes, delays, strict=True):
        with subprocess.Popen([*program, str(index)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "built\n"
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
        store = LocalStore(index)
        assert store.check() == []
        assert store.sheets(store.sheet_ids({})) == sheets[frozenset(store.manifest.inputs.items())]
        toy_build(tiny, index)  # the dead process's lock and draft are in nobody's way
        assert LocalStore(index).check() == []
        assert not (index / ".draft").exists()


@pytest.fixture
def guarded():
    """An empty folder, and a way to act as a user who owns nothing (root may write anywhere)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        root = os.geteuid() == 0

        class Stranger:
            def __enter__(self) -> None:
                if root:
                    os.seteuid(65534)

            def __exit__(self, *_: object) -> None:
                if root:
                    os.seteuid(0)

        yield folder, Stranger()
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)


@pytest.mark.parametrize("lock", ["no lock", "a lock that can be taken"])
def test_a_folder_that_cannot_be_written_is_said(guarded, tiny, toy_build, lock):
    folder, stranger = guarded
    data, index = folder / "data", folder / "index"
    shutil.copytree(tiny, data)
    index.mkdir()
    if lock != "no lock":
        (index / ".lock").touch()
        (index / ".lock").chmod(0o666)
    index.chmod(0o555)
    toy_build(data, folder / "warm")  # so that nothing is imported as a stranger
    with stranger, pytest.raises(FailureError, match="ne peut pas être écrit") as refused:
        toy_build(data, index)
    assert "--index" in refused.value.remedy


def test_a_folder_that_cannot_be_made_is_said(tiny, tmp_path, toy_build):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(FailureError):
        toy_build(tiny, tmp_path / "file" / "index")
