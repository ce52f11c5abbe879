"""Server-sent events out of arbitrary pieces of bytes (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import codecs
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Self

from sobrio.errors import UpstreamBroken
from sobrio.terms.answer import Chunks

LARGEST_EVENT = 8 * 1024 * 1024
"""Bytes; a partial image is the largest event upstreams are known to send."""


class Splitter:
    """Gives back the data of each event that is complete. Comments and other fields are dropped."""

    __slots__ = ("_after_return", "_begun", "_largest", "_rest")

    def __init__(self, largest: int = LARGEST_EVENT) -> None:
        self._rest = b""
        self._begun = False
        self._after_return = False
        self._largest = largest

    def feed(self, piece: bytes) -> list[bytes]:
        """Raises `UpstreamBroken` when an event outgrows the limit."""
        *blocks, self._rest = (self._rest + self._with_newlines(piece)).split(b"\n\n")
        if len(self._rest) > self._largest:
            raise UpstreamBroken(f"the upstream sent an event of more than {self._largest} bytes")
        if blocks and not self._begun:
            blocks[0] = self._first(blocks[0])
        return [data for block in blocks if (data := _data(block)) is not None]

    def close(self) -> list[bytes]:
        """The last event, where only its blank line is missing. An unfinished line is not an event."""
        lines, _, _ = self._rest.rpartition(b"\n")
        self._rest = b""
        data = _data(lines if self._begun else self._first(lines))
        return [] if data is None else [data]

    def _first(self, block: bytes) -> bytes:
        """Without the mark that a stream may begin with."""
        self._begun = True
        return block.removeprefix(codecs.BOM_UTF8)

    def _with_newlines(self, piece: bytes) -> bytes:
        """CR and CRLF become LF, also where a CRLF is torn between two pieces."""
        if self._after_return and piece:
            piece = piece.removeprefix(b"\n")
            self._after_return = False
        if b"\r" not in piece:
            return piece
        self._after_return = piece.endswith(b"\r")
        return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _data(block: bytes) -> bytes | None:
    if b"\n" not in block:
        return _value(block) if block.startswith(b"data:") else None
    lines = [_value(line) for line in block.split(b"\n") if line.startswith(b"data:")]
    return b"\n".join(lines) if lines else None


def _value(line: bytes) -> bytes:
    return line[6:] if line[5:6] == b" " else line[5:]


class Events:
    """The events of a stream, as lists: those that one piece of bytes completed. Read by one reader."""

    __slots__ = ("_chunks", "_ready", "_splitter")

    def __init__(self, chunks: Chunks) -> None:
        self._chunks = chunks
        self._splitter = Splitter()
        self._ready: list[bytes] = []

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[bytes]:
        ready, self._ready = self._ready, []
        return ready or await self._arrived()

    async def ahead(self) -> list[bytes]:
        """Waits for the next events, and leaves them to be read behind those that wait already; empty when
        there are none."""
        try:
            arrived = await self._arrived()
        except StopAsyncIteration:
            return []
        self._ready += arrived
        return arrived

    async def _arrived(self) -> list[bytes]:
        ready: list[bytes] = []
        while not ready:
            try:
                ready = self._splitter.feed(await anext(self._chunks))
            except StopAsyncIteration:
                ready = self._splitter.close()
                if not ready:
                    raise
        return ready

    async def aclose(self) -> None:
        await self._chunks.aclose()


async def payloads(chunks: Chunks) -> AsyncGenerator[bytes, None]:
    """The data of each event as it completes, `[DONE]` included. Closing it closes `chunks`."""
    async with aclosing(Events(chunks)) as events:
        async for ready in events:
            for data in ready:
                yield data
