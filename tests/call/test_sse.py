"""Events are the same however their bytes are cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.call.sse import Splitter, payloads
from sobrio.errors import UpstreamBroken


def split(*pieces: bytes) -> list[bytes]:
    splitter = Splitter()
    events = [event for piece in pieces for event in splitter.feed(piece)]
    return events + splitter.close()


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a\n\ndata: b\n\n", [b"a", b"b"]),
        (b"data:a\n\n", [b"a"]),
        (b"\xef\xbb\xbfdata: a\n\ndata: b\n\n", [b"a", b"b"]),
        (b"\xef\xbb\xbfdata: a\n", [b"a"]),
        (b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [b"a"]),
        (b"data:  a\n\n", [b" a"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"]),
        (b"data: a\r\rdata: b\r\r", [b"a", b"b"]),
        (b": a comment\n\ndata: a\n\n", [b"a"]),
        (b": a comment\ndata: a\n\n", [b"a"]),
        (b"event: message_start\nid: 7\ndata: a\n\n", [b"a"]),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        (b"data: a\n\n\n\n\ndata: b\n\n", [b"a", b"b"]),
        (b"data: [DONE]\n", [b"[DONE]"]),
        (b"data: a\n\ndata: unfinis", [b"a"]),
        (b"data:\n\n", [b""]),
        (b"event: ping\n\n", []),
        (b"", []),
    ],
)
def test_events_are_told_apart(stream: bytes, events: list[bytes]) -> None:
    assert split(stream) == events


LINES = st.sampled_from(
    [b"data: a", b"data:b", b"data: \xc3\xa9", b": ping", b"event: x", b"data", b"", b"", b"\xff"]
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
STREAMS = st.lists(st.tuples(LINES, ENDS).map(b"".join), max_size=30).map(b"".join)


@given(STREAMS, st.lists(st.integers(0, 200)))
def test_any_cut_gives_the_same_events(stream: bytes, places: list[int]) -> None:
    cuts = sorted({0, len(stream), *(place for place in places if place < len(stream))})
    pieces = [stream[start:end] for start, end in pairwise(cuts)]
    assert split(*pieces) == split(stream)


@given(STREAMS)
def test_byte_by_byte_gives_the_same_events(stream: bytes) -> None:
    assert split(*(bytes([byte]) for byte in stream)) == split(stream)


@given(st.lists(st.binary(max_size=20).filter(lambda data: not {10, 13} & set(data)), max_size=5))
def test_what_was_written_is_read(written: list[bytes]) -> None:
    assert split(b"".join(b"data: %s\n\n" % data for data in written)) == written


def test_an_endless_event_is_broken_off() -> None:
    splitter = Splitter(largest=100)
    with pytest.raises(UpstreamBroken, match="more than 100 bytes"):
        for _ in range(1000):
            splitter.feed(b"data: not ending, ")


def test_closing_the_payloads_closes_their_source() -> None:
    closed = []

    async def source() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"data: x\n\n"
        finally:
            closed.append(True)

    async def scenario() -> bytes:
        events = payloads(source())
        first = await anext(events)
        await events.aclose()
        return first

    assert asyncio.run(scenario()) == b"x"
    assert closed == [True]
