"""An encoder that gives again the vectors that an index holds: the same corpus in another store, at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.corpus.corpus import Corpus
from assistant.indexing.encoder import Encoder, QuestionVectors, Vectors, open_encoder
from assistant.indexing.passages import passage_text
from assistant.settings import read_settings
from assistant.stores.store import Store


class Replay:
    """The encoder of an index, which encodes only what the index does not hold."""

    def __init__(self, store: Store, corpus: Corpus) -> None:
        self._encoder: Encoder = open_encoder(store.manifest.model, read_settings())
        self.name, self.dimension = self._encoder.name, self._encoder.dimension
        self._passages = {
            passage_text(sheet, passage): vector
            for sheet in corpus.sheets
            for passage, vector in store.encoded(sheet.id)
        }
        examples, vectors = store.examples()
        self._questions = dict(zip((example.text for example in examples), vectors, strict=True))

    def encode_question(self, text: str) -> Vectors:
        return self._encoder.encode_question(text)

    def encode_adapted(self, text: str) -> QuestionVectors:
        return self._encoder.encode_adapted(text)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return self._given(
            texts, self._questions, self._encoder.encode_questions(self._lacking(texts, self._questions))
        )

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._given(texts, self._passages, self._encoder.encode_passages(self._lacking(texts, self._passages)))

    def _lacking(self, texts: Sequence[str], held: dict[str, Vectors]) -> list[str]:
        return [text for text in texts if text not in held]

    def _given(self, texts: Sequence[str], held: dict[str, Vectors], encoded: Vectors) -> Vectors:
        others = iter(encoded)
        rows = [held[text] if text in held else next(others) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), dtype=np.float32)
