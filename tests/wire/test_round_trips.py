"""Whatever is translated there and back keeps every tool call, its id and its arguments."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import decode, encode

from sobrio.route.assembly import as_chunks
from sobrio.route.assembly import assembled as assembled_chat
from sobrio.wire.bridge import BRIDGES
from sobrio.wire.messages.answer_from_chat import answer_from_chat, events_of
from sobrio.wire.messages.answer_to_chat import answer_to_chat
from sobrio.wire.messages.request_from_chat import request_from_chat
from sobrio.wire.messages.request_to_chat import request_to_chat
from sobrio.wire.messages.stream_from_chat import StreamFromChat
from sobrio.wire.messages.stream_to_chat import StreamToChat
from sobrio.wire.messages.whole import assembled
from sobrio.wire.responses.request_to_chat import request_to_chat as responses_to_chat
from sobrio.wire.stream import Translator

Call = tuple[str, str, dict[str, Any]]
"""Id, name and arguments."""

WORD = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=5,
)
ARGUMENTS = st.dictionaries(st.text(max_size=6), VALUE, max_size=3)
CALLS = st.lists(st.tuples(WORD, WORD, ARGUMENTS), max_size=4, unique_by=lambda call: call[0])
TEXT = st.text(min_size=1, max_size=12).filter(str.strip)


def as_chat(calls: Iterable[Call]) -> list[dict[str, Any]]:
    return [
        {"id": key, "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
        for key, name, given in calls
    ]


def read_chat(calls: Iterable[dict[str, Any]] | None) -> list[Call]:
    said = [(call["id"], call["function"]) for call in calls or ()]
    return [(key, function["name"], json.loads(function["arguments"])) for key, function in said]


def read_messages(blocks: Iterable[dict[str, Any]]) -> list[Call]:
    return [(each["id"], each["name"], each["input"]) for each in blocks if each["type"] == "tool_use"]


def read_response(items: Iterable[dict[str, Any]]) -> list[Call]:
    calls = [each for each in items if each["type"] == "function_call"]
    return [(each["call_id"], each["name"], json.loads(each["arguments"])) for each in calls]


def translate(translator: Translator, payloads: Iterable[bytes]) -> list[bytes]:
    told = [each for payload in payloads for each in translator.feed(payload)]
    return [*told, *translator.close()]


def chat_of(stream: Iterable[bytes]) -> dict[str, Any]:
    whole = assembled_chat([each for each in stream if each != b"[DONE]"])
    message: dict[str, Any] = whole["choices"][0]["message"]
    return message


@st.composite
def cut(draw: st.DrawFn, text: str) -> list[str]:
    """In pieces, of which some are empty."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


@st.composite
def claudes(draw: st.DrawFn) -> tuple[list[Call], list[bytes]]:
    """Calls, and the stream in which a Claude makes them."""
    calls = draw(CALLS)
    events: list[dict[str, Any]] = [{"type": "message_start", "message": {"id": "msg_1", "model": "c"}}]
    thoughts = draw(st.integers(0, 2))
    for index in range(thoughts):
        block = {"type": "redacted_thinking", "data": "x"} if index else {"type": "thinking", "thinking": ""}
        events.append({"type": "content_block_start", "index": index, "content_block": block})
        events.append({"type": "content_block_stop", "index": index})
    for index, (key, name, given_) in enumerate(calls, thoughts):
        opened = {"type": "tool_use", "id": key, "name": name, "input": {}}
        events.append({"type": "content_block_start", "index": index, "content_block": opened})
        for piece in ["", *draw(cut(json.dumps(given_)))] if given_ or draw(st.booleans()) else [""]:
            delta = {"type": "input_json_delta", "partial_json": piece}
            events.append({"type": "content_block_delta", "index": index, "delta": delta})
        events.append({"type": "content_block_stop", "index": index})
    events.append({"type": "message_delta", "delta": {"stop_reason": "tool_use" if calls else "end_turn"}})
    return calls, [*map(encode, events), encode({"type": "message_stop"})]


@given(claudes())
def test_a_claudes_stream_through_chat_and_back(stream) -> None:
    calls, events = stream
    chunks = translate(StreamToChat(0), events)
    assert read_chat(chat_of(chunks).get("tool_calls")) == calls
    back = assembled(translate(StreamFromChat(), chunks))
    assert read_messages(back["content"]) == calls


@given(claudes())
def test_a_claudes_stream_as_a_response(stream) -> None:
    calls, events = stream
    told = translate(BRIDGES["responses", "messages"].stream({}, 0), events)
    last = decode(told[-1])
    assert read_response(last["response"]["output"]) == calls
    done = [decode(each) for each in told if b"output_item.done" in each]
    assert read_response(each["item"] for each in done) == calls


@st.composite
def chunked(draw: st.DrawFn) -> tuple[list[Call], list[bytes]]:
    """Calls, and a chat stream that makes them one after the other: by index, under one, or without."""
    calls = draw(CALLS)
    places = draw(st.sampled_from(["each", "one", "none"]))
    deltas: list[dict[str, Any]] = []
    for index, (key, name, given_) in enumerate(calls):
        where = {"each": {"index": index}, "one": {"index": 0}, "none": {}}[places]
        first, *rest = draw(cut(json.dumps(given_) if given_ or draw(st.booleans()) else ""))
        function = {"name": name, "arguments": first}
        deltas.append({**where, "id": key, "type": "function", "function": function})
        deltas += [{**where, "function": {"arguments": piece}} for piece in rest]
        if draw(st.booleans()):  # some say the id and the name again
            deltas.append({**where, "id": key, "function": {"name": name, "arguments": ""}})
    said = [{"role": "assistant"}, *({"tool_calls": [each]} for each in deltas)]
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in said]
    choices.append({"index": 0, "delta": {}, "finish_reason": "tool_calls" if calls else "stop"})
    return calls, [*(encode({"id": "c", "model": "m", "choices": [each]}) for each in choices), b"[DONE]"]


