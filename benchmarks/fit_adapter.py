"""Fit the adapter of questions on everyday wordings, and say how well it finds the concepts of others.

usage: .venv/bin/python -m benchmarks.fit_adapter [--epochs 4]    # rewrites data/adapter.npz; an hour on two cores

Low-rank maps (https://arxiv.org/abs/2106.09685) beside the linear ones of the upper layers of the default
model, fitted by softmax over the names of concepts (data/alignment.npz, which is fitted first) to what people
say when they want one (data/everyday.yaml); concepts with like names share a part of the target. Six layers
find more than three, and cost a question a sixth more: six are fitted, and three learn from them what they
make of each wording as well (https://arxiv.org/abs/1503.02531). One wording in ten is held out and measured. No
judged question is read.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - as torch's own documents name it
from numpy.typing import NDArray
from rich.progress import track
from torch import Tensor

from assistant.corpus.corpus import ADAPTER, ALIGNMENT
from assistant.indexing.adapter import MAPS, Adapter, save_adapter
from assistant.indexing.alignment import Alignment, load_alignment
from assistant.indexing.encoder import DEFAULT_MODEL
from assistant.indexing.packed import Packed, read_packed, unpacked, weights_path
from assistant.indexing.tokens import open_cutter, tables
from assistant.settings import read_settings
from benchmarks.everyday import read_everyday

BATCH = 48
TEMPERATURE = 0.05  # of cosines to names
SHARED = 0.2  # of the target, given to concepts with like names
TAUGHT = 20.0  # of the loss, the distance to what the teacher makes of a wording
_WARMING = 30  # steps
_DROPPED = 0.1
_LONGEST = 62  # tokens of a wording
_SCALE = 2.0  # of what is added, as the engine reads the file
_PARTS = ("q", "k", "v", "ao", "fi", "fo")  # how the packed weights name MAPS
_PROMPT = "query: "
Rows = NDArray[np.int64]


class Form(NamedTuple):
    """Of an adapter: the lowest layer that is adapted (those below run once and are kept), and the rank of its maps;
    ``rate`` is that of learning.
    """

    first: int
    rank: int
    rate: float


TEACHER = Form(first=6, rank=16, rate=1e-3)
PUPIL = Form(first=9, rank=48, rate=2e-3)


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The default model in torch. ``maps`` are its linear maps, ``added`` the low-rank ones, by layer and part."""

    packed: Packed
    maps: dict[tuple[int, str], tuple[Tensor, Tensor]]
    added: dict[tuple[int, str], tuple[Tensor, Tensor]]

    def run(self, hidden: Tensor, mask: Tensor, layers: Sequence[int], training: bool = False) -> Tensor:
        """Some layers, one after the other; shape (texts, tokens, dimension) in and out."""
        for layer in layers:
            asked, keys, values = (self._heads(self._linear(hidden, layer, part, training)) for part in "qkv")
            seen = F.scaled_dot_product_attention(asked, keys, values, attn_mask=mask[:, None, None, :])
            told = self._linear(seen.transpose(1, 2).flatten(2), layer, "ao", training)
            hidden = self._norm(hidden + told, f"l{layer}.aln")
            inner = F.gelu(self._linear(hidden, layer, "fi", training))
            hidden = self._norm(hidden + self._linear(inner, layer, "fo", training), f"l{layer}.oln")
        return hidden

    def embedded(self, ids: Sequence[int]) -> Tensor:
        """What the first layer reads; shape (tokens, dimension)."""
        tensors, hidden = self.packed.tensors, self.packed.shape.hidden
        words = unpacked(tensors["emb.word"].reshape(-1, hidden // 32)[list(ids)])
        places = _numbers(tensors["emb.pos"]).reshape(-1, hidden)[: len(ids)]
        kind = _numbers(tensors["emb.type"]).reshape(-1, hidden)[0]
        return self._norm(torch.tensor(words + places + kind), "emb.ln")

    def _linear(self, values: Tensor, layer: int, part: str, training: bool) -> Tensor:
        weights, bias = self.maps[layer, part]
        told = F.linear(values, weights, bias)
        if (layer, part) not in self.added:
            return told
        low, high = self.added[layer, part]
        return told + _SCALE * F.linear(F.linear(F.dropout(values, _DROPPED, training), low), high)

    def _heads(self, values: Tensor) -> Tensor:
        heads = self.packed.shape.heads
        return values.reshape(len(values), -1, heads, values.shape[2] // heads).transpose(1, 2)

    def _norm(self, values: Tensor, name: str) -> Tensor:
        scale, shift = (torch.tensor(_numbers(self.packed.tensors[f"{name}.{end}"])) for end in "wb")
        return F.layer_norm(values, scale.shape, scale, shift, self.packed.shape.epsilon)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=float, default=4.0)
    epochs = parser.parse_args().epochs
    data = read_settings().data
    alignment = load_alignment(data / ALIGNMENT, DEFAULT_MODEL)
    weights = weights_path()
    if alignment is None or weights is None:
        raise SystemExit("the alignment comes first, and the default model has to be installed")
    rows = {concept: row for row, concept in enumerate(alignment.concepts)}
    said = [(text, rows[concept]) for concept, texts in read_everyday(data).items() for text in texts]
    packed = read_packed(weights)
    _, taught = fitted(packed, alignment, said, TEACHER, epochs)
    network, _ = fitted(packed, alignment, said, PUPIL, epochs, taught)
    pairs = {
        (layer, MAPS[_PARTS.index(part)]): (low.detach().numpy(), high.detach().numpy())
        for (layer, part), (low, high) in network.added.items()
    }
    save_adapter(data / ADAPTER, DEFAULT_MODEL, Adapter(pairs))


def fitted(
    packed: Packed,
    alignment: Alignment,
    said: Sequence[tuple[str, int]],
    form: Form,
    epochs: float,
    taught: Tensor | None = None,
) -> tuple[Network, Tensor]:
    """A network that is adapted, and what it makes of each wording: unit vectors, shape (wordings, dimension).

    Args:
        said: wordings, each with the row of its concept.
        taught: what another made of each, to learn from beside the concepts.
    """
    torch.manual_seed(0)
    network = _network(packed, form)
    lower = _lower(network, [text for text, _ in said], form)
    targets = torch.tensor([row for _, row in said])
    mean, names = torch.tensor(alignment.mean), torch.tensor(alignment.names)
    held = np.arange(len(said)) % 10 == 3

    def meant(some: Rows, training: bool = False) -> Tensor:
        return F.normalize(_upper(network, [lower[one] for one in some], form, training) - mean, dim=-1)

    def all_meant(some: Rows) -> Tensor:
        with torch.no_grad():
            return torch.cat([meant(part) for part in np.array_split(some, 1 + len(some) // BATCH)])

    def measured() -> str:
        cosines = all_meant(np.flatnonzero(held)) @ names.T
        own = cosines[torch.arange(len(cosines)), targets[held]]
        ranks = 1 + (cosines > own[:, None]).sum(1).numpy()
        return f"held out: own concept first {(ranks == 1).mean():.3f}, mean reciprocal rank {(1 / ranks).mean():.3f}"

    tuning = np.flatnonzero(~held)
    batches = _batches(tuning, np.array([len(one) for one in lower]))
    likeness = torch.softmax(names @ names.T / 0.1, 1).fill_diagonal_(0)
    wanted = (1 - SHARED) * torch.eye(len(names)) + SHARED * likeness / likeness.sum(1, keepdim=True)

    def loss() -> Tensor:
        some = next(batches)
        ours = meant(some, training=True)
        told = F.cross_entropy(ours @ names.T / TEMPERATURE, wanted[targets[some]])
        return told if taught is None else told + TAUGHT * (1 - (ours * taught[some]).sum(1).mean())

    print("before", measured())
    parameters = [one for pair in network.added.values() for one in pair]
    _fit(loss, parameters, form.rate, int(epochs * len(tuning) / BATCH))
    print("after ", measured())
    return network, all_meant(np.arange(len(said)))


def _fit(loss: Callable[[], Tensor], parameters: Sequence[Tensor], rate: float, steps: int) -> None:
    optimiser = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.05)
    for step in track(range(steps), "steps"):
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, (step + 1) / _WARMING) * (1 + math.cos(math.pi * step / steps)) / 2
        found = loss()
        optimiser.zero_grad()
        found.backward()  # type: ignore[no-untyped-call]
        optimiser.step()


def _batches(rows: Rows, lengths: Rows) -> Iterator[Rows]:
    """Wordings of about the same length together, in another order each time round."""
    random = np.random.default_rng(0)
    while True:
        shuffled = random.permutation(rows)
        near = np.argsort(lengths[shuffled] + random.normal(0, 2, len(shuffled)), kind="stable")
        batches = [shuffled[near[start : start + BATCH]] for start in range(0, len(near), BATCH)]
        for number in random.permutation(len(batches)):
            yield batches[number]


def _network(packed: Packed, form: Form) -> Network:
    maps, added = {}, {}
    for layer in range(packed.shape.layers):
        for part in _PARTS:
            bias = torch.tensor(_numbers(packed.tensors[f"l{layer}.{part}.b"]))
            weights = torch.tensor(_numbers(packed.tensors[f"l{layer}.{part}.w"])).reshape(len(bias), -1)
            maps[layer, part] = (weights, bias)
            if layer >= form.first:
                low = torch.randn(form.rank, weights.shape[1]) / math.sqrt(weights.shape[1])
                added[layer, part] = (low.requires_grad_(), torch.zeros(len(bias), form.rank).requires_grad_())
    return Network(packed, maps, added)


def _lower(network: Network, texts: Sequence[str], form: Form) -> list[Tensor]:
    """Each text after the layers that do not change, in half precision; shape (tokens, dimension)."""
    pieces = network.packed.pieces
    cutter = open_cutter({name: memoryview(part) for name, part in tables(pieces).items()})
    kept = []
    with torch.no_grad():
        for text in track(texts, "lower layers"):
            ids = [pieces.start, *cutter.cut(_PROMPT + text)[:_LONGEST], pieces.end]
            hidden, mask = _padded([network.embedded(ids)])
            kept.append(network.run(hidden, mask, range(form.first))[0].half())
    return kept


def _upper(network: Network, lower: Sequence[Tensor], form: Form, training: bool) -> Tensor:
    """The unit vectors of texts; shape (texts, dimension)."""
    hidden, mask = _padded(lower)
    hidden = network.run(hidden, mask, range(form.first, network.packed.shape.layers), training)
    total = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
    return F.normalize(total, dim=-1)


def _padded(rows: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Shapes (texts, tokens, dimension) and (texts, tokens), true where there is a token."""
    hidden = torch.nn.utils.rnn.pad_sequence([row.float() for row in rows], batch_first=True)
    lengths = torch.tensor([len(row) for row in rows])
    return hidden, torch.arange(hidden.shape[1])[None] < lengths[:, None]


def _numbers(tensor: NDArray[np.generic]) -> NDArray[np.float32]:
    return unpacked(tensor) if tensor.dtype.names else np.array(tensor, dtype=np.float32)


if __name__ == "__main__":
    main()
