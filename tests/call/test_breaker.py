from __future__ import annotations

import pytest

from sobrio.call.breaker import Breakers
from sobrio.call.pool import UNREACHABLE
from sobrio.errors import UpstreamBroken, UpstreamError, UpstreamTimeout

DOWN = UpstreamError("503", status=503)
BROKEN = UpstreamBroken("it broke off before it answered")
UNREACHED = UpstreamError("connection refused", code=UNREACHABLE)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breakers(clock: Clock) -> Breakers:
    return Breakers(clock)


def fail(breakers: Breakers, times: int, error: UpstreamError = DOWN) -> None:
    for _ in range(times):
        breakers.failed("a", error)


def test_four_failures_in_a_row_are_borne_and_the_fifth_is_not(breakers: Breakers) -> None:
    fail(breakers, 4)
    assert breakers.admits("a")
    fail(breakers, 1)
    assert not breakers.admits("a")
    assert breakers.admits("b")


def test_a_place_that_fails_two_times_in_three_is_left_alone_in_the_end(breakers: Breakers) -> None:
    for _ in range(20):
        fail(breakers, 2)
        breakers.succeeded("a")
    fail(breakers, 2)
    assert not breakers.admits("a")


def test_a_place_that_fails_one_time_in_three_is_not(breakers: Breakers) -> None:
    for _ in range(200):
        fail(breakers, 1)
        breakers.succeeded("a")
        breakers.succeeded("a")
        assert breakers.admits("a")


def test_mistakes_of_the_caller_are_not_held_against_the_place(breakers: Breakers) -> None:
    fail(breakers, 50, UpstreamError("bad", status=400))
    assert breakers.admits("a")


def test_after_a_rest_one_call_goes_first(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, 5)
    clock.now += 2
    assert breakers.resting() == {}
    assert [breakers.admits("a") for _ in range(3)] == [True, False, False]
    assert breakers.resting() == {"a": 0}
    breakers.succeeded("a")
    assert breakers.admits("a")


def test_a_failed_trial_doubles_the_rest_up_to_a_minute(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, 5)
    rests = []
    for _ in range(8):
        rests.append(breakers.resting()["a"])
        clock.now += rests[-1]
        assert breakers.admits("a")
        breakers.failed("a", UpstreamTimeout("slow"))
    assert rests == [2, 4, 8, 16, 32, 60, 60, 60]


def test_the_place_s_own_wish_is_heard(breakers: Breakers) -> None:
    fail(breakers, 5, UpstreamError("busy", status=429, retry_after_s=30))
    assert breakers.resting() == {"a": 30}


def test_a_client_that_leaves_during_the_trial_does_not_close_the_door_for_ever(
    breakers: Breakers, clock: Clock
) -> None:
    fail(breakers, 5)
    clock.now += 2
    assert breakers.admits("a")
    breakers.abandoned("a")
    assert breakers.admits("a")


def test_calls_that_were_under_way_do_not_lengthen_the_rest(breakers: Breakers) -> None:
    fail(breakers, 25)
    assert breakers.resting() == {"a": 2}


def test_streams_that_begin_and_break_are_failures(breakers: Breakers) -> None:
    for _ in range(5):
        assert breakers.admits("a")
        breakers.began("a")
        breakers.failed("a", DOWN)
    assert not breakers.admits("a")


def test_a_trial_that_has_begun_lets_others_in_and_lengthens_the_rest_if_it_breaks(
    breakers: Breakers, clock: Clock
) -> None:
    fail(breakers, 5)
    clock.now += 2
    assert [breakers.admits("a"), breakers.admits("a")] == [True, False]
    breakers.began("a")
    assert breakers.admits("a")
    breakers.failed("a", DOWN)
    assert breakers.resting() == {"a": 4}


def test_a_trial_that_ends_well_is_a_recovery(breakers: Breakers, clock: Clock) -> None:
    fail(breakers, 5)
    clock.now += 2
    assert breakers.admits("a")
    breakers.began("a")
    for _ in range(3):
        breakers.succeeded("a")
    fail(breakers, 1)
    assert breakers.admits("a")


def test_a_place_where_one_key_s_requests_fail_rests_for_that_key_alone(breakers: Breakers) -> None:
    for _ in range(10):
        breakers.failed("a", BROKEN, "the one")
    assert not breakers.admits("a", "the one")
    assert all(breakers.admits("a", "another") for _ in range(3))
    breakers.succeeded("a")
    assert breakers.admits("a", "the one")


def test_it_rests_for_all_once_another_key_s_requests_fail_too(breakers: Breakers) -> None:
    for _ in range(5):
        breakers.failed("a", BROKEN, "the one")
    breakers.failed("a", BROKEN, "another")
    assert not any(breakers.admits("a", each) for each in ("the one", "another", "a third", ""))


def test_after_a_whole_answer_a_place_fails_anew_for_those_alone_who_fail(breakers: Breakers) -> None:
    for key in ("the one", "another") * 3:
        breakers.failed("a", BROKEN, key)
    breakers.succeeded("a")
    breakers.failed("a", BROKEN, "the one")
    assert not breakers.admits("a", "the one")
    assert breakers.admits("a", "another")


def test_a_place_that_says_it_is_down_rests_for_all_whoever_hears_it(breakers: Breakers) -> None:
    for _ in range(5):
        breakers.failed("a", DOWN, "the one")
    assert not breakers.admits("a", "another")
    assert breakers.resting_for_one_key() == frozenset()


def test_in_need_a_place_that_failed_over_requests_is_asked_one_at_a_time(breakers: Breakers) -> None:
    fail(breakers, 5, BROKEN)
    assert not breakers.admits("a")
    assert [breakers.admits_in_need("a") for _ in range(2)] == [True, False]
    breakers.failed("a", BROKEN)
    assert [breakers.admits_in_need("a") for _ in range(2)] == [True, False]
    breakers.succeeded("a")
    assert breakers.admits("a")


@pytest.mark.parametrize(
    "error", [DOWN, UNREACHED, UpstreamTimeout("slow"), UpstreamError("429", status=429)]
)
def test_even_in_need_a_place_that_is_down_or_busy_is_left_alone(
    breakers: Breakers, error: UpstreamError
) -> None:
    fail(breakers, 5, error)
    assert not breakers.admits_in_need("a")
