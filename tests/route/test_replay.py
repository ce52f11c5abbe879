"""Kept answers come back in the shape they were given in, whole or as a stream, tool calls included."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import Any

import pytest

from sobrio.recall import may_store
from sobrio.route import live, receive
from sobrio.route.dialect import DIALECTS
from sobrio.terms.request import Caller

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
ASKED = {
    "chat": {"messages": [{"role": "user", "content": "Which weather is in Oslo?"}]},
    "messages": {"messages": [{"role": "user", "content": "Which weather is in Oslo?"}], "max_tokens": 200},
    "responses": {"input": "Which weather is in Oslo?"},
    "completions": {"prompt": "Which weather is in Oslo?"},
}
TOOLS: dict[str, list[dict[str, Any]]] = {
    "chat": [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}],
    "messages": [{"name": "weather", "input_schema": SCHEMA}],
    "responses": [{"type": "function", "name": "weather", "parameters": SCHEMA}],
}
CAPS = {"chat": "max_tokens", "messages": "max_tokens", "responses": "max_output_tokens"}


def sent(house, shape: str, *, stream: bool, **fields: Any) -> tuple[dict[str, Any], bool]:
    """The answer, put together where it streamed, and whether it came from the cache."""
    told, cached = asked(house, shape, stream=stream, **fields)
    return DIALECTS[shape].assembled(payloads(told)) if stream else json.loads(told), cached


def asked(house, shape: str, *, stream: bool, **fields: Any) -> tuple[bytes, bool]:
    body = {"model": "sobrio/auto", **ASKED[shape], **fields, "stream": stream}

    async def ask() -> tuple[bytes, bool]:
        reply = await live(receive(json.dumps(body).encode(), {}, Caller(), shape), house.rooms)
        cached = dict(reply.headers)["x-sobrio-cache"] == "exact"
        if reply.stream is None:
            return reply.body, cached
        async with aclosing(reply.stream):
            return b"".join([piece async for piece in reply.stream]), cached

    return house.run(ask())


def payloads(stream: bytes) -> list[bytes]:
    lines = [line for line in stream.split(b"\n") if line.startswith(b"data: ")]
    return [line[6:] for line in lines if line != b"data: [DONE]"]


def said(answer: dict[str, Any], shape: str) -> Any:
    """Text and calls, without what is made up anew each time."""
    if shape == "chat":
        (choice,) = answer["choices"]
        message = choice["message"]
        return message.get("content") or None, message.get("tool_calls"), choice["finish_reason"]
    if shape == "completions":
        return [(each["text"], each["finish_reason"]) for each in answer["choices"]], answer["object"]
    if shape == "messages":
        return answer["content"], answer["stop_reason"]
    kept = ("type", "name", "arguments", "call_id", "content")
    return [{name: each[name] for name in kept if name in each} for each in answer["output"]], answer[
        "status"
    ]


def upstream_of(build, shape: str, native: bool):
    if native and shape == "messages":
        return build(kind="anthropic")
    return build()


@pytest.mark.parametrize("tools", [False, True], ids=["text", "tools"])
@pytest.mark.parametrize("again", [False, True], ids=["then whole", "then stream"])
@pytest.mark.parametrize("first", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(
    ("shape", "native"), [("chat", True), ("messages", True), ("messages", False), ("responses", False)]
)
def test_a_kept_answer_comes_back_as_it_was(build, shape, native, first, again, tools):
    house = upstream_of(build, shape, native)
    fields = {"tools": TOOLS[shape]} if tools else {}
    made, cached = sent(house, shape, stream=first, **fields)
    assert not cached
    kept, cached = sent(house, shape, stream=again, **fields)
    assert cached
    assert said(kept, shape) == said(made, shape)
    assert ('"arguments"' in json.dumps(kept) or "tool_use" in json.dumps(kept)) is tools
    assert len(house.upstream.requests) == 1


@pytest.mark.parametrize("again", [False, True], ids=["then whole", "then stream"])
@pytest.mark.parametrize("first", [False, True], ids=["whole", "stream"])
def test_a_plain_completion_comes_back_as_it_was(house, first, again):
    made, _ = sent(house, "completions", stream=first)
    kept, cached = sent(house, "completions", stream=again)
    assert cached
    assert said(kept, "completions") == said(made, "completions")
    assert kept["choices"][0]["text"]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(
    ("shape", "native"), [("chat", True), ("messages", True), ("messages", False), ("responses", False)]
)
def test_a_truncated_answer_is_never_kept(build, shape, native, stream):
    house = upstream_of(build, shape, native)
    for _ in range(2):
        answer, cached = sent(house, shape, stream=stream, **{CAPS[shape]: 2})
        assert not cached
    assert "length" in str(answer) or "max_" in str(answer) or "incomplete" in str(answer)
    assert len(house.upstream.requests) == 2


@pytest.mark.parametrize("shape", ["chat", "messages", "responses"])
def test_a_stream_that_broke_is_never_kept(build, shape):
    house = build("reset-mid-stream")
    for _ in range(2):
        told, cached = asked(house, shape, stream=True)
        assert b'"error"' in told and not cached
    assert len(house.upstream.requests) == 2
    assert house.rooms.cache.stats().entries == 0


STOPPED = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "loopback",
    "content": [{"type": "text", "text": "Let me look further."}],
    "usage": {"input_tokens": 5, "output_tokens": 4},
}


@pytest.mark.parametrize("reason", ["pause_turn", "refusal", "max_tokens", "something new"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_message_that_did_not_come_to_its_own_end_is_never_kept(reason, stream):
    dialect = DIALECTS["messages"]
    whole = STOPPED | {"stop_reason": reason}
    if stream:
        tail = dialect.tail("rcpt_1")
        tail.take([json.dumps(each).encode() for each in dialect.events_of(whole)])
        finish = tail.finish_reason
    else:
        finish = dialect.read(json.dumps(whole).encode()).finish_reason
    request = receive(json.dumps({"model": "m", **ASKED["messages"]}).encode(), {}, Caller(), "messages")
    assert not may_store(request, 1.0, 200, finish)
