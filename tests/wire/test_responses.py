"""Between chat and OpenAI's responses."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import decode, encode

from sobrio.errors import InputError
from sobrio.wire.responses.answer_from_chat import answer_from_chat, events_of
from sobrio.wire.responses.request_to_chat import request_to_chat
from sobrio.wire.responses.stream_from_chat import StreamFromChat
from sobrio.wire.untranslatable import Untranslatable


@pytest.fixture
def to_chat(fields, written):
    return lambda **body: written(request_to_chat(fields({"model": "m"} | body)))


def test_a_string_is_what_the_user_says(to_chat):
    assert to_chat(input="hi", instructions="Be brief.", max_output_tokens=7, temperature=None) == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}],
        "max_tokens": 7,
    }


def test_items_become_turns(to_chat):
    chat = to_chat(
        input=[
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "look"},
                    {"type": "input_image", "image_url": "https://x.example/i.png", "detail": "low"},
                ],
            },
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "wait", "annotations": []}],
            },
            {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
            {"type": "function_call", "call_id": "b", "name": "g", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "a", "output": "1"},
            {
                "type": "function_call_output",
                "call_id": "b",
                "output": [{"type": "input_text", "text": "2"}],
            },
        ]
    )
    user, assistant, *results = chat["messages"]
    assert user["content"][1]["image_url"] == {"url": "https://x.example/i.png", "detail": "low"}
    assert assistant["content"] == "wait"
    assert [call["id"] for call in assistant["tool_calls"]] == ["a", "b"]
    assert results == [
        {"role": "tool", "content": "1", "tool_call_id": "a"},
        {"role": "tool", "content": "2", "tool_call_id": "b"},
    ]


def test_tools_formats_and_effort(to_chat):
    chat = to_chat(
        input="x",
        tools=[{"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True}],
        tool_choice={"type": "function", "name": "f"},
        text={"format": {"type": "json_schema", "name": "s", "schema": {"type": "object"}, "strict": True}},
        reasoning={"effort": "low"},
        include=["message.output_text.logprobs"],
        top_logprobs=2,
    )
    declared = {"name": "f", "parameters": {"type": "object"}, "strict": True}
    assert chat["tools"] == [{"type": "function", "function": declared}]
    assert chat["tool_choice"] == {"type": "function", "function": {"name": "f"}}
    schema = {"name": "s", "schema": {"type": "object"}, "strict": True}
    assert chat["response_format"] == {"type": "json_schema", "json_schema": schema}
    assert (chat["reasoning_effort"], chat["logprobs"], chat["top_logprobs"]) == ("low", True, 2)


@pytest.mark.parametrize(
    "more",
    [
        {"previous_response_id": "resp_1"},
        {"conversation": "conv_1"},
        {"background": True},
        {"tools": [{"type": "web_search"}]},
        {"input": [{"type": "item_reference", "id": "x"}]},
        {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]},
    ],
)
def test_what_needs_another_server_is_said(to_chat, more):
    with pytest.raises(Untranslatable):
        to_chat(**{"input": "x"} | more)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
NAMES = ["input", "instructions", "tools", "tool_choice", "text", "reasoning", "include", "temperature"]


@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4))
def test_nonsense_is_an_input_error_and_nothing_worse(body):
    with contextlib.suppress(InputError):
        encode(request_to_chat({name: encode(value) for name, value in body.items()}))


CALLS = [{"id": "c0", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}]
CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 5,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "hi", "reasoning_content": "hm", "tool_calls": CALLS},
            "finish_reason": "tool_calls",
        }
    ],
    "usage": {
        "prompt_tokens": 3,
        "completion_tokens": 2,
        "completion_tokens_details": {"reasoning_tokens": 1},
    },
}


def test_a_chat_answer_as_a_response():
    response = decode(encode(answer_from_chat(encode(CHAT), {"temperature": b"0.5", "tools": b"[1]"})))
    assert [item["type"] for item in response["output"]] == ["reasoning", "message", "function_call"]
    assert response["output"][1]["content"][0]["text"] == "hi"
    assert response["output"][2]["arguments"] == '{"x":1}'
    assert (response["status"], response["created_at"], response["store"]) == ("completed", 5, False)
    assert (response["temperature"], response["tools"], response["top_p"]) == (0.5, [1], 1.0)
    assert response["usage"] == {
        "input_tokens": 3,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 2,
        "output_tokens_details": {"reasoning_tokens": 1},
        "total_tokens": 5,
    }


@pytest.mark.parametrize(("finish", "why"), [("length", "max_output_tokens"), ("content_filter",) * 2])
def test_an_answer_that_was_cut_off_is_incomplete(finish, why):
    cut = {**CHAT, "choices": [{**CHAT["choices"][0], "finish_reason": finish}]}
    response = answer_from_chat(encode(cut), {})
    assert (response["status"], response["incomplete_details"]) == ("incomplete", {"reason": why})


def chunk(delta, finish=None, **more):
    choice = {"index": 0, "delta": delta, "finish_reason": finish, **more}
    return {"id": "chatcmpl-1", "created": 5, "model": "m", "choices": [choice]}


STREAM = [
    chunk({"role": "assistant", "content": ""}),
    chunk({"reasoning_content": "hm"}),
    chunk({"content": "h"}, logprobs={"content": [{"token": "h", "logprob": -0.1}]}),
    chunk({"content": "i"}),
    chunk({"tool_calls": [{"index": 0, "id": "c0", "type": "function", "function": {"name": "f"}}]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"x"'}}]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]}),
    chunk({}, "tool_calls"),
    {"id": "chatcmpl-1", "choices": [], "usage": CHAT["usage"]},
    "[DONE]",
]


def test_a_chat_stream_as_events(stream):
    events = stream(StreamFromChat({}), STREAM)
    assert [each["sequence_number"] for each in events] == list(range(len(events)))
    assert [each["type"].removeprefix("response.") for each in events] == [
        *("created", "in_progress"),
        *("output_item.added", "content_part.added", "reasoning_text.delta"),
        *("reasoning_text.done", "content_part.done", "output_item.done"),
        *("output_item.added", "content_part.added", "output_text.delta", "output_text.delta"),
        *("output_text.done", "content_part.done", "output_item.done"),
        *("output_item.added", "function_call_arguments.delta", "function_call_arguments.delta"),
        *("function_call_arguments.done", "output_item.done"),
        "completed",
    ]
    last = events[-1]["response"]
    whole = decode(encode(answer_from_chat(encode(CHAT), {})))
    assert last["output"][1]["content"][0].pop("logprobs") == [{"token": "h", "logprob": -0.1}]
    assert whole["output"][1]["content"][0].pop("logprobs") == []
    assert last == whole


def test_a_stream_that_breaks_off_gets_no_end(stream):
    events = stream(StreamFromChat({}), STREAM[:4])
    assert "response.completed" not in [each["type"] for each in events]


def test_an_error_is_an_event(stream):
    (event,) = stream(StreamFromChat({}), [{"error": {"message": "no", "code": "x"}}])
    assert (event["type"], event["message"], event["code"]) == ("error", "no", "x")


def test_a_whole_response_streams_into_itself():
    whole = decode(encode(answer_from_chat(encode(CHAT), {})))
    events = list(events_of(whole))
    assert [each["sequence_number"] for each in events] == list(range(len(events)))
    assert events[-1]["response"] == whole
    assert [each["item"] for each in events if each["type"] == "response.output_item.done"] == whole["output"]
    said = [each["delta"] for each in events if each["type"].endswith(".delta")]
    assert said == ["hi", json.dumps({"x": 1}, separators=(",", ":"))]
