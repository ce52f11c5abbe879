"""The fastest upstream that can be written in Python: canned bytes, in a process of its own.

It prints its port and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop

CHUNKS = 20
_DOCUMENT = (
    b'{"id":"chatcmpl-1","object":"chat.completion","created":1750000000,"model":"m","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":20,"completion_tokens":20,"total_tokens":40}}'
) % (b"word " * 20)
_EVENT = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1750000000,"model":"m",'
    b'"choices":[{"index":0,"delta":{"content":"word "},"finish_reason":null}]}\n\n'
)
_LAST = _EVENT.replace(b'{"content":"word "},"finish_reason":null', b'{},"finish_reason":"stop"')

DOCUMENT = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(_DOCUMENT)
) + _DOCUMENT
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
STREAM = [b"%x\r\n%s\r\n" % (len(each), each) for each in (*[_EVENT] * CHUNKS, _LAST, b"data: [DONE]\n\n")]
STREAM_BYTES = len(STREAM_HEAD) + sum(map(len, STREAM)) + len(b"0\r\n\r\n")


class Upstream(asyncio.Protocol):
    """One write for a document; for a stream a write a chunk, each on its own turn of the event loop."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._request = b""

    def data_received(self, data: bytes) -> None:
        self._request += data
        head, _, body = self._request.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 1 << 30)
        if len(body) < length:
            return
        self._request = b""
        if b'"stream":true' in body:
            self._transport.write(STREAM_HEAD)
            self._stream(0)
        else:
            self._transport.write(DOCUMENT)

    def _stream(self, index: int) -> None:
        if index == len(STREAM):
            self._transport.write(b"0\r\n\r\n")
            return
        self._transport.write(STREAM[index])
        asyncio.get_running_loop().call_soon(self._stream, index + 1)


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Upstream, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(main())
