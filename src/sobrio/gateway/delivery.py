"""Sending a reply, and noticing that nobody waits for it any more."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import aclosing, suppress
from functools import lru_cache
from types import TracebackType
from typing import Self

import msgspec

from sobrio.errors import SobrioError
from sobrio.gateway.asgi import Receive, Send
from sobrio.route import Reply, error_body
from sobrio.terms.answer import Chunks

logger = logging.getLogger("sobrio.gateway")
_unsafe = re.compile(r"[^\x20-\x7e]")
_LINGER_S = 2.0
_SOON_S = 0.02
_STREAM_HEADERS = [(b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]


class Attended:
    """Cancels the work inside when the client leaves; outside, that is no error.

    Enter it once the body has been read: from then on nothing but the disconnect can arrive. The watch
    begins after a moment, since it costs more than an answer from the cache takes.
    """

    __slots__ = ("_receive", "_soon", "_watch", "_work", "gone")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.gone = False

    async def __aenter__(self) -> Self:
        self._work = asyncio.current_task()
        self._watch: asyncio.Task[None] | None = None
        self._soon = asyncio.get_running_loop().call_later(_SOON_S, self._begin)
        return self

    def _begin(self) -> None:
        self._watch = asyncio.create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        if self._work is not None:
            self._work.cancel()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._soon.cancel()
        if self._watch is not None:
            self._watch.cancel()
        if self.gone and kind is asyncio.CancelledError and self._work is not None:
            self._work.uncancel()
            return True
        return False


async def deliver(reply: Reply, send: Send) -> None:
    """Sends the reply; a stream goes out piece by piece and is closed on every way out."""
    if reply.stream is not None:
        await _deliver_stream(reply, reply.stream, send)
        return
    body = reply.body or b""
    headers = [*_encoded(reply), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def turn_away(reply: Reply, receive: Receive, send: Send) -> None:
    """Sends a refusal and reads on for a moment.

    Closing at once would reset the connection under a client that is still sending its body, and it
    would see the reset instead of the refusal (RFC 9112, section 9.6).
    """
    body = reply.body or b""
    headers = [*_encoded(reply), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_S):
            while (await receive()).get("more_body", False):
                pass
    await send({"type": "http.response.body", "body": b""})


async def _deliver_stream(reply: Reply, stream: Chunks, send: Send) -> None:
    async with aclosing(stream):
        headers = [*_encoded(reply), *_STREAM_HEADERS]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        try:
            async for chunk in stream:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except SobrioError as error:
            await send({"type": "http.response.body", "body": _broken(error), "more_body": True})
        except Exception:
            logger.exception("a defect in a stream")
            internal = _broken(SobrioError("an internal error; the gateway's log says more"))
            await send({"type": "http.response.body", "body": internal, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _broken(error: SobrioError) -> bytes:
    """The status has gone out already: the error is an event, and no `[DONE]` follows."""
    return b"data: " + msgspec.json.encode(error_body(error, error.receipt_id)) + b"\n\n"


def _encoded(reply: Reply) -> list[tuple[bytes, bytes]]:
    return [_header(*each) for each in reply.headers]


@lru_cache(maxsize=256)
def _header(name: str, value: str) -> tuple[bytes, bytes]:
    """All but the receipt's are the same again and again."""
    return name.encode("ascii"), header_safe(value)


def header_safe(value: str) -> bytes:
    """A header value that can neither break the response apart nor be refused by a client."""
    if not (value.isascii() and value.isprintable()):
        value = _unsafe.sub("?", value)
    return value.encode("ascii")
