"""What is deployed keeps its walls: no root, nothing to write to, a database that only the services reach."""

from __future__ import annotations

import yaml


def test_the_services_are_read_only_and_local(repository) -> None:
    services = yaml.safe_load((repository / "deploy" / "compose.yaml").read_text("utf-8"))["services"]
    assert "ports" not in services["database"]
    assert all(port.startswith("127.0.0.1:") for port in services["page"]["ports"])
    for name in ("index", "page"):
        assert services[name]["read_only"]
        assert services[name]["cap_drop"] == ["ALL"]


def test_the_container_is_not_root_and_says_its_health(repository) -> None:
    last = (repository / "deploy" / "Containerfile").read_text("utf-8").split("\nFROM ")[-1]
    assert "\nUSER 10001" in last
    assert "\nHEALTHCHECK" in last
