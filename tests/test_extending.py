"""The page on extending: each of its blocks runs, in order, over the made-up sheets."""

from __future__ import annotations

import re
from pathlib import Path

from assistant.settings import Settings


def test_every_block_of_the_page_runs(repository: Path, tiny: Path, tmp_path: Path) -> None:
    path = repository / "docs" / "extending.md"
    page = path.read_text("utf-8")
    blocks = list(re.finditer(r"```python\n(.*?)```", page, re.DOTALL))
    assert len(blocks) >= 6
    names: dict[str, object] = {"settings": Settings(data=tiny, index=tmp_path / "index")}
    for block in blocks:
        above = "\n" * page.count("\n", 0, block.start(1))  # a failure names the line of the page
        exec(compile(above + block[1], str(path), "exec"), names)
