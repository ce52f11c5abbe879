"""Profile: what one token of one deployment costs in every scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sobrio.terms.model import Evidence

ROWS: Final = (
    "energy", "ghg_use", "ghg_embodied", "water_site", "water_offsite",
    "adpe_use", "adpe_embodied", "primary_use", "primary_embodied",
)  # fmt: skip
"""Rows of every totals matrix: Wh, g CO2e, mL, mg Sb eq, MJ."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One deployment in every scenario; everything is linear in tokens."""

    wh_per_output: NDArray[np.float64]
    """Facility Wh per output token, shape (K,)."""
    wh_per_input: NDArray[np.float64]
    wh_per_cached: NDArray[np.float64]
    wh_per_request: NDArray[np.float64]
    per_wh: NDArray[np.float64]
    """What one facility Wh brings with it, shape (len(ROWS), K)."""
    evidence: Evidence
    caveats: tuple[str, ...] = ()

    def energy(
        self, output_tokens: ArrayLike, input_tokens: ArrayLike, cached_tokens: ArrayLike, requests: ArrayLike
    ) -> NDArray[np.float64]:
        """Facility Wh, shape (K,), or (K, n) for tokens of shape (n,). `input_tokens` includes the cached."""
        fresh = np.subtract(input_tokens, cached_tokens)
        counts = np.broadcast_arrays(output_tokens, fresh, cached_tokens, requests)
        rates = (self.wh_per_output, self.wh_per_input, self.wh_per_cached, self.wh_per_request)
        return np.asarray(sum(map(np.multiply.outer, rates, counts)))
