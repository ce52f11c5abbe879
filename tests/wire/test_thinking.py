"""What a chat asks of Claude is something that Anthropic takes, as its documentation says."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import decode, encode

from sobrio.errors import InputError
from sobrio.wire.messages.request_from_chat import request_from_chat
from sobrio.wire.untranslatable import Untranslatable

USER = {"role": "user", "content": "x"}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "1"}
SIGNED = [{"type": "thinking", "thinking": "hm", "signature": "s"}]
BUDGETED, STEERED = "claude-haiku-4-5", "claude-haiku-5-5"


def calling(**more):
    return {"role": "assistant", "content": None, "tool_calls": [CALL], **more}


def translated(**body):
    body = {"model": BUDGETED, "messages": [USER]} | body
    return decode(encode(request_from_chat({name: encode(value) for name, value in body.items()})))


def thought_blocks(message):
    blocks = [b for turn in message["messages"] if isinstance(turn["content"], list) for b in turn["content"]]
    return [block for block in blocks if block["type"] in ("thinking", "redacted_thinking")]


def test_a_limit_of_the_callers_holds_for_thoughts_and_answer_together():
    for cap in (16, 2047):
        there = translated(reasoning_effort="high", max_completion_tokens=cap)
        assert "thinking" not in there
        assert there["max_tokens"] == cap
    there = translated(reasoning_effort="high", max_completion_tokens=4096)
    assert there["max_tokens"] == 4096
    assert there["thinking"]["budget_tokens"] == 3072
    assert translated(reasoning_effort="low", max_tokens=9000)["thinking"]["budget_tokens"] == 2048


def test_thinking_in_anthropics_words_keeps_the_same_rules():
    thinking = {"type": "enabled", "budget_tokens": 10_000}
    there = translated(thinking=thinking, temperature=0.2)
    assert there["thinking"] == thinking
    assert there["max_tokens"] > 10_000
    assert "temperature" not in there
    assert translated(thinking=thinking, max_tokens=5000)["thinking"]["budget_tokens"] < 5000
    assert translated(thinking={"type": "disabled"}, temperature=0.2)["temperature"] == 0.2


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "f"}}])
def test_a_tool_that_must_be_called_is_called_without_thoughts(choice):
    there = translated(reasoning_effort="low", tools=[TOOL], tool_choice=choice, temperature=0.2)
    assert there["tool_choice"]["type"] in ("any", "tool")
    assert "thinking" not in there
    assert there["temperature"] == 0.2
    assert "thinking" in translated(reasoning_effort="low", tools=[TOOL], tool_choice="auto")


@pytest.mark.parametrize(
    ("turns", "thinks"),
    [
        ([USER, calling(), RESULT], False),
        ([USER, calling(thinking_blocks=SIGNED), RESULT], True),
        ([USER, calling(thinking_blocks=SIGNED), RESULT, calling(), RESULT], True),
        ([USER, calling(), RESULT, calling(thinking_blocks=SIGNED), RESULT], False),
        ([USER, calling(), RESULT, {"role": "assistant", "content": "1"}, USER], True),
        ([USER, calling(thinking_blocks=[{"type": "thinking", "thinking": "hm"}]), RESULT], False),
        ([USER, {"role": "assistant", "content": "It is"}], False),
    ],
)
def test_calls_made_without_signed_thoughts_go_on_without(turns, thinks):
    there = translated(messages=turns, reasoning_effort="low", tools=[TOOL])
    assert ("thinking" in there) is thinks
    if not thinks:
        assert not thought_blocks(there)


@pytest.mark.parametrize(("top_p", "kept"), [(0.5, {}), (0.95, {"top_p": 0.95}), (1, {"top_p": 1.0})])
def test_beside_thoughts_only_a_high_top_p_is_taken(top_p, kept):
    there = translated(reasoning_effort="low", top_p=top_p, temperature=0.2)
    assert {name: there[name] for name in ("top_p", "temperature") if name in there} == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"temperature": 0.2, "top_p": 0.9}, {"temperature": 0.2}),
        ({"temperature": 1, "top_p": 0.9}, {"top_p": 0.9}),
        ({"temperature": 1.7, "top_p": 0.9}, {"top_p": 0.9}),
        ({"temperature": 0.2, "top_p": None}, {"temperature": 0.2}),
        ({"temperature": None, "top_p": 0.9}, {"top_p": 0.9}),
        ({"temperature": 1, "top_p": 1}, {"temperature": 1}),
    ],
)
def test_of_temperature_and_top_p_one_is_sent(given, kept):
    there = translated(**given)
    assert {name: there[name] for name in ("top_p", "temperature") if name in there} == kept


@pytest.mark.parametrize(
    "model",
    [
        "claude-opus-4-7", "claude-opus-4-8", "claude-opus-5", "claude-sonnet-5-5", "claude-haiku-5-5",
        "claude-fable-5-1", "claude-mythos-5-1", "eu.anthropic.claude-sonnet-5", "anthropic/claude-opus-4.8",
    ],
)  # fmt: skip
def test_newer_claudes_are_steered_and_take_no_sampling(model):
    there = translated(model=model, reasoning_effort="high", temperature=0.2, top_p=0.5, top_k=3)
    assert there["thinking"] == {"type": "adaptive"}
    assert there["output_config"] == {"effort": "high"}
    assert not {"temperature", "top_p", "top_k"} & there.keys()
    assert translated(model=model, reasoning_effort="high", max_tokens=16)["max_tokens"] == 16
    plain = translated(model=model, temperature=0.2)
    assert plain == {"model": model, "max_tokens": 8192, "messages": [USER]}


@pytest.mark.parametrize(
    "model",
    ["claude-opus-4-6", "claude-sonnet-4-5", "claude-sonnet-4-20250514", "claude-3-7-sonnet-20250219"],
)
def test_earlier_claudes_have_a_budget(model):
    assert translated(model=model, reasoning_effort="low")["thinking"]["budget_tokens"] == 2048


def test_what_steers_a_newer_claude():
    forced = translated(model=STEERED, reasoning_effort="high", tools=[TOOL], tool_choice="required")
    assert ("thinking" in forced, forced["output_config"]) == (False, {"effort": "high"})
    for little in ("none", "minimal"):
        assert translated(model=STEERED, reasoning_effort=little)["output_config"] == {"effort": "low"}
    thinking = {"type": "enabled", "budget_tokens": 9000}
    assert translated(model=STEERED, thinking=thinking)["output_config"] == {"effort": "high"}
    off = translated(model=STEERED, thinking={"type": "disabled"})
    assert ("thinking" in off, off["output_config"]) == (False, {"effort": "low"})
    schema = {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}}
    both = translated(model=STEERED, reasoning_effort="low", response_format=schema)["output_config"]
    assert (both["effort"], both["format"]["type"]) == ("low", "json_schema")
    assert translated(model=STEERED, messages=[USER, calling(), RESULT], reasoning_effort="low")["thinking"]
    with pytest.raises(Untranslatable):
        translated(model=STEERED, messages=[USER, {"role": "assistant", "content": "It is"}])


def attached(part):
    return translated(messages=[{"role": "user", "content": [{"type": "text", "text": "look"}, part]}])


def image(url):
    return attached({"type": "image_url", "image_url": {"url": url}})["messages"][0]["content"][1]["source"]


def file(data):
    part = {"type": "file", "file": {"file_data": data, "filename": "a"}}
    return attached(part)["messages"][0]["content"][1]["source"]


def test_images_and_files_are_of_kinds_that_anthropic_takes():
    assert image("data:image/jpg;base64,AAAA") == {
        "type": "base64",
        "media_type": "image/jpeg",
        "data": "AAAA",
    }
    assert image("https://x.example/i.png") == {"type": "url", "url": "https://x.example/i.png"}
    pdf = {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}
    assert file("data:application/pdf;base64,AAAA") == pdf
    text = base64.b64encode("Grüße".encode()).decode()
    assert file(f"data:text/markdown;charset=utf-8;base64,{text}") == {
        "type": "text",
        "media_type": "text/plain",
        "data": "Grüße",
    }


@pytest.mark.parametrize(
    ("read", "given"),
    [
        (image, "data:image/svg+xml;base64,AAAA"),
        (image, "data:image/png,abc"),
        (file, "data:application/zip;base64,AAAA"),
        (file, "AAAA"),
    ],
)
def test_other_kinds_are_left_to_other_models(read, given):
    with pytest.raises(Untranslatable):
        read(given)


def test_a_text_file_that_is_none_is_the_callers_mistake():
    for data in ("/w==", "A"):
        with pytest.raises(InputError, match="UTF-8"):
            file(f"data:text/plain;base64,{data}")


def test_a_chat_of_a_system_alone_is_asked_as_the_user():
    for turns in (
        [{"role": "system", "content": "s"}],
        [{"role": "system", "content": "s"}, USER | {"content": " "}],
    ):
        there = translated(messages=turns)
        assert (there["messages"], "system" in there) == ([{"role": "user", "content": "s"}], False)
    with pytest.raises(Untranslatable):
        translated(messages=[{"role": "user", "content": " "}])


def test_a_chat_that_the_assistant_began_begins_with_a_user():
    hello = {"role": "assistant", "content": "Hello, how can I help?"}
    there = translated(messages=[{"role": "system", "content": "s"}, hello, USER])
    assert [turn["role"] for turn in there["messages"]] == ["user", "assistant", "user"]
    assert there["messages"][1:] == [hello, USER]


def test_tools_that_were_called_stay_declared_where_none_is_offered_any_more():
    for offered in ({}, {"tools": []}, {"tools": None, "tool_choice": None}):
        there = translated(messages=[USER, calling(), RESULT], **offered)
        assert [tool["name"] for tool in there["tools"]] == ["f"]
        assert there["tool_choice"] == {"type": "none"}
    assert "tools" not in translated(messages=[USER])


def test_blank_pieces_of_a_tools_result_are_left_out():
    blank, said = {"type": "text", "text": " "}, {"type": "text", "text": "1"}
    there = translated(messages=[USER, calling(), RESULT | {"content": [blank, said]}])
    assert there["messages"][-1]["content"][0]["content"] == [said]


def test_a_call_of_a_custom_tool_is_left_to_other_models():
    custom = {"id": "c1", "type": "custom", "custom": {"name": "f", "input": "x"}}
    with pytest.raises(Untranslatable, match="custom"):
        translated(messages=[USER, {"role": "assistant", "content": None, "tool_calls": [custom]}, RESULT])


IDS = st.text(min_size=1, max_size=12) | st.sampled_from(["functions.f:0", "functions.f.0", "c1"])


@given(st.lists(IDS, min_size=1, max_size=4, unique=True))
def test_ids_of_other_models_become_ones_that_anthropic_takes_and_stay_apart(ids):
    calls = [CALL | {"id": each} for each in ids]
    results = [RESULT | {"tool_call_id": each} for each in ids]
    turns = translated(messages=[USER, calling(tool_calls=calls), *results])["messages"]
    made = [block["id"] for block in turns[1]["content"]]
    assert made == [block["tool_use_id"] for block in turns[2]["content"]]
    assert len(set(made)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", each) for each in made)
