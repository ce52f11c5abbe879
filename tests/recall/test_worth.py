"""What is kept says something: no refusal, no silence, no torn call of a tool."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sobrio.recall import worth_keeping


def worth(answer: dict[str, Any]) -> bool:
    return worth_keeping(msgspec.json.decode(msgspec.json.encode(answer), type=dict[str, msgspec.Raw]))


def chat(finish_reason: str = "stop", **message: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish_reason}]}


def called(arguments: Any) -> dict[str, Any]:
    return chat("tool_calls", content=None, tool_calls=[{"function": {"name": "f", "arguments": arguments}}])


def message(*content: Any, stop_reason: str = "end_turn") -> dict[str, Any]:
    return {"type": "message", "content": list(content), "stop_reason": stop_reason}


def response(*output: Any) -> dict[str, Any]:
    return {"status": "completed", "output": list(output)}


def said(*parts: Any) -> dict[str, Any]:
    return {"type": "message", "content": list(parts)}


TEXT = {"type": "text", "text": "Oslo."}


@pytest.mark.parametrize(
    "answer",
    [
        chat(content="Oslo."),
        chat(content=[TEXT]),
        chat(content="", refusal=None, tool_calls=[], audio={"id": "a", "data": "UklG"}),
        called('{"city": "Oslo"}'),
        called("{}"),
        called({"city": "Oslo"}),
        chat("function_call", content=None, function_call={"name": "f", "arguments": '{"a": 1}'}),
        chat("tool_calls", content=None, tool_calls=[{"type": "custom", "custom": {"input": "any {text"}}]),
        {"choices": [{"text": " Oslo", "finish_reason": "stop"}]},
        message(TEXT),
        message({"type": "thinking", "thinking": "Hm."}, TEXT),
        message({"type": "tool_use", "input": {}}, stop_reason="tool_use"),
        message({"type": "tool_use", "input": {"arguments": ["a"]}}, stop_reason="tool_use"),
        response(said({"type": "output_text", "text": "Oslo."})),
        response({"type": "reasoning"}, {"type": "function_call", "arguments": '{"city": "Oslo"}'}),
        response({"type": "custom_tool_call", "input": "any {text"}),
        {"object": "list", "data": [{"embedding": [0.1]}]},
    ],
)
def test_an_answer_that_says_something_is_worth_keeping(answer: dict[str, Any]) -> None:
    assert worth(answer)


@pytest.mark.parametrize(
    "answer",
    [
        chat(content=""),
        chat(content=" \n\t"),
        chat(content=None),
        chat(content=[]),
        chat(content=None, reasoning_content="Thinking of Oslo"),
        {"choices": []},
        {"choices": [{"text": "\n", "finish_reason": "stop"}]},
        message(),
        message({"type": "text", "text": ""}),
        message({"type": "thinking", "thinking": "Hm."}),
        response(),
        response({"type": "reasoning"}),
        response(said({"type": "output_text", "text": " "})),
        {"object": "list", "data": []},
        {"object": "nothing known"},
    ],
)
def test_silence_is_not(answer: dict[str, Any]) -> None:
    assert not worth(answer)


@pytest.mark.parametrize(
    "answer",
    [
        chat(content=None, refusal="I cannot help with that."),
        chat(content="As far as I can say: ", refusal="no."),
        chat(content=[{"type": "refusal", "refusal": "I cannot help with that."}]),
        chat("content_filter", content="Part of an answer"),
        message(TEXT, stop_reason="refusal"),
        response(said({"type": "refusal", "refusal": "I cannot help with that."})),
    ],
)
def test_a_refusal_is_not(answer: dict[str, Any]) -> None:
    assert not worth(answer)


TORN = ['{"city": "Os', "", "Oslo", '["Oslo"]', '{"city": "Oslo"}}', None, 7]


@pytest.mark.parametrize("arguments", TORN)
def test_a_call_that_cannot_be_read_is_not(arguments: Any) -> None:
    assert not worth(called(arguments))
    assert not worth(chat("function_call", function_call={"name": "f", "arguments": arguments}))
    assert not worth(response({"type": "function_call", "arguments": arguments}))
    assert not worth(message(TEXT, {"type": "tool_use", "input": arguments}, stop_reason="tool_use"))


def test_one_torn_call_of_several_is_enough() -> None:
    calls = [{"function": {"arguments": each}} for each in ('{"a": 1}', '{"a": ')]
    assert not worth(chat("tool_calls", content="I call two.", tool_calls=calls))


def test_one_choice_of_several_that_says_nothing_is_enough() -> None:
    (good,), (bad,) = chat(content="Oslo.")["choices"], chat(content="")["choices"]
    assert not worth({"choices": [good, bad]})


@pytest.mark.parametrize(
    "body", [{"choices": "?"}, {"choices": [{"message": {"content": 3}}]}, {"output": 1}]
)
def test_what_has_another_form_is_not(body: dict[str, Any]) -> None:
    assert not worth(body)
