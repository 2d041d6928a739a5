"""The question engine: a prepared file, run by onnxruntime on one thread. Passages go through it as well.

The table of words, three quarters of the model, stays in the package's file, mapped: a text reads a few
dozen of its rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from assistant.indexing.encoder import QuestionVectors, Vectors
from assistant.indexing.packed import BLOCK, BLOCKS, unpacked
from assistant.indexing.question_file import file_name, read_facts, read_sections
from assistant.indexing.tokens import open_cutter

_QUESTION, _PASSAGE = "query: ", "passage: "
_ERRORS = 3


class QuestionEngine:
    """Text to its plain vector and, when the file holds an adapter, its adapted one. Safe from several threads."""

    def __init__(self, folder: Path, key: str, weights: Path, threads: int = 1) -> None:
        """Open a prepared file. Two threads are no faster than one: docs/encoders.md.

        Raises:
            OSError: there is none.
            ValueError, KeyError, RuntimeError: it is damaged.
        """
        path = folder / file_name(key)
        facts = read_facts(path, key)
        sections = read_sections(path, facts)
        self.dimension: int = facts["dimension"]
        self._cutter = open_cutter(sections)
        self._start, self._end = facts["start"], facts["end"]
        self._places: Vectors = np.frombuffer(sections["places"], np.float32).reshape(-1, self.dimension)
        rows = (facts["words"], self.dimension // BLOCK)
        self._words = np.memmap(weights, BLOCKS, "r", facts["offset"], rows)
        self._session = _session(bytes(sections["graph"]), folder, threads)

    def vectors(self, text: str) -> QuestionVectors:
        """The vectors of a question."""
        plain, *adapted = self._means(_QUESTION + text)
        return QuestionVectors(_unit(plain), _unit(adapted[0]) if adapted else None)

    def passage(self, text: str) -> Vectors:
        """The model's own unit vector of a passage, shape (dimension,)."""
        return _unit(self._means(_PASSAGE + text)[0])

    def _means(self, text: str) -> Vectors:
        """What each output of the graph gives a text, one row each.

        A text longer than the model reads is cut into windows; their means are weighed by their tokens.
        """
        ids = self._cutter.cut(text)
        step = len(self._places) - 2
        windows = [ids[start : start + step] for start in range(0, max(1, len(ids)), step)]
        means = [np.stack(self._session.run(None, {"embedded": self._embedded(ids)})) for ids in windows]
        total = sum(len(ids) * mean for ids, mean in zip(windows, means, strict=True))
        return np.asarray(total, dtype=np.float32).reshape(-1, self.dimension)

    def _embedded(self, ids: list[int]) -> Vectors:
        """Shape (1, tokens, dimension)."""
        rows = np.array([self._start, *ids, self._end])
        return (unpacked(self._words[rows]) + self._places[: len(rows)])[None]


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _session(graph: bytes, folder: Path, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # the graph is written with the fused operators already
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = _ERRORS
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library has a class of its own for each cause, all of them RuntimeError's kin
        raise ValueError(f"{type(error).__name__}: {error}") from error
