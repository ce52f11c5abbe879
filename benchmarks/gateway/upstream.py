"""A loopback upstream that costs next to nothing: fixed answers, one write each.

`python upstream.py` prints its port. A JSON request gets one completion; a request whose body holds
`"stream":true` gets 20 chunks, one a write.
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

TEXT = "Paris is the capital of France and has been for most of the last thousand years. " * 4
HEAD = b'{"id":"chatcmpl-1","object":"chat.completion%s","created":1750000000,"model":"loopback",'
ANSWER = (
    HEAD % b""
    + b'"choices":[{"index":0,"message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],'
    % TEXT.encode()
    + b'"usage":{"prompt_tokens":20,"completion_tokens":70,"total_tokens":90}}'
)
WHOLE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
    len(ANSWER),
    ANSWER,
)
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
)


def _event(rest: bytes) -> bytes:
    data = b"data: " + HEAD % b".chunk" + rest + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


_PIECE = _event(b'"choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}')
_FINISH = _event(b'"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}')
_USAGE = _event(b'"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":18,"total_tokens":38}}')
CHUNKS = [STREAM_HEAD + _PIECE, *[_PIECE] * 17, _FINISH, _USAGE + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"]


class Upstream(asyncio.Protocol):
    """Requests come whole and one at a time on each connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, blank, body = self._received.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        if not blank or len(body) < length:
            return
        self._received = b""
        if b'"stream":true' in body:
            for chunk in CHUNKS:
                self._transport.write(chunk)
        else:
            self._transport.write(WHOLE)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    sys.exit(uvloop.run(main()))
