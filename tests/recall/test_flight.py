"""Identical requests at the same moment make one call; a failure is its own caller's only."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from sobrio.recall import Flights


class Upstream:
    """Counts its calls and answers when it is let go."""

    def __init__(self) -> None:
        self.calls = 0
        self.go = asyncio.Event()
        self.begun = asyncio.Event()
        self.answers: list[str | Exception | None] = []

    async def __call__(self) -> str | None:
        self.calls += 1
        self.begun.set()
        await self.go.wait()
        answer = self.answers.pop(0) if self.answers else "answer"
        if isinstance(answer, Exception):
            raise answer
        return answer


Outcome = tuple[str | None, bool] | BaseException


async def crowd(upstream: Upstream, size: int, key: bytes = b"k") -> tuple[Flights[str], list[Outcome]]:
    flights: Flights[str] = Flights()
    tasks = [asyncio.create_task(flights.board(key, upstream)) for _ in range(size)]
    await upstream.begun.wait()
    upstream.go.set()
    return flights, await asyncio.gather(*tasks, return_exceptions=True)


def in_a_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    @functools.wraps(test)
    def run() -> None:
        asyncio.run(test())

    return run


@in_a_loop
async def test_a_crowd_makes_one_call() -> None:
    upstream = Upstream()
    _, outcomes = await crowd(upstream, 20)
    assert upstream.calls == 1
    assert outcomes.count(("answer", False)) == 1
    assert outcomes.count(("answer", True)) == 19


@in_a_loop
async def test_different_keys_do_not_wait_for_each_other() -> None:
    flights: Flights[str] = Flights()
    slow, quick = Upstream(), Upstream()
    waiting = asyncio.create_task(flights.board(b"a", slow))
    await slow.begun.wait()
    quick.go.set()
    assert await flights.board(b"b", quick) == ("answer", False)
    slow.go.set()
    assert await waiting == ("answer", False)


@in_a_loop
async def test_an_error_is_told_only_to_who_met_it() -> None:
    upstream = Upstream()
    upstream.answers = [ConnectionError("broken")]
    _, outcomes = await crowd(upstream, 3)
    assert sum(isinstance(each, ConnectionError) for each in outcomes) == 1
    assert outcomes.count(("answer", False)) + outcomes.count(("answer", True)) == 2


@in_a_loop
async def test_an_answer_that_cannot_be_shared_makes_the_others_fly() -> None:
    upstream = Upstream()
    upstream.answers = [None]
    _, outcomes = await crowd(upstream, 2)
    assert upstream.calls == 2
    assert (None, False) in outcomes
    assert ("answer", False) in outcomes


@in_a_loop
async def test_when_the_first_leaves_the_others_still_get_their_answer() -> None:
    flights: Flights[str] = Flights()
    upstream = Upstream()
    first = asyncio.create_task(flights.board(b"k", upstream))
    await upstream.begun.wait()
    second = asyncio.create_task(flights.board(b"k", upstream))
    first.cancel()
    upstream.go.set()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await second == ("answer", False)


@in_a_loop
async def test_when_the_first_leaves_one_of_the_others_flies_for_all() -> None:
    flights: Flights[str] = Flights()
    upstream = Upstream()
    first, *others = [asyncio.create_task(flights.board(b"k", upstream)) for _ in range(9)]
    await upstream.begun.wait()
    upstream.begun.clear()
    first.cancel()
    await upstream.begun.wait()
    upstream.go.set()
    outcomes = await asyncio.gather(*others)
    assert upstream.calls == 2
    assert sorted(shared for _, shared in outcomes) == [False] + [True] * 7


@in_a_loop
async def test_when_a_waiter_leaves_the_flight_goes_on() -> None:
    flights: Flights[str] = Flights()
    upstream = Upstream()
    first = asyncio.create_task(flights.board(b"k", upstream))
    await upstream.begun.wait()
    second = asyncio.create_task(flights.board(b"k", upstream))
    await asyncio.sleep(0)
    second.cancel()
    upstream.go.set()
    assert await first == ("answer", False)
    with pytest.raises(asyncio.CancelledError):
        await second


@in_a_loop
async def test_the_next_crowd_flies_anew() -> None:
    upstream = Upstream()
    flights, _ = await crowd(upstream, 2)
    await flights.board(b"k", upstream)
    assert upstream.calls == 2
