"""What came with the package is copied whole, or not at all; a folder is read when it is named, or copied to."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import bundle, cli
from assistant.answer import Assistant
from assistant.bundle import check_own, copy_own
from assistant.errors import FailureError, IndexBusy, MissingIndex, UsageError
from assistant.settings import Settings, home
from assistant.writing import writing


def test_a_copy_answers_and_holds_every_byte(tiny_settings: Settings, tmp_path: Path) -> None:
    own = copy_own(tiny_settings, tmp_path / "a" / "own")
    for before, after in ((tiny_settings.data, own.data), (tiny_settings.index, own.index)):
        files = [path for path in before.rglob("*") if path.is_file() and not path.name.startswith(".")]
        assert files
        assert all((after / path.relative_to(before)).read_bytes() == path.read_bytes() for path in files)
    assert Assistant.open(own).ask("un potager")[0].sheets


def test_a_folder_that_is_there_is_left_alone(tiny_settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="existe déjà"):
        copy_own(tiny_settings, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_an_index_nothing_is_copied(tiny_settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(MissingIndex):
        copy_own(Settings(data=tiny_settings.data, index=tmp_path / "none"), tmp_path / "own")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said(tiny_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FailureError, match="ne peut pas être écrit"):
        copy_own(tiny_settings, tmp_path / "file" / "own")


def test_a_disk_that_is_full_is_said_in_a_sentence_and_left_as_it_was(
    tiny_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[Path] = []

    def copy(path: Path, target: Path) -> None:
        if copied:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        copied.append(target)
        target.write_bytes(path.read_bytes())

    monkeypatch.setattr(shutil, "copy2", copy)
    with pytest.raises(FailureError, match=r"own ne peut pas être écrit \(No space left on device\)\. Libérez"):
        copy_own(tiny_settings, tmp_path / "own")
    assert copied
    assert list(tmp_path.iterdir()) == []


def test_sheets_that_are_being_changed_are_not_copied(
    tiny_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "PATIENCE", 0.1)
    said: list[str] = []
    with writing(tiny_settings.data, 0, said.append), pytest.raises(IndexBusy):
        copy_own(tiny_settings, tmp_path / "own", said.append)
    assert "attente" in said[0]
    assert list(tmp_path.iterdir()) == []
    copy_own(tiny_settings, tmp_path / "own")


def test_nothing_is_written_where_the_package_is(
    tiny_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_settings.data, tmp_path / "bundled", ignore=shutil.ignore_patterns(".lock*"))
    monkeypatch.setattr(bundle, "BUNDLED", tmp_path / "bundled")
    before = set((tmp_path / "bundled").iterdir())
    copy_own(replace(tiny_settings, data=tmp_path / "bundled"), tmp_path / "own")
    assert set((tmp_path / "bundled").iterdir()) == before


def test_what_came_with_the_package_is_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "BUNDLED", tmp_path / "bundled")
    check_own(tmp_path / "data")
    with pytest.raises(UsageError, match="assistant init"):
        check_own(tmp_path / "bundled" / "data")


def test_a_clone_reads_its_own_folders_and_a_wheel_the_copy_once_it_is_there(tmp_path: Path) -> None:
    bundled, own = tmp_path / "assistant" / "bundled", tmp_path / "own"
    assert home(bundled, own) == tmp_path
    bundled.mkdir(parents=True)
    assert home(bundled, own) == bundled
    (own / "index").mkdir(parents=True)
    assert home(bundled, own) == own


def test_the_copy_that_is_used_by_itself_is_said_to_be_by_whatever_name_its_folder_is_reached(
    tiny_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "home")
    monkeypatch.setattr(cli, "BUNDLED", tmp_path)
    monkeypatch.setattr(cli, "OWN", tmp_path / "link" / "own")
    with pytest.raises(SystemExit):
        cli.main(["init", "--data", str(tiny_settings.data), "--index", str(tiny_settings.index)])
    assert "s’en sert désormais" in capsys.readouterr().out
