"""What the official clients make of streams that servers really send, though no specification shows them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import anthropic
import openai
import pytest

from sobrio.call.breaker import Breakers
from sobrio.gateway import application, running
from sobrio.testing import CannedUpstream

Clients = tuple[openai.OpenAI, anthropic.Anthropic]

ASKED: dict[str, Any] = {"messages": [{"role": "user", "content": "Which is it?"}]}


def events(*told: dict[str, Any] | str) -> bytes:
    return b"".join(
        b"data: %s\n\n" % (each if isinstance(each, str) else json.dumps(each)).encode() for each in told
    )


@pytest.fixture
def behind(house) -> Iterator[Callable[..., Clients]]:
    """Clients of a gateway whose upstreams all answer with these events."""
    with ExitStack() as stack:

        def make(*told: dict[str, Any] | str) -> Clients:
            upstream = CannedUpstream(events(*told), content_type="text/event-stream")
            rooms = replace(house.rooms, upstream=upstream, cache=None, breakers=Breakers())
            url = stack.enter_context(running(application(rooms)))
            chat = openai.OpenAI(base_url=url, api_key="none", max_retries=0)
            messages = anthropic.Anthropic(base_url=url.removesuffix("/v1"), api_key="none", max_retries=0)
            return stack.enter_context(chat), stack.enter_context(messages)

        yield make


BEGUN = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 5, "output_tokens": 1},
    },
}


def block(index: int, opened: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "content_block_start", "index": index, "content_block": opened},
        *({"type": "content_block_delta", "index": index, "delta": each} for each in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def ended(reason: str) -> list[dict[str, Any]]:
    delta = {"stop_reason": reason, "stop_sequence": None}
    return [
        {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 7}},
        {"type": "message_stop"},
    ]


def thought(index: int, text: str, signature: str) -> list[dict[str, Any]]:
    opened = {"type": "thinking", "thinking": "", "signature": ""}
    grown = {"type": "thinking_delta", "thinking": text}
    return block(index, opened, grown, {"type": "signature_delta", "signature": signature})


def tool(index: int, name: str, *pieces: str) -> list[dict[str, Any]]:
    opened = {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": {}}
    return block(index, opened, *({"type": "input_json_delta", "partial_json": each} for each in pieces))


def test_several_thoughts_of_a_claude_stream_to_openais_own_accumulator(behind) -> None:
    text = block(2, {"type": "text", "text": ""}, {"type": "text_delta", "text": "42"})
    redacted = block(1, {"type": "redacted_thinking", "data": "sealed"})
    client, _ = behind(BEGUN, *thought(0, "hm", "sig"), *redacted, *text, *ended("end_turn"))
    with client.chat.completions.stream(model="claude", **ASKED) as stream:
        message = stream.get_final_completion().choices[0].message
    assert message.content == "42"
    said = [(each["type"], each.get("signature") or each["data"]) for each in message.thinking_blocks]
    assert said == [("thinking", "sig"), ("redacted_thinking", "sealed")]


def test_a_claudes_call_without_arguments_can_be_read_as_json(behind) -> None:
    """Anthropic begins a call's arguments with an empty piece, and sends no other where there are none."""
    client, _ = behind(BEGUN, *tool(0, "f", "", '{"a":', "1}"), *tool(1, "g", ""), *ended("tool_use"))
    with client.chat.completions.stream(model="claude", **ASKED) as stream:
        calls = stream.get_final_completion().choices[0].message.tool_calls
    assert [(each.function.name, json.loads(each.function.arguments)) for each in calls] == [
        ("f", {"a": 1}),
        ("g", {}),
    ]


def chunk(delta: dict[str, Any], finish: str | None = None, index: int = 0) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def call(arguments: str | None, **more: Any) -> dict[str, Any]:
    function = {"arguments": arguments} | ({"name": more.pop("name")} if "name" in more else {})
    return chunk({"tool_calls": [{"type": "function", "function": function, **more}]})