@given(chunked())
def test_a_chat_stream_as_a_message_and_back(stream) -> None:
    calls, chunks = stream
    events = translate(StreamFromChat(), chunks)
    message = assembled(events)
    assert read_messages(message["content"]) == calls
    assert message["stop_reason"] == ("tool_use" if calls else "end_turn")
    assert read_chat(chat_of(translate(StreamToChat(0), events)).get("tool_calls")) == calls


@given(chunked())
def test_a_chat_stream_as_a_response(stream) -> None:
    calls, chunks = stream
    told = translate(BRIDGES["responses", "chat"].stream({}, 0), chunks)
    assert read_response(decode(told[-1])["response"]["output"]) == calls


@given(CALLS, TEXT)
def test_a_whole_answer_through_all_shapes(calls, text) -> None:
    message = {"role": "assistant", "content": text} | ({"tool_calls": as_chat(calls)} if calls else {})
    finish = "tool_calls" if calls else "stop"
    answer = {"id": "c", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": finish}]}
    there = answer_from_chat(encode(answer))
    assert read_messages(there["content"]) == calls
    back = answer_to_chat(encode(there), created=0)["choices"][0]["message"]
    assert (back["content"], read_chat(back.get("tool_calls"))) == (text, calls)
    streamed = assembled(encode(each) for each in events_of(decode(encode(there))))
    assert read_messages(streamed["content"]) == calls
    replayed = chat_of(encode(each) for each in as_chunks(decode(encode(answer))))
    assert read_chat(replayed.get("tool_calls")) == calls
    response = decode(BRIDGES["responses", "messages"].answer(encode(there), {}, 0))
    assert read_response(response["output"]) == calls


HISTORY = st.lists(st.tuples(TEXT, CALLS, TEXT), min_size=1, max_size=3)


def raw(body: dict[str, Any]) -> dict[str, bytes]:
    return {name: encode(value) for name, value in body.items()}


@given(HISTORY)
def test_a_conversation_through_messages_and_back(history) -> None:
    turns: list[dict[str, Any]] = []
    for question, calls, answer in history:
        made = as_chat(calls)
        turns.append({"role": "user", "content": question})
        turns += [{"role": "assistant", "content": None, "tool_calls": made}] if made else []
        turns += [{"role": "tool", "tool_call_id": each["id"], "content": answer} for each in made]
        turns.append({"role": "assistant", "content": answer})
    there = decode(encode(request_from_chat(raw({"model": "m", "messages": turns}))))
    back = decode(encode(request_to_chat(raw(there))))["messages"]
    assert _heard(back) == _heard(turns)


@given(HISTORY)
def test_items_of_responses_through_messages(history) -> None:
    items: list[dict[str, Any]] = []
    turns: list[dict[str, Any]] = []
    for question, calls, answer in history:
        made = as_chat(calls)
        items.append({"role": "user", "content": question})
        turns.append({"role": "user", "content": question})
        items += [{"type": "function_call", "call_id": each["id"], **each["function"]} for each in made]
        items += [{"type": "function_call_output", "call_id": e["id"], "output": answer} for e in made]
        turns += [{"role": "assistant", "tool_calls": made}] if made else []
        turns += [{"role": "tool", "tool_call_id": each["id"], "content": answer} for each in made]
    chat = decode(encode(responses_to_chat(raw({"model": "m", "input": items}))))
    assert _heard(chat["messages"]) == _heard(turns)
    there = decode(encode(BRIDGES["responses", "messages"].request(raw({"model": "m", "input": items}))))
    assert _heard(decode(encode(request_to_chat(raw(there))))["messages"]) == _heard(turns)


def _heard(turns: Iterable[dict[str, Any]]) -> list[Any]:
    """What is said, called and answered, in order."""
    heard: list[Any] = []
    for turn in turns:
        parts = turn.get("content")
        texts = [parts] if isinstance(parts, str) else [part["text"] for part in parts or ()]
        heard += [(turn["role"], turn.get("tool_call_id"), text) for text in texts if text]
        heard += read_chat(turn.get("tool_calls"))
    return heard


@given(st.lists(st.tuples(TEXT | st.just(""), WORD), max_size=3, unique_by=lambda thought: thought[1]), CALLS)
def test_signed_thoughts_of_a_stream_stay_as_they_were_signed(thoughts, calls) -> None:
    """Newer Claudes stream some without their text."""
    blocks = [{"type": "thinking", "thinking": text, "signature": signature} for text, signature in thoughts]
    blocks += [{"type": "tool_use", "id": key, "name": name, "input": given} for key, name, given in calls]
    message = {"id": "msg_1", "model": "c", "content": blocks, "stop_reason": "end_turn"}
    chunks = translate(StreamToChat(0), map(encode, events_of(message)))
    back = assembled(translate(StreamFromChat(), chunks))["content"]
    assert back == blocks
    told = translate(BRIDGES["responses", "messages"].stream({}, 0), map(encode, events_of(message)))
    whole = decode(BRIDGES["responses", "messages"].answer(encode(message), {}, 0))
    streamed = decode(told[-1])["response"]["output"]
    assert [(each["type"], each.get("content")) for each in streamed] == [
        (each["type"], each.get("content")) for each in whole["output"]
    ]
