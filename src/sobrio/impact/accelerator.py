"""Energy per output token at the accelerators: a roofline in joules, fitted on measured runs.

    E = (n^s · overhead + weights read + key-value cache read · B + arithmetic · B) / B      [J per token]

for one decoding step of batch B on n accelerators. Coefficients: `data/accelerator.json`, fitted by
`benchmarks/impact/fit.py` on ML.ENERGY v3 runs (Apache-2.0). Each term is positive, so energy per token
falls with the batch and rises with the size, also outside the measured range.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final, TypeAlias

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]

GPUS: Final = ("H100", "B200", "A100")
MEMORY_GB: Final = np.array([80.0, 180.0, 80.0])
"""Memory of each of `GPUS`; decides how many a model needs when nobody says."""


class Coefficients(msgspec.Struct, frozen=True):
    """Natural logarithms of joules, and exponents; arrays by `GPUS`."""

    method: str
    overhead: float
    overhead_active: float
    overhead_sparsity: float
    overhead_count: float
    read: float
    compute: float
    cache: float
    gpu_overhead: list[float]
    gpu_read: list[float]
    gpu_compute: list[float]
    gpu_cache: list[float]
    residual_sd: float
    residual_sd_outside: float


@cache
def coefficients() -> Coefficients:
    """The shipped fit."""
    text = files("sobrio.impact").joinpath("data/accelerator.json").read_bytes()
    return msgspec.json.decode(text, type=Coefficients)


def energy_per_output_token(
    total_b: ArrayLike,
    active_b: ArrayLike,
    bits: ArrayLike,
    gpu: NDArray[np.intp],
    gpu_count: ArrayLike,
    batch: ArrayLike,
    output_tokens: ArrayLike,
) -> Array:
    """Joules per output token, all accelerators together; arguments broadcast, `gpu` indexes `GPUS`."""
    k = coefficients()
    total, active = np.asarray(total_b, float), np.asarray(active_b, float)
    size = np.asarray(batch, float)
    overhead = np.exp(k.overhead + np.asarray(k.gpu_overhead)[gpu]) * (
        (active / 10) ** k.overhead_active * (total / active) ** k.overhead_sparsity
    )
    overhead = overhead * np.asarray(gpu_count, float) ** k.overhead_count
    touched = total * (1 - (1 - np.minimum(active / total, 1)) ** size)
    read = np.exp(k.read + np.asarray(k.gpu_read)[gpu]) * touched * np.asarray(bits, float) / 8
    compute = np.exp(k.compute + np.asarray(k.gpu_compute)[gpu]) * active
    context = np.asarray(output_tokens, float) / 1000
    cache_read = np.exp(k.cache + np.asarray(k.gpu_cache)[gpu]) * np.sqrt(active / 10) * context
    return np.asarray((overhead + read) / size + compute + cache_read)


def gpus_needed(total_b: ArrayLike, bits: ArrayLike, gpu: NDArray[np.intp]) -> Array:
    """The smallest power of two of accelerators whose memory holds the weights and a fifth more."""
    need = 1.2 * np.asarray(total_b, float) * np.asarray(bits, float) / 8 / MEMORY_GB[gpu]
    return np.asarray(2.0 ** np.ceil(np.log2(np.maximum(need, 1))))
