"""Whatever is read, typed or sent, an answer or a refusal that helps: ``python -m benchmarks.fuzz [TARGET]``.

At least 100,000 inputs in all; the figures go to docs/reliability.md. A short form stands in tests/test_fuzz.py.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings

from assistant.answer import Assistant
from assistant.settings import Settings
from assistant.update import update_index
from benchmarks.fuzz_asking import asking_targets
from benchmarks.fuzz_files import file_targets
from benchmarks.fuzz_inputs import Target
from benchmarks.reliability import figure, write_row

INPUTS: Mapping[str, int] = {
    "reader": 60_000,
    "tables": 12_000,
    "thesaurus": 12_000,
    "understanding": 8_000,
    "requests": 3_000,
    "questions": 1_000,
    "links": 3_000,
    "conversations": 2_000,
    "archives": 1_000,
}
"""How many of each in the full form."""
_ROOT = Path(__file__).resolve().parent.parent


def all_targets(assistant: Assistant, folder: Path) -> Mapping[str, Target]:
    """The targets by name, over an open index; ``folder`` is where files to read are written."""
    texts = [sheet.text for sheet in assistant.store.sheets(assistant.store.sheet_ids({}))]
    return {**file_targets(assistant.settings.data, texts, folder), **asking_targets(assistant)}


def fuzz(target: Target, inputs: int, start: int) -> int:
    """Check so many inputs; how many were.

    Args:
        start: the seed that they are drawn from.

    Raises:
        Exception: what the smallest input that breaks something raises.
    """
    checked = 0

    @seed(start)
    @settings(max_examples=inputs, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(target.drawn)
    def run(drawn: object) -> None:
        nonlocal checked
        checked += 1
        target.check(drawn)

    run()
    return checked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("target", nargs="?", choices=INPUTS, help="all of them when none is named")
    parser.add_argument("--share", type=float, default=1.0, help="of the full numbers of inputs")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    done: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        targets = all_targets(_tiny(Path(folder)), Path(folder))
        for name in [options.target] if options.target else INPUTS:
            begun = time.monotonic()
            done[name] = fuzz(targets[name], int(INPUTS[name] * options.share), options.seed)
            print(f"{name}: {figure(done[name])} inputs in {time.monotonic() - begun:.0f} s", flush=True)
    if not options.target and options.share >= 1:
        command = f"python -m benchmarks.fuzz --seed {options.seed}"
        said = ", ".join(f"{name} {figure(count)}" for name, count in done.items())
        write_row("fuzz", f"{figure(done.total())} inputs without exception: {said}", command)


def _tiny(folder: Path) -> Assistant:
    """The made-up corpus of the tests, indexed."""
    data = folder / "data"
    shutil.copytree(_ROOT / "tests" / "corpus", data)
    for path in (_ROOT / "data").iterdir():
        if path.is_file() and not (data / path.name).exists():
            shutil.copy(path, data)
    found = Settings(data=data, index=folder / "index")
    update_index(found, None, full=False, progress=lambda _done, _total: None)
    return Assistant.open(found)


if __name__ == "__main__":
    main()
