"""One upstream's stream for several identical requests at once.

The first rider reads the upstream by itself, at the pace of its own client, which costs what it would cost
without the others. When one joins, a task reads on for all of them: from then on nobody's leaving or
loitering touches the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Self

from sobrio.errors import UpstreamError
from sobrio.route.translated import Payloads
from sobrio.terms.model import Deployment
from sobrio.terms.passage import Citation


class Broadcast:
    """What `deployment` streams to the request whose receipt is `made_by`, out of the passages `cited`."""

    def __init__(
        self, source: Payloads, deployment: Deployment, made_by: str, cited: tuple[Citation, ...] = ()
    ) -> None:
        self.deployment = deployment
        self.made_by = made_by
        self.cited = cited
        self.riders = 0
        self.over = False
        """Nothing more will come."""
        self.abandoned = False
        """It was left before its end, by everybody."""
        self._source = source
        self._taken: list[list[bytes]] = []
        self._failure: UpstreamError | None = None
        self._alone = False
        """The first rider waits for the upstream by itself."""
        self._pump: asyncio.Task[None] | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self._afterwards: Callable[[], None] = _nothing

    async def join(self) -> Ride | None:
        """The stream from its beginning; `None` where nobody can read on."""
        ride = Ride(self)
        try:
            while self._alone:
                await self._news()
        except asyncio.CancelledError:
            await ride.aclose()
            raise
        if self.abandoned:
            await ride.aclose()
            return None
        return ride

    async def at(self, place: int) -> list[bytes] | None:
        """The payloads at `place`, `None` behind the last. Raises what broke the stream."""
        while place >= len(self._taken) and not self.over:
            await (self._read_alone() if self._pump is None and self.riders == 1 else self._read_together())
        if place < len(self._taken):
            return self._taken[place]
        if self._failure is not None:
            raise self._failure
        return None

    async def leave(self) -> None:
        """The last one to leave closes the upstream."""
        self.riders -= 1
        if self.riders:
            return
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait([self._pump])
        self.abandoned = self.abandoned or not self.over
        self._end()
        await self._source.aclose()

    def since(self, place: int) -> list[bytes]:
        """The payloads from `place` on, as far as they have come."""
        return [payload for payloads in self._taken[place:] for payload in payloads]

    def afterwards(self, do: Callable[[], None]) -> None:
        """Once nothing more will come: now, where that is so."""
        if self.over:
            do()
        else:
            self._afterwards = do

    async def _read_alone(self) -> None:
        self._alone = True
        try:
            await self._step()
        except asyncio.CancelledError:  # what was read in the cancelled task cannot be read on
            self.abandoned = True
            self._end()
            raise
        finally:
            self._alone = False
            self._tell()

    async def _read_together(self) -> None:
        if self._pump is None and not self._alone:
            self._pump = asyncio.create_task(self._read_on())
        await self._news()

    async def _read_on(self) -> None:
        try:
            while not self.over:
                await self._step()
                self._tell()
        finally:
            self._end()
            self._tell()

    async def _step(self) -> None:
        try:
            self._taken.append(await anext(self._source))
        except StopAsyncIteration:
            self._end()
        except UpstreamError as error:
            self._failure = error
            self._end()

    def _end(self) -> None:
        self.over = True
        do, self._afterwards = self._afterwards, _nothing
        do()

    async def _news(self) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        await waiting

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)


class Ride:
    """One request's way through a broadcast. Must be closed."""

    __slots__ = ("_broadcast", "_gone", "_place")

    def __init__(self, broadcast: Broadcast) -> None:
        self._broadcast = broadcast
        self._place = 0
        self._gone = False
        broadcast.riders += 1

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[bytes]:
        payloads = await self._broadcast.at(self._place)
        if payloads is None:
            raise StopAsyncIteration
        self._place += 1
        return payloads

    async def aclose(self) -> None:
        if not self._gone:
            self._gone = True
            await self._broadcast.leave()

    def afterwards(self, do: Callable[[list[bytes]], None]) -> None:
        """Once nothing more will come, with what came since this rider took its last."""
        self._broadcast.afterwards(lambda: do(self._broadcast.since(self._place)))


def _nothing() -> None:
    """What there is to do where nobody said otherwise."""
