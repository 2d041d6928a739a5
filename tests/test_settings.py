"""Every knob, from the environment."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.settings import Settings, read_settings


def test_defaults_are_those_of_the_repository(repository):
    found = read_settings({})
    assert found == Settings()
    assert (found.data, found.index) == (repository / "data", repository / "index")
    assert (found.host, found.port, found.question_characters) == ("127.0.0.1", 7860, 2000)


def test_every_knob_has_its_name_in_the_environment():
    address = "postgresql://lectrice@serveur/base"
    environment = {f"ASSISTANT_{knob.name.upper()}": "7" for knob in fields(Settings)}
    environment |= {"ASSISTANT_NEEDS": "0", "ASSISTANT_STORE": address, "ASSISTANT_LOG": "info"}
    found = read_settings(environment)
    for knob in fields(Settings):
        expected = {"needs": (False,), "store": (address,), "log": ("info",)}.get(knob.name, (7, "7", Path("7")))
        assert getattr(found, knob.name) in expected, knob.name
    assert read_settings(dict.fromkeys(environment, "")) == Settings()


@pytest.mark.parametrize("value", ["0", "-1", "beaucoup", "3.5"])
@pytest.mark.parametrize("name", ["ASSISTANT_PORT", "ASSISTANT_SHEETS", "ASSISTANT_QUESTION_CHARACTERS"])
def test_a_number_that_is_none_is_refused_by_its_name(name, value):
    with pytest.raises(UsageError, match=name):
        read_settings({name: value})


@pytest.mark.parametrize("value", ["2", "oui", "true", "-1"])
def test_a_switch_is_0_or_1(value):
    assert read_settings({"ASSISTANT_NEEDS": "1"}).needs
    with pytest.raises(UsageError, match=r"ASSISTANT_NEEDS.*0 ou 1"):
        read_settings({"ASSISTANT_NEEDS": value})


@pytest.mark.parametrize("value", ["mysql://u:secret@serveur/base", "/var/index", "secret"])
def test_a_store_of_another_kind_is_refused_without_its_password(value):
    with pytest.raises(UsageError, match=r"ASSISTANT_STORE.*postgresql://") as refused:
        read_settings({"ASSISTANT_STORE": value})
    assert "secret" not in str(refused.value)
    assert "secret" not in repr(Settings(store="postgresql://u:secret@serveur/base"))
