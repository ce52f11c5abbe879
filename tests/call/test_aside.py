"""Whatever an upstream does in its own thread, the event loop goes on, and the answer is the same."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from typing import Any

import pytest

from sobrio.call.aside import Aside
from sobrio.errors import UpstreamError
from sobrio.terms.answer import Answered, Call
from sobrio.terms.model import Backing

BACKING = Backing("litellm", "m")
CALL = Call("/chat/completions", b"{}", stream=True)


class Told:
    """An `Upstream` that answers with the pieces it is given; an error among them is raised."""

    def __init__(
        self, *pieces: bytes | Exception, before: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self.pieces: Iterable[bytes | Exception] = pieces
        self.before = before
        self.threads: set[str] = set()
        self.told = 0
        self.closed = threading.Event()
        self.cancelled = threading.Event()

    async def call(self, _backing: Backing, _call: Call) -> Answered:
        self.threads.add(threading.current_thread().name)
        try:
            if self.before is not None:
                await self.before()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return Answered(200, self._chunks(), {"content-type": "text/event-stream"})

    async def _chunks(self) -> AsyncGenerator[bytes, None]:
        try:
            for piece in self.pieces:
                await asyncio.sleep(0)
                if isinstance(piece, Exception):
                    raise piece
                self.told += 1
                yield piece
        finally:
            self.closed.set()

    async def aclose(self) -> None:
        """Keeps no connections."""


def run(upstream: Told, reads: Callable[[Aside], Awaitable[Any]]) -> Any:
    async def scenario() -> Any:
        aside = Aside(upstream)
        try:
            return await reads(aside)
        finally:
            await aside.aclose()

    return asyncio.run(scenario())


async def whole(aside: Aside) -> bytes:
    answered = await aside.call(BACKING, CALL)
    assert (answered.status, answered.headers["content-type"]) == (200, "text/event-stream")
    async with aclosing(answered.chunks):
        return b"".join([piece async for piece in answered.chunks])


def test_an_answer_comes_through_from_another_thread() -> None:
    upstream = Told(*[b"%d," % number for number in range(1000)])
    assert run(upstream, whole) == b"".join(b"%d," % number for number in range(1000))
    assert upstream.threads == {"calls aside"}
    assert upstream.closed.is_set()


def test_the_loop_goes_on_while_the_upstream_computes() -> None:
    """It blocks its thread until the loop has had a turn: on one thread both would wait for ever."""
    begun, turn = threading.Event(), threading.Event()

    async def compute() -> None:
        begun.set()
        assert turn.wait(60)

    async def reads(aside: Aside) -> bytes:
        asking = asyncio.create_task(whole(aside))
        while not begun.is_set():
            await asyncio.sleep(0)
        turn.set()
        return await asking

    assert run(Told(b"done", before=compute), reads) == b"done"


@pytest.mark.parametrize("error", [UpstreamError("busy", status=503), ValueError("a defect")])
def test_what_the_upstream_raises_is_raised(error: Exception) -> None:
    async def fail() -> None:
        raise error

    with pytest.raises(type(error), match=str(error)):
        run(Told(before=fail), whole)


def test_pieces_before_an_error_are_read_first() -> None:
    read: list[bytes] = []

    async def reads(aside: Aside) -> None:
        answered = await aside.call(BACKING, CALL)
        while True:
            read.append(await anext(answered.chunks))

    with pytest.raises(UpstreamError, match="broke off"):
        run(Told(b"a", b"b", UpstreamError("broke off")), reads)
    assert b"".join(read) == b"ab"


def test_who_leaves_before_the_answer_stops_the_upstream() -> None:
    begun = threading.Event()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    async def reads(aside: Aside) -> None:
        asking = asyncio.create_task(aside.call(BACKING, CALL))
        while not begun.is_set():
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await asyncio.to_thread(upstream.cancelled.wait, 10)

    upstream = Told(before=hang)
    run(upstream, reads)


def test_who_leaves_in_the_middle_stops_the_upstream() -> None:
    async def reads(aside: Aside) -> None:
        answered = await aside.call(BACKING, CALL)
        assert await anext(answered.chunks)
        await answered.chunks.aclose()
        assert await asyncio.to_thread(upstream.closed.wait, 10)

    upstream = Told(*[b"piece"] * 100_000)
    run(upstream, reads)
    assert upstream.told < 100_000


def test_a_slow_reader_makes_the_upstream_wait() -> None:
    async def reads(aside: Aside) -> int:
        answered = await aside.call(BACKING, CALL)
        before = -1
        while before != upstream.told:
            before = upstream.told
            await asyncio.sleep(0.1)
        rest = [piece async for piece in answered.chunks]
        assert len(b"".join(rest)) == 1000
        return before

    upstream = Told(*[b"x"] * 1000)
    assert run(upstream, reads) <= 66


def test_each_event_loop_may_ask_and_a_closed_one_opens_again() -> None:
    async def twice(aside: Aside) -> list[bytes]:
        first = await whole(aside)
        await aside.aclose()
        return [first, await whole(aside)]

    upstream = Told(b"ok")
    assert run(upstream, twice) == [b"ok", b"ok"]
    assert "calls aside" not in {each.name for each in threading.enumerate()}
