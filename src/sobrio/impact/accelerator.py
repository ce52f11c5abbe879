"""Energy per output token at the accelerators: a roofline in joules blended with a log-linear form.

One decoding step of a batch B on n accelerators costs

    overhead(depth, active, n) · (B/32)^o + weights read + B · (arithmetic + key-value cache read)   [J]

and each of its B tokens a B-th of it; measured runs also pay for reading the prompt. Every term is positive,
so the roofline falls with the batch and rises with the size, outside the measured range too. The log-linear
form knows the same facts and errs elsewhere; their geometric mean errs least on networks neither has seen.
`benchmarks/impact/fit.py` fits both on ML.ENERGY v3 runs; `docs/method.md` has the errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sobrio.impact.depth import depth
from sobrio.impact.shipped import shipped

Array: TypeAlias = NDArray[np.float64]

MEMORY_GB: Final = {"H100": 80.0, "H200": 141.0, "B200": 180.0, "A100": 80.0}


TURNING: Final = (1.0, 1024.0)
"""Batches between which the square of the log-linear form keeps falling; beyond, the roofline decides."""


@dataclass(frozen=True, slots=True)
class Roofline:
    """Logarithms of joules and exponents. `b200_*` are differences from an H100."""

    overhead: float
    overhead_depth: float
    overhead_active: float
    overhead_count: float
    overhead_batch: float
    overhead_moe: float
    overhead_moe_fp8: float
    read: float
    read_moe: float
    compute: float
    compute_active: float
    compute_bits: float
    compute_moe: float
    cache: float
    cache_length: float
    prompt: float
    b200_overhead: float
    b200_read: float
    b200_compute: float
    b200_cache: float


@dataclass(frozen=True, slots=True)
class Fit:
    """What `benchmarks/impact/fit.py` writes."""

    roofline: Roofline
    log_linear: list[float]
    residual_sd: float
    """Standard deviation of ln(measured / predicted) on networks left out of the fit."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Deployments to price, as arrays that broadcast."""

    total_b: Array
    active_b: Array
    bits: Array
    gpu: NDArray[np.str_]
    count: Array
    batch: Array
    output_tokens: Array
    layers: Array

    @classmethod
    def of(
        cls,
        *,
        total_b: ArrayLike,
        active_b: ArrayLike,
        bits: ArrayLike,
        gpu: ArrayLike,
        count: ArrayLike,
        batch: ArrayLike,
        output_tokens: ArrayLike,
    ) -> Runs:
        """With the depth that networks of these sizes have."""
        numbers = (total_b, active_b, bits, count, batch, output_tokens)
        total, active, weight, number, size, tokens = (np.asarray(each, float) for each in numbers)
        return cls(total, active, weight, np.asarray(gpu), number, size, tokens, depth(total, active))

    @property
    def moe(self) -> NDArray[np.bool_]:
        return self.active_b < 0.9 * self.total_b

    @property
    def b200(self) -> NDArray[np.bool_]:
        return np.asarray(self.gpu == "B200")


@cache
def fit() -> Fit:
    """The shipped fit."""
    return shipped("accelerator.json", Fit)


def roofline(k: Roofline, runs: Runs) -> tuple[Array, Array]:
    """Joules per output token of decoding, and of reading the prompt per output token."""
    active = np.log(runs.active_b / 10)
    overhead = np.exp(
        k.overhead
        + k.overhead_depth * np.log(runs.layers / 40)
        + k.overhead_active * active
        + k.overhead_count * np.log(runs.count)
        + k.overhead_batch * np.log(runs.batch / 32)
        + k.overhead_moe * runs.moe
        + k.overhead_moe_fp8 * (runs.moe & (runs.bits == 8))
        + k.b200_overhead * runs.b200
    )
    read = np.exp(k.read + k.read_moe * runs.moe + k.b200_read * runs.b200) * weights_read_gb(runs)
    compute = np.exp(
        k.compute
        + k.compute_active * active
        + k.compute_bits * np.log(runs.bits / 16)
        + k.compute_moe * runs.moe
        + k.b200_compute * runs.b200
    )
    cached = np.exp(
        k.cache + k.cache_length * np.log(runs.output_tokens / 1000) + k.b200_cache * runs.b200
    ) * (runs.layers / 40)
    prompt = compute * np.exp(k.prompt) * 1000 / runs.output_tokens
    return np.asarray((overhead + read) / runs.batch + compute + cached), np.asarray(prompt)


def weights_read_gb(runs: Runs) -> Array:
    """Gigabytes of weights one step reads: a larger batch wakes more of the experts."""
    sparsity = np.minimum(runs.active_b / runs.total_b, 1)
    return np.asarray(runs.total_b * runs.bits / 8 * (1 - (1 - sparsity) ** runs.batch))


def log_linear_terms(runs: Runs) -> Array:
    """The columns of the log-linear form, centred on a common deployment; shape (..., columns)."""
    depth_, active = np.log(runs.layers / 50), np.log(runs.active_b / 20)
    sparse = np.log(runs.total_b / 50) - np.log(runs.active_b / 50)
    batch = np.log(np.clip(runs.batch, *TURNING) / 64)
    length = np.log(runs.output_tokens / 800)
    count, bits = np.log(runs.count), np.log(runs.bits / 16)
    columns = (
        np.ones_like(batch), depth_, active, sparse, runs.moe, bits, batch, batch**2,
        batch * np.maximum(active, np.log(3 / 20)),
        batch * runs.b200, runs.b200, count, length, length * batch, batch * sparse,
        runs.moe & (runs.bits == 8), batch * count,
    )  # fmt: skip
    return np.stack(np.broadcast_arrays(*(np.asarray(each, float) for each in columns)), axis=-1)


def energy_per_output_token(fitted: Fit, runs: Runs, *, prompt: bool = True) -> Array:
    """Joules per output token, all accelerators together.

    `prompt` includes reading a prompt of ordinary length, as the measured runs do; without it the
    figure is that of decoding alone.
    """
    decoding, reading = roofline(fitted.roofline, runs)
    both = decoding + reading
    blended = np.sqrt(both * np.exp(log_linear_terms(runs) @ np.asarray(fitted.log_linear)))
    return np.asarray(blended * _unmeasured(runs.gpu) * (1 if prompt else decoding / both))


def gpus_needed(total_b: ArrayLike, bits: ArrayLike, gpu: ArrayLike) -> Array:
    """The smallest power of two of accelerators whose memory holds the weights and a fifth more."""
    names = np.asarray(gpu)
    memory = np.select([names == name for name in MEMORY_GB], list(MEMORY_GB.values()))
    need = 1.2 * np.asarray(total_b, float) * np.asarray(bits, float) / 8 / memory
    return np.asarray(2.0 ** np.ceil(np.log2(np.maximum(need, 1))))


def _unmeasured(gpu: NDArray[np.str_]) -> Array:
    """Energy over an H100's of accelerators that the runs lack: from data-sheet W, TB/s and TFLOP/s."""
    return np.asarray(np.select([gpu == "A100", gpu == "H200"], [1.35, 0.9], 1.0))
