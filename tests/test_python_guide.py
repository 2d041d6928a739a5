"""The Python guide: each of its blocks runs, in order."""

from __future__ import annotations

import re

import pytest

from assistant.answer import Assistant


def test_every_block_of_the_guide_runs(repository, assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Assistant, "open", lambda: assistant)  # opened once for all tests
    blocks = re.findall(r"```python\n(.*?)```", (repository / "docs" / "python.md").read_text("utf-8"), re.DOTALL)
    assert len(blocks) >= 6
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)
