"""What is deployed is linted, for it cannot be run here, and keeps its walls: no root, nothing to write to."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

MOST_EXPOSED = 20  # of 100, by systemd's own count


def lint(*command: str | Path) -> str:
    """What a linter says, when it finds nothing."""
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def beside_python(name: str) -> Path:
    """A program that was installed with this Python."""
    return Path(sys.executable).parent / name


def test_the_container_is_linted(repository: Path) -> None:
    assert lint(beside_python("hadolint"), repository / "deploy" / "Containerfile") == ""


def test_the_services_are_what_the_specification_of_compose_says(repository: Path) -> None:
    command = beside_python("check-jsonschema")
    lint(command, "--builtin-schema", "vendor.compose-spec", repository / "deploy" / "compose.yaml")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_unit_is_verified_and_little_exposed(repository: Path, tmp_path: Path) -> None:
    unit = tmp_path / "assistant.service"
    text = (repository / "deploy" / "assistant.service").read_text("utf-8")
    unit.write_text(text.replace("/opt/assistant/bin/assistant", sys.executable), encoding="utf-8")
    assert lint("systemd-analyze", "verify", unit) == ""
    lint("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", unit)


def test_the_services_are_read_only_and_local(repository: Path) -> None:
    services = yaml.safe_load((repository / "deploy" / "compose.yaml").read_text("utf-8"))["services"]
    assert "ports" not in services["database"]
    assert all(port.startswith("127.0.0.1:") for port in services["page"]["ports"])
    for name in ("index", "page"):
        assert services[name]["read_only"]
        assert services[name]["cap_drop"] == ["ALL"]


def test_the_container_is_not_root_and_says_its_health(repository: Path) -> None:
    last = (repository / "deploy" / "Containerfile").read_text("utf-8").split("\nFROM ")[-1]
    assert "\nUSER 10001" in last
    assert "\nHEALTHCHECK" in last
