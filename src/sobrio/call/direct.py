"""The lean path: OpenAI-compatible upstreams over our own HTTP/1.1 client."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import aclosing
from functools import cached_property

from sobrio.call.failure import failure_of
from sobrio.call.head import head_of
from sobrio.call.limits import Limits
from sobrio.call.origin import OPENAI, Origin, origin_of
from sobrio.call.pool import Pool
from sobrio.call.response import Response
from sobrio.errors import UpstreamBroken, UpstreamError
from sobrio.terms.answer import Answered, Call
from sobrio.terms.model import Backing

_ERROR_BYTES = 64 * 1024
"""As much of an error's body as is worth keeping."""


class Dropped(UpstreamBroken):
    """A kept connection ended before a byte of the answer: the server closed it while the request was on its
    way, and is taken not to have begun with it (RFC 9112, 9.3.1)."""


class Direct:
    """An `Upstream`. Bodies go out and come in byte for byte; proxies of the environment are ignored.

    Connections are kept per origin, and belong to an event loop: another loop starts with none.
    """

    def __init__(self, limits: Limits | None = None, *, tls: ssl.SSLContext | None = None) -> None:
        self._limits = limits or Limits()
        self._given_tls = tls
        self._pools: dict[Origin, Pool] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def call(self, backing: Backing, call: Call) -> Answered:
        """Raises `UpstreamError` when it is not reached or answers 300 and more (`Dropped`
        only for a call that is not to be sent again); `PolicyError` for a backing that cannot be called as it
        stands."""
        origin, prefix = origin_of(backing.base_url or OPENAI)
        head = head_of(backing, call, origin, prefix)
        response = await self._begin(self._pool(origin), head, call)
        if response.status >= 300:
            raise await _failure(str(origin), response, backing)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise UpstreamBroken(f"{origin} compressed its answer although asked not to")
        return Answered(response.status, response, response.headers)

    async def aclose(self) -> None:
        """Closes the idle connections; calls under way are not touched. From another event loop, they are
        left for the loop that made them."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._move(loop)
        for pool in self._pools.values():
            pool.drop_idle()
        await asyncio.sleep(0)  # lets the event loop close the sockets

    async def _begin(self, pool: Pool, head: bytes, call: Call) -> Response:
        """A kept connection may have been dropped by the server just now: then once more, on a new one,
        unless whoever calls counts what is sent."""
        connection = await pool.take(call.timeouts.connect_s)
        response = connection.send(head, call)
        try:
            await response.begun()
        except UpstreamBroken as error:
            if not response.stale:
                raise
            pool.drop_idle()
            if not call.resend:
                raise Dropped(error.message) from None
            return await self._begin(pool, head, call)
        except asyncio.CancelledError:
            connection.abort()
            raise
        return response

    def _pool(self, origin: Origin) -> Pool:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._move(loop)
        pool = self._pools.get(origin)
        if pool is None:
            pool = self._pools[origin] = Pool(origin, self._limits, lambda: self._tls)
        return pool

    def _move(self, loop: asyncio.AbstractEventLoop) -> None:
        """Leaves the connections of the former loop for that loop to close."""
        if self._loop is not None and not self._loop.is_closed():
            for pool in self._pools.values():
                self._loop.call_soon_threadsafe(pool.drop_idle)
        self._loop, self._pools = loop, {}

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._given_tls or ssl.create_default_context()


async def _failure(name: str, response: Response, backing: Backing) -> UpstreamError:
    body = b""
    async with aclosing(response):
        try:
            async for piece in response:
                body += piece
                if len(body) > _ERROR_BYTES:
                    break
        except UpstreamError:
            pass
    return failure_of(name, response.status, response.headers, body[:_ERROR_BYTES], backing)
