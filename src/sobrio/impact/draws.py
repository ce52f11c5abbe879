"""Stratified draws: every vector holds evenly spaced quantiles in a shuffled order.

The shuffle depends on the seed and on a key alone, so the same network, provider or zone draws the
same vector in every estimate: that is what lets two sides of a comparison share their scenarios.
Medians and tails are exact by construction, not up to sampling noise.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]

Z95 = NormalDist().inv_cdf(0.95)


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
    table = _normal_table(count)
    vector = table[np.floor(uniforms(count, seed, key) * count).astype(np.intp)]
    vector.flags.writeable = False
    return vector


@lru_cache(maxsize=8)
def _normal_table(count: int) -> Vector:
    inverse = NormalDist().inv_cdf
    return np.array([inverse((i + 0.5) / count) for i in range(count)])


def between(z: Vector, low: float, high: float) -> Vector:
    """Lognormal with P5 = `low` and P95 = `high`, from standard normals `z`."""
    middle = np.log(low * high) / 2
    spread = np.log(high / low) / (2 * Z95)
    return np.asarray(np.exp(middle + spread * z))


def around(z: Vector, low: float, central: float, high: float) -> Vector:
    """Two-piece lognormal with P5 = `low`, P50 = `central` and P95 = `high`."""
    below, above = np.log(central / low) / Z95, np.log(high / central) / Z95
    return np.asarray(central * np.exp(np.where(z < 0, below, above) * z))
