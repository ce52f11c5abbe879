"""The quality promise, by resampling a world whose truth is known."""

from __future__ import annotations

from typing import Any

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


@pytest.mark.parametrize("labels", [0, 1, 5, 20])
@pytest.mark.parametrize(("loss", "confidence"), [(0.05, 0.95), (0.1, 0.9), (0.02, 0.99)])
def test_flawless_labels_are_promised_when_the_missing_ones_have_come(
    labels: int, loss: float, confidence: float
) -> None:
    def asked(count: int) -> Promise | TooFewLabels:
        ones = np.ones(count)
        return promise(np.zeros(count), ones, ones, loss=loss, confidence=confidence)

    refused = asked(labels)
    assert isinstance(refused, TooFewLabels)
    assert refused.missing is not None
    assert isinstance(asked(labels + refused.missing), Promise)
    assert isinstance(asked(labels + refused.missing - 1), TooFewLabels)


def test_five_flawless_labels_lack_about_75() -> None:
    refused = promise(np.zeros(5), np.ones(5), np.ones(5))
    assert isinstance(refused, TooFewLabels)
    assert refused.missing in range(73, 80)


def test_labels_that_were_lucky_need_no_fewer_than_flawless_ones() -> None:
    lucky = promise(np.zeros(4), np.ones(4), np.full(4, 0.1))
    flawless = promise(np.zeros(4), np.ones(4), np.ones(4))
    assert lucky == flawless


def test_a_bad_start_is_no_proof_that_labels_would_not_help() -> None:
    refused = promise([0.1, 0.2], [0.0, 1.0], [1.0, 1.0])
    assert isinstance(refused, TooFewLabels)
    assert refused.missing is not None


def test_a_tighter_promise_lacks_more_labels() -> None:
    traffic = world(60, seed=3)
    lacking = [promise(*traffic, loss=loss, confidence=0.99) for loss in (0.08, 0.05, 0.03)]
    missing = [each.missing for each in lacking if isinstance(each, TooFewLabels) and each.missing]
    assert len(missing) == 3
    assert missing == sorted(missing)


def test_with_what_was_missing_most_promises_are_granted() -> None:
    refused = [promise(*world(40, seed)) for seed in range(30)]
    missing = [each.missing for each in refused if isinstance(each, TooFewLabels) and each.missing]
    later = [promise(*world(40 + more, seed + 500)) for seed, more in enumerate(missing)]
    assert np.mean([isinstance(each, Promise) for each in later]) >= 0.5


@pytest.mark.parametrize(
    ("gain", "small", "reference", "said"),
    [
        ([np.nan, 0.1], [1.0, 1.0], [1.0, 1.0], "finite"),
        ([0.1, 0.1], [np.nan, 1.0], [1.0, 1.0], "between 0 and 1"),
        ([0.1, 0.1], [1.0, 1.0], [1.0, 7.0], "between 0 and 1"),
        ([0.1, 0.1], [-1.0, 1.0], [1.0, 1.0], "between 0 and 1"),
        ([0.1], [1.0, 1.0], [1.0, 1.0], "one entry"),
        (["a"], [1.0], [1.0], "numbers"),
    ],
)
def test_what_is_no_score_is_refused(gain: list[float], small: list[float], reference: list[float],
                                     said: str) -> None:  # fmt: skip
    with pytest.raises(InputError, match=said):
        promise(gain, small, reference)


@pytest.mark.parametrize("small", [0.0, 1.0])
def test_nothing_is_promised_of_a_reference_that_never_scores(small: float) -> None:
    with pytest.raises(InputError, match="no share of it can be lost"):
        promise(np.zeros(500), np.full(500, small), np.zeros(500))


@pytest.mark.parametrize("out", [0.0, 1.0, -0.5, 1.5, float("nan"), "x", None])
def test_a_loss_or_confidence_that_is_no_share_is_refused(out: Any) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        promise([0.1], [1.0], [1.0], loss=out)
    with pytest.raises(InputError, match="between 0 and 1"):
        promise([0.1], [1.0], [1.0], confidence=out)


def test_other_wordings_of_a_question_are_no_further_labels() -> None:
    """25 questions in 12 wordings each are 25 observations, not 300."""
    questions = np.repeat(np.arange(25), 12)
    gain, flawless = np.linspace(0.0, 1.0, 300), np.ones(300)
    assert isinstance(promise(gain, flawless, flawless), Promise)
    refused = promise(gain, flawless, flawless, questions=questions.tolist())
    assert isinstance(refused, TooFewLabels)
    assert refused.labels == 25
    with pytest.raises(InputError, match="one question"):
        promise(gain, flawless, flawless, questions=["a"])


def test_a_question_loses_what_its_wordings_lose_on_average() -> None:
    gain, small, reference = world(900, seed=3)
    once = promise(gain, small, reference, loss=0.1)
    each_twice = [np.repeat(each, 2) for each in (gain, small, reference)]
    twice = promise(*each_twice, loss=0.1, questions=np.repeat(np.arange(900), 2).tolist())
    assert isinstance(once, Promise) and isinstance(twice, Promise)
    assert twice.labels == 900
    assert twice.threshold == pytest.approx(once.threshold, abs=0.01)
    assert twice.loss == pytest.approx(once.loss, abs=0.01)
