"""An encoder that costs next to nothing: a vector of its own for every text, drawn from the text's hash."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from assistant.indexing.encoder import QuestionVectors, Vectors


class HashedEncoder:
    """Unit vectors that say nothing of meaning; for what is measured or broken around the encoder."""

    name = "hashed"

    def __init__(self, dimension: int = 16) -> None:
        self.dimension = dimension

    def encode_question(self, text: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
        vector = np.random.default_rng(seed).standard_normal(self.dimension, dtype=np.float32)
        return np.asarray(vector / np.linalg.norm(vector))

    def encode_adapted(self, text: str) -> QuestionVectors:
        return QuestionVectors(self.encode_question(text), None)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return np.array([self.encode_question(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self.encode_questions(texts)
