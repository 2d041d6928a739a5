"""The prepared file of the question engine: made once, whole or not at all, and never in the way of an answer."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from assistant.corpus.corpus import ADAPTER
from assistant.indexing.encoder import DEFAULT_MODEL, open_encoder
from assistant.indexing.packed import weights_path
from assistant.indexing.question_file import file_key, file_name
from assistant.indexing.question_setup import open_questions, prepare, prepared_faults
from assistant.settings import Settings

OPENS = """
import sys
from pathlib import Path
from assistant.indexing.question_setup import open_questions
found = open_questions(Path(sys.argv[1]), Path("none.npz"))
print("prepared" if found else "plain")
"""
FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, 8_000_000))"
NO_ONNX = "import sys; sys.modules['onnx'] = None"
NO_RUNTIME = "import sys; sys.modules['onnxruntime'] = None"


def command(folder, before=""):
    return [sys.executable, "-c", f"{before}\n{OPENS}", str(folder)]


def opened(folder, before=""):
    done = subprocess.run(command(folder, before), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr.splitlines()


def no_adapter(folder):
    return folder / "none.npz"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A prepared file, as it should be."""
    folder = tmp_path_factory.mktemp("made")
    assert open_questions(folder, no_adapter(folder))
    (path,) = folder.glob("*.bin")
    return path


@pytest.fixture
def copy(made, tmp_path):
    """One that may be damaged."""
    path = tmp_path / made.name
    path.write_bytes(made.read_bytes())
    return path


def test_it_is_made_once_and_opening_it_writes_nothing(made, capfd):
    before = made.parent.stat().st_mtime_ns, made.stat().st_mtime_ns
    assert open_questions(made.parent, no_adapter(made.parent))
    assert (made.parent.stat().st_mtime_ns, made.stat().st_mtime_ns) == before
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("size", [0, 10, 4096, -1])
def test_cut_short_it_is_made_again(copy, made, size):
    with copy.open("r+b") as file:
        file.truncate(size if size >= 0 else copy.stat().st_size - 1)
    assert opened(copy.parent)[0] == "prepared"
    assert copy.stat().st_size == made.stat().st_size
    assert prepared_faults(copy.parent, no_adapter(copy.parent)) == []


@pytest.mark.parametrize("section", ["first page", "graph"])
def test_damaged_where_opening_sees_it_it_is_made_again(copy, section):
    data = bytearray(copy.read_bytes())
    place = 100 if section == "first page" else data.index(b"DynamicQuantizeMatMul")
    data[place - 8 : place + 8] = b"x" * 16
    copy.write_bytes(data)
    assert opened(copy.parent)[0] == "prepared"
    assert prepared_faults(copy.parent, no_adapter(copy.parent)) == []


def test_one_bit_changed_is_found_by_a_check_and_mended_by_setup(copy, run, settings):
    data = bytearray(copy.read_bytes())
    data[len(data) // 2] ^= 1
    copy.write_bytes(data)
    adapter = settings.data / ADAPTER
    if adapter.exists():
        copy.rename(copy.with_name(file_name(file_key(weights_path(), adapter))))
    place = {"ASSISTANT_CACHE": str(copy.parent)}
    checked = run("check", settings=settings, environment=place)
    assert checked.returncode == 1
    assert "abîmé" in checked.stderr
    assert "assistant setup" in checked.stderr
    assert "index --full" not in checked.stderr
    mended, again = (run("setup", "--data", str(settings.data), environment=place) for _ in range(2))
    assert mended.returncode == 0, mended.stderr
    assert "est prêt" in mended.stdout
    assert "Rien à faire" in again.stdout
    assert run("check", settings=settings, environment=place).returncode == 0


def test_two_processes_at_once_make_one(tmp_path):
    folder = tmp_path / "new" / "cache"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command(folder), **pipes) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [out.strip() for out, _ in said] == ["prepared", "prepared"]
    assert sum(err.count("Préparation") for _, err in said) == 1
    assert prepared_faults(folder, no_adapter(folder)) == []


def test_a_folder_that_cannot_be_made_gives_the_plain_engine_and_one_line(tmp_path, capfd):
    (tmp_path / "file").write_text("")
    encoder = open_encoder(DEFAULT_MODEL, Settings(data=tmp_path, cache=tmp_path / "file" / "cache"))
    assert encoder.encode_adapted("une fête").adapted is None
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("Attention – ")
    assert "plus lentes" in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_gives_the_plain_engine(tmp_path):
    tmp_path.chmod(0o500)
    engine, (line,) = opened(tmp_path)
    assert engine == "plain"
    assert "plus lentes" in line


@pytest.mark.parametrize("before", [FULL, NO_ONNX, NO_RUNTIME], ids=["disk full", "no onnx", "no onnxruntime"])
def test_what_cannot_be_made_leaves_nothing_and_gives_the_plain_engine(tmp_path, before):
    engine, lines = opened(tmp_path, before)
    assert engine == "plain"
    assert "Attention – " in lines[-1]
    assert not list(tmp_path.rglob("*.bin"))
    if before == FULL:
        assert opened(tmp_path)[0] == "prepared"


def test_once_made_it_needs_no_onnx(made):
    assert opened(made.parent, NO_ONNX) == ("prepared", [])


def test_another_adapter_is_another_file(tmp_path):
    weights = weights_path()
    keys = {file_key(weights, None), file_key(weights, tmp_path / "none.npz")}
    assert len(keys) == 1
    for content in (b"one", b"other"):
        (tmp_path / "adapter.npz").write_bytes(content)
        keys.add(file_key(weights, tmp_path / "adapter.npz"))
    assert len(keys) == 3


def test_the_oldest_files_go(copy):
    for age in range(6):
        other = copy.with_name(f"questions-{age}.bin")
        other.write_bytes(b"")
        os.utime(other, (age, age))
    copy.unlink()
    assert prepare(copy.parent, no_adapter(copy.parent))
    left = {path.name for path in copy.parent.glob("*.bin")}
    assert left == {copy.name, "questions-5.bin", "questions-4.bin", "questions-3.bin"}
