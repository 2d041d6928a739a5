"""Sections that a question asks for in words that no wording of ``questions.yaml`` knows.

One logistic regression a role over the question's vector, from the encoder that searches with it: « quelles
équipes avouent être débordées ? » asks for limits. It belongs to one model, is learnt from ``sections.yaml``
by ``benchmarks/fit_sections.py``, and does without other models.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.arrays import load_arrays
from assistant.indexing.alignment import unit
from assistant.indexing.encoder import Vectors
from assistant.values import Role

SURE = 0.5  # a probability: below, the question is taken for a need


@dataclass(frozen=True, slots=True, eq=False)
class Sections:
    """``mean`` is that of the encoder's vectors of questions, shape (dimension,); ``weights`` has a row a role
    of ``roles`` and a column a dimension, then one for what always holds.
    """

    roles: tuple[Role, ...]
    mean: Vectors
    weights: Vectors

    def likely(self, vector: Vectors) -> dict[Role, float]:
        """How likely a question asks for each section, 0 to 1; ``vector`` is the encoder's, shape (dimension,)."""
        scores = self.weights[:, -1] + self.weights[:, :-1] @ unit(vector - self.mean)
        return dict(zip(self.roles, (1 / (1 + np.exp(-scores))).tolist(), strict=True))

    def asked(self, vector: Vectors) -> tuple[Role, ...]:
        """The sections that a question asks for, the likeliest first; most questions ask for none."""
        likely = self.likely(vector)
        return tuple(sorted((role for role in likely if likely[role] >= SURE), key=lambda role: -likely[role]))


def load_sections(path: Path, model: str) -> Sections | None:
    """What a data folder has learnt; None when there is nothing for this model.

    Raises:
        SchemaError: the file cannot be read.
    """
    return load_arrays(path, model, _sections)


def _sections(file: Any) -> Sections:
    roles = tuple(Role(name) for name in file["roles"].tolist())
    return Sections(roles, file["mean"].astype(np.float32), file["weights"].astype(np.float32))


def save_sections(path: Path, model: str, sections: Sections) -> None:
    """Write what was learnt, in half precision."""
    with path.open("wb") as file:
        np.savez(
            file,
            model=model,
            roles=np.array([role.value for role in sections.roles]),
            mean=sections.mean.astype(np.float16),
            weights=sections.weights.astype(np.float16),
        )
