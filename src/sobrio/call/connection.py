"""One HTTP/1.1 connection: requests one after the other, answers as they arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

from sobrio.call.limits import Limits
from sobrio.call.origin import Origin
from sobrio.call.response import Response
from sobrio.errors import UpstreamBroken
from sobrio.terms.answer import Call


class Connection(asyncio.Protocol):
    """Tells `done` once per request when it can take another (True) or is lost (False).

    The methods named `on_…` are called by the parser.
    """

    def __init__(self, origin: Origin, limits: Limits, done: Callable[[Connection, bool], None]) -> None:
        self.origin = origin
        self.closed = False
        self._used = False
        self._limits = limits
        self._done = done
        self._parser = httptools.HttpResponseParser(self)
        self._response: Response | None = None
        self._paused = False
        self._reset()

    def send(self, head: bytes, call: Call) -> Response:
        response = Response(self, call, asyncio.get_running_loop(), kept=self._used)
        self._reset()
        self._response = response
        self._transport.writelines((head, call.body))
        return response

    def abort(self) -> None:
        """Drops the connection at once; an unfinished answer fails."""
        self.closed = True
        self._transport.abort()

    def resume(self) -> None:
        if self._paused:
            self._paused = False
            self._transport.resume_reading()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's do not inherit from it

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        response = self._response
        if response is None:
            return
        if error is None and self._ends_with_connection():
            response.finish()
        else:
            response.fail(UpstreamBroken(f"{self.origin} broke off {self._how_far()}"))
        self._release(reusable=False)

    def data_received(self, data: bytes) -> None:
        response = self._response
        if response is None:
            return self.abort()
        response.stale = False
        if not response.status:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return self._break(f"{self.origin} answered with something that is not HTTP/1.1")
        return self._keep_within_limits(response)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self._response is not None and status >= 200:
            self._response.headers = self._headers
            self._response.begin(status)

    def on_body(self, piece: bytes) -> None:
        if self._response is None:
            return
        self._response.feed(piece)
        if self._response.body_bytes > self._limits.body_bytes:
            self._break(f"{self.origin} sent more than {self._limits.body_bytes} bytes")

    def on_message_complete(self) -> None:
        if self._response is None or not self._response.status:
            return self._reset()
        self._response.finish()
        sent = self._transport.get_write_buffer_size() == 0
        return self._release(reusable=sent and self._parser.should_keep_alive())

    def _reset(self) -> None:
        self._headers: dict[str, str] = {}
        self._head_bytes = 0

    def _release(self, *, reusable: bool) -> None:
        self._response = None
        self._used = True
        self.resume()
        self._done(self, reusable and not self.closed)

    def _keep_within_limits(self, response: Response) -> None:
        limits = self._limits
        if not response.status and self._head_bytes > limits.head_bytes:
            self._break(f"{self.origin} sent more than {limits.head_bytes} bytes of headers")
        elif response.unread_bytes > limits.buffered_bytes and self._response is response:
            self._paused = True
            self._transport.pause_reading()

    def _break(self, message: str) -> None:
        if self._response is not None:
            self._response.fail(UpstreamBroken(message))
        self.abort()

    def _ends_with_connection(self) -> bool:
        """Without length and chunks, the end of the connection is the end of the body."""
        response = self._response
        framed = {"content-length", "transfer-encoding"} & self._headers.keys()
        return response is not None and response.status > 0 and not framed

    def _how_far(self) -> str:
        begun = self._response is not None and self._response.status > 0
        return "in the middle of its answer" if begun else "before it answered"
