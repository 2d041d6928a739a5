"""The wheel answers from a fresh environment, in a folder of nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

MOST_BYTES = 15_000_000


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built where sheets came and went: what they said is beside the index, and beside the data with a database."""
    folder = tmp_path_factory.mktemp("wheel")
    place = folder / "used"
    shutil.copytree(repository, place, ignore=shutil.ignore_patterns(".*", "*.egg-info", "__pycache__", "site"))
    shutil.copy(repository / ".gitignore", place)
    for kept in (place / "index" / "kept" / "objects", place / "data" / ".kept" / "objects"):
        kept.mkdir(parents=True, exist_ok=True)  # this checkout may have some already
        (kept / "0123.gz").write_text("a sheet that was removed")
    (place / "index" / ".lock-holder").write_text("{}")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=place, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.Popen[str]]:
    """The command of the wheel; the libraries it needs are those of this environment, not installed again."""
    home = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(home)
    python = home / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ASSISTANT_", "PYTHON"))}
    # the prepared model is of the libraries, too
    clean["ASSISTANT_CACHE"] = str(Path(sys.prefix) / "var" / "cache" / "assistant")
    clean["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("home"))
    empty = tmp_path_factory.mktemp("empty")
    # never read, for being where one stands: a folder is named, or made by init
    for name in ("data", "index"):
        (empty / name).mkdir()

    def run(*arguments: str) -> subprocess.Popen[str]:
        program = [str(home / "bin" / "assistant"), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(program, cwd=empty, env=clean, stdout=pipe, stderr=pipe, text=True, encoding="utf-8")

    return run


def test_it_is_light(wheel: Path) -> None:
    assert wheel.stat().st_size <= MOST_BYTES


def test_it_holds_nothing_that_git_ignores(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    assert {"assistant/bundled/index/manifest.json", "assistant/bundled/data/schema.yaml"} <= set(names)
    assert any(name.startswith("assistant/bundled/guide/") for name in names)
    assert not [name for name in names if "kept" in name.split("/") or "/." in name]


def test_it_answers(command) -> None:
    said, errors = command("ask", "comment lutter contre l'isolement des seniors ?", "--json").communicate(timeout=120)
    assert json.loads(said)["sheets"][0]["limits"], errors


def test_its_index_is_not_rebuilt_in_place(command) -> None:
    process = command("index", "--full")
    said, errors = process.communicate(timeout=120)
    assert (process.returncode, said) == (2, "")
    assert "assistant init" in errors
    assert "Traceback" not in errors


def test_it_serves(command) -> None:
    process = command("serve", "--port", str(_free_port()))
    try:
        address = process.stdout.readline().split()[4]
        end = time.monotonic() + 90
        while httpx.get(f"{address}/healthz", timeout=60).status_code != 200:
            assert time.monotonic() < end
            time.sleep(0.1)
        assert httpx.get(f"{address}/api/v1/sheets", timeout=60).json()["total"] == 24
        for page in ("/", "/guide", "/guide/besoin", "/page.css", "/api/openapi.json"):
            assert httpx.get(f"{address}{page}", timeout=60).status_code == 200, page
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_its_sheets_are_copied_to_be_changed(command, tmp_path: Path) -> None:
    """Last: from then on, the copy is what is read."""
    sheets = tmp_path / "fiches.csv"
    sheets.write_text("Titre;Résumé\nUn potager;Un potager partagé par les habitants.\n", encoding="utf-8")
    refused = command("add", str(sheets))
    _, errors = refused.communicate(timeout=120)
    assert (refused.returncode, "assistant init" in errors) == (2, True)
    said, errors = command("init").communicate(timeout=120)
    assert "s’en sert désormais" in said, errors
    added = command("add", str(sheets))
    assert (added.communicate(timeout=120)[1].count("Traceback"), added.returncode) == (0, 0)
    titles = json.loads(command("sheets", "--json").communicate(timeout=120)[0])
    assert len(titles) == 25


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
