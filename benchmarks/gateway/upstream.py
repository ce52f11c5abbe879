"""A loopback upstream that costs next to nothing: canned answers with token counts that differ.

`python upstream.py` prints its port. A JSON request gets one completion. A request whose body holds
`"stream":true` gets 20 chunks, each written on its own turn of the event loop; if its body holds
`"paced"` as well, a chunk every 10 ms, with the moment it was written as its text.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from typing import cast

CHUNKS = 20
PACE_S = 0.01
TEXT = b"Paris is the capital of France and has been for most of the last thousand years. " * 4
HEAD = b'{"id":"chatcmpl-1","object":"chat.completion%s","created":1750000000,"model":"loopback",'
ANSWER = (
    HEAD % b""
    + b'"choices":[{"index":0,"message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],' % TEXT
)
USAGE = b'"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}'
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
)
END = b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"

_numbers = itertools.count()


def _usage() -> bytes:
    """Prompts of 20 to 2,000 tokens, answers of 20 to 800: no two requests in a row are alike."""
    number = next(_numbers)
    read, written = 20 + number * 389 % 1_981, 20 + number * 211 % 781
    return USAGE % (read, written, read + written)


def _whole() -> bytes:
    answer = ANSWER + _usage()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(answer) + answer


def _event(rest: bytes) -> bytes:
    data = b"data: " + HEAD % b".chunk" + rest + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


def _piece(text: bytes) -> bytes:
    return _event(b'"choices":[{"index":0,"delta":{"content":"%s"},"finish_reason":null}]}' % text)


_WORD = _piece(b" word")
_FINISH = _event(b'"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}')


class Upstream(asyncio.Protocol):
    """Requests come one at a time on each connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._received: list[bytes] = []
        self._missing = 0

    def data_received(self, data: bytes) -> None:
        self._received.append(data)
        if self._missing:
            self._missing -= len(data)
        else:
            head, _, body = data.partition(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
            self._missing = int(length or 0) - len(body)
        if self._missing <= 0:
            self._answer(b"".join(self._received))

    def _answer(self, request: bytes) -> None:
        self._received.clear()
        self._missing = 0
        if b'"stream":true' not in request:
            self._transport.write(_whole())
            return
        self._transport.write(STREAM_HEAD)
        self._stream(CHUNKS - 2, b'"paced"' in request)

    def _stream(self, left: int, paced: bool) -> None:
        if self._transport.is_closing():
            return
        if not left:
            self._transport.write(_FINISH + _event(b'"choices":[],' + _usage()) + END)
            return
        self._transport.write(_piece(b"%.7f " % time.perf_counter()) if paced else _WORD)
        loop = asyncio.get_running_loop()
        loop.call_later(PACE_S if paced else 0, self._stream, left - 1, paced)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    sys.exit(uvloop.run(main()))
