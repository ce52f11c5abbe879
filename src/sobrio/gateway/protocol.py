"""uvicorn's HTTP protocol, bounded while a request's head arrives.

The application is asked once the head is complete; until then only this can stop a client that sends
header after header, or one byte a minute. Import it lazily: it loads the server.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any, ClassVar

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sobrio.gateway.asgi import Limits

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_SLACK = 64 * 1024
"""A head is counted in reads, which may carry the beginning of a body too."""


class BoundedProtocol(HttpToolsProtocol):
    """A head is open from the connection's start, or a request's first byte, to its blank line."""

    limits: ClassVar[Limits]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_open = True
        self._head_bytes = 0
        self._data = b""
        self._offered = False
        self._instead = b""
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        was_open = self._head_open
        self._data = data
        super().data_received(data)
        while self._instead:
            self._data, self._instead = self._instead, b""
            super().data_received(self._data)
        if self._head_open:
            self._still_open(len(data) if was_open else 0)

    def on_message_begin(self) -> None:
        self._head_open = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head_open = False
        self._head_bytes = 0
        self._clear_deadline()
        if self.parser.should_upgrade() and self._get_upgrade() is not None:
            self._offered = True
        else:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self._offered:
            super().on_message_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """Instead of the warning: the request is read anew, without its offer of another protocol.

        Java's client makes one. There is none to go over to, and an offer may be ignored (RFC 9110, section
        7.8); but the parser takes what follows the head for that protocol, and does not read the body.
        """
        error = sys.exception()
        if not self._offered or error is None:
            return
        self._offered = False
        lines = [b"%s: %s\r\n" % each for each in self.headers if each[0] != b"upgrade"]
        start = b"%s %s HTTP/%s\r\n" % (
            self.parser.get_method(), self.url, self.parser.get_http_version().encode()
        )  # fmt: skip
        self._instead = b"%s%s\r\n%s" % (start, b"".join(lines), self._data[error.args[0] :])
        self.parser = httptools.HttpRequestParser(self)

    def _still_open(self, received: int) -> None:
        self._head_bytes += received
        if self._head_bytes > self.limits.header_bytes + _SLACK and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()
        elif self._deadline is None:
            self._set_deadline()

    def _set_deadline(self) -> None:
        self._deadline = self.loop.call_later(self.limits.head_timeout_s, self.transport.close)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
