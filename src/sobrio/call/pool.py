"""Connections to one origin, kept between requests."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from sobrio.call.connection import Connection
from sobrio.call.limits import Limits
from sobrio.call.origin import Origin
from sobrio.errors import UpstreamError, UpstreamTimeout

UNREACHABLE = "upstream_unreachable"


class Pool:
    """Hands out connections, the latest used first. Belongs to the event loop it is first used in."""

    def __init__(self, origin: Origin, limits: Limits, tls: Callable[[], ssl.SSLContext]) -> None:
        self._origin = origin
        self._limits = limits
        self._tls = tls
        self._idle: list[tuple[float, Connection]] = []
        self._turns = asyncio.Semaphore(limits.connections)
        self._sweep: asyncio.TimerHandle | None = None

    async def take(self, timeout_s: float) -> Connection:
        """An idle connection or a new one. It comes back by itself when its answer is complete."""
        if self._turns.locked():
            await self._turn(timeout_s)
        else:
            await self._turns.acquire()
        while self._idle:
            _, connection = self._idle.pop()
            if not connection.closed:
                return connection
        try:
            return await self._connect(timeout_s)
        except BaseException:
            self._turns.release()
            raise

    def drop_idle(self) -> None:
        for _, connection in self._idle:
            connection.abort()
        self._idle.clear()
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None

    async def _turn(self, timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._turns.acquire()
        except TimeoutError:
            message = f"all {self._limits.connections} connections to {self._origin} were busy"
            raise UpstreamTimeout(f"{message} for {timeout_s:g} s") from None

    async def _connect(self, timeout_s: float) -> Connection:
        origin = self._origin
        try:
            async with asyncio.timeout(timeout_s):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: Connection(origin, self._limits, self._give_back),
                    origin.host,
                    origin.port,
                    ssl=self._tls() if origin.scheme == "https" else None,
                )
        except TimeoutError:
            message = f"cannot reach {origin}: no connection within {timeout_s:g} s; is it running?"
            raise UpstreamTimeout(message, code=UNREACHABLE) from None
        except (OSError, UnicodeError) as error:
            raise UpstreamError(f"cannot reach {origin}: {_reason(error)}", code=UNREACHABLE) from error
        return connection

    def _give_back(self, connection: Connection, reusable: bool) -> None:
        self._turns.release()
        if not reusable or len(self._idle) >= self._limits.idle_connections:
            connection.abort()
            return
        now = asyncio.get_running_loop().time()
        self._idle.append((now, connection))
        if self._sweep is None:
            self._sweep_later()

    def _sweep_later(self) -> None:
        self._sweep = asyncio.get_running_loop().call_later(self._limits.idle_s, self._drop_expired)

    def _drop_expired(self) -> None:
        """Runs every `idle_s` for as long as anything is idle, so nothing stays for twice as long."""
        oldest = asyncio.get_running_loop().time() - self._limits.idle_s
        for since, connection in self._idle:
            if since <= oldest:
                connection.abort()
        self._idle = [each for each in self._idle if not each[1].closed]
        self._sweep = None
        if self._idle:
            self._sweep_later()


def _reason(error: OSError | UnicodeError) -> str:
    """In a user's words, with the next step."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted ({error.verify_message})"
        case ssl.SSLError():
            return f"no TLS there ({error.reason}); is it http instead of https?"
        case ConnectionRefusedError():
            return "connection refused; is it running?"
        case OSError():
            return f"{error.strerror or error}; is it running?"
        case _:
            return "its name is not a host name"
