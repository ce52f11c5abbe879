"""HTTP/1.1 as the loopback upstream reads and writes it."""

from __future__ import annotations

from asyncio import IncompleteReadError, StreamReader
from collections.abc import Iterable, Mapping
from http.client import responses
from typing import NamedTuple

JSON = "application/json"
EVENTS = "text/event-stream; charset=utf-8"
LAST_CHUNK = b"0\r\n\r\n"
_TYPED = b'{"type":"'


class Received(NamedTuple):
    """A request as it arrived; header names are in lower case, `body` is untouched."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"


async def read_request(reader: StreamReader) -> Received | None:
    """The next request of a connection, or `None` when the client closed it."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    method, path, _ = first.split(" ")
    return Received(path, headers, await _read_body(reader, headers), method)


async def _read_body(reader: StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return body


def head(status: int, content_type: str, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    """A status line and headers of a response whose body ends with the connection or its last chunk."""
    lines = [f"HTTP/1.1 {status} {responses.get(status, 'Unknown')}", f"content-type: {content_type}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def whole(
    status: int, body: bytes, content_type: str = JSON, headers: Iterable[tuple[str, str]] = ()
) -> bytes:
    return head(status, content_type, [("content-length", str(len(body))), *headers]) + body


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(data: bytes) -> bytes:
    """Named by its type, where it begins with one, as at Anthropic and in OpenAI's responses."""
    if data.startswith(_TYPED):
        name = data[len(_TYPED) :].partition(b'"')[0]
        return b"event: %s\ndata: %s\n\n" % (name, data)
    return b"data: " + data + b"\n\n"
