"""Graphics cards and unified-memory machines at somebody's desk: what one token costs them at the plug.

A token costs what its share of the weights costs to read, and its arithmetic. Data sheets put 0.3 to 0.5 W
of board power to 1 GB/s (GeForce RTX 3060 to RTX 5090), Apple's processors less; half to nine tenths of that
bandwidth are reached, and the rest of the machine draws power beside the card.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sobrio.impact.draws import Draws, Spread, Vector, lognormal
from sobrio.impact.profile import Device

JOULES_PER_GB: Final[Spread] = (0.2, 1.5)
"""At the plug, per gigabyte of weights read."""
JOULES_PER_B: Final[Spread] = (0.01, 0.07)
"""At the plug, for the arithmetic of one token per billion active parameters: 0.1 to 0.4 TFLOP/J at best."""
BATCH: Final[Spread] = (1.0, 8.0)
"""Requests side by side where nobody says, log-uniform."""
BITS: Final[Spread] = (4.0, 16.0)
"""Weight precision where nobody says, log-uniform."""
CARD: Final = Device(
    watts=(60.0, 600.0),
    ghg_kg=(150.0, 600.0),  # a desktop computer and its card: an assumption
    adpe_mg=(1.0e4, 1.0e5),
    primary_mj=(2.0e3, 1.0e4),
    evaporates=False,
)


def wh_per_token(
    draws: Draws, total_b: Vector, active_b: Vector, *, batch: float | None, weight_bits: float | None
) -> tuple[Vector, Vector]:
    """Wh of one token written, and of one read, at the plug; shape (count,)."""
    together = _within(draws, BATCH, "batch") if batch is None else batch
    bits = _within(draws, BITS, "bits") if weight_bits is None else weight_bits
    woken = 1 - (1 - np.minimum(active_b / total_b, 1)) ** together
    reading = lognormal(draws.normal("consumer reading"), JOULES_PER_GB) * total_b * bits / 8 * woken
    arithmetic = lognormal(draws.normal("consumer arithmetic"), JOULES_PER_B) * active_b
    return (reading / together + arithmetic) / 3600, arithmetic / 3600


def _within(draws: Draws, ends: Spread, key: str) -> Vector:
    low, high = ends
    return np.asarray(low * (high / low) ** draws.uniform(key))
