"""Limits as callers meet them: the request too many is refused, with the moment to come back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.errors import OverLimit
from sobrio.quota import LocalQuotas
from sobrio.terms.limit import Limit
from sobrio.terms.request import Caller

ALICE = Caller(tenant="acme", team="research", key_id="alice")
BOB = Caller(tenant="acme", team="research", key_id="bob")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()


class Clock:
    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def quotas(*limits: Limit, clock: Clock | None = None) -> LocalQuotas:
    clock = clock or Clock()
    return LocalQuotas(lambda: limits, clock, clock)


def reserve(of: LocalQuotas, caller: Caller = ALICE, **spend: float | None):
    return asyncio.run(of.reserve(caller, {"requests": 1, **spend}))


def test_without_limits_nobody_is_counted() -> None:
    assert reserve(quotas()).shares == ()


def test_the_request_too_many_is_told_when_to_come_back() -> None:
    of = quotas(Limit("pace", "requests", 2, "minute"))
    reserve(of), reserve(of)
    with pytest.raises(
        OverLimit, match=r"limit 'pace': 2 requests per minute; 2 used; come back in 30 s"
    ) as e:
        reserve(of)
    assert (e.value.status, e.value.code, e.value.retry_after_s) == (429, "rate_limit_exceeded", 30.0)


def test_a_refusal_says_what_the_request_would_have_needed() -> None:
    of = quotas(Limit("day", "tokens", 100, "day"))
    reserve(of, tokens=70)
    with pytest.raises(OverLimit, match="100 tokens per day; 70 used and 40 asked for; come back in"):
        reserve(of, tokens=40)


def test_requests_are_told_in_whole_ones() -> None:
    clock = Clock()
    of = quotas(Limit("pace", "requests", 1, "minute"), clock=clock)
    reserve(of)
    clock.now += 0.05
    with pytest.raises(OverLimit, match="; 1 used; come back in 60 s"):
        reserve(of)


def test_one_key_does_not_use_up_another_s_share() -> None:
    of = quotas(Limit("pace", "requests", 1, "minute"))
    reserve(of, ALICE), reserve(of, BOB)


@pytest.mark.parametrize("each", ["key", "team"])
def test_callers_without_a_key_share_one_account_of_their_tenant(each) -> None:
    of = quotas(Limit("pace", "requests", 1, "minute", each=each))
    reserve(of, Caller("acme"))
    reserve(of, Caller("other"))
    reserve(of, ALICE)
    with pytest.raises(OverLimit):
        reserve(of, Caller("acme", app="another"))


def test_a_team_shares_one_account() -> None:
    of = quotas(Limit("pace", "requests", 1, "minute", each="team"))
    reserve(of, ALICE)
    with pytest.raises(OverLimit):
        reserve(of, BOB)


def test_a_limit_for_one_team_leaves_the_others_alone() -> None:
    of = quotas(Limit("pace", "requests", 1, "minute", each="all", teams=frozenset({"sales"})))
    reserve(of), reserve(of)


def test_a_team_that_is_only_claimed_neither_pays_nor_shelters() -> None:
    """A key without a team is its own account, whatever team its requests name."""
    of = quotas(Limit("pace", "requests", 1, "minute", each="team"))
    claims = [
        Caller("t", name, key_id="free", team_claimed=name is not None) for name in (None, "red", "blue")
    ]
    reserve(of, claims[1])
    for caller in claims:
        with pytest.raises(OverLimit):
            reserve(of, caller)
    reserve(of, Caller("t", "red", key_id="of the reds"))
    reserve(of, Caller("t", None, key_id="another"))


def test_a_claimed_team_is_not_held_to_that_team_s_limits() -> None:
    of = quotas(Limit("pace", "requests", 1, "minute", teams=frozenset({"red"})))
    claiming = Caller("t", "red", key_id="free", team_claimed=True)
    reserve(of, claiming), reserve(of, claiming)


def test_without_keys_a_claimed_team_is_taken_at_its_word() -> None:
    of = quotas(Limit("pace", "requests", 1, "minute", each="team"))
    reserve(of, Caller(team="red", team_claimed=True))
    reserve(of, Caller(team="blue", team_claimed=True))
    with pytest.raises(OverLimit):
        reserve(of, Caller(team="red", team_claimed=True))


def test_room_comes_back_as_time_passes() -> None:
    clock = Clock()
    of = quotas(Limit("pace", "requests", 2, "minute"), clock=clock)
    reserve(of), reserve(of)
    clock.now += 30
    reserve(of)


def test_a_day_begins_at_midnight_utc() -> None:
    clock = Clock()
    of = quotas(Limit("day", "energy_wh", 10, "day"), clock=clock)
    reserve(of, energy_wh=10)
    with pytest.raises(OverLimit) as refused:
        reserve(of, energy_wh=1)
    assert refused.value.code == "budget_exceeded"
    assert refused.value.retry_after_s == 12 * 3600
    clock.now += 12 * 3600
    reserve(of, energy_wh=1)


def test_a_month_begins_on_the_first_also_after_december() -> None:
    clock = Clock(datetime(2026, 12, 31, 23, tzinfo=UTC).timestamp())
    of = quotas(Limit("month", "usd", 5, "month"), clock=clock)
    reserve(of, usd=5)
    with pytest.raises(OverLimit) as refused:
        reserve(of, usd=1)
    assert refused.value.retry_after_s == 3600


def test_a_request_larger_than_its_limit_is_told_that_waiting_will_not_help() -> None:
    with pytest.raises(OverLimit, match="this request alone asks for 500") as refused:
        reserve(quotas(Limit("small", "tokens", 100, "minute")), tokens=500)
    assert refused.value.retry_after_s is None


def test_a_refusal_by_one_limit_uses_nothing_of_the_others() -> None:
    wide, narrow = Limit("wide", "requests", 2, "day"), Limit("narrow", "tokens", 10, "day")
    of = quotas(wide, narrow)
    for _ in range(5):
        with pytest.raises(OverLimit):
            reserve(of, tokens=11)
    reserve(of, tokens=1), reserve(of, tokens=1)


def test_what_was_not_taken_is_given_back() -> None:
    of = quotas(Limit("day", "tokens", 100, "day"))
    held = reserve(of, tokens=90)
    of.settle(held, {"tokens": 10})
    reserve(of, tokens=90)


def test_an_answer_longer_than_expected_is_charged_in_full() -> None:
    of = quotas(Limit("day", "tokens", 100, "day"))
    held = reserve(of, tokens=10)
    of.settle(held, {"tokens": 150})
    with pytest.raises(OverLimit, match="150 used"):
        reserve(of, tokens=1)


def test_what_stays_unknown_keeps_what_was_reserved() -> None:
    of = quotas(Limit("day", "tokens", 100, "day"))
    of.settle(reserve(of, tokens=100), {"tokens": None})
    with pytest.raises(OverLimit):
        reserve(of, tokens=1)


def test_an_unknown_price_is_named_and_does_not_count_as_free() -> None:
    held = reserve(quotas(Limit("money", "usd", 1, "month")), usd=None)
    assert held.unmeasured == ("money",)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_neither_frees_a_rate_nor_holds_it_up(hours: int) -> None:
    calendar, steady, pace = Clock(), Clock(), Limit("pace", "requests", 1, "minute")
    of = LocalQuotas(lambda: [pace], calendar, steady)
    reserve(of)
    calendar.now += hours * 3600
    with pytest.raises(OverLimit, match="come back in 60 s"):
        reserve(of)
    steady.now += 60
    reserve(of)


def test_a_clock_set_back_frees_nothing_of_a_page() -> None:
    clock = Clock()
    of = quotas(Limit("day", "requests", 1, "day"), clock=clock)
    reserve(of)
    clock.now -= 24 * 3600
    with pytest.raises(OverLimit):
        reserve(of)


def test_a_call_over_midnight_is_charged_to_the_new_day_and_takes_nothing_from_it() -> None:
    clock = Clock()
    of = quotas(Limit("day", "tokens", 100, "day"), clock=clock)
    held = reserve(of, tokens=90)
    clock.now += 12 * 3600
    of.settle(reserve(of, tokens=50), {"tokens": 50})
    of.settle(held, {"tokens": 10})
    with pytest.raises(OverLimit, match="60 used"):
        reserve(of, tokens=50)


def test_thousands_of_idle_keys_are_forgotten() -> None:
    clock = Clock()
    of = quotas(Limit("pace", "requests", 1, "second"), clock=clock)
    for number in range(20_000):
        clock.now += 0.01
        reserve(of, Caller(key_id=str(number)))
    assert len(of._meters) < 9_000


@given(
    st.lists(st.tuples(st.floats(0, 40), st.floats(0.1, 60)), max_size=60),
    st.sampled_from(["second", "minute", "hour"]),
)
def test_no_window_ever_sees_more_than_the_burst_and_what_leaked_meanwhile(steps, span) -> None:
    clock, taken = Clock(), 0.0
    of = quotas(Limit("pace", "tokens", 50, span), clock=clock)
    for pause, tokens in steps:
        clock.now += pause
        try:
            reserve(of, tokens=tokens)
        except OverLimit:
            continue
        taken += tokens
    seconds = {"second": 1, "minute": 60, "hour": 3600}[span]
    assert taken <= 50 + 50 * (clock.now - NOON) / seconds + 1e-6


def test_a_request_of_unknown_size_passes_while_anything_is_left() -> None:
    of = quotas(Limit("day", "tokens", 100, "day"))
    of.settle(reserve(of, tokens=0), {"tokens": 100})
    with pytest.raises(OverLimit):
        reserve(of, tokens=0)


def test_what_is_not_asked_about_is_not_counted() -> None:
    of = quotas(Limit("pace", "requests", 1, "minute"))
    asyncio.run(of.reserve(ALICE, {"tokens": 5}))
    reserve(of)
