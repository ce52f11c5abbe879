"""Unit vectors of words and of whole questions, remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.recall.same.reading import MAX_WORDS
from sobrio.recall.vector import quantised
from sobrio.terms.ports import Encoder

_MOST: Final = 20_000
"""Words kept; at 256 dimensions about 20 MB."""
_MOST_TEXTS: Final = 10_000
"""Questions kept; at 384 bytes about 5 MB."""


class WordVectors:
    """The vectors of an encoder, word by word. Threads may share it: at worst a word is encoded twice."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: dict[str, NDArray[np.float32]] = {}
        self._none = encoder.encode([""])[:0]

    def __call__(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(words), dimensions)."""
        kept = self._kept
        new = [word for word in dict.fromkeys(words) if word not in kept]
        if new:
            if len(kept) > _MOST:
                kept = self._kept = {}
                new = list(dict.fromkeys(words))
            kept.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([kept[word] for word in words]) if words else self._none


class Sentences:
    """Whole questions by an encoder, one byte a dimension; the latest are remembered."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.fingerprint = encoder.fingerprint
        self.read: Callable[[str], bytes] = lru_cache(_MOST_TEXTS)(self._read)

    def _read(self, text: str) -> bytes:
        """The vector of the first words of a text: the same, whether it was kept or is made now."""
        first = " ".join(text.split(maxsplit=MAX_WORDS)[:MAX_WORDS])
        return quantised(self.encoder.encode([first])[0])


def likeness(one: bytes, other: bytes) -> float:
    """Cosine of two readings; 0 where one is of an empty text."""
    a, b = (np.frombuffer(each, np.int8).astype(np.float32) for each in (one, other))
    return float(a @ b) / max(float(np.sqrt((a @ a) * (b @ b))), 1e-9)
