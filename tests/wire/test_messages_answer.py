"""Answers between chat and Anthropic's messages, whole and streamed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import decode, encode

from sobrio.call.usage import usage_of_events, usage_of_json
from sobrio.wire.messages.answer_from_chat import answer_from_chat, events_of
from sobrio.wire.messages.answer_to_chat import answer_to_chat
from sobrio.wire.messages.errors import error_from_chat
from sobrio.wire.messages.stream_from_chat import StreamFromChat
from sobrio.wire.messages.stream_to_chat import StreamToChat
from sobrio.wire.messages.whole import assembled

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude",
    "content": [
        {"type": "thinking", "thinking": "hm", "signature": "sig"},
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"x": [1, 2]}},
        {"type": "tool_use", "id": "toolu_2", "name": "g", "input": {}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 7,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 3,
        "output_tokens": 9,
        "output_tokens_details": {"thinking_tokens": 2},
    },
}


def test_a_message_as_a_chat_answer():
    answer = decode(encode(answer_to_chat(encode(MESSAGE), created=5)))
    (choice,) = answer["choices"]
    message = choice["message"]
    assert (message["content"], message["reasoning_content"]) == ("Let me look.", "hm")
    assert [json.loads(call["function"]["arguments"]) for call in message["tool_calls"]] == [
        {"x": [1, 2]},
        {},
    ]
    assert (choice["finish_reason"], answer["created"]) == ("tool_calls", 5)
    assert answer["usage"] == {
        "prompt_tokens": 10,
        "completion_tokens": 9,
        "total_tokens": 19,
        "prompt_tokens_details": {"cached_tokens": 3},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }


def test_a_message_survives_the_way_to_chat_and_back():
    there = encode(answer_to_chat(encode(MESSAGE), created=0))
    back = decode(encode(answer_from_chat(there)))
    back["content"][1].pop("citations")
    assert back == MESSAGE


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("end_turn", "stop"),
        ("max_tokens", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
    ],
)
def test_the_end_of_an_answer_goes_both_ways(theirs, ours):
    chat = answer_to_chat(encode(MESSAGE | {"stop_reason": theirs, "content": []}), created=0)
    assert chat["choices"][0]["finish_reason"] == ours
    assert answer_from_chat(encode(chat))["stop_reason"] == theirs


def test_counts_the_upstream_did_not_give_are_left_out():
    chat = {"id": "x", "model": "m", "choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}
    assert "usage" not in answer_from_chat(encode(chat))


TEXT = st.text(max_size=20)
BLOCK = st.one_of(
    st.builds(lambda t: {"type": "text", "text": t}, TEXT),
    st.builds(lambda t, s: {"type": "thinking", "thinking": t, "signature": s}, TEXT, TEXT),
    st.builds(
        lambda i, x: {"type": "tool_use", "id": i, "name": "f", "input": x},
        TEXT,
        st.dictionaries(TEXT, st.integers(), max_size=2),
    ),
    st.just({"type": "redacted_thinking", "data": "x"}),
    st.just({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}}),
)


@given(st.lists(BLOCK, max_size=5))
def test_a_message_streamed_is_the_same_message(blocks):
    message = MESSAGE | {"content": blocks}
    assert assembled(encode(each) for each in events_of(message)) == message


@given(st.lists(BLOCK, max_size=5), st.booleans())
def test_a_stream_says_in_chat_what_the_whole_says(blocks, signed):
    message = MESSAGE | {"content": blocks}
    translator = StreamToChat(created=0)
    chunks = [each for event in events_of(message) for each in translator.feed(encode(event))]
    *chunks, done = [*chunks, *translator.close()]
    assert done == b"[DONE]"
    whole = answer_to_chat(encode(message), created=0)["choices"][0]
    deltas = [choice["delta"] for chunk in map(decode, chunks) for choice in chunk["choices"]]
    assert "".join(d.get("content") or "" for d in deltas) == (whole["message"]["content"] or "")
    said = whole["message"].get("reasoning_content", "")
    assert "".join(d.get("reasoning_content") or "" for d in deltas) == said
    assert _calls(deltas) == [c["function"] for c in whole["message"].get("tool_calls", ())]
    assert usage_of_events(chunks) == usage_of_json(encode(message))


def _calls(deltas):
    calls = {}
    for piece in (each for delta in deltas for each in delta.get("tool_calls") or ()):
        call = calls.setdefault(piece["index"], {"name": "", "arguments": ""})
        call["name"] += piece["function"].get("name", "")
        call["arguments"] += piece["function"]["arguments"]
    return [calls[index] for index in sorted(calls)]


def chunk(delta, finish=None, **more):
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "chatcmpl-1", "model": "m", "choices": [choice], **more}


def call(index, arguments, **more):
    function = {"arguments": arguments} | ({"name": f"f{index}"} if more else {})
    return chunk({"tool_calls": [{"index": index, "function": function, **more}]})


USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}


def test_a_chat_stream_as_events(stream):
    events = stream(
        StreamFromChat(),
        [
            chunk({"role": "assistant", "content": ""}),
            chunk({"reasoning_content": "hm"}),
            chunk({"content": "a"}),
            chunk({"content": "b"}),
            call(0, "", id="c0"),
            call(0, '{"x":'),
            call(0, "1}"),
            chunk({}, "tool_calls"),
            {"id": "chatcmpl-1", "choices": [], "usage": USAGE},
            "[DONE]",
        ],
    )
    kinds = [each["type"].removeprefix("content_block_") for each in events]
    assert kinds == [
        *("message_start", "start", "delta", "stop", "start", "delta", "delta", "stop"),
        *("start", "delta", "delta", "stop", "message_delta", "message_stop"),
    ]
    assert [each["index"] for each in events if "index" in each] == [0] * 3 + [1] * 4 + [2] * 4
    assert events[-2]["delta"]["stop_reason"] == "tool_use"
    assert events[-2]["usage"]["input_tokens"] == 1
    assert events[-2]["usage"]["cache_read_input_tokens"] == 4
    whole = assembled(encode(each) for each in events)
    assert [block.get("text") or block.get("input") for block in whole["content"]] == [None, "ab", {"x": 1}]


@given(st.permutations([(0, "1"), (0, "2"), (1, "3"), (1, "4"), (2, "5")]))
def test_calls_that_are_mixed_are_told_one_after_the_other(pieces):
    translator = StreamFromChat()
    seen: dict[int, str] = {}
    events = []
    for index, piece in pieces:
        first = {} if index in seen else {"id": f"c{index}"}
        seen[index] = seen.get(index, "") + piece
        events += map(decode, translator.feed(encode(call(index, piece, **first))))
    events += map(decode, translator.feed(encode(chunk({}, "tool_calls"))))
    events += map(decode, translator.close())
    opened = None
    told: dict[str, str] = {}
    for event in events:
        match event["type"]:
            case "content_block_start":
                assert opened is None
                opened = event["content_block"]["id"]
                assert event["content_block"]["name"] == f"f{opened[1]}"
            case "content_block_delta":
                told[opened] = told.get(opened, "") + event["delta"]["partial_json"]
            case "content_block_stop":
                opened = None
    assert told == {f"c{index}": text for index, text in seen.items()}


def test_a_stream_that_breaks_off_gets_no_end(stream):
    events = stream(StreamFromChat(), [chunk({"content": "a"})])
    assert "message_stop" not in [each["type"] for each in events]
    events = stream(StreamToChat(0), list(events_of(MESSAGE))[:3])
    assert "[DONE]" not in events


def test_errors_keep_their_words(stream):
    (event,) = stream(StreamFromChat(), [{"error": {"message": "no", "type": "server_error"}}])
    assert (event["type"], event["error"]["message"]) == ("error", "no")
    (event,) = stream(
        StreamToChat(0), [{"type": "error", "error": {"type": "overloaded_error", "message": "no"}}]
    )
    assert event["error"]["message"] == "no"
    said = error_from_chat({"error": {"message": "slow", "type": "x", "receipt": "r"}, "sobrio": {}}, 429)
    assert said == {
        "type": "error",
        "error": {"message": "slow", "type": "rate_limit_error", "receipt": "r"},
        "sobrio": {},
    }
