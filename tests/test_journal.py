"""The journal of questions: masked, its owner's alone, forgotten in time; and none at all by default."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.errors import FailureError
from assistant.journal import open_journal, purge, read_journal, unanswered
from assistant.settings import Settings


@pytest.fixture
def kept(tmp_path: Path, tiny_settings: Settings, tiny_assistant) -> Path:
    path = tmp_path / "journal.jsonl"
    journal = open_journal(replace(tiny_settings, journal=str(path)), ())
    assert journal is not None
    for question in (
        "un potager pour Karim Benali, 06 12 34 56 78",
        "la physique des plasmas",
        "la physique des plasmas",
    ):
        journal.note(question, tiny_assistant.ask(question)[0], "page")
    danger, _ = tiny_assistant.ask("je veux mourir")
    journal.note("je veux mourir", danger, "page")
    return path


def test_questions_are_kept_masked_and_danger_not_at_all(kept: Path) -> None:
    entries = read_journal(kept)
    assert entries[0].question == "un potager pour [nom] [nom], [téléphone]"
    assert len(entries) == 3
    assert all((entry.at.minute, entry.at.second) == (0, 0) for entry in entries)
    assert unanswered(entries) == [("la physique des plasmas", 2)]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_old_lines_and_cut_lines_are_forgotten(kept: Path) -> None:
    old = json.loads(kept.read_text("utf-8").splitlines()[0])
    old["at"] = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    with kept.open("a", encoding="utf-8") as file:
        file.write(json.dumps(old) + '\n{"at": "20')
    assert len(read_journal(kept)) == 4
    assert purge(kept, 7) == 2
    assert len(read_journal(kept)) == 3
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert purge(kept, 0) == 3


def test_a_journal_that_cannot_be_written_is_said_before_serving(tiny_settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(FailureError, match="ASSISTANT_JOURNAL"):
        open_journal(replace(tiny_settings, journal=str(tmp_path / "nowhere" / "journal")), ())
    assert open_journal(tiny_settings, ()) is None


def test_the_commands_count_list_and_purge(run, kept: Path) -> None:
    keeping = {"ASSISTANT_JOURNAL": str(kept)}
    counted = json.loads(run("journal", "stats", "--json", environment=keeping).stdout)
    assert counted["questions"] == 3
    listed = run("journal", "unanswered", environment=keeping)
    assert listed.stdout == "2\u00a0× la physique des plasmas\n"
    assert "3" in run("journal", "purge", "--days", "0", environment=keeping).stdout
    assert read_journal(kept) == []
    without = run("journal", "stats")
    assert without.returncode == 2
    assert "ASSISTANT_JOURNAL" in without.stderr
