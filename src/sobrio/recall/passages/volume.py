"""Documents and passages on their way into the library, and out of it into an index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sobrio.recall.passages.near import Signature


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage on its way into the library; `vector` is of unit length, made by `encoder`."""

    id: str
    title: str
    text: str
    signature: Signature
    encoder: str
    vector: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Volume:
    """A document on its way into the library; `digest` is of its file's bytes."""

    name: str
    digest: bytes
    pieces: tuple[Piece, ...]
