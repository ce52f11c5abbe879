"""Replicas that share their accounts in a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from sobrio.errors import OverLimit
from sobrio.quota import SharedQuotas
from sobrio.quota.meter import page_end, page_start
from sobrio.quota.script import PAGE
from sobrio.quota.shared import Server
from sobrio.redis_door import async_client, failures
from sobrio.terms.limit import Limit, Reservation
from sobrio.terms.request import Caller

ALICE = Caller(tenant="acme", team="research", key_id="alice")


@asynccontextmanager
async def replica(url: str, *limits: Limit, prefix: str, lease_s: float = 900) -> AsyncIterator[SharedQuotas]:
    client = async_client(url, timeout_s=2)
    shared = SharedQuotas(client, lambda: limits, away=failures(), prefix=prefix, lease_s=lease_s)
    try:
        yield shared
    finally:
        await shared.aclose()
        await client.aclose()


async def admitted(quotas: SharedQuotas, times: int, **spend: float) -> int:
    async def one() -> bool:
        try:
            await quotas.reserve(ALICE, spend)
        except OverLimit:
            return False
        return True

    return sum(await asyncio.gather(*(one() for _ in range(times))))


def test_three_replicas_at_once_never_let_more_through_than_the_limit(server: str) -> None:
    limit = Limit("day", "requests", 100, "day")

    async def race() -> Sequence[int]:
        async with (
            replica(server, limit, prefix="race") as a,
            replica(server, limit, prefix="race") as b,
            replica(server, limit, prefix="race") as c,
        ):
            return await asyncio.gather(*(admitted(each, 80, requests=1) for each in (a, b, c)))

    assert sum(asyncio.run(race())) == 100


def test_what_one_replica_took_another_knows(server: str) -> None:
    limit = Limit("budget", "usd", 10, "month")

    async def told() -> str:
        async with replica(server, limit, prefix="told") as a, replica(server, limit, prefix="told") as b:
            held = await a.reserve(ALICE, {"usd": 1})
            a.settle(held, {"usd": 9.5})
            await a.aclose()
            with pytest.raises(OverLimit) as refused:
                await b.reserve(ALICE, {"usd": 1})
            return refused.value.message

    assert asyncio.run(told()).startswith(
        "limit 'budget': 10 usd per month; 9.5 used and 1 asked for; come back in"
    )


def test_a_refusal_by_one_limit_uses_nothing_of_the_others(server: str) -> None:
    wide, narrow = Limit("wide", "requests", 2, "day"), Limit("narrow", "tokens", 10, "day")

    async def count() -> int:
        async with replica(server, wide, narrow, prefix="both") as quotas:
            assert await admitted(quotas, 5, requests=1, tokens=11) == 0
            return await admitted(quotas, 5, requests=1, tokens=1)

    assert asyncio.run(count()) == 2


def test_a_server_that_is_away_refuses_nobody_and_is_not_asked_again_at_once() -> None:
    limit = Limit("day", "requests", 3, "day")

    async def alone() -> tuple[bool, int]:
        async with replica("redis://127.0.0.1:1/0", limit, prefix="gone") as quotas:
            held = await quotas.reserve(ALICE, {"requests": 1})
            return held.alone, await admitted(quotas, 5, requests=1)

    assert asyncio.run(alone()) == (True, 2)


async def standing(quotas: SharedQuotas, limit: Limit) -> float:
    """What is used, as somebody is told who asks for more than there is."""
    with pytest.raises(OverLimit, match=" used") as refused:
        await quotas.reserve(ALICE, {limit.measure: limit.amount})
    return float(refused.value.message.split("; ")[1].split()[0])


MONTH = Limit("budget", "tokens", 1000, "month")


def test_what_a_replica_reserved_before_it_ended_comes_back(server: str) -> None:
    async def killed() -> None:
        async with replica(server, MONTH, prefix="lease", lease_s=0.01) as dead:
            await dead.reserve(ALICE, {"tokens": 900})
        async with replica(server, MONTH, prefix="lease") as other:
            held = await until_admitted(other, tokens=500)
            other.settle(held, {"tokens": 100})
            await other.aclose()
            assert await standing(other, MONTH) == 100

    asyncio.run(killed())


async def until_admitted(quotas: SharedQuotas, **spend: float) -> Reservation:
    for _ in range(6000):
        try:
            return await quotas.reserve(ALICE, spend)
        except OverLimit:
            await asyncio.sleep(0.01)
    raise AssertionError("what was reserved never came back")


def test_a_call_longer_than_its_lease_is_charged_all_the_same(server: str) -> None:
    async def late() -> float:
        async with (
            replica(server, MONTH, prefix="late", lease_s=0.01) as slow,
            replica(server, MONTH, prefix="late") as other,
        ):
            held = await slow.reserve(ALICE, {"tokens": 900})
            await until_admitted(other, tokens=600)
            slow.settle(held, {"tokens": 300})
            await slow.aclose()
            return await standing(other, MONTH)

    assert asyncio.run(late()) == 900


def test_a_settlement_that_comes_twice_counts_once(server: str) -> None:
    """It is sent again when nobody knows whether it came."""

    async def twice() -> float:
        async with replica(server, MONTH, prefix="twice") as quotas:
            held = await quotas.reserve(ALICE, {"tokens": 500})
            quotas.settle(held, {"tokens": 200})
            await quotas.aclose()
            quotas.settle(held, {"tokens": 200})
            await quotas.aclose()
            return await standing(quotas, MONTH)

    assert asyncio.run(twice()) == 200


class Flaky:
    """A server that answers, does not, or answers nobody who still listens."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.mood: Literal["well", "away", "late"] = "well"
        self.asked = 0

    async def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> Any:
        self.asked += 1
        if self.mood == "away":
            raise TimeoutError
        answer = await self._server.eval(script, numkeys, *keys_and_args)
        if self.mood == "late":
            raise TimeoutError
        return answer


