"""Rho: how much longer or shorter the reference model would have answered than the routed one did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sobrio.impact.draws import Draws, Vector, lognormal
from sobrio.terms.activity import Activity
from sobrio.terms.model import Model

SAME_FAMILY: Final = 0.15
OTHER_FAMILY: Final = 0.5
REASONING: Final = 0.8
"""Standard deviations of ln rho before anything was measured; size does not predict verbosity."""


@dataclass(frozen=True, slots=True)
class LengthRatio:
    """Rho measured on hold-out or shadow pairs of a route: P5, P50 and P95."""

    low: float
    central: float
    high: float


def routed_model(realised: Sequence[Activity]) -> Model | None:
    """The model whose answer was delivered; `None` for a cached answer."""
    delivered = (each.model for each in reversed(realised) if each.role in ("answer", "retry", "escalation"))
    return next(delivered, None)


def spread(routed: Model | None, reference: Model) -> float:
    """Prior standard deviation of ln rho; a model answers as long as itself."""
    if routed is None:
        return REASONING if reference.reasoning else OTHER_FAMILY
    if routed.name == reference.name:
        return 0.0
    if routed.reasoning or reference.reasoning:
        return REASONING
    return SAME_FAMILY if routed.family and routed.family == reference.family else OTHER_FAMILY


def rho(draws: Draws, routed: Model | None, reference: Model, measured: LengthRatio | None = None) -> Vector:
    """Drawn rho, shape (count,); one vector per pair of models, so that it does not average out."""
    z = draws.normal(f"rho {'' if routed is None else routed.name} {reference.name}")
    if measured is not None:
        return lognormal(z, (measured.low, measured.central, measured.high))
    return np.asarray(np.exp(spread(routed, reference) * z))
