"""A streamed answer and a whole one stand for each other."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sobrio.route.assembly import as_chunks, assembled


def chunk(index: int = 0, finish: str | None = None, **delta: Any) -> bytes:
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return json.dumps({"id": "c1", "object": "chat.completion.chunk", "choices": [choice]}).encode()


def test_pieces_of_text_become_one_message():
    whole = assembled(
        [chunk(role="assistant"), chunk(content="Par"), chunk(content="is"), chunk(finish="stop")]
    )

    assert whole["object"] == "chat.completion"
    assert whole["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": "Paris"}, "finish_reason": "stop"}
    ]


def test_pieces_of_tool_calls_are_joined_by_index():
    first = {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x'}}
    rest = {"index": 0, "function": {"arguments": '": 1}'}}
    other = {"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}}

    whole = assembled(
        [
            chunk(tool_calls=[first]),
            chunk(tool_calls=[rest]),
            chunk(tool_calls=[other]),
            chunk(finish="tool_calls"),
        ]
    )

    calls = whole["choices"][0]["message"]["tool_calls"]
    assert [(each["id"], each["function"]["arguments"]) for each in calls] == [("a", '{"x": 1}'), ("b", "{}")]


def test_calls_under_one_index_or_none_stay_apart():
    for index in ({"index": 0}, {}):
        pieces = [
            {"id": "a", "function": {"name": "f", "arguments": '{"x"'}},
            {"function": {"arguments": ": 1}"}},
            {"id": "b", "function": {"name": "f", "arguments": "{}"}},
        ]
        told = [chunk(tool_calls=[piece | index]) for piece in pieces]
        calls = assembled(told)["choices"][0]["message"]["tool_calls"]
        assert [(each["id"], each["function"]["arguments"]) for each in calls] == [
            ("a", '{"x": 1}'),
            ("b", "{}"),
        ]


def test_what_is_said_once_neither_grows_nor_is_emptied():
    pieces = [
        {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x"'}},
        {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ": 1}"}},
        {"index": 0, "id": "", "type": "function", "function": {"name": "", "arguments": ""}},
    ]
    (call,) = assembled([chunk(tool_calls=[each]) for each in pieces])["choices"][0]["message"]["tool_calls"]
    assert call == {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}


def test_calls_of_types_that_are_none_of_the_api_s_are_put_together_all_the_same():
    odd = [{"function": {"name": "f", "arguments": {"x": 1}}}, {"id": 7, "function": "f"}, "f"]
    told = [chunk(tool_calls=[each]) for each in (odd[0], odd[0], odd[2])]
    assert assembled(told)["choices"][0]["message"]["tool_calls"] == [odd[0]]
    assert assembled([chunk(tool_calls=odd[1:])])["choices"][0]["message"]["tool_calls"] == [odd[1]]


def test_usage_of_the_last_chunk_and_reasoning_survive():
    last = json.dumps({"choices": [], "usage": {"prompt_tokens": 3}}).encode()

    whole = assembled(
        [chunk(reasoning_content="hm"), chunk(reasoning_content="m"), chunk(finish="stop"), last]
    )

    assert whole["usage"] == {"prompt_tokens": 3}
    assert whole["choices"][0]["message"]["reasoning_content"] == "hmm"


text = st.text(max_size=20)
calls = st.lists(
    st.fixed_dictionaries(
        {"id": st.text(min_size=1, max_size=5), "type": st.just("function"),
         "function": st.fixed_dictionaries({"name": text, "arguments": text})}
    ),
    min_size=1, max_size=3,
)  # fmt: skip
thoughts = st.lists(
    st.fixed_dictionaries({"type": st.just("thinking"), "thinking": text, "signature": text}), max_size=3
)
messages = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": text | st.none()},
    optional={"tool_calls": calls, "thinking_blocks": thoughts, "reasoning_content": text, "refusal": text},
)


@given(st.lists(messages, min_size=1, max_size=3))
def test_an_answer_replayed_as_a_stream_assembles_to_the_same_answer(said):
    choices = [{"index": i, "message": message, "finish_reason": "stop"} for i, message in enumerate(said)]
    answer = {"id": "c1", "object": "chat.completion", "model": "m", "choices": choices}

    chunks = [json.dumps(each).encode() for each in as_chunks(answer)]

    assert assembled(chunks) == answer
    deltas = [choice["delta"] for each in chunks for choice in json.loads(each)["choices"]]
    for name in ("tool_calls", "thinking_blocks"):  # OpenAI's clients refuse a list without places
        assert all([e["index"] for e in d[name]] == list(range(len(d[name]))) for d in deltas if name in d)
