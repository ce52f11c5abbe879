"""Labelled prompts by likeness: which of them a prompt is near to, by the n-grams they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import Sparse, default_encoder
from sobrio.understand.outcomes import Outcomes
from sobrio.understand.views import Floats, Singles

_MOST: Final = 512
"""Labelled prompts looked through: more, and a request would wait for its explanation."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """Some labelled prompts, evenly spread among all of them."""

    names: tuple[str, ...]
    scores: Floats
    """Shape (prompts, models)."""
    numbers: NDArray[np.intp]
    """Of each prompt among all distinct labelled ones, in the order they came, from 1."""
    table: Singles
    """Their n-gram vectors, shape (n-gram buckets, prompts)."""

    def nearest(self, asked: Sparse, count: int) -> list[tuple[int, float]]:
        """(row, cosine of the n-gram vectors), the most alike first."""
        alike = asked.values @ self.table.take(asked.places, axis=0)
        best = np.argsort(-alike, kind="stable")[:count].tolist()
        return [(row, float(alike[row])) for row in best]


def nearby(known: Outcomes, numbers: NDArray[np.intp]) -> Nearby:
    """Of the prompts that have a score; `numbers`, shape (prompts,), are what they are called by."""
    scored = np.flatnonzero(np.isfinite(known.scores).any(axis=1))
    chosen = scored[np.unique(np.linspace(0, len(scored) - 1, min(len(scored), _MOST)).astype(np.intp))]
    table = np.zeros((default_encoder().dimensions, len(chosen)), np.float32)
    for column, row in enumerate(chosen):
        hashed = known.prompts.hashed[row]
        table[hashed.places, column] = hashed.values
    return Nearby(known.names, known.scores[chosen], numbers[chosen], table)
