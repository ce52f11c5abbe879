"""Unit vectors of words and of whole questions, remembered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.recall.same.reading import MAX_WORDS
from sobrio.terms.ports import Encoder

_MOST: Final = 20_000
"""Words kept; at 256 dimensions about 20 MB."""
_MOST_TEXTS: Final = 10_000
"""Questions kept; at 384 dimensions about 15 MB."""


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


class Remembered:
    """An encoder of questions, for which one encoding takes milliseconds: the latest are kept."""

    def __init__(self, encoder: Encoder) -> None:
        self.fingerprint = encoder.fingerprint
        self._none = encoder.encode([])
        self._row = lru_cache(_MOST_TEXTS)(lambda text: encoder.encode([text])[0])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimensions), of the first words of each text."""
        rows = [self._row(" ".join(text.split(maxsplit=MAX_WORDS)[:MAX_WORDS])) for text in texts]
        return np.stack(rows) if rows else self._none
