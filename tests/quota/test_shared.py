"""Replicas that share their accounts in a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from sobrio.errors import OverLimit
from sobrio.quota import SharedQuotas
from sobrio.redis_door import async_client, failures
from sobrio.terms.limit import Limit
from sobrio.terms.request import Caller

ALICE = Caller(tenant="acme", team="research", key_id="alice")


@asynccontextmanager
async def replica(url: str, *limits: Limit, prefix: str) -> AsyncIterator[SharedQuotas]:
    client = async_client(url, timeout_s=2)
    shared = SharedQuotas(client, lambda: limits, away=failures(), prefix=prefix)
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
