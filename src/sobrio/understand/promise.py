"""The quality promise: an operating point whose loss against the reference is bounded with confidence.

    mean(reference score - served score) <= loss x mean(reference score), with probability `confidence`

Thresholds are tested from the safest to the boldest, each at the full level, and the first failure ends the
walk (fixed-sequence testing). Each test is a betting martingale, exact at every sample size for bounded
scores (Waudby-Smith and Ramdas, 2024, "Estimating means of bounded random variables by betting"). Wordings
of one question are one observation, their mean.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sobrio.errors import InputError

_SHARES: Final = tuple(step / 20 for step in range(1, 21))
_MOST_BET: Final = 0.75
"""Of what could be staked without ever losing everything."""
_PRIOR_VARIANCE: Final = 0.1
_SEED: Final = 0
_FORESEEN: Final = 100_000
"""Labels: nobody writes more."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Promise:
    """Serve the small model where the expected gain of the reference is at most `threshold`."""

    threshold: float
    small_share: float
    """Of the labelled traffic, every question counting the same."""
    loss: float
    """Measured relative loss on the labels; the promise is the bound, not this."""
    labels: int
    """Questions with a label, each once."""


@dataclass(frozen=True, slots=True)
class TooFewLabels:
    """No threshold could be promised."""

    labels: int
    missing: int | None
    """An estimate, never below what flawless labels would need; `None` when more would not help."""

    def __str__(self) -> str:
        if self.missing is None:
            return (
                "the small model loses about as much as promised or more even where it is expected to do best"
            )
        few = "1 label is" if self.labels == 1 else f"{self.labels} labels are"
        return f"{few} too few for this promise; about {self.missing} more are needed"


def promise(
    expected_gain: ArrayLike,
    small: ArrayLike,
    reference: ArrayLike,
    *,
    questions: Sequence[Hashable] | None = None,
    loss: float = 0.05,
    confidence: float = 0.95,
) -> Promise | TooFewLabels:
    """The boldest threshold that can be promised. All arrays have shape (prompts,), scores in [0, 1].

    `expected_gain` is the predictor's quality of the reference minus that of the small model; it must not
    have been fitted on these very labels. `questions` tells which prompts word the same question, one entry
    each; `None`: no two do. Raises `InputError` for anything but finite numbers in these shapes
    and ranges, and for a reference that never scores: a share of nothing is not defined.
    """
    gain, served, best = _checked(expected_gain, small, reference)
    if not all(isinstance(each, Real) and 0 < each < 1 for each in (loss, confidence)):
        raise InputError(f"loss and confidence must lie between 0 and 1, not {loss} and {confidence}")
    place = _places(range(len(gain)) if questions is None else questions, len(gain))
    kept: Promise | None = None
    safest = np.zeros(0)
    for threshold in np.quantile(gain, _SHARES) if len(gain) else ():
        takes = gain <= threshold
        slack = _means(loss * best - takes * (best - served), place)
        safest = safest if len(safest) else slack
        if _capital(slack, worst=1.0 - loss).max() < -math.log1p(-confidence):
            break
        lost = _means(takes * (best - served), place).sum() / _means(best, place).sum()
        kept = Promise(float(threshold), float(_means(takes, place).mean()), float(lost), len(slack))
    return kept or TooFewLabels(len(safest), _missing(safest, loss, confidence))


def _places(questions: Sequence[Hashable], count: int) -> NDArray[np.intp]:
    """Which question every prompt words, counted in the order in which they come."""
    if len(questions) != count:
        raise InputError("questions must name one question per labelled prompt")
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(each, len(numbers)) for each in questions], np.intp)


def _means(values: Floats | NDArray[np.bool_], place: NDArray[np.intp]) -> Floats:
    """Of each question's wordings."""
    return np.asarray(np.bincount(place, values) / np.bincount(place))


def _checked(expected_gain: ArrayLike, small: ArrayLike, reference: ArrayLike) -> tuple[Floats, ...]:
    try:
        gain, served, best = (np.asarray(each, np.float64) for each in (expected_gain, small, reference))
    except (TypeError, ValueError):
        raise InputError("expected_gain, small and reference must be lists of numbers") from None
    if not gain.shape == served.shape == best.shape or gain.ndim != 1:
        raise InputError("expected_gain, small and reference must have one entry per labelled prompt")
    if not np.isfinite(gain).all():
        raise InputError("expected_gain must be finite; leave out prompts without an expectation")
    if not all(((each >= 0) & (each <= 1)).all() for each in (served, best)):
        raise InputError("scores must lie between 0 and 1; leave out prompts without both scores")
    if len(best) and not best.any():
        raise InputError(
            "the reference scores 0 on every label, so no share of it can be lost; choose one that succeeds"
        )
    return gain, served, best


def _capital(slack: Floats, *, worst: float) -> Floats:
    """ln of what bets on a mean above 0 have come to after each label. Values are >= -worst."""
    values = np.random.default_rng(_SEED).permutation(slack)
    seen = np.arange(len(values)) + 1.0
    mean = np.concatenate([[0.0], np.cumsum(values)[:-1]]) / seen
    square = np.concatenate([[0.0], np.cumsum(np.square(values))[:-1]]) + _PRIOR_VARIANCE
    stakes = np.clip(mean / (square / seen), 0.0, _MOST_BET / worst)
    return np.asarray(np.cumsum(np.log1p(stakes * values)))


def _missing(slack: Floats, loss: float, confidence: float) -> int | None:
    """How many more until the test passes with this slack of the safest threshold, were all labels alike."""
    goal = -math.log1p(-confidence)
    least = _reached(np.array([loss]), goal, loss) or _FORESEEN
    if len(slack) < 2:
        return least - len(slack)
    needed = _reached(slack, goal, loss)
    if needed is None and len(slack) >= least:
        return None
    return max(1, max(least, needed or least) - len(slack))


def _reached(slack: Floats, goal: float, loss: float) -> int | None:
    """After how many labels like these the capital reaches `goal`; `None` when not within `_FORESEEN`."""
    reached = _capital(np.resize(slack, max(_FORESEEN, len(slack))), worst=1.0 - loss) >= goal
    return int(reached.argmax()) + 1 if reached.any() else None
