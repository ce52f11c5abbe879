"""Any sentence-transformers model. Needs torch, which is why it is never the default."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sobrio.encode.door import imported, well_formed
from sobrio.errors import InputError


@dataclass(frozen=True, slots=True)
class SentenceTransformersEncoder:
    fingerprint: str
    model: Any

    @classmethod
    def load(cls, where: str) -> SentenceTransformersEncoder:
        """`where` is a folder, or a name that the hub or its local cache knows.

        Raises `InputError` when the extra or the model is missing.
        """
        library = imported("sentence_transformers", "sentence-transformers")
        try:
            model = library.SentenceTransformer(where, device="cpu")
        except (OSError, ValueError) as error:
            raise InputError(
                f"'{where}' is not a sentence-transformers model that can be read from here "
                f"({str(error).splitlines()[0]}); give the folder of a saved one"
            ) from None
        return cls(f"sentence-transformers-{_digest(model)}", model)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimensions); an empty text is a row of zeros."""
        if not texts:
            return self.encode(["a"])[:0]
        rows = self.model.encode(
            [*map(well_formed, texts)], normalize_embeddings=True, show_progress_bar=False
        )
        said = np.array([bool(text.strip()) for text in texts])
        return np.asarray(np.where(said[:, None], rows, 0.0), np.float32)


def _digest(model: Any) -> str:
    """Of the modules and of every weight."""
    digest = hashlib.sha256(repr(model).encode())
    for name, weight in model.state_dict().items():
        digest.update(name.encode())
        digest.update(weight.detach().cpu().float().numpy().tobytes())
    return digest.hexdigest()[:12]
