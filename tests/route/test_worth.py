"""An answer that says nothing, refuses, or calls a tool in torn words is not kept, however it finished."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import Any

import pytest

from sobrio.route import live, receive
from sobrio.terms.request import Caller
from sobrio.testing import CannedUpstream

MESSAGES = [{"role": "user", "content": "Which weather is in Oslo?"}]
ASKED: dict[str, dict[str, Any]] = {
    "chat": {"messages": MESSAGES},
    "messages": {"messages": MESSAGES, "max_tokens": 200},
    "responses": {"input": "Which weather is in Oslo?"},
}
TORN = {"id": "c", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Os'}}
WHOLE = {"id": "c", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
SAID: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({"content": ""}, "stop"),
    "a refusal": ({"content": None, "refusal": "I cannot help with that."}, "stop"),
    "a torn call": ({"content": None, "tool_calls": [TORN]}, "tool_calls"),
}
GOOD: tuple[dict[str, Any], str] = ({"content": None, "tool_calls": [WHOLE]}, "tool_calls")


class Canned:
    """Answers the same each time, and counts how often."""

    def __init__(self, message: dict[str, Any], finish: str, *, stream: bool) -> None:
        self._message, self._finish, self._stream = message, finish, stream
        self.calls = 0

    async def call(self, backing: Any, call: Any) -> Any:
        self.calls += 1
        body, kind = (
            (self._events(), "text/event-stream") if self._stream else (self._whole(), "application/json")
        )
        return await CannedUpstream(body, content_type=kind).call(backing, call)

    def _whole(self) -> bytes:
        message = {"role": "assistant", **self._message}
        choice = {"index": 0, "message": message, "finish_reason": self._finish}
        return json.dumps({"id": "c", "object": "chat.completion", "choices": [choice]}).encode()

    def _events(self) -> bytes:
        delta = {**self._message}
        calls = delta.pop("tool_calls", [])
        parts = [{"role": "assistant", **delta}]
        for call in calls:
            half, told = len(call["function"]["arguments"]) // 2, call["function"]["arguments"]
            parts.append(
                {
                    "tool_calls": [
                        {**call, "index": 0, "function": {"name": "weather", "arguments": told[:half]}}
                    ]
                }
            )
            parts.append({"tool_calls": [{"index": 0, "function": {"arguments": told[half:]}}]})
        finishes = [None] * len(parts) + [self._finish]
        payloads = [
            json.dumps({"id": "c", "choices": [{"index": 0, "delta": part, "finish_reason": finish}]})
            for part, finish in zip([*parts, {}], finishes, strict=True)
        ]
        return "".join(f"data: {each}\n\n" for each in [*payloads, "[DONE]"]).encode()


def asked_twice(house: Any, shape: str, *, stream: bool) -> None:
    body = json.dumps({"model": "sobrio/auto", **ASKED[shape], "stream": stream}).encode()

    async def ask() -> None:
        reply = await live(receive(body, {}, Caller(), shape), house.rooms)
        if reply.stream is not None:
            async with aclosing(reply.stream):
                assert [piece async for piece in reply.stream]

    house.run(ask())
    house.run(ask())


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("shape", ASKED)
@pytest.mark.parametrize("said", SAID)
def test_what_says_nothing_is_asked_again(house, said: str, shape: str, stream: bool) -> None:
    message, finish = SAID[said]
    upstream = Canned(message, finish, stream=stream)
    quiet = house.without(upstream=upstream)
    asked_twice(quiet, shape, stream=stream)
    assert upstream.calls == 2
    assert quiet.rooms.cache.stats().entries == 0


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("shape", ASKED)
def test_a_call_that_can_be_read_is_kept(house, shape: str, stream: bool) -> None:
    upstream = Canned(*GOOD, stream=stream)
    asked_twice(house.without(upstream=upstream), shape, stream=stream)
    assert upstream.calls == 1
