"""uvicorn's HTTP protocol, bounded while a request's head arrives.

The application is asked once the head is complete; until then only this can stop a client that sends
header after header, or one byte a minute. Import it lazily: it loads the server.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sobrio.gateway.asgi import Limits

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_SLACK = 64 * 1024
"""A head is counted in reads, which may carry the beginning of a body too."""
_UPGRADE: Final = re.compile(rb"\r\nupgrade(?=[ \t]*:)", re.IGNORECASE)


class BoundedProtocol(HttpToolsProtocol):
    """A head is open from the connection's start, or a request's first byte, to its blank line."""

    limits: ClassVar[Limits]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_open = True
        self._head_bytes = 0
        self._head_next = True
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        was_open = self._head_open
        super().data_received(_without_upgrade(data) if self._head_next else data)
        if self._head_open:
            self._still_open(len(data) if was_open else 0)

    def on_message_begin(self) -> None:
        self._head_open = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head_open = self._head_next = False
        self._head_bytes = 0
        self._clear_deadline()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._head_next = True
        super().on_message_complete()

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


def _without_upgrade(data: bytes) -> bytes:
    """The first head in `data`, with another name for an offer of another protocol (Java's client makes it).

    There is none to go over to, and the offer may be ignored (RFC 9110, section 7.8); the parser would take
    what follows for that protocol, and not read the body.
    """
    end = data.find(b"\r\n\r\n")
    offer = _UPGRADE.search(data, 0, len(data) if end < 0 else end)
    return data if offer is None else data[: offer.start()] + b"\r\nignored" + data[offer.end() :]
