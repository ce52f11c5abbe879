"""Landmarks: where the training prompts lie, so that a prompt far from all of them can be recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_COUNT: Final = 64
_ROUNDS: Final = 8
_QUANTILES: Final = np.linspace(0.01, 0.4, 40)


@dataclass(frozen=True, slots=True)
class Landmarks:
    centres: NDArray[np.float32]
    """Shape (encoder dimensions, landmarks), unit columns."""
    usual: NDArray[np.float32]
    """Training prompts' likeness to their nearest landmark: its quantiles from 1 to 40 %, in steps of 1 %."""


def kinds_of(
    centres: NDArray[np.float32], hashed: Any, kinds: Sequence[str]
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """(the kind of most prompts around each landmark, their share); `hashed` and `kinds` are the prompts'."""
    names, codes = np.unique(np.asarray(kinds), return_inverse=True)
    nearest = np.asarray(hashed @ centres).argmax(axis=1)
    counts = np.zeros((centres.shape[1], len(names)))
    np.add.at(counts, (nearest, codes), 1.0)
    shares = counts.max(axis=1) / np.maximum(counts.sum(axis=1), 1.0)
    return tuple(names[counts.argmax(axis=1)].tolist()), shares.astype(np.float32)


def landmarks_of(hashed: Any) -> Landmarks:
    """Spherical k-means over a CSR matrix of unit rows, from evenly spread rows: no random draw."""
    centres = hashed[np.linspace(0, hashed.shape[0] - 1, _COUNT).astype(int)].toarray()
    for _ in range(_ROUNDS):
        nearest = np.asarray(hashed @ centres.T).argmax(axis=1)
        for place in range(_COUNT):
            members = hashed[nearest == place]
            if members.shape[0]:
                total = np.asarray(members.sum(axis=0)).ravel()
                centres[place] = total / np.linalg.norm(total)
    likeness = np.asarray(hashed @ centres.T).max(axis=1)
    # A prompt reads a few hundred rows: they must lie one after the other.
    columns = np.ascontiguousarray(centres.T, np.float32)
    return Landmarks(columns, np.quantile(likeness, _QUANTILES).astype(np.float32))
