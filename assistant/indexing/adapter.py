"""An adapter: what is added to the upper layers of the default model so that questions come near concepts.

Low-rank (https://arxiv.org/abs/2106.09685): a linear map W becomes W + 2·B·A. The file is half precision:
``model``, then ``layer6.query.a``, shape (rank, inputs), ``layer6.query.b``, shape (outputs, rank), and so on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.arrays import load_arrays

MAPS = ("query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense")
_SCALE = 2.0
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Adapter:
    """``pairs`` are A and B by layer, from 0, and by one of ``MAPS``."""

    pairs: dict[tuple[int, str], tuple[Floats, Floats]]

    @property
    def first(self) -> int:
        """The lowest layer that changes; those below are shared with the model."""
        return min(layer for layer, _ in self.pairs)

    def adapted(self, layer: int, name: str, weights: Floats) -> Floats:
        """A linear map with what is added to it, shape (outputs, inputs)."""
        pair = self.pairs.get((layer, name))
        return weights if pair is None else weights + np.float32(_SCALE) * (pair[1] @ pair[0])


def load_adapter(path: Path, model: str) -> Adapter | None:
    """The adapter of a data folder; None when there is none for this model.

    Raises:
        SchemaError: the file cannot be read.
    """
    return load_arrays(path, model, _adapter)


def _adapter(file: Any) -> Adapter:
    names = [name.removesuffix(".a") for name in file.files if name.endswith(".a")]
    pairs = {_place(name): (_floats(file[f"{name}.a"]), _floats(file[f"{name}.b"])) for name in names}
    if not pairs:
        raise ValueError("no map")
    return Adapter(pairs)


def save_adapter(path: Path, model: str, adapter: Adapter) -> None:
    """Write an adapter, in half precision."""
    arrays: dict[str, Any] = {"model": np.array(model)}
    for (layer, name), (a, b) in adapter.pairs.items():
        arrays[f"layer{layer}.{name}.a"], arrays[f"layer{layer}.{name}.b"] = a.astype(np.float16), b.astype(np.float16)
    with path.open("wb") as file:
        np.savez(file, **arrays)


def _place(name: str) -> tuple[int, str]:
    layer, _, which = name.partition(".")
    if which not in MAPS:
        raise ValueError(name)
    return int(layer.removeprefix("layer")), which


def _floats(array: NDArray[np.float16]) -> Floats:
    return array.astype(np.float32)
