"""What the tests share: the real corpus, a tiny made-up one that holds every trap, a toy encoder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # before any import: no test may reach for the network

import numpy as np
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from assistant.answer import Assistant
from assistant.corpus.corpus import Corpus, input_hashes, read_corpus
from assistant.corpus.reader import Reading
from assistant.errors import AssistantError
from assistant.indexing.build import Build, build
from assistant.indexing.encoder import QuestionVectors
from assistant.indexing.manifest import read_manifest
from assistant.settings import Settings
from assistant.stores.local import LocalStore
from assistant.stores.local_draft import LocalDraft
from assistant.update import update_index
from benchmarks.postgres_server import Server, server

REPOSITORY = Path(__file__).resolve().parent.parent
TINY = Path(__file__).resolve().parent / "corpus"
EXPORT = "actions/reseau-imaginaire.txt"

hypothesis_settings.register_profile(
    "repository",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("repository")


class ToyEncoder:
    """Counts of four words and a constant, made unit: vectors that can be worked out by hand.

    « potager lecture potager » is (2, 1, 0, 0, 1) / √6. ``asked`` keeps every passage encoded.
    """

    name = "toy"
    words = ("potager", "lecture", "vélo", "cuisine")
    dimension = 5

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_question(self, text: str) -> np.ndarray:
        counts = [text.lower().count(word) for word in self.words]
        vector = np.array([*counts, 1], dtype=np.float32)
        return vector / np.linalg.norm(vector)

    def encode_adapted(self, text: str) -> QuestionVectors:
        return QuestionVectors(self.encode_question(text), None)

    def encode_questions(self, texts: Sequence[str]) -> np.ndarray:
        vectors = [self.encode_question(text) for text in texts]
        return np.array(vectors, dtype=np.float32).reshape(len(texts), self.dimension)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return self.encode_questions(texts)


@pytest.fixture
def toy_encoder() -> ToyEncoder:
    return ToyEncoder()


def _in_step(settings: Settings) -> bool:
    try:
        return read_manifest(settings.index).inputs == input_hashes(settings.data)
    except AssistantError:
        return False


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The repository's data with its index; with one built now when the committed one is behind."""
    found = Settings(data=REPOSITORY / "data", index=REPOSITORY / "index")
    if not _in_step(found):
        found = replace(found, index=tmp_path_factory.mktemp("real") / "index")
        update_index(found, None, full=False, progress=lambda _done, _total: None)
    return found


@pytest.fixture(scope="session")
def assistant(settings: Settings) -> Assistant:
    return Assistant.open(settings)


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """The real corpus."""
    return read_corpus(REPOSITORY / "data")


@pytest.fixture(scope="session")
def reading(corpus: Corpus) -> Reading:
    """The real export: ``source-format`` names its lines."""
    return corpus.readings[0]


def _copy_tiny(folder: Path) -> Path:
    """The tiny corpus as a data folder, under the repository's own schema and settings."""
    shutil.copytree(TINY, folder)
    for path in (REPOSITORY / "data").iterdir():
        if path.is_file() and not (folder / path.name).exists():
            shutil.copy(path, folder)
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A data folder of five made-up sheets that hold every trap; free to change."""
    return _copy_tiny(tmp_path / "data")


@pytest.fixture
def change(tiny: Path) -> Callable[[str, str], None]:
    """``change(old, new)`` edits the tiny export."""

    def run(old: str, new: str) -> None:
        path = tiny / EXPORT
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return run


@pytest.fixture(scope="session")
def tiny_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny corpus indexed with the default model; not to be changed."""
    folder = tmp_path_factory.mktemp("tiny")
    found = Settings(data=_copy_tiny(folder / "data"), index=folder / "index")
    update_index(found, None, full=False, progress=lambda _done, _total: None)
    return found


@pytest.fixture(scope="session")
def tiny_assistant(tiny_settings: Settings) -> Assistant:
    return Assistant.open(tiny_settings)


@pytest.fixture
def toy_build(toy_encoder: ToyEncoder) -> Callable[..., Build]:
    """``toy_build(data, index)`` indexes a folder with the toy encoder."""

    def run(data: Path, index: Path, full: bool = False, encoder: ToyEncoder = toy_encoder) -> Build:
        draft = LocalDraft(index, full=full)
        return build(read_corpus(data), input_hashes(data), encoder, draft, lambda _done, _total: None)

    return run


@pytest.fixture
def toy_store(tiny: Path, tmp_path: Path, toy_build: Callable[..., Build]) -> LocalStore:
    """The tiny corpus, indexed with the toy encoder."""
    toy_build(tiny, tmp_path / "index")
    return LocalStore(tmp_path / "index")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server; its database « model » has the extension and nothing else."""
    with server({"fsync": "off"}) as running:
        running.sql("postgres", "CREATE DATABASE model")
        running.sql("model", "CREATE EXTENSION vector")
        yield running


@pytest.fixture(scope="session")
def new_database(postgres_server: Server) -> Callable[..., str]:
    """``new_database()`` makes a database; its address."""
    numbers = count(1)

    def run(template: str = "model") -> str:
        name = f"index_{next(numbers)}"
        postgres_server.sql("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        return postgres_server.address(name)

    return run


@pytest.fixture(scope="session")
def word_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder: one fixed vector a word of the tiny corpus, averaged."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase
    from tokenizers.pre_tokenizers import Whitespace

    words = Whitespace().pre_tokenize_str((TINY / "actions" / "reseau-imaginaire.txt").read_text("utf-8").lower())
    vocabulary = {"[UNK]": 0}
    for word, _ in words:
        vocabulary.setdefault(word, len(vocabulary))
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = Whitespace()
    weights = np.random.default_rng(7).normal(size=(len(vocabulary), 24)).astype(np.float32)
    folder = tmp_path_factory.mktemp("models") / "words"
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu").save(str(folder))
    return folder


@pytest.fixture(scope="session")
def run() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The real command line in a process of its own: ``run("ask", "…", settings=…, stdin=…)``."""

    def command(
        *arguments: str, settings: Settings | None = None, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        places = ["--data", str(settings.data), "--index", str(settings.index)] if settings else []
        program = [sys.executable, "-c", "from assistant.cli import main; main()", *arguments, *places]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
        return subprocess.run(
            program, capture_output=True, text=True, encoding="utf-8", timeout=120, env={**clean, **(environment or {})}
        )

    return command
