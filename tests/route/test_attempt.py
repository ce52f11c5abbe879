"""A failure that passes is waited out; a place that keeps failing is left alone; nobody pays for a storm."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from sobrio.call.breaker import Breakers
from sobrio.call.direct import Dropped
from sobrio.call.retry import RetryBudget
from sobrio.errors import NotReachable, SobrioError, UpstreamBroken, UpstreamError, UpstreamTimeout
from sobrio.terms.request import Caller
from sobrio.wire.untranslatable import Untranslatable

DOWN = UpstreamError("down", status=503)
UNSAID = Untranslatable("no word for it")
BUSY = UpstreamError("busy", status=503, retry_after_s=0.01)


class Flaky:
    """The real upstream, after it has failed for a while."""

    def __init__(self, upstream: Any, *errors: Exception) -> None:
        self._upstream = upstream
        self._errors = list(errors)
        self.asked: list[str] = []

    async def call(self, backing: Any, call: Any) -> Any:
        self.asked.append(backing.model)
        if self._errors:
            raise self._errors.pop(0)
        return await self._upstream.call(backing, call)


class Spent(RetryBudget):
    def spend(self) -> bool:
        return False


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def calls_of(house: Any, model: str) -> int:
    return sum(json.loads(each.body)["model"] == model for each in house.upstream.requests)


def flaky(house: Any, *errors: Exception, **rooms: Any) -> tuple[Any, Flaky]:
    upstream = Flaky(house.rooms.upstream, *errors)
    return house.without(upstream=upstream, **rooms), upstream


def test_a_failure_that_passes_is_waited_out_at_the_same_place(build) -> None:
    house, upstream = flaky(build(), BUSY)
    answer = house.answer("hello")
    assert answer["sobrio"]["outcome"] == "routed"
    assert len(upstream.asked) == 2


def test_a_kept_connection_that_was_dropped_leaves_the_figures_known(build) -> None:
    """A call and a failure, of which most likely nobody computed anything."""
    house, upstream = flaky(build(), Dropped("it closed"))
    receipt = house.booked(house.answer("hello")["sobrio"]["receipt"])
    assert len(upstream.asked) == 2
    assert [each.error for each in receipt.failures] == ["upstream_broken: it closed"]
    assert [each.role for each in receipt.activities] == ["answer"]
    assert receipt.realised.energy_wh is not None
    assert "unmetered" not in receipt.caveats


def test_calls_that_were_all_dropped_are_four_at_most_and_cost_nothing_unknown(build) -> None:
    house, upstream = flaky(build(), *[Dropped("it closed", retry_after_s=0.01)] * 9)
    with pytest.raises(Dropped) as failed:
        house.answer("hello")
    receipt = house.booked(failed.value.receipt_id)
    assert len(upstream.asked) == len(receipt.failures) == 4
    assert not receipt.activities and "unmetered" not in receipt.caveats


def test_a_timeout_is_not_waited_out_twice(build) -> None:
    house, upstream = flaky(build("named"), UpstreamTimeout("no first byte in time"))
    assert house.answer("hello")["sobrio"]["outcome"] == "fallback"
    assert upstream.asked == ["named", "loopback"]


def test_a_place_that_asks_for_a_long_pause_gives_way_at_once(build) -> None:
    house, upstream = flaky(build("named"), UpstreamError("busy", status=429, retry_after_s=60))
    assert house.answer("hello")["sobrio"]["outcome"] == "fallback"
    assert upstream.asked == ["named", "loopback"]


def test_without_budget_nothing_is_repeated(build) -> None:
    house, upstream = flaky(build("named"), BUSY, repeats=Spent())
    house.answer("hello")
    assert upstream.asked == ["named", "loopback"]


def test_one_request_never_becomes_more_than_four_calls(build) -> None:
    house, upstream = flaky(build(), *[BUSY] * 20)
    with pytest.raises(UpstreamError) as failed:
        house.answer("hello")
    assert len(upstream.asked) <= 4
    assert len(house.booked(failed.value.receipt_id).failures) == len(upstream.asked)


def test_a_place_that_keeps_failing_is_left_alone_until_it_has_rested(build) -> None:
    clock = Clock()
    house = build("error-500").without(breakers=Breakers(clock))
    for number in range(3):
        house.answer(f"question {number}")
    before = calls_of(house, "error-500")
    receipt = house.booked(house.answer("one more")["sobrio"]["receipt"])
    assert (before, calls_of(house, "error-500")) == (5, 5)
    assert receipt.outcome == "fallback"
    assert receipt.failures[0].error == "not called: it failed too often a moment ago"
    clock.now += 2
    house.answer("after the rest")
    assert calls_of(house, "error-500") == 6


def test_when_everything_rests_the_client_is_told_when_to_come_back(build) -> None:
    house, upstream = flaky(build(), *[BUSY] * 50, breakers=Breakers(Clock()))
    for number in range(4):
        with pytest.raises(SobrioError):
            house.answer(f"question {number}")
    with pytest.raises(NotReachable, match="come back in 2 s") as refused:
        house.answer("one more")
    assert refused.value.retry_after_s == 2
    assert len(upstream.asked) == 10


def test_others_are_answered_where_one_caller_s_requests_are_dropped(build) -> None:
    """Whatever is in them: the upstream breaks off over each, and is sound for everything else."""
    house = build().without(breakers=Breakers(Clock()))
    dropped = UpstreamBroken("it broke off before it answered")
    for number in range(6):
        failing, _ = flaky(house, *[dropped] * 20)
        with pytest.raises(SobrioError):
            failing.answer(f"poison {number}")
    assert set(house.rooms.breakers.resting()) == {"first", "second"}
    receipt = house.booked(house.answer("sound")["sobrio"]["receipt"])
    assert (receipt.outcome, receipt.decision.deployment) == ("routed", "first")
    assert house.rooms.breakers.admits("first")


def test_one_key_s_failures_move_nobody_else_to_a_fallback(build) -> None:
    house = build().without(breakers=Breakers(Clock()))
    for number in range(6):
        failing, _ = flaky(house, *[UpstreamError("500", status=500)] * 20)
        with pytest.raises(SobrioError):
            failing.answer(f"poison {number}", caller=Caller(key_id="one"))
    assert house.answer("sound", caller=Caller(key_id="another"))["sobrio"]["outcome"] == "routed"


def test_an_outage_is_never_told_as_the_client_s_mistake(build) -> None:
    """The fallback cannot be asked at all; what failed, and later rests, could have answered."""
    asked: list[Exception] = [UpstreamTimeout("down"), UNSAID] * 5
    house, _ = flaky(build("named"), *asked, UNSAID, breakers=Breakers(Clock()))
    for number in range(5):
        with pytest.raises(UpstreamTimeout):
            house.answer(f"question {number}")
    with pytest.raises(NotReachable) as told:
        house.answer("one more")
    assert (told.value.status, told.value.retry_after_s) == (503, 2.0)


def test_what_nobody_can_be_asked_is_the_client_s_mistake(build) -> None:
    house, _ = flaky(build("named"), UNSAID, UNSAID)
    with pytest.raises(Untranslatable):
        house.answer("hello")


def test_a_trial_that_ends_otherwise_does_not_close_the_door_for_ever(build) -> None:
    clock = Clock()
    breakers = Breakers(clock)
    for _ in range(5):
        breakers.failed("first", DOWN)
    house, upstream = flaky(build("named"), NotReachable("a package is missing"), breakers=breakers)
    clock.now += 2
    with pytest.raises(NotReachable):
        house.answer("the trial")
    assert house.answer("afterwards")["sobrio"]["decision"]["deployment"] == "first"
    assert upstream.asked == ["named", "named"]


def test_those_that_were_not_called_do_not_use_up_the_calls(build) -> None:
    house = build("named")
    policy, breakers = house.rooms.policy(), Breakers(Clock())
    first = policy.deployments["first"]
    resting = {f"resting {number}": replace(first, name=f"resting {number}") for number in range(6)}
    for name in ("first", *resting):
        for _ in range(5):
            breakers.failed(name, DOWN)
    crowd = replace(
        policy, deployments={**policy.deployments, **resting}, fallbacks=(*resting, *policy.fallbacks)
    )
    house = house.without(policy=lambda: crowd, breakers=breakers)
    assert house.answer("hello")["sobrio"]["outcome"] == "fallback"


def test_a_repeat_is_one_of_the_four_calls_too(build) -> None:
    house = build("named")
    policy = house.rooms.policy()
    second = policy.deployments["second"]
    others = {name: replace(second, name=name) for name in ("third", "fourth", "fifth")}
    crowd = replace(policy, deployments={**policy.deployments, **others}, fallbacks=("second", *others))
    slow = UpstreamTimeout("no first byte in time")
    house, upstream = flaky(house, slow, *[BUSY] * 20, policy=lambda: crowd)
    with pytest.raises(UpstreamError):
        house.answer("hello")
    assert len(upstream.asked) == 4


def test_what_is_sent_anew_on_a_new_connection_is_a_call(build) -> None:
    """The connection is kept from an answer before, and the server drops it at the next question."""
    house = build("reset-before")
    house.answer("warm up", caller=Caller(team="pinned"))
    receipt = house.booked(house.answer("drop this")["sobrio"]["receipt"])
    assert receipt.outcome == "fallback"
    assert calls_of(house, "reset-before") == 3
    assert [each.deployment for each in receipt.failures] == ["first"] * 3
    assert [each.metered for each in receipt.activities] == [True, False, False]  # the dropped one is none


def test_what_is_sent_anew_is_one_of_the_four_calls_too(build) -> None:
    house = build("reset-before")
    house.answer("warm up", caller=Caller(team="pinned"))
    policy = house.rooms.policy()
    others = {name: replace(policy.deployments["first"], name=name) for name in ("third", "fourth", "fifth")}
    crowd = replace(policy, deployments={**policy.deployments, **others}, fallbacks=(*others,))
    with pytest.raises(UpstreamError) as failed:
        house.without(policy=lambda: crowd).answer("drop this")
    assert calls_of(house, "reset-before") == 4
    assert len(house.booked(failed.value.receipt_id).failures) == 4


def test_a_place_whose_streams_break_midway_is_left_alone_until_one_has_ended_well(build) -> None:
    clock = Clock()
    house = build("reset-mid-stream").without(breakers=Breakers(clock))
    for number in range(5):
        assert "error" in house.stream(f"question {number}")[-1]
    assert house.stream("one more")[-2]["sobrio"]["outcome"] == "fallback"
    assert calls_of(house, "reset-mid-stream") == 5
    clock.now += 2
    assert "error" in house.stream("the trial")[-1]
    assert house.rooms.breakers.resting() == {"first": 4}


def test_a_place_is_back_once_its_stream_has_ended_well(build) -> None:
    clock = Clock()
    house = build("named").without(breakers=Breakers(clock))
    for _ in range(5):
        house.rooms.breakers.failed("first", DOWN)
    clock.now += 2
    assert house.stream("the trial")[-1] == "[DONE]"
    assert house.rooms.breakers.resting() == {}
    assert calls_of(house, "named") == 1


def test_clients_that_leave_in_the_middle_say_nothing_about_the_place(build) -> None:
    house = build("endless")
    for number in range(8):
        house.run(_leave(house, f"question {number}"))
    assert house.rooms.breakers.admits("first")
    assert house.rooms.breakers.resting() == {}


async def _leave(house: Any, text: str) -> None:
    reply = await house.send(text, stream=True)
    assert await anext(reply.stream)
    await reply.stream.aclose()
