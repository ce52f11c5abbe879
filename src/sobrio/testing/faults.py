"""What can go wrong upstream, by model name: ask for the model `hang` and the upstream hangs.

Besides these, `error-<status>` answers with any status from 400 to 599, and with `Retry-After: 1` for 429.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import msgspec

from sobrio.testing import wire
from sobrio.testing.exchange import Exchange

_SAYS: Final = re.compile(rb'"delta"|"parts"|"done":false')
"""An event that is one of many, in any of the formats."""


async def fail(exchange: Exchange) -> None:
    """`error-<status>`: that status with the error body of the format."""
    status = int(exchange.model.removeprefix("error-"))
    await exchange.send_error(status, [("retry-after", "1")] if status == 429 else [])


async def reset_before(exchange: Exchange) -> None:
    """Drops the connection without a byte."""
    exchange.reset()


async def reset_mid_stream(exchange: Exchange) -> None:
    """Drops the connection after two events, or after half of a JSON document."""
    if exchange.streamed:
        await exchange.begin_events()
        for each in exchange.events()[:2]:
            await exchange.send_event(each)
    else:
        answer = wire.whole(200, msgspec.json.encode(exchange.answer()))
        await exchange.send(answer[: -len(answer) // 4])
    exchange.reset()


async def truncated_json(exchange: Exchange) -> None:
    """A sound response with half a JSON document in it (in a stream: in its second event)."""
    if exchange.streamed:
        first, second = exchange.events()[:2]
        await exchange.send_events([first, second[: len(second) // 2]])
    else:
        document = msgspec.json.encode(exchange.answer())
        await exchange.send(wire.whole(200, document[: len(document) // 2]))


async def garbage(exchange: Exchange) -> None:
    """Bytes that are not HTTP."""
    await exchange.send(bytes(range(256)) * 4)
    exchange.writer.close()


async def hang(exchange: Exchange) -> None:
    """Nothing, until the client leaves."""
    await exchange.wait_for_the_end()


async def mute(exchange: Exchange) -> None:
    """Headers at once, then nothing, until the client leaves."""
    await exchange.begin_events(exchange.speech.streams_as if exchange.streamed else wire.JSON)
    await exchange.wait_for_the_end()


async def endless(exchange: Exchange) -> None:
    """A stream that ends only when the client leaves."""
    events = exchange.events()
    said = next(place for place, each in enumerate(events) if place and _SAYS.search(each))
    await exchange.begin_events()
    for each in events[:said]:
        await exchange.send_event(each)
    while True:
        await exchange.send_event(events[said])
        await asyncio.sleep(0.005)


async def slow_first_token(exchange: Exchange) -> None:
    """Headers at once, then `slow_s` seconds of nothing (JSON: nothing at all), then the answer."""
    if not exchange.streamed:
        await asyncio.sleep(exchange.slow_s)
        return await exchange.send_answer()
    await exchange.begin_events()
    await asyncio.sleep(exchange.slow_s)
    for each in exchange.events():
        await exchange.send_event(each)
    return await exchange.send(wire.LAST_CHUNK)


async def half_utf8(exchange: Exchange) -> None:
    """Every chunk ends in the middle of a multi-byte character, if the answer has any."""
    if exchange.streamed:
        data = b"".join(map(exchange.speech.framed, exchange.events()))
    else:
        data = msgspec.json.encode(exchange.answer())
    content_type = exchange.speech.streams_as if exchange.streamed else wire.JSON
    await exchange.begin_events(content_type)
    for piece in _split_inside_characters(data):
        await exchange.send(wire.chunk(piece))
    await exchange.send(wire.LAST_CHUNK)


def _split_inside_characters(data: bytes) -> list[bytes]:
    cuts = [0, *(at + 1 for at, byte in enumerate(data) if byte >= 0xC0), len(data)]
    return [data[start:end] for start, end in pairwise(cuts)]


async def wrong_content_type(exchange: Exchange) -> None:
    """The right bytes, labelled as a web page."""
    if exchange.streamed:
        await exchange.send_events(exchange.events(), "text/html")
    else:
        await exchange.send(wire.whole(200, msgspec.json.encode(exchange.answer()), "text/html"))


async def no_usage(exchange: Exchange) -> None:
    """An answer without token counts, asked for or not."""
    if exchange.streamed:
        events = (each for each in exchange.events() if b'"choices":[]' not in each)
        await exchange.send_events(map(_uncounted, events))
    else:
        await exchange.send_json(200, {k: v for k, v in exchange.answer().items() if k != "usage"})


def _uncounted(event: bytes) -> bytes:
    if b'"usage":{' not in event:
        return event
    document = msgspec.json.decode(event)
    for part in (document, document.get("message"), document.get("response")):
        if part is not None:
            part.pop("usage", None)
    return msgspec.json.encode(document)


async def close_delimited(exchange: Exchange) -> None:
    """No length and no chunks: the body ends when the connection does."""
    if exchange.streamed:
        body = b"".join(map(exchange.speech.framed, exchange.events()))
    else:
        body = msgspec.json.encode(exchange.answer())
    kind = exchange.speech.streams_as if exchange.streamed else wire.JSON
    await exchange.send(wire.head(200, kind, [("connection", "close")]) + body)
    exchange.writer.close()


async def then_close(exchange: Exchange) -> None:
    """A whole answer that promises a kept connection, which is closed nevertheless."""
    await exchange.send_answer()
    exchange.writer.close()


Fault = Callable[[Exchange], Awaitable[None]]

FAULTS: Final[Mapping[str, Fault]] = MappingProxyType(
    {
        "reset-before": reset_before,
        "reset-mid-stream": reset_mid_stream,
        "truncated-json": truncated_json,
        "garbage": garbage,
        "hang": hang,
        "mute": mute,
        "endless": endless,
        "slow-first-token": slow_first_token,
        "half-utf8": half_utf8,
        "wrong-content-type": wrong_content_type,
        "no-usage": no_usage,
        "close-delimited": close_delimited,
        "then-close": then_close,
    }
)
