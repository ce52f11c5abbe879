"""Stratified draws: every vector holds evenly spaced quantiles in a shuffled order.

The shuffle depends on the seed and on a key alone, so the same network, provider or zone draws the
same vector in every estimate: that is what lets two sides of a comparison share their scenarios.
Medians and tails are exact by construction, not up to sampling noise.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]
Spread: TypeAlias = tuple[float, float]
"""P5 and P95."""
Skewed: TypeAlias = tuple[float, float, float]
"""P5, P50 and P95."""

Z95: Final = 1.6448536269514722
"""P95 of a standard normal."""


class Draws(Protocol):
    """Where an estimate's vectors come from; all have the length `count`."""

    @property
    def count(self) -> int: ...

    def uniform(self, key: str) -> Vector: ...

    def normal(self, key: str) -> Vector: ...


class Levels:
    """Three scenarios, low, central and high, for a method that knows ranges and no distribution."""

    count = 3

    def uniform(self, key: str) -> Vector:  # noqa: ARG002 every key has the same three levels
        return np.array([0.05, 0.5, 0.95])

    def normal(self, key: str) -> Vector:  # noqa: ARG002
        return np.array([-Z95, 0.0, Z95])


@lru_cache(maxsize=4096)
def uniforms(count: int, seed: int, key: str) -> Vector:
    """Quantiles (i + 1/2) / count in the order that `seed` and `key` fix; shape (count,), read-only."""
    order = np.random.default_rng([seed, zlib.crc32(key.encode())]).permutation(count)
    vector = (order + 0.5) / count
    vector.flags.writeable = False
    return vector


@lru_cache(maxsize=4096)
def normals(count: int, seed: int, key: str) -> Vector:
    """Standard normal quantiles in the order of `uniforms`; shape (count,), read-only."""
    vector = _normal_table(count)[np.floor(uniforms(count, seed, key) * count).astype(np.intp)]
    vector.flags.writeable = False
    return vector


@lru_cache(maxsize=8)
def _normal_table(count: int) -> Vector:
    from statistics import NormalDist

    inverse = NormalDist().inv_cdf
    return np.array([inverse((i + 0.5) / count) for i in range(count)])


def lognormal(z: Vector, spread: Spread | Skewed) -> Vector:
    """Standard normals `z` as a lognormal; given P50 too, with a spread of its own on either side."""
    low, high = spread[0], spread[-1]
    middle = spread[1] if len(spread) == 3 else np.sqrt(low * high)
    below, above = np.log(middle / low) / Z95, np.log(high / middle) / Z95
    return np.asarray(middle * np.exp(np.where(z < 0, below, above) * z))
