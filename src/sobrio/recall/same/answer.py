"""Is the answer kept for one question right for another?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import default_encoder
from sobrio.recall.same.bound import threshold
from sobrio.terms.ports import Encoder


@dataclass(frozen=True, slots=True)
class SameAnswer:
    """A calibrated probability for pairs of texts; `fingerprint` changes whenever the scores would."""

    encoder: Encoder

    @staticmethod
    @cache
    def default() -> SameAnswer:
        """With the encoder that ships."""
        return SameAnswer(default_encoder())

    @property
    def fingerprint(self) -> str:
        return f"same-0-{self.encoder.fingerprint}"

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """P(the answer kept for b is right for a) per pair (a, b), shape (len(pairs),)."""
        left, right = self.encoder.encode([a for a, _ in pairs]), self.encoder.encode([b for _, b in pairs])
        likeness = np.einsum("ij,ij->i", left, right).astype(float)
        scores: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-20.0 * (likeness - 0.9)))
        return scores

    def threshold(
        self, *, max_false_hit_rate: float = 0.01, labels: Sequence[tuple[tuple[str, str], bool]]
    ) -> float | None:
        """The loosest score at which at most `max_false_hit_rate` of this stream's hits are wrong.

        `labels` is a sample of the stream's would-be hits with whether the kept answer was right. The
        promise holds with 95 % confidence; `None` means that the labels are too few for it (299 right
        ones for 1 %, 59 for 5 %) or too often wrong. Thresholds do not carry over to other streams.
        """
        scores = self.score([pair for pair, _ in labels])
        return threshold(scores.tolist(), [right for _, right in labels], max_false_hit_rate)
