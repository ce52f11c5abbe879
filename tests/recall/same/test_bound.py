"""The promise: never given on too few labels, seldom broken, not needlessly strict."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.errors import InputError
from sobrio.recall.same.bound import GRID, labels_needed, tail, threshold


@pytest.mark.parametrize(("rate", "needed"), [(0.01, 299), (0.02, 149), (0.05, 59), (0.10, 29)])
def test_a_promise_takes_its_number_of_right_labels(rate: float, needed: int) -> None:
    assert labels_needed(rate) == needed
    assert threshold([0.9] * needed, [True] * needed, rate) is not None
    assert threshold([0.9] * (needed - 1), [True] * (needed - 1), rate) is None


@pytest.mark.parametrize("rate", [0.0, 1.0, -1.0, 2.0, float("nan")])
def test_a_rate_that_no_label_can_vouch_for_is_refused(rate: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        threshold([0.9] * 300, [True] * 300, rate)


def test_one_wrong_among_the_least_number_breaks_it() -> None:
    assert threshold([0.9] * 299, [False] + [True] * 298, 0.01) is None


@pytest.mark.parametrize(("wrong", "enough"), [(0, 299), (2, 720), (6, 1_371)])
def test_wrong_hits_at_the_top_take_more_labels_and_no_more_than_needed(wrong: int, enough: int) -> None:
    scores = np.linspace(0.99, 0.6, enough).tolist()
    right = [False] * wrong + [True] * (enough - wrong)
    assert threshold(scores, right, 0.01) is not None
    assert threshold(scores[:-1], right[:-1], 0.01) is None


def test_wrong_hits_that_score_low_are_kept_out() -> None:
    found = threshold([0.95] * 299 + [0.4] * 100, [True] * 299 + [False] * 100, 0.01)
    assert found is not None
    assert 0.4 < found <= 0.95


def test_nothing_is_promised_below_the_lowest_label() -> None:
    found = threshold([0.95] * 400, [True] * 400, 0.01)
    assert found is not None
    assert found == max(level for level in GRID if level <= 0.95)


@given(wrong=st.integers(0, 20), hits=st.integers(1, 500), rate=st.floats(0.001, 0.5))
def test_the_tail_is_a_probability_that_grows_with_what_is_allowed(
    wrong: int, hits: int, rate: float
) -> None:
    assert 0.0 <= tail(wrong, hits, rate) <= tail(wrong + 1, hits, rate) <= 1.0


@pytest.mark.parametrize("count", [350, 1_500, 3_000])
def test_the_promise_is_broken_in_at_most_one_stream_of_twenty(count: int) -> None:
    """The share of wrong hits grows as the score falls; the true share above a threshold is known."""
    chance, broken = np.random.default_rng(7), 0
    slope = 0.03
    for _ in range(300):
        scores = chance.uniform(0.5, 1.0, count)
        right = chance.uniform(size=count) > slope * (1.0 - scores) / 0.5
        found = threshold(scores.tolist(), right.tolist(), 0.01)
        broken += found is not None and slope * (1.0 - found) > 0.01
    assert broken <= 300 * 0.05
