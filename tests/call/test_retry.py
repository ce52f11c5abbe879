from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.call.retry import LONGEST_WAIT_S, RetryBudget, wait_s, worth_another, worth_repeating
from sobrio.errors import UpstreamBroken, UpstreamError, UpstreamTimeout


@pytest.mark.parametrize(
    ("error", "repeat", "another"),
    [
        (UpstreamError("cannot reach it", code="upstream_unreachable"), True, True),
        (UpstreamTimeout("too slow"), True, True),
        (UpstreamBroken("broke off"), True, True),
        (UpstreamError("", status=408), True, True),
        (UpstreamError("", status=409), True, True),
        (UpstreamError("", status=429), True, True),
        (UpstreamError("", status=500), True, True),
        (UpstreamError("", status=503), True, True),
        (UpstreamError("", status=529), True, True),
        (UpstreamError("", status=401), False, True),
        (UpstreamError("", status=402), False, True),
        (UpstreamError("", status=404), False, True),
        (UpstreamError("", status=400), False, False),
        (UpstreamError("", status=413), False, False),
        (UpstreamError("", status=422), False, False),
    ],
)
def test_what_may_be_tried_again_and_where(error: UpstreamError, repeat: bool, another: bool) -> None:
    assert (worth_repeating(error), worth_another(error)) == (repeat, another)


CHANCES = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 50), CHANCES)
def test_waits_double_up_to_the_longest(attempt: int, chance: float) -> None:
    wait, next_wait = wait_s(attempt, None, chance=chance), wait_s(attempt + 1, None, chance=chance)
    assert wait is not None
    assert next_wait is not None
    assert 0 < wait <= next_wait <= LONGEST_WAIT_S


@given(st.integers(1, 50), CHANCES, st.floats(0, 1000))
def test_retry_after_is_honoured_or_the_place_is_left(attempt: int, chance: float, asked: float) -> None:
    wait = wait_s(attempt, asked, chance=chance)
    assert (wait is None) == (asked > LONGEST_WAIT_S)
    assert wait is None or wait >= asked


def test_clients_that_failed_together_come_back_apart() -> None:
    assert len({wait_s(3, None, chance=chance / 10) for chance in range(10)}) == 10


def test_repeats_stay_a_tenth_of_all_calls_beyond_a_small_reserve() -> None:
    budget = RetryBudget()
    repeats = 0
    for _ in range(1000):
        budget.earn()
        repeats += budget.spend()
    assert 100 <= repeats <= 111
