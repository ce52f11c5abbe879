"""Vectors as kept: one signed byte per dimension, which costs a cosine less than 0.01."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

_LARGEST: Final = 127

Bytes = NDArray[np.int8]


def quantised(row: NDArray[np.float32]) -> bytes:
    """A row of any length, scaled to its largest component; a row of zeros stays one."""
    largest = float(np.abs(row).max(initial=0.0))
    scaled: Bytes = np.rint(row * (_LARGEST / (largest or 1.0))).astype(np.int8)
    return scaled.tobytes()


def rows_of(vectors: Sequence[bytes]) -> Bytes:
    """Shape (len(vectors), dimensions)."""
    return np.frombuffer(b"".join(vectors), np.int8).reshape(len(vectors), -1)


def cosines(rows: Bytes, vector: Bytes) -> NDArray[np.float32]:
    """Of each row with `vector`; 0 for a row of zeros."""
    floats, other = rows.astype(np.float32), vector.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", floats, floats) * (other @ other))
    likeness: NDArray[np.float32] = (floats @ other) / np.maximum(lengths, 1e-9)
    return likeness
