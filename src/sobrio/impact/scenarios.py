"""Scenarios: what nobody tells us about a deployment, drawn once and shared by everything compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sobrio.impact import accelerator
from sobrio.impact.draws import Vector, normals, uniforms
from sobrio.terms.model import Hardware

BATCH = (16.0, 512.0)
"""P0 and P100 of an unknown batch, log-uniform."""

BITS = ((16.0, 0.35), (8.0, 0.5), (4.25, 0.15))
"""Unknown weight precision and how often it is met: an assumption."""

GPU_SHARES = (0.6, 0.25, 0.15)
"""Unknown accelerator, shares of `accelerator.GPUS`: an assumption."""

FITTED_B = (3.0, 405.0)


@dataclass(frozen=True, slots=True)
class Scenarios:
    """`count` deployments drawn with `seed`; the same two numbers always give the same scenarios."""

    count: int
    seed: int

    @classmethod
    def draw(cls, count: int = 2000, seed: int = 0) -> Scenarios:
        return cls(count, seed)

    def uniform(self, key: str) -> Vector:
        return uniforms(self.count, self.seed, key)

    def normal(self, key: str) -> Vector:
        return normals(self.count, self.seed, key)

    def batch(self) -> Vector:
        low, high = BATCH
        return np.asarray(low * (high / low) ** self.uniform("batch"))

    def bits(self) -> Vector:
        values, shares = zip(*BITS, strict=True)
        return np.asarray(values)[np.searchsorted(np.cumsum(shares)[:-1], self.uniform("bits"))]

    def gpu(self) -> NDArray[np.intp]:
        return np.searchsorted(np.cumsum(GPU_SHARES)[:-1], self.uniform("gpu"))

    def accelerator_energy(
        self,
        *,
        total_params_b: ArrayLike,
        active_params_b: ArrayLike,
        architecture: Literal["dense", "moe"] | ArrayLike = "dense",
        weight_bits: ArrayLike | None = None,
        gpu: str | ArrayLike | None = None,
        batch: ArrayLike | None = None,
        gpu_count: ArrayLike | None = None,
        output_tokens: ArrayLike = 500,
    ) -> NDArray[np.float64]:
        """Joules per output token at the accelerators, shape (count, n).

        `None` is unknown: it is drawn, and shared by all n within a scenario.
        """
        total, active, out = np.broadcast_arrays(
            *(
                np.atleast_1d(np.asarray(each, float))
                for each in (total_params_b, active_params_b, output_tokens)
            )
        )
        active = np.where(np.asarray(architecture) == "dense", total, active)
        kind = self.gpu()[:, None] if gpu is None else _gpu_index(gpu)
        bits = self.bits()[:, None] if weight_bits is None else np.asarray(weight_bits, float)
        size = self.batch()[:, None] if batch is None else np.asarray(batch, float)
        number = accelerator.gpus_needed(total, bits, kind) if gpu_count is None else gpu_count
        central = accelerator.energy_per_output_token(total, active, bits, kind, number, size, out)
        residual = np.stack([self.residual(t, a) for t, a in np.broadcast(total, active)], axis=1)
        return np.asarray(central * np.exp(residual))

    def joules_per_output_token(
        self,
        total_b: Vector,
        active_b: Vector,
        *,
        network: str,
        hardware: Hardware,
        weight_bits: float | None,
        output_tokens: float,
    ) -> Vector:
        """Joules per output token of one deployment whose size may itself be drawn; shape (count,)."""
        bits = self.bits() if weight_bits is None else np.full(self.count, float(weight_bits))
        gpu = self.gpu() if hardware.gpu is None else np.repeat(_gpu_index(hardware.gpu), self.count)
        batch = self.batch() if hardware.batch is None else hardware.batch
        number = hardware.gpu_count or accelerator.gpus_needed(total_b, bits, gpu)
        central = accelerator.energy_per_output_token(
            total_b, active_b, bits, gpu, number, batch, output_tokens
        )
        residual = self.residual(float(np.median(total_b)), float(np.median(active_b)), network)
        return np.asarray(central * np.exp(residual))

    def residual(self, total_b: float, active_b: float, network: str = "") -> Vector:
        """What the fit does not know of one network, in ln; the same vector for the same network."""
        k = accelerator.coefficients()
        inside = FITTED_B[0] <= total_b <= FITTED_B[1]
        spread = k.residual_sd if inside else k.residual_sd_outside
        return spread * self.normal(f"network {total_b:g}/{active_b:g} {network}")


def _gpu_index(gpu: str | ArrayLike) -> NDArray[np.intp]:
    names = np.atleast_1d(np.asarray(gpu))
    return np.array([accelerator.GPUS.index(str(name)) for name in names], dtype=np.intp)
