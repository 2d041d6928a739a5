"""YAML at the border: whatever is wrong is one SchemaError that names the file and the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from assistant.documents import load_yaml
from assistant.errors import SchemaError


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    number: int = 0


class _File(BaseModel):
    entries: list[_Entry]


@pytest.fixture
def load(tmp_path):
    def run(content: str | bytes) -> _File:
        path = tmp_path / "file.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(errors="replace"))
        return load_yaml(path, _File)

    return run


def test_a_good_file_is_a_value(load):
    assert load("entries:\n- name: un\n- {name: deux, number: 2}\n").entries[1] == _Entry(name="deux", number=2)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("entries:\n- name: un\n- name: deux\n  number: beaucoup\n", 4),
        ("entries:\n- name: un\n- number: 2\n", 3),
        ("entries:\n- name: un\n  colour: red\n", 3),
        ("# a comment\n\nentries: 3\n", 3),
        ("entries:\n- name: un\n- name: [deux\n", 4),
        ("entries:\n- name: un\n\t- name: deux\n", 3),
        ("entries:\n- name: *nowhere\n", 2),
    ],
    ids=["wrong type", "missing key", "unknown key", "no list", "open bracket", "tab", "no anchor"],
)
def test_a_fault_is_named_with_its_line(load, content, line):
    with pytest.raises(SchemaError) as refused:
        load(content)
    assert "file.yaml" in str(refused.value)
    assert f"ligne {line}" in str(refused.value)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"---\n", b"\xff\xfe", b"entries: \x00", b"- 1\n- 2\n", b"entries:\n- name: 2020-13-45\n", b"? [a]\n: 1\n"],
    ids=["empty", "nothing", "not UTF-8", "NUL", "a list", "no such date", "odd key"],
)
def test_a_file_of_another_form_is_refused(load, content):
    with pytest.raises(SchemaError, match=r"file\.yaml"):
        load(content)


def test_a_file_that_is_missing_says_what_to_do(tmp_path):
    with pytest.raises(SchemaError, match="n’existe pas") as refused:
        load_yaml(tmp_path / "none.yaml", _File)
    assert refused.value.remedy
    with pytest.raises(SchemaError):
        load_yaml(tmp_path, _File)


@given(content=st.text(max_size=60) | st.text(alphabet="entrisam:- \n[]{}#&*!|>'\"0", max_size=60))
def test_no_text_gives_another_error(load, content):
    message = "file.yaml"
    try:
        load(content)
    except SchemaError as refused:
        message = str(refused)
    assert "file.yaml" in message
