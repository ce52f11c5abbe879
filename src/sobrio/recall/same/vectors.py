"""Unit vectors of single words, remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.terms.ports import Encoder

_MOST: Final = 20_000
"""Words kept; at 256 dimensions about 20 MB."""


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
