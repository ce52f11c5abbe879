"""The quality promise, by resampling a world whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sobrio.errors import InputError
from sobrio.understand.promise import Promise, TooFewLabels, promise

Floats = NDArray[np.float64]
LOSS = 0.05


def world(count: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """(expected gain, small score, reference score): the gain is known up to noise."""
    rng = np.random.default_rng(seed)
    gain = rng.beta(1.0, 4.0, count)
    reference = rng.random(count) < 0.8
    small = reference & (rng.random(count) >= gain / 0.8)
    return gain + rng.normal(0.0, 0.05, count), small.astype(float), reference.astype(float)


def true_loss(threshold: float) -> float:
    gain, small, reference = world(200_000, seed=999)
    return float(((gain <= threshold) * (reference - small)).sum() / reference.sum())


def test_the_promise_is_kept_and_not_by_refusing() -> None:
    made = [promise(*world(1_500, seed), loss=LOSS) for seed in range(60)]
    granted = [each for each in made if isinstance(each, Promise)]
    kept = [true_loss(each.threshold) <= LOSS for each in granted]
    assert len(granted) >= 0.9 * len(made)
    assert np.mean(kept) >= 0.95
    assert np.mean([each.small_share for each in granted]) >= 0.15


def test_too_few_labels_are_refused_with_how_many_are_missing() -> None:
    refused = promise(*world(40, seed=1), loss=LOSS)
    assert isinstance(refused, TooFewLabels)
    assert refused.missing is not None
    assert refused.missing > 0
    assert "more are needed" in str(refused)


def test_no_labels_are_refused() -> None:
    assert isinstance(promise([], [], []), TooFewLabels)


def test_a_small_model_that_always_fails_is_never_promised() -> None:
    gain = np.linspace(0.0, 1.0, 2_000)
    refused = promise(gain, np.zeros(2_000), np.ones(2_000), loss=0.02)
    assert isinstance(refused, TooFewLabels)
    assert refused.missing is None


def test_a_tighter_promise_is_never_bolder() -> None:
    traffic = world(3_000, seed=5)
    loose, tight = (promise(*traffic, loss=loss) for loss in (0.1, 0.05))
    assert isinstance(loose, Promise)
    assert isinstance(tight, Promise)
    assert tight.small_share <= loose.small_share


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(InputError):
        promise([0.1], [1.0, 0.0], [1.0])
