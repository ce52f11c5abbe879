"""Identical requests at the same moment are one call, whether they stream or not, and whoever leaves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from sobrio.route import Reply
from sobrio.terms.answer import Answered, Call
from sobrio.terms.model import Backing
from sobrio.terms.request import Caller

WORDS = ("one ", "two ", "three ", "four")


def chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return (
        b"data: "
        + json.dumps({"id": "x", "object": "chat.completion.chunk", "choices": [choice]}).encode()
        + b"\n\n"
    )


COUNTS = b'data: {"id":"x","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":4}}\n\n'


class Dripping:
    """Streams one word each time it is let to."""

    def __init__(self) -> None:
        self.calls = 0
        self.closed = 0
        self.drops = asyncio.Semaphore(1)

    async def call(self, backing: Backing, call: Call) -> Answered:
        self.calls += 1
        return Answered(200, self._words(), {"content-type": "text/event-stream"})

    async def _words(self) -> AsyncIterator[bytes]:
        try:
            for word in WORDS:
                await self.drops.acquire()
                yield chunk({"content": word})
            yield chunk({}, "stop") + COUNTS + b"data: [DONE]\n\n"
        finally:
            self.closed += 1

    def pour(self) -> None:
        for _ in WORDS:
            self.drops.release()

    async def aclose(self) -> None:
        pass


@pytest.fixture
def dripping(house) -> Dripping:
    return Dripping()


@pytest.fixture
def slow(house, dripping):
    return house.without(upstream=dripping)


async def read(reply: Reply) -> str:
    assert reply.stream is not None
    async with aclosing(reply.stream):
        return said(b"".join([piece async for piece in reply.stream]))


def said(stream: bytes) -> str:
    """The words of a stream; "error" behind them where it broke."""
    assert stream.endswith(b"data: [DONE]\n\n") or b'"error"' in stream
    blocks = [json.loads(each[6:]) for each in stream.decode().split("\n\n") if each and "[DONE]" not in each]
    words = [choice["delta"].get("content", "") for each in blocks for choice in each.get("choices", ())]
    return "".join(words) + "".join("error" for each in blocks if "error" in each)


def outcomes(house, replies: list[Reply]) -> list[str]:
    return sorted(house.booked(each.receipt_id).outcome for each in replies)


def test_streams_that_ask_the_same_ride_along_with_the_first(slow, dripping):
    async def at_once():
        replies = await asyncio.gather(*(slow.send("count", stream=True) for _ in range(5)))
        readers = [asyncio.create_task(read(each)) for each in replies]
        dripping.pour()
        return replies, await asyncio.gather(*readers)

    replies, texts = slow.run(at_once())
    assert dripping.calls == 1
    assert texts == ["one two three four"] * 5
    assert outcomes(slow, replies) == ["exact"] * 4 + ["routed"]
    assert sum(len(slow.booked(each.receipt_id).activities) for each in replies) == 1
    made_by = {
        each.recalled.made_by for each in map(slow.booked, [r.receipt_id for r in replies]) if each.recalled
    }
    assert made_by == {replies[0].receipt_id}
    assert not slow.rooms.broadcasts


def test_who_comes_late_gets_the_stream_from_its_beginning(slow, dripping):
    async def late():
        first = await slow.send("count", stream=True)
        assert b"one" in await anext(first.stream)
        second = await slow.send("count", stream=True)
        dripping.pour()
        return [await read(second), await read(first)]

    late_text, first_text = slow.run(late())
    assert (dripping.calls, late_text) == (1, "one two three four")
    assert first_text == "two three four"


def test_a_first_client_that_does_not_read_holds_nobody_up(slow, dripping):
    async def stuck():
        first = await slow.send("count", stream=True)
        second = await slow.send("count", stream=True)
        dripping.pour()
        text = await read(second)
        await first.stream.aclose()
        return text

    assert slow.run(stuck()) == "one two three four"
    assert dripping.calls == 1


@pytest.mark.parametrize("taken", [0, 1])
def test_when_the_first_leaves_the_call_goes_on_and_is_booked_in_full(slow, dripping, taken):
    async def leaving():
        first = await slow.send("count", stream=True)
        for _ in range(taken):
            await anext(first.stream)
        second = await slow.send("count", stream=True)
        await first.stream.aclose()
        dripping.pour()
        return first, second, await read(second)

    first, second, text = slow.run(leaving())
    assert (dripping.calls, text) == (1, "one two three four")
    made = slow.booked(first.receipt_id)
    assert made.error == "the client left before the answer was complete"
    assert (made.activities[0].input_tokens, made.activities[0].output_tokens) == (5, 4)
    assert slow.booked(second.receipt_id).outcome == "exact"
    assert slow.answer("count")["sobrio"]["cache"] == "exact"


def test_when_all_leave_the_upstream_is_stopped_and_nothing_is_kept(slow, dripping):
    async def leaving():
        replies = [await slow.send("count", stream=True) for _ in range(3)]
        for each in replies:
            await each.stream.aclose()
        return replies

    replies = slow.run(leaving())
    assert dripping.closed == 1
    assert "truncated" in slow.booked(replies[0].receipt_id).caveats
    assert not slow.rooms.broadcasts

    async def again():
        dripping.pour()
        return await read(await slow.send("count", stream=True))

    assert slow.run(again()).endswith("four")
    assert dripping.calls == 2


def test_when_the_first_leaves_while_it_waits_alone_the_next_asks_anew(slow, dripping):
    async def leaving():
        first = await slow.send("count", stream=True)
        await anext(first.stream)
        waiting = asyncio.create_task(anext(first.stream))
        await asyncio.sleep(0)
        second = asyncio.create_task(slow.send("count", stream=True))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        dripping.pour()
        return await read(await second)

    assert slow.run(leaving()) == "one two three four"
    assert dripping.calls == 2


def test_a_whole_answer_is_put_together_from_a_stream_under_way(slow, dripping):
    async def both():
        first = await slow.send("count", stream=True)
        second = asyncio.create_task(slow.send("count"))
        await asyncio.sleep(0)
        dripping.pour()
        await read(first)
        return await second

    reply = slow.run(both())
    assert json.loads(reply.body)["choices"][0]["message"]["content"] == "one two three four"
    assert dripping.calls == 1


@pytest.mark.parametrize("wish", ["off", "no-store"])
def test_what_is_not_to_be_kept_is_not_shared_either(slow, dripping, wish):
    async def at_once():
        dripping.pour()
        dripping.pour()
        replies = [await slow.send("count", stream=True, sobrio={"cache": wish}) for _ in range(2)]
        return [await read(each) for each in replies]

    assert len(set(slow.run(at_once()))) == 1
    assert dripping.calls == 2


def test_a_stream_that_breaks_breaks_for_all_who_ride_along(build):
    house = build("reset-mid-stream")

    async def at_once():
        replies = [await house.send("a longer text than that", stream=True) for _ in range(3)]
        return replies, [await read(each) for each in replies]

    replies, texts = house.run(at_once())
    assert all(text.endswith("error") for text in texts)
    assert len(house.upstream.requests) == 1
    assert all(house.booked(each.receipt_id).error for each in replies)
    assert house.run(house.send("a longer text than that", stream=True)).stream is not None
    assert len(house.upstream.requests) == 2


def test_another_tenant_never_rides_along(slow, dripping):
    async def at_once():
        dripping.pour()
        dripping.pour()
        replies = [await slow.send("count", stream=True, caller=Caller(each)) for each in ("acme", "evil")]
        return [await read(each) for each in replies]

    slow.run(at_once())
    assert dripping.calls == 2