@pytest.mark.parametrize("mood", ["away", "late"])
def test_what_was_taken_while_the_server_was_away_is_told_to_it_later(server: str, mood: Any) -> None:
    async def outage() -> float:
        client = async_client(server, timeout_s=2)
        flaky = Flaky(client)
        quotas = SharedQuotas(flaky, lambda: [MONTH], away=failures(), prefix=f"outage {mood}")
        begun = await quotas.reserve(ALICE, {"tokens": 300})
        flaky.mood = mood
        alone = [await quotas.reserve(ALICE, {"tokens": 400}) for _ in range(2)]
        assert [each.alone for each in alone] == [True, True]
        assert "counts them alone" in str(quotas.problem)
        for each, taken in ((begun, 30), (alone[0], 20), (alone[1], 10)):
            quotas.settle(each, {"tokens": taken})
        assert flaky.asked == 2, "one request waited for the server, and no other"
        flaky.mood = "well"
        while quotas.problem:
            await asyncio.sleep(0.01)
        used = await standing(quotas, MONTH)
        await quotas.aclose()
        await client.aclose()
        return used

    assert asyncio.run(outage()) == 60


@pytest.mark.parametrize("mood", ["away", "late"])
def test_requests_that_were_asked_while_the_server_was_away_are_told_to_it_later(
    server: str, mood: Any
) -> None:
    """Also that the server has counted one, of which nobody heard."""
    day = Limit("day", "requests", 100, "day")

    async def outage() -> float:
        client = async_client(server, timeout_s=2)
        flaky = Flaky(client)
        quotas = SharedQuotas(flaky, lambda: [day], away=failures(), prefix=f"asked {mood}")

        async def ask() -> None:
            quotas.settle(await quotas.reserve(ALICE, {"requests": 1}), {"requests": 1})

        await ask()
        flaky.mood = mood
        for _ in range(3):
            await ask()
        flaky.mood = "well"
        while quotas.problem:
            await asyncio.sleep(0.01)
        await ask()
        used = await standing(quotas, day)
        await quotas.aclose()
        await client.aclose()
        return used

    assert asyncio.run(outage()) == 5


@given(st.integers(0, 4_000_000_000), st.sampled_from(["day", "month", "hour"]))
@settings(deadline=None, max_examples=30)
def test_the_server_turns_pages_when_the_calendar_does(server: str, now: int, span: Any) -> None:
    moments = [now] if span == "hour" else [now, page_end(span, now) - 1, page_end(span, now)]
    for moment in moments:
        assert turned(server, span, int(moment)) == page_start(span, int(moment))


def turned(server: str, span: str, now: int) -> float:
    script = f"{PAGE} return page(ARGV[1], tonumber(ARGV[2]))"
    with redis.Redis.from_url(server.replace("+cluster", "")) as client:
        return float(client.eval(script, 0, span, now))