ONE_INDEX = [
    call('{"a":', index=0, id="x", name="f"),
    call("1}", index=0),
    call("{}", index=0, id="y", name="g"),
]
NO_INDEX = [call('{"a":1}', id="x", name="f"), call("{}", id="y", name="g")]
NO_ID = [call('{"a":1}', index=0, id="", name="f"), call("{}", index=0, id="", name="g")]
NO_ARGUMENTS = [call('{"a":1}', index=0, id="x", name="f"), call("", index=1, id="y", name="g")]
PARALLEL = pytest.mark.parametrize(
    "calls", [ONE_INDEX, NO_INDEX, NO_ID, NO_ARGUMENTS], ids=["one index", "none", "no ids", "no arguments"]
)
"""As Gemini's `/v1beta/openai` sends them, and others."""


@PARALLEL
def test_parallel_calls_reach_anthropics_client_each_on_its_own(behind, calls) -> None:
    _, client = behind(*calls, chunk({}, "stop"), "[DONE]")
    with client.messages.stream(model="small", max_tokens=9, **ASKED) as stream:
        message = stream.get_final_message()
    assert message.stop_reason == "tool_use"
    assert [(each.name, each.input) for each in message.content] == [("f", {"a": 1}), ("g", {})]
    assert len({each.id for each in message.content}) == 2


@PARALLEL
def test_parallel_calls_reach_a_response_each_on_its_own(behind, calls) -> None:
    client, _ = behind(*calls, chunk({}, "tool_calls"), "[DONE]")
    with client.responses.stream(model="small", input="Which?") as stream:
        output = stream.get_final_response().output
    assert [(each.name, json.loads(each.arguments)) for each in output] == [("f", {"a": 1}), ("g", {})]
    assert len({each.call_id for each in output}) == 2


@pytest.mark.parametrize(("kind", "status"), [("overloaded_error", 529), ("rate_limit_error", 429)])
def test_an_error_before_the_first_word_keeps_anthropics_status(behind, kind, status) -> None:
    chat, messages = behind({"type": "error", "error": {"type": kind, "message": "Overloaded"}})
    with pytest.raises(openai.APIStatusError, match="Overloaded") as caught:
        chat.chat.completions.create(model="claude", stream=True, **ASKED)
    assert caught.value.status_code == status
    with pytest.raises(anthropic.APIStatusError, match="Overloaded") as refused:
        messages.messages.create(model="claude", max_tokens=9, stream=True, **ASKED)
    assert (refused.value.status_code, refused.value.body["error"]["type"]) == (status, kind)


def choices_of(stream: openai.Stream[Any]) -> dict[int, str]:
    said: dict[int, str] = {}
    for each in (choice for part in stream for choice in part.choices):
        said[each.index] = said.get(each.index, "") + (each.delta.content or "")
    return said


def test_a_stream_that_breaks_off_in_its_second_choice_is_an_error_and_booked_as_one(behind, house) -> None:
    begun = [chunk({"content": "a"}), chunk({"content": "b"}, index=1), chunk({}, "stop")]
    client, _ = behind(*begun, chunk({"content": " and half of"}, index=1))
    stream = client.chat.completions.create(model="small", n=2, stream=True, **ASKED)
    with pytest.raises(openai.APIError, match="before the answer was complete"):
        choices_of(stream)
    receipt = house.booked(stream.response.headers["x-sobrio-receipt"])
    assert receipt.error
    assert "truncated" in receipt.caveats


@pytest.mark.parametrize(
    "end",
    [["[DONE]"], [chunk({}, "length", index=1)], [chunk({}, "stop", index=1), "[DONE]"]],
    ids=["says so", "both ended", "both"],
)
def test_a_stream_of_several_choices_that_ends_is_whole(behind, end) -> None:
    client, _ = behind(chunk({"content": "a"}), chunk({"content": "b"}, index=1), chunk({}, "stop"), *end)
    stream = client.chat.completions.create(model="small", n=2, stream=True, **ASKED)
    assert choices_of(stream) == {0: "a", 1: "b"}


def test_a_stream_of_parallel_calls_that_ends_without_a_word_is_whole(behind) -> None:
    first, second = (call("{}", index=index, id=f"c{index}", name="f") for index in range(2))
    client, _ = behind(first, second, chunk({}, "tool_calls"))
    stream = client.chat.completions.create(model="small", stream=True, **ASKED)
    assert [choice.finish_reason for part in stream for choice in part.choices][-1] == "tool_calls"
