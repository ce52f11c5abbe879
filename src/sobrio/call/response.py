"""An answer as it arrives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from sobrio.errors import UpstreamError, UpstreamTimeout
from sobrio.terms.answer import Call

if TYPE_CHECKING:
    from sobrio.call.connection import Connection


class Response:
    """Filled by a connection, read by one reader; satisfies `terms.answer.Chunks`.

    `status` and `headers` are set once `begun()` has returned. What has arrived can still be read
    after a failure; then the failure is raised.
    """

    __slots__ = (
        "_call", "_chunks", "_connection", "_deadline", "_ended", "_error", "_loop", "_timer", "_waiter",
        "body_bytes", "headers", "stale", "status", "unread_bytes",
    )  # fmt: skip

    def __init__(
        self, connection: Connection, call: Call, loop: asyncio.AbstractEventLoop, *, kept: bool
    ) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.stale = kept
        """True until a byte arrives on a connection kept from an earlier request."""
        self.body_bytes = 0
        self.unread_bytes = 0
        self._call = call
        self._chunks: list[bytes] = []
        self._connection = connection
        self._ended = False
        self._error: UpstreamError | None = None
        self._loop = loop
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = loop.time() + call.timeouts.total_s
        self._timer = loop.call_later(self._first_byte_timeout_s(), self._expire)

    async def begun(self) -> None:
        """Returns when status and headers have arrived."""
        while not self.status:
            if self._error is not None:
                raise self._error
            await self._something()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """All bytes that have arrived since the last time."""
        while not self._chunks:
            if self._error is not None:
                raise self._error
            if self._ended:
                raise StopAsyncIteration
            await self._something()
        arrived = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self.unread_bytes = 0
        self._connection.resume()
        return arrived

    async def aclose(self) -> None:
        """Drops the connection unless the answer is complete, so that the upstream can stop."""
        if not self._ended:
            self._connection.abort()

    def begin(self, status: int) -> None:
        self.status = status
        self._wake()

    def feed(self, piece: bytes) -> None:
        if not self.body_bytes and self._call.stream:
            self._timer.cancel()
            self._timer = self._loop.call_at(self._deadline, self._expire)
        self.body_bytes += len(piece)
        self.unread_bytes += len(piece)
        self._chunks.append(piece)
        self._wake()

    def finish(self) -> None:
        self._ended = True
        self._timer.cancel()
        self._wake()

    def fail(self, error: UpstreamError) -> None:
        if not self._ended:
            self._error = error
            self.finish()

    def _first_byte_timeout_s(self) -> float:
        allowed = self._call.timeouts
        return min(allowed.first_token_s, allowed.total_s) if self._call.stream else allowed.total_s

    def _expire(self) -> None:
        waited = self._call.timeouts.total_s if self.body_bytes else self._first_byte_timeout_s()
        what = "did not finish its answer" if self.body_bytes else "did not answer"
        self.fail(UpstreamTimeout(f"{self._connection.origin} {what} within {waited:g} s"))
        self._connection.abort()

    async def _something(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
