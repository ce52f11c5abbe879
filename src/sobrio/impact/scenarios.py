"""Scenarios: what nobody tells us about a deployment, drawn once and shared by everything compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sobrio.errors import InputError
from sobrio.impact import accelerator
from sobrio.impact.draws import Vector, normals, uniforms
from sobrio.terms.accelerator import known
from sobrio.terms.model import Architecture

BATCH: Final = (9.0, 280.0)
"""Ends of an unknown batch, log-uniform; calibrated so that the interval covers unseen networks."""

BITS: Final = {16.0: 0.55, 8.0: 0.4, 4.25: 0.05}
"""Unknown weight precision and how often it is met: an assumption."""

GPUS: Final = {"H100": 0.6, "B200": 0.35, "A100": 0.05}
"""Unknown accelerator and how often it is met: an assumption."""

ACTIVE_SHARE: Final = (0.03, 0.3)
"""Ends of active over total parameters, log-uniform, of a mixture of experts of which one size is known: a
little beyond Kimi K2 (0.032) and Mixtral 8x7B (0.28)."""

FITTED_B: Final = (3.0, 405.0)
"""Total sizes that the measured runs stand for, billions of parameters."""

WIDER: Final = 1.5
"""Residual outside `FITTED_B`, or on an accelerator without runs, over the residual inside."""
MARGIN: Final = 2.0
"""How far outside, as a factor, before the residual has grown that much."""


@dataclass(frozen=True, slots=True)
class Scenarios:
    """`count` scenarios of `seed`; the same two numbers give the same scenarios on every machine."""

    count: int
    seed: int
    coefficients: accelerator.Fit = field(default_factory=accelerator.fit, repr=False)

    @classmethod
    def draw(cls, count: int = 2000, seed: int = 0) -> Scenarios:
        """Raises `InputError` unless there is at least one scenario and the seed is not negative."""
        if count < 1 or seed < 0:
            raise InputError(
                f"scenarios need a count of 1 or more and a seed of 0 or more, not {count}, {seed}"
            )
        return cls(count, seed)

    def uniform(self, key: str) -> Vector:
        """Evenly spaced quantiles in the order that `key` fixes; shape (count,)."""
        return uniforms(self.count, self.seed, key)

    def normal(self, key: str) -> Vector:
        """Standard normal quantiles in the order that `key` fixes; shape (count,)."""
        return normals(self.count, self.seed, key)

    def batch(self) -> Vector:
        low, high = BATCH
        return np.asarray(low * (high / low) ** self.uniform("batch"))

    def bits(self) -> Vector:
        return self._choice("bits", BITS)

    def gpu(self) -> NDArray[np.str_]:
        return self._choice("gpu", GPUS)

    def active_share(self, network: str = "") -> Vector:
        low, high = ACTIVE_SHARE
        return np.asarray(low * (high / low) ** self.uniform(f"active share {network}"))

    def residual(self, total_b: float, active_b: float, network: str = "", *, wider: bool = False) -> Vector:
        """What the fit does not know of one network, in ln; the same vector whenever it is asked."""
        spread = self.coefficients.residual_sd * max(_widening(total_b), WIDER if wider else 1)
        return spread * self.normal(f"network {total_b:.3g} {active_b:.3g} {network}")

    def accelerator_energy(
        self,
        *,
        total_params_b: ArrayLike,
        active_params_b: ArrayLike | None = None,
        architecture: ArrayLike = "dense",
        weight_bits: ArrayLike | None = None,
        gpu: ArrayLike | None = None,
        batch: ArrayLike | None = None,
        gpu_count: ArrayLike | None = None,
        output_tokens: ArrayLike = 500,
    ) -> NDArray[np.float64]:
        """Joules per output token at the accelerators, shape (count, n); arguments broadcast to (n,).

        `None` is unknown: it is drawn, and shared by all n within a scenario. `architecture` is `dense` or
        `moe`; all parameters of a dense network are active. Reading a prompt of ordinary length is in.
        Raises `InputError` for numbers that cannot be, shapes that do not fit, and an accelerator that
        nothing is known of.
        """
        numbers = (total_params_b, active_params_b, weight_bits, batch, gpu_count, output_tokens)
        if total_params_b is None:
            raise InputError("total_params_b must be known; a size that is unknown has no energy")
        _check(numbers, architecture, gpu)
        total = np.atleast_1d(np.asarray(total_params_b, float))
        sparse = np.asarray(architecture) == "moe"
        share = self.active_share()[:, None]
        known = total * np.median(share) if active_params_b is None else np.asarray(active_params_b, float)
        active = np.where(sparse, known, total)
        sizes = np.broadcast(total, active)
        residuals = {pair: self.residual(*pair) for pair in set(sizes)}
        sizes.reset()
        if active_params_b is None and np.any(sparse):
            active = np.where(sparse, total * share, active)
        joules = self._central(total, active, weight_bits, gpu, batch, gpu_count, output_tokens, prompt=True)
        return around(joules, np.stack([residuals[pair] for pair in sizes], axis=1))

    def decoding_energy(
        self,
        total_b: Vector,
        active_b: Vector,
        *,
        weight_bits: float | None,
        gpu: str | None,
        batch: float | None,
        gpu_count: int | None,
        output_tokens: float,
    ) -> Vector:
        """The same for one network whose sizes may be drawn, shape (count,): without reading the prompt, and
        as the fit has it, for `around` to add the residual."""
        joules = self._central(
            total_b[:, None],
            active_b[:, None],
            weight_bits,
            gpu,
            batch,
            gpu_count,
            output_tokens,
            prompt=False,
        )
        return np.asarray(joules[:, 0])

    def _central(
        self,
        total: Vector,
        active: Vector,
        bits: ArrayLike | None,
        gpu: ArrayLike | None,
        batch: ArrayLike | None,
        gpu_count: ArrayLike | None,
        output_tokens: ArrayLike,
        *,
        prompt: bool,
    ) -> NDArray[np.float64]:
        weight = self.bits()[:, None] if bits is None else bits
        kind = self.gpu()[:, None] if gpu is None else np.vectorize(_known)(gpu)
        runs = accelerator.Runs.of(
            total_b=total,
            active_b=active,
            bits=weight,
            gpu=kind,
            count=accelerator.gpus_needed(total, weight, kind) if gpu_count is None else gpu_count,
            batch=self.batch()[:, None] if batch is None else batch,
            output_tokens=output_tokens,
        )
        return accelerator.energy_per_output_token(self.coefficients, runs, prompt=prompt)

    def _choice(self, key: str, shares: dict[Any, float]) -> NDArray[Any]:
        edges = np.cumsum(list(shares.values()))[:-1]
        return np.array(list(shares))[np.searchsorted(edges, self.uniform(key))]


def around(central: Vector, residual: Vector) -> Vector:
    """`central` times the exponential of `residual`, which widens each column and leaves its median."""
    drawn = central * np.exp(residual)
    middle = np.median(np.broadcast_to(central, drawn.shape), axis=0)
    return np.asarray(drawn * (middle / np.median(drawn, axis=0)))


def _widening(total_b: float) -> float:
    """1 inside `FITTED_B`, growing to `WIDER` at `MARGIN` times outside."""
    low, high = FITTED_B
    outside = np.log(max(low / total_b, total_b / high, 1)) / np.log(MARGIN)
    return float(WIDER ** min(outside, 1))


def _known(gpu: object) -> str:
    found = known(str(gpu))
    if found is None:
        names = ", ".join(accelerator.MEMORY_GB)
        raise InputError(f"nothing is known of accelerator {str(gpu)!r}; use {names}, or None to draw one")
    return found


def _check(numbers: Sequence[ArrayLike | None], architecture: ArrayLike, gpu: ArrayLike | None) -> None:
    try:
        given = [np.asarray(each, float) for each in numbers if each is not None]
        words = [np.shape(each) for each in (architecture, gpu) if each is not None]
        shape = np.broadcast_shapes(*(each.shape for each in given), *words)
    except (TypeError, ValueError) as error:
        raise InputError(f"sizes, batches and counts must be numbers of one shape: {error}") from None
    if len(shape) > 1:
        raise InputError(f"sizes, batches and counts must be numbers or arrays of one axis, not {len(shape)}")
    if 0 in shape or not all(np.all(np.isfinite(each) & (each > 0)) for each in given):
        raise InputError(
            "sizes, bits, batches, counts and tokens must be finite and above 0; None is unknown"
        )
    if not np.all(np.isin(architecture, get_args(Architecture))):
        raise InputError(f"an architecture is dense or moe, not {architecture!r}")
