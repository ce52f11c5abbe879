"""Calls beside the event loop: an upstream that computes a lot keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from contextlib import aclosing, suppress
from threading import Thread
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from sobrio.terms.answer import Answered, Call
from sobrio.terms.model import Backing

if TYPE_CHECKING:
    from sobrio.terms.ports import Upstream

_MOST_WAITING: Final = 64
"""Pieces that a slow reader may leave unread before the upstream is told to wait."""

Told: TypeAlias = Answered | bytes | BaseException | None
"""How an answer begins, a piece of it, what broke it, or its end."""


class Aside:
    """An `Upstream` around another, whose calls all run on one event loop in a thread of its own.

    The connections that the other keeps belong to that loop, from whichever loop they are asked for.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None

    async def call(self, backing: Backing, call: Call) -> Answered:
        """Raises what the other raises."""
        return await Handover(self._there()).begin(self._upstream, backing, call)

    async def aclose(self) -> None:
        """Ends the thread; another call starts another."""
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is not None and thread is not None:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._upstream.aclose(), loop))
            loop.call_soon_threadsafe(loop.stop)
            await asyncio.to_thread(thread.join)

    def _there(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = _new_loop()
            self._thread = Thread(target=_run, args=(self._loop,), name="calls aside", daemon=True)
            self._thread.start()
        return self._loop


def _new_loop() -> asyncio.AbstractEventLoop:
    """The faster one, where there is one: with asyncio's own, litellm's streams cost a tenth more."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    """What is still under way when it is stopped ends first, so that nothing is left open."""
    with asyncio.Runner(loop_factory=lambda: loop):
        loop.run_forever()


class Handover:
    """One call on another loop, read on this one; satisfies `terms.answer.Chunks`."""

    def __init__(self, there: asyncio.AbstractEventLoop) -> None:
        self._here = asyncio.get_running_loop()
        self._there = there
        self._told: deque[Told] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._waking = False
        self._full = False
        """The other loop waits for room, or is about to."""
        self._room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def begin(self, upstream: Upstream, backing: Backing, call: Call) -> Answered:
        self._there.call_soon_threadsafe(self._start, upstream, backing, call)
        try:
            begun = await self._next()
        except asyncio.CancelledError:
            await self.aclose()
            raise
        assert isinstance(begun, Answered)
        self._told.popleft()
        return Answered(begun.status, self, begun.headers)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """All pieces that have come since the last time."""
        if await self._next() is None:
            raise StopAsyncIteration
        pieces = []
        while self._told and isinstance(piece := self._told[0], bytes):
            self._told.popleft()
            pieces.append(piece)
        if self._full:  # asked each time, the other loop would turn once more for each piece
            self._full = False
            self._there.call_soon_threadsafe(self._room.set)
        return b"".join(pieces)

    async def aclose(self) -> None:
        """Ends the call where it has not ended. Nobody waits until it has."""
        self._there.call_soon_threadsafe(self._stop)

    async def _next(self) -> Told:
        """What comes next, and stays to be taken. Raises what broke the answer."""
        while not self._told:
            self._waiter = self._here.create_future()
            await self._waiter
        told = self._told[0]
        if isinstance(told, BaseException):
            raise told
        return told

    def _wake(self) -> None:
        self._waking = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # What follows runs on the other loop.

    def _start(self, upstream: Upstream, backing: Backing, call: Call) -> None:
        self._task = self._there.create_task(self._carry(upstream, backing, call))
        self._task.add_done_callback(self._ended)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tell(None if task.cancelled() else task.exception())

    async def _carry(self, upstream: Upstream, backing: Backing, call: Call) -> None:
        answered = await upstream.call(backing, call)
        self._tell(answered)
        async with aclosing(answered.chunks):
            async for piece in answered.chunks:
                self._tell(piece)
                await self._wait_for_room()

    async def _wait_for_room(self) -> None:
        while len(self._told) > _MOST_WAITING:
            self._room.clear()
            self._full = True
            if len(self._told) > _MOST_WAITING:
                await self._room.wait()

    def _tell(self, told: Told) -> None:
        """Wakes the reader once for all that it has not seen. Its loop may have ended meanwhile."""
        self._told.append(told)
        if not self._waking:
            self._waking = True
            with suppress(RuntimeError):
                self._here.call_soon_threadsafe(self._wake)
