"""The quality promise: an operating point whose loss against the reference is bounded with confidence.

    mean(reference score - served score) <= loss x mean(reference score), with probability `confidence`

Thresholds are tested from the safest to the boldest, each at the full level, and the first failure ends the
walk (fixed-sequence testing). Each test is a betting martingale, exact at every sample size for bounded
scores (Waudby-Smith and Ramdas, 2024, "Estimating means of bounded random variables by betting").
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sobrio.errors import InputError

_SHARES: Final = tuple(step / 20 for step in range(1, 21))
_MOST_BET: Final = 0.75
"""Of what could be staked without ever losing everything."""
_PRIOR_VARIANCE: Final = 0.1
_SEED: Final = 0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Promise:
    """Serve the small model where the expected gain of the reference is at most `threshold`."""

    threshold: float
    small_share: float
    """Of the labelled traffic."""
    loss: float
    """Measured relative loss on the labels; the promise is the bound, not this."""
    labels: int


@dataclass(frozen=True, slots=True)
class TooFewLabels:
    """No threshold could be promised. `missing` is an estimate; `None` when more labels would not help."""

    labels: int
    missing: int | None

    def __str__(self) -> str:
        if self.missing is None:
            return "the small model loses more than promised even where it is expected to do best"
        return f"{self.labels} labels are too few for this promise; about {self.missing} more are needed"


def promise(
    expected_gain: ArrayLike,
    small: ArrayLike,
    reference: ArrayLike,
    *,
    loss: float = 0.05,
    confidence: float = 0.95,
) -> Promise | TooFewLabels:
    """The boldest threshold that can be promised. All arrays have shape (prompts,), scores in [0, 1].

    `expected_gain` is the predictor's quality of the reference minus that of the small model; it must not
    have been fitted on these very labels. Raises `InputError` when the shapes disagree.
    """
    gain, served, best = (np.asarray(each, np.float64) for each in (expected_gain, small, reference))
    if not gain.shape == served.shape == best.shape or gain.ndim != 1:
        raise InputError("expected_gain, small and reference must have one entry per labelled prompt")
    kept: Promise | None = None
    for threshold in np.quantile(gain, _SHARES) if len(gain) else ():
        takes = gain <= threshold
        slack = loss * best - takes * (best - served)
        if not _surely_positive(slack, worst=1.0 - loss, risk=1.0 - confidence):
            break
        lost = float((takes * (best - served)).sum() / max(best.sum(), 1e-9))
        kept = Promise(float(threshold), float(takes.mean()), lost, len(gain))
    return kept or TooFewLabels(len(gain), _missing(gain, served, best, loss, confidence))


def _surely_positive(slack: Floats, *, worst: float, risk: float) -> bool:
    """Whether the mean is above 0: the capital of bets on it reaches 1 / risk. Values are >= -worst."""
    values = np.random.default_rng(_SEED).permutation(slack)
    seen = np.arange(len(values)) + 1.0
    mean = np.concatenate([[0.0], np.cumsum(values)[:-1]]) / seen
    square = np.concatenate([[0.0], np.cumsum(np.square(values))[:-1]]) + _PRIOR_VARIANCE
    stakes = np.clip(mean / (square / seen), 0.0, _MOST_BET / worst)
    capital = np.cumsum(np.log1p(stakes * values))
    return bool(len(values)) and float(capital.max()) >= -math.log(risk)


def _missing(gain: Floats, served: Floats, best: Floats, loss: float, confidence: float) -> int | None:
    """From the safest threshold's mean and variance: each label adds about mean**2 / (2 variance)."""
    if len(gain) < 2:
        return math.ceil(-math.log(1.0 - confidence) / loss**2)
    slack = loss * best - (gain <= np.quantile(gain, _SHARES[0])) * (best - served)
    if slack.mean() <= 0:
        return None
    mean, variance = float(slack.mean()), float(slack.var())
    growth = mean**2 / (2.0 * (variance + mean**2))
    return max(1, math.ceil(-1.5 * math.log(1.0 - confidence) / growth) - len(gain))
