"""The default model as an ONNX graph for one question, written node by node from its packed weights.

Input ``embedded``, shape (1, tokens, hidden): the sum of the embeddings of words and places. Outputs, shape
(1, hidden): ``plain``, the mean of what the last layer gives, and ``adapted``, the same from the upper layers
as an adapter changes them. Only making the graph needs this module, and onnx.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from assistant.indexing.adapter import Adapter, Floats
from assistant.indexing.packed import Packed, unpacked

PLAIN, ADAPTED = "plain", "adapted"
# 7 bits of 8: the products of two neighbours then fit the 16 bits that older processors add them in
_LARGEST = 63
_TINY = np.float32(1e-6)
_DEVIATIONS = 3  # within which nearly all values of a normalised input lie
_MICROSOFT = "com.microsoft"
_OUR_NAMES = {
    "q": "query",
    "k": "key",
    "v": "value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
Array = NDArray[Any]
External = Callable[[Array], TensorProto]
"""Puts an array aside; gives the tensor that says where. Its name is set afterwards."""


class Draft:
    """A graph being written."""

    def __init__(self, external: External) -> None:
        self.nodes: list[NodeProto] = []
        self.tensors: list[TensorProto] = []
        self._external = external
        self._count = 0

    def node(self, kind: str, inputs: Sequence[str], outputs: int = 1, domain: str = "", **values: Any) -> list[str]:
        names = [self._name() for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **values))
        return names

    def constant(self, array: Array, aside: bool = True) -> str:
        tensor = self._external(array) if aside else numpy_helper.from_array(array)
        tensor.name = self._name()
        self.tensors.append(tensor)
        return tensor.name

    def _name(self) -> str:
        self._count += 1
        return f"n{self._count}"


@dataclass(frozen=True, slots=True, eq=False)
class LinearMap:
    """Adds x·Wᵀ + b. ``weights`` has shape (outputs, inputs), ``bias`` (outputs,).

    ``spread`` says how far from zero each input usually goes, shape (inputs,); None when nobody knows.
    ``uneven`` when a few tokens have inputs far above those of the others.
    """

    weights: Floats
    bias: Floats
    spread: Floats | None = None
    uneven: bool = False


Linear = Callable[[Draft, LinearMap, str], str]


def exact(draft: Draft, linear_map: LinearMap, x: str) -> str:
    product = draft.node("MatMul", [x, draft.constant(np.ascontiguousarray(linear_map.weights.T))])
    return draft.node("Add", [*product, draft.constant(linear_map.bias)])[0]


def eight_bits(draft: Draft, linear_map: LinearMap, x: str) -> str:
    """Weights of one scale an output, inputs of one scale a question, found as it is read.

    One scale holds neither inputs of very different spreads, which are divided by some of theirs, the weights
    making up for it (https://arxiv.org/abs/2211.10438), nor uneven tokens, which are divided by their largest.
    """
    weights, bias = linear_map.weights, draft.constant(linear_map.bias)
    if linear_map.spread is not None:
        shares = np.sqrt(linear_map.spread / np.maximum(np.abs(weights).max(axis=0), _TINY))
        x = draft.node("Mul", [x, draft.constant(1 / shares)])[0]
        weights = weights * shares
    scales = np.maximum(np.abs(weights).max(axis=1), _TINY) / np.float32(_LARGEST)
    rounded = np.rint(weights / scales[:, None]).astype(np.int8)
    matrix = [draft.constant(np.ascontiguousarray(rounded.T)), draft.constant(scales)]
    if not linear_map.uneven:
        return draft.node("DynamicQuantizeMatMul", [x, *matrix, "", bias], domain=_MICROSOFT)[0]
    last = draft.constant(np.array([-1], dtype=np.int64), aside=False)
    least = draft.constant(np.array(_TINY), aside=False)
    largest = draft.node("Max", [*draft.node("ReduceMax", [x, last], keepdims=1), least])[0]
    even = draft.node("Div", [x, largest])[0]
    product = draft.node("DynamicQuantizeMatMul", [even, *matrix], domain=_MICROSOFT)[0]
    return draft.node("Add", [*draft.node("Mul", [product, largest]), bias])[0]


def write_graph(packed: Packed, adapter: Adapter | None, external: External, linear: Linear) -> bytes:
    """The graph, as onnxruntime reads it; its large arrays are handed to ``external``."""
    draft = Draft(external)
    shape = packed.shape
    norm = [draft.constant(packed.tensors["emb.ln.w"]), draft.constant(packed.tensors["emb.ln.b"])]
    plain = draft.node("LayerNormalization", ["embedded", *norm], axis=-1, epsilon=shape.epsilon)[0]
    adapted = None
    for number in range(shape.layers):
        if adapter and number == adapter.first:
            adapted = plain
        if adapter and adapted:
            adapted = _layer(draft, packed, number, adapter, linear, adapted)
        plain = _layer(draft, packed, number, None, linear, plain)
    ends = {PLAIN: plain} | ({ADAPTED: adapted} if adapted else {})
    axis = draft.constant(np.array([1], dtype=np.int64), aside=False)
    for name, end in ends.items():
        draft.nodes.append(helper.make_node("ReduceMean", [end, axis], [name], keepdims=0))
    graph = helper.make_graph(
        draft.nodes,
        "question",
        [helper.make_tensor_value_info("embedded", TensorProto.FLOAT, [1, "tokens", shape.hidden])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, shape.hidden]) for name in ends],
        draft.tensors,
    )
    versions = [helper.make_opsetid("", 20), helper.make_opsetid(_MICROSOFT, 1)]
    model: ModelProto = helper.make_model(graph, opset_imports=versions, ir_version=10)
    return bytes(model.SerializeToString())


def _layer(draft: Draft, packed: Packed, number: int, adapter: Adapter | None, linear: Linear, x: str) -> str:
    """One layer of BERT (https://arxiv.org/abs/1810.04805)."""
    tensors, hidden, epsilon = packed.tensors, packed.shape.hidden, packed.shape.epsilon

    def weights(part: str) -> Floats:
        bias = tensors[f"l{number}.{part}.b"]
        whole = unpacked(tensors[f"l{number}.{part}.w"].reshape(len(bias), -1))
        return adapter.adapted(number, _OUR_NAMES[part], whole) if adapter else whole

    def mapped(x: str, *parts: str, norm: str | None = None, uneven: bool = False) -> str:
        matrix = np.concatenate([weights(part) for part in parts])
        bias = np.concatenate([tensors[f"l{number}.{part}.b"] for part in parts])
        spread = _DEVIATIONS * np.abs(tensors[f"{norm}.w"]) + np.abs(tensors[f"{norm}.b"]) if norm else None
        return linear(draft, LinearMap(matrix, bias, spread, uneven), x)

    def normalised(x: str, added: str, part: str) -> str:
        norm = [draft.constant(tensors[f"l{number}.{part}.{which}"]) for which in "wb"]
        # apart: the operator that does both takes twice the time of the two
        total = draft.node("Add", [x, added])
        return draft.node("LayerNormalization", [*total, *norm], axis=-1, epsilon=epsilon)[0]

    thirds = draft.constant(np.array([hidden] * 3, dtype=np.int64), aside=False)
    before = f"l{number - 1}.oln" if number else "emb.ln"
    heads = draft.node("Split", [mapped(x, "q", "k", "v", norm=before), thirds], 3, axis=-1)
    seen = draft.node("MultiHeadAttention", heads, domain=_MICROSOFT, num_heads=packed.shape.heads)[0]
    x = normalised(x, mapped(seen, "ao"), "aln")
    inner = draft.node("Gelu", [mapped(x, "fi", norm=f"l{number}.aln")], domain=_MICROSOFT)[0]
    return normalised(x, mapped(inner, "fo", uneven=True), "oln")
