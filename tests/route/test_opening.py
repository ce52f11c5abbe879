"""Before the first piece of an answer nothing has gone out: whatever fails is asked for elsewhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.errors import UpstreamBroken
from sobrio.policy import Policy
from sobrio.route import live, receive
from sobrio.route.opening import opened
from sobrio.terms.answer import Answered
from sobrio.terms.model import Timeouts
from sobrio.terms.request import Caller
from sobrio.terms.shape import Shape

HEADERS = {"content-type": "text/event-stream"}
DONE = b"[DONE]"


def chunk(finish: str | None = None, **delta: Any) -> bytes:
    return json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}).encode()


def event(kind: str, **fields: Any) -> bytes:
    return json.dumps({"type": kind, **fields}).encode()


ROLE = chunk(role="assistant", content="")
FILTERED = b'{"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}'
ERROR = b'{"error": {"message": "overloaded", "code": 529}}'
BEGUN = event("message_start", message={"role": "assistant", "content": [], "usage": {"input_tokens": 1}})
BLOCK = event("content_block_start", index=0, content_block={"type": "text", "text": ""})
CREATED = event("response.created", response={"status": "in_progress", "error": None, "output": []})
ITEM = event("response.output_item.added", output_index=0, item={"type": "message", "content": []})


class Pieces:
    """Answers one model with pieces of a stream, and leaves all others to the real upstream."""

    def __init__(self, real: Any, model: str, *pieces: bytes | Exception | None) -> None:
        self._real, self._model, self._pieces = real, model, pieces
        self.closed = False

    async def call(self, backing: Any, call: Any) -> Answered:
        if backing.model != self._model:
            return await self._real.call(backing, call)
        return Answered(200, self._stream(), HEADERS)

    async def _stream(self) -> AsyncGenerator[bytes, None]:
        try:
            for piece in self._pieces:
                if piece is None:
                    await asyncio.Event().wait()
                elif isinstance(piece, Exception):
                    raise piece
                else:
                    yield b"data: " + piece + b"\n\n"
        finally:
            self.closed = True


RESET = UpstreamBroken("the upstream broke off")
STILLBORN: dict[str, tuple[bytes | Exception | None, ...]] = {
    "an error in its second piece": (ROLE, ERROR),
    "an error in its third piece": (FILTERED, ROLE, ERROR),
    "its end": (ROLE, DONE),
    "no more": (ROLE,),
    "a reset": (FILTERED, ROLE, RESET),
    "half a document": (ROLE, b'{"choices": [{"delta": {"con'),
    "no JSON": (b"<html>busy</html>",),
    "silence": (ROLE, None),
}


def impatient(policy: Policy) -> Policy:
    """The first deployment has less time to begin than the others."""
    first = policy.deployments["first"]
    assert first.backing is not None
    soon = replace(first, backing=replace(first.backing, timeouts=Timeouts(first_token_s=0.05)))
    return replace(policy, deployments={**policy.deployments, "first": soon})


@pytest.mark.parametrize("pieces", STILLBORN.values(), ids=STILLBORN)
def test_a_stream_without_an_answer_is_asked_for_elsewhere(build, pieces) -> None:
    house = build("named")
    if None in pieces:
        soon = impatient(house.rooms.policy())
        house = house.without(policy=lambda: soon)
    upstream = Pieces(house.rooms.upstream, "named", *pieces)
    *chunks, done = house.without(upstream=upstream).stream("hello there")
    assert done == "[DONE]"
    assert "".join(each["choices"][0]["delta"].get("content") or "" for each in chunks) == "hello there"
    receipt = house.booked(chunks[-1]["sobrio"]["receipt"])
    assert receipt.outcome == "fallback"
    assert {each.deployment for each in receipt.failures} == {"first"}
    assert any(each.deployment == "first" and not each.metered for each in receipt.activities)
    assert upstream.closed


ANTHROPIC_STILLBORN = {
    "an error": (BEGUN, event("ping"), event("error", error={"type": "overloaded_error"})),
    "an error in an open block": (BEGUN, BLOCK, event("error", error={"type": "overloaded_error"})),
    "its end": (BEGUN, event("message_stop")),
    "a reset": (BEGUN, event("ping"), RESET),
}


@pytest.mark.parametrize("pieces", ANTHROPIC_STILLBORN.values(), ids=ANTHROPIC_STILLBORN)
@pytest.mark.parametrize("shape", ["chat", "messages"])
def test_a_message_without_content_is_asked_for_elsewhere(build, shape: Shape, pieces) -> None:
    house = build("named", kind="anthropic")
    upstream = Pieces(house.rooms.upstream, "named", *pieces)
    body = {"model": "sobrio/auto", "stream": True, "max_tokens": 9}
    body["messages"] = [{"role": "user", "content": "hello there"}]

    async def told() -> tuple[str, bytes]:
        request = receive(json.dumps(body).encode(), {}, Caller(), shape)
        reply = await live(request, house.without(upstream=upstream).rooms)
        assert reply.stream is not None
        async with aclosing(reply.stream):
            return reply.receipt_id, b"".join([piece async for piece in reply.stream])

    receipt_id, whole = house.run(told())
    assert house.booked(receipt_id).outcome == "fallback"
    assert b"hello" in whole
    assert b"overloaded" not in whole


@pytest.mark.parametrize(
    "first",
    [event("message_start", message=5), BEGUN.replace(b'"role"', b'"r\xffle"')],
    ids=["none", "no text"],
)
def test_a_message_that_begins_with_none_ends_in_a_clear_error(build, first: bytes) -> None:
    house = build("named", kind="anthropic")
    said = event("content_block_delta", index=0, delta={"type": "text_delta", "text": "hi"})
    upstream = Pieces(house.rooms.upstream, "named", first, said, event("message_stop"))
    body = {"model": "sobrio/auto", "stream": True, "max_tokens": 9}
    body["messages"] = [{"role": "user", "content": "hello"}]

    async def told() -> tuple[str, bytes]:
        request = receive(json.dumps(body).encode(), {}, Caller(), "messages")
        reply = await live(request, house.without(upstream=upstream).rooms)
        return reply.receipt_id, b"".join([piece async for piece in reply.stream])

    receipt_id, whole = house.run(told())
    assert json.loads(whole.split(b"data: ")[-1])["type"] == "error"
    assert house.booked(receipt_id).error


@pytest.mark.parametrize(
    ("payloads", "shape"),
    [
        ((ROLE,), "chat"),
        ((FILTERED, ROLE), "chat"),
        ((chunk(role="assistant", content=None, reasoning_content=None, tool_calls=[]),), "chat"),
        ((b'{"choices": [{"index": 0, "text": "", "finish_reason": null}]}',), "completions"),
        ((BEGUN, event("ping"), BLOCK), "messages"),
        ((CREATED, event("response.in_progress"), ITEM, event("response.content_part.added")), "responses"),
    ],
)
def test_what_comes_before_an_answer(payloads: tuple[bytes, ...], shape: Shape) -> None:
    assert not opened(payloads, shape)


@pytest.mark.parametrize(
    ("payload", "shape"),
    [
        (chunk(content="hi"), "chat"),
        (chunk(reasoning_content="hm"), "chat"),
        (chunk(refusal="no"), "chat"),
        (chunk(tool_calls=[{"index": 0}]), "chat"),
        (chunk("stop"), "chat"),
        (b'{"choices": "of another form"}', "chat"),
        (b'{"choices": [{"text": "hi"}]}', "completions"),
        (event("content_block_start", content_block={"type": "tool_use", "name": "f"}), "messages"),
        (event("content_block_delta", delta={"type": "text_delta", "text": "hi"}), "messages"),
        (event("message_delta", delta={"stop_reason": "end_turn"}), "messages"),
        (event("response.output_item.added", item={"type": "reasoning"}), "responses"),
        (event("response.output_text.delta", delta="hi"), "responses"),
        (event("response.completed", response={"status": "completed"}), "responses"),
        (event("of.a.later.year"), "responses"),
    ],
)
def test_what_begins_an_answer(payload: bytes, shape: Shape) -> None:
    assert opened([payload], shape)


def test_an_empty_answer_is_one(build) -> None:
    house = build("named")
    upstream = Pieces(house.rooms.upstream, "named", ROLE, chunk("stop"), DONE)
    assert house.without(upstream=upstream).stream("hello")[-2]["sobrio"]["outcome"] == "routed"


def test_what_came_before_the_answer_goes_out_with_it(build) -> None:
    house = build("named")
    pieces = (FILTERED, ROLE, chunk(content="a"), chunk(content="b"), chunk("stop"), DONE)
    upstream = Pieces(house.rooms.upstream, "named", *pieces)
    *told, _, _ = house.without(upstream=upstream).stream("hello")
    assert told == [json.loads(each) for each in pieces[:4]]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
KEYS = ("choices", "delta", "type", "content_block", "item", "error", "finish_reason", "text", "code")


@given(
    st.one_of(
        st.binary(max_size=60),
        st.dictionaries(st.sampled_from(KEYS), JSON, max_size=5).map(lambda each: json.dumps(each).encode()),
    ),
    st.sampled_from(["chat", "messages", "responses", "completions"]),
)
def test_any_event_has_begun_has_not_or_breaks_the_stream(payload: bytes, shape: Shape) -> None:
    with suppress(UpstreamBroken):
        assert opened([payload], shape) in (True, False)
