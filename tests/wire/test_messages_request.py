"""Requests between chat and Anthropic's messages."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import decode, encode

from sobrio.errors import InputError
from sobrio.route.turns import TURNS
from sobrio.wire.messages.answer_from_chat import answer_from_chat
from sobrio.wire.messages.request_from_chat import MAX_TOKENS, request_from_chat
from sobrio.wire.messages.request_to_chat import request_to_chat
from sobrio.wire.messages.unsigned import without_unsigned
from sobrio.wire.untranslatable import Untranslatable

PNG = "iVBORw0KGgo="


@pytest.fixture
def to_chat(fields, written):
    return lambda **body: written(request_to_chat(fields(body)))


@pytest.fixture
def to_messages(fields, written):
    return lambda **body: written(request_from_chat(fields(body)))


def user(content):
    return [{"role": "user", "content": content}]


def test_a_plain_request_keeps_its_words(to_chat):
    chat = to_chat(
        model="m", max_tokens=5, system="Be brief.", messages=user("hi"), stop_sequences=["x"], top_k=3
    )
    assert chat == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}],
        "max_tokens": 5,
        "top_k": 3,
        "stop": ["x"],
    }


def test_what_is_blank_is_left_out_where_it_would_be_refused(to_messages):
    parts = [{"type": "text", "text": "\n\n"}, {"type": "text", "text": "hi "}, {"type": "text", "text": ""}]
    turns = [{"role": "system", "content": " "}, {"role": "assistant", "content": "\n"}, *user(parts)]
    message = to_messages(model="m", messages=turns, stop=["\n", "END", " "])
    assert message["messages"] == user("hi ")
    assert "system" not in message
    assert message["stop_sequences"] == ["END"]
    assert "stop_sequences" not in to_messages(model="m", messages=user("hi"), stop="\n\n")


def test_results_of_parallel_calls_become_tool_turns_and_their_images_the_users(to_chat):
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
    content = [
        {"type": "tool_result", "tool_use_id": "a", "content": "1"},
        {"type": "tool_result", "tool_use_id": "b", "content": [{"type": "text", "text": "2"}, image]},
        {"type": "text", "text": "go on"},
    ]
    assert to_chat(model="m", max_tokens=5, messages=user(content))["messages"] == [
        {"role": "tool", "content": "1", "tool_call_id": "a"},
        {"role": "tool", "content": "2", "tool_call_id": "b"},
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
                {"type": "text", "text": "go on"},
            ],
        },
    ]


def test_calls_and_thoughts_of_the_assistant(to_chat):
    content = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "text", "text": "wait"},
        {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
        {"type": "tool_use", "id": "b", "name": "g", "input": {}},
    ]
    (turn,) = to_chat(model="m", max_tokens=5, messages=[{"role": "assistant", "content": content}])[
        "messages"
    ]
    assert turn["content"] == "wait"
    assert turn["reasoning_content"] == "hm"
    assert (
        turn["thinking_blocks"] == [{"thinking": "hm", "signature": "s"}]
        or turn["thinking_blocks"][0]["signature"] == "s"
    )
    assert [
        (c["id"], c["function"]["name"], json.loads(c["function"]["arguments"])) for c in turn["tool_calls"]
    ] == [
        ("a", "f", {"x": 1}),
        ("b", "g", {}),
    ]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"type": "auto"}, "auto"),
        ({"type": "any"}, "required"),
        ({"type": "none"}, "none"),
        ({"type": "tool", "name": "f"}, {"type": "function", "function": {"name": "f"}}),
    ],
)
def test_the_choice_of_tools_goes_both_ways(to_chat, to_messages, theirs, ours):
    tools = [{"name": "f", "description": "d", "input_schema": {"type": "object", "properties": {}}}]
    chat = to_chat(model="m", max_tokens=5, messages=user("x"), tools=tools, tool_choice=theirs)
    assert chat["tool_choice"] == ours
    back = to_messages(**chat)
    assert back["tool_choice"] == theirs
    assert back["tools"] == tools


def test_one_call_at_a_time_goes_both_ways(to_chat, to_messages):
    tools = [{"name": "f", "input_schema": {"type": "object"}}]
    choice = {"type": "auto", "disable_parallel_tool_use": True}
    chat = to_chat(model="m", max_tokens=5, messages=user("x"), tools=tools, tool_choice=choice)
    assert chat["parallel_tool_calls"] is False
    assert to_messages(**chat)["tool_choice"] == choice


def test_a_schema_for_the_answer_goes_both_ways(to_chat, to_messages):
    config = {"format": {"type": "json_schema", "schema": {"type": "object"}}}
    chat = to_chat(model="m", max_tokens=5, messages=user("x"), output_config=config)
    assert chat["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert to_messages(**chat)["output_config"] == config


def test_cache_marks_survive_in_every_place(to_chat, to_messages):
    mark = {"type": "ephemeral", "ttl": "1h"}
    body = {
        "model": "m",
        "max_tokens": 5,
        "system": [{"type": "text", "text": "long", "cache_control": mark}],
        "messages": user([{"type": "text", "text": "x", "cache_control": mark}]),
        "tools": [{"name": "f", "input_schema": {"type": "object"}, "cache_control": mark}],
    }
    assert to_messages(**to_chat(**body)) == body


@pytest.mark.parametrize("effort", ["minimal", "low", "medium", "high", "xhigh"])
def test_how_hard_to_think_goes_both_ways(to_chat, to_messages, effort):
    there = to_messages(model="m", messages=user("x"), reasoning_effort=effort, temperature=0.3)
    assert there["thinking"]["type"] == "enabled"
    assert there["max_tokens"] > there["thinking"]["budget_tokens"]
    assert "temperature" not in there
    assert to_chat(**there)["reasoning_effort"] == effort


def test_chat_becomes_messages_with_the_limit_that_anthropic_wants(to_messages):
    there = to_messages(
        model="m",
        messages=[
            {"role": "developer", "content": "a"},
            {"role": "user", "content": "b"},
            {
                "role": "user",
                "content": [{"type": "image_url", "image_url": {"url": "https://x.example/i.png"}}],
            },
            {"role": "system", "content": "c"},
        ],
        temperature=1.7,
        stop="END",
        user="u",
        seed=1,
    )
    assert there == {
        "model": "m",
        "max_tokens": MAX_TOKENS,
        "system": [{"type": "text", "text": "a"}, {"type": "text", "text": "c"}],
        "messages": user(
            [
                {"type": "text", "text": "b"},
                {"type": "image", "source": {"type": "url", "url": "https://x.example/i.png"}},
            ]
        ),
        "temperature": 1.0,
        "stop_sequences": ["END"],
        "metadata": {"user_id": "u"},
    }


def test_results_of_parallel_calls_come_back_in_one_turn(to_messages):
    calls = [{"id": i, "type": "function", "function": {"name": "f", "arguments": "not json"}} for i in "ab"]
    there = to_messages(
        model="m",
        messages=[
            {"role": "assistant", "content": None, "tool_calls": calls},
            {"role": "tool", "tool_call_id": "a", "content": "1"},
            {"role": "tool", "tool_call_id": "b", "content": "2"},
        ],
    )["messages"]
    assert [each["role"] for each in there] == ["user", "assistant", "user"]
    assert [each["input"] for each in there[1]["content"]] == [{"arguments": "not json"}] * 2
    assert [(each["tool_use_id"], each["content"]) for each in there[2]["content"]] == [
        ("a", "1"),
        ("b", "2"),
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"n": 2},
        {"logprobs": True},
        {"tools": [{"type": "custom", "custom": {"name": "x"}}]},
        {"functions": [{}]},
        {"web_search_options": {}},
        {"messages": [{"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}]},
        {"messages": [{"role": "assistant", "audio": {"id": "a"}}]},
    ],
)
def test_what_anthropic_has_no_word_for_is_said(to_messages, more):
    with pytest.raises(Untranslatable):
        to_messages(**{"model": "m", "messages": user("x")} | more)


@pytest.mark.parametrize(
    "more",
    [
        {"mcp_servers": [{"url": "x"}]},
        {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        {"messages": user([{"type": "image", "source": {"type": "file", "file_id": "f"}}])},
        {
            "messages": user(
                [{"type": "tool_result", "tool_use_id": "a", "content": [{"type": "search_result"}]}]
            )
        },
    ],
)
def test_what_chat_has_no_word_for_is_said(to_chat, more):
    with pytest.raises(Untranslatable):
        to_chat(**{"model": "m", "max_tokens": 1, "messages": user("x")} | more)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
NAMES = [
    "messages",
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "metadata",
    "output_config",
    "stop",
    "max_tokens",
]
NAMES += ["response_format", "temperature", "reasoning_effort", "stop_sequences", "n", "user"]


@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4))
def test_nonsense_is_an_input_error_and_nothing_worse(body):
    raw = {name: encode(value) for name, value in body.items()}
    for translate in (request_to_chat, request_from_chat):
        with contextlib.suppress(InputError):
            encode(translate(raw))


TEXT = st.text(min_size=1, max_size=20)
IDENTIFIER = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
OBJECT = st.dictionaries(IDENTIFIER, st.integers() | st.text(max_size=5) | st.booleans(), max_size=3)
SAID = st.builds(lambda t: {"type": "text", "text": t}, TEXT.filter(str.strip))
"""Anthropic takes no blank ones."""
IMAGE = st.sampled_from(
    [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
        {"type": "image", "source": {"type": "url", "url": "https://x.example/i.png"}},
    ]
)
CALL = st.builds(
    lambda i, n, x: {"type": "tool_use", "id": i, "name": n, "input": x}, IDENTIFIER, IDENTIFIER, OBJECT
)
RESULT = st.builds(lambda i, t: {"type": "tool_result", "tool_use_id": i, "content": t}, IDENTIFIER, TEXT)
THOUGHT = st.builds(lambda t, s: {"type": "thinking", "thinking": t, "signature": s}, TEXT, TEXT)
USER = st.lists(RESULT, max_size=2).flatmap(
    lambda results: st.lists(SAID | IMAGE, min_size=0 if results else 1, max_size=3).map(
        lambda s: [*results, *s]
    )
)
ASSISTANT = st.tuples(
    st.lists(THOUGHT, max_size=1), st.lists(SAID, min_size=1, max_size=2), st.lists(CALL, max_size=3)
).map(lambda parts: [each for part in parts for each in part])


@given(st.lists(st.tuples(USER, ASSISTANT), min_size=1, max_size=3), st.integers(1, 10_000))
def test_a_conversation_survives_the_way_to_chat_and_back(turns, limit):
    """In the order of kinds that chat keeps: thoughts, words, calls; results, then words and images."""
    messages = [
        {"role": role, "content": content}
        for pair in turns
        for role, content in zip(("user", "assistant"), pair, strict=True)
    ]
    tools = [{"name": "f", "input_schema": {"type": "object"}}]
    body = {"model": "m", "max_tokens": limit, "messages": messages, "tools": tools}
    there = decode(encode(request_to_chat({k: encode(v) for k, v in body.items()})))
    back = decode(encode(request_from_chat({k: encode(v) for k, v in there.items()})))
    assert {**back, "messages": [_blocks(each) for each in back["messages"]]} == body


def _blocks(turn):
    content = turn["content"]
    return turn | {"content": [{"type": "text", "text": content}] if isinstance(content, str) else content}


THOUGHTS = st.lists(
    SAID
    | CALL
    | st.builds(lambda s: {"type": "thinking", "thinking": "hm", "signature": s}, st.sampled_from(["", "s"]))
)


@given(st.lists(THOUGHTS, min_size=1, max_size=3))
def test_only_signed_thoughts_go_to_anthropic(contents):
    turns = [{"role": "assistant", "content": content} for content in contents]
    fields = without_unsigned({"messages": encode(turns), "model": b'"m"'})
    unsigned = {"type": "thinking", "thinking": "hm", "signature": ""}
    left = [[block for block in content if block != unsigned] for content in contents]
    sent = [turn["content"] for turn in decode(fields["messages"])]
    assert sent == ([each for each in left if each] if left != contents else contents)


@given(
    st.dictionaries(
        st.sampled_from(["messages", "system", "input", "instructions", "prompt"]), JSON, max_size=3
    )
)
def test_nonsense_turns_are_an_input_error_and_nothing_worse(body):
    raw = {name: encode(value) for name, value in body.items()}
    for read in TURNS.values():
        with contextlib.suppress(InputError):
            read(raw)


def test_thinking_in_parts_of_the_content_is_told_apart():
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    message = {"role": "assistant", "content": [thought, {"type": "text", "text": "hi"}]}
    chat = {"id": "x", "model": "magistral", "choices": [{"message": message, "finish_reason": "stop"}]}
    blocks = answer_from_chat(encode(chat))["content"]
    assert [(block["type"], block.get("thinking") or block.get("text")) for block in blocks] == [
        ("thinking", "hm"),
        ("text", "hi"),
    ]
