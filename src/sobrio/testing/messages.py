"""The loopback upstream in Anthropic's wire format (API version 2023-06-01)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from sobrio.testing.completion import Body, Completion, head_of, text_of, usage_of

_STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}
_CHOICES = {"any": "required", "none": "none"}


def asked(body: Body) -> dict[str, Any]:
    """The request in the words in which completions are asked for."""
    choice = body.get("tool_choice") or {}
    return {
        "model": body["model"],
        "stream": body.get("stream", False),
        "messages": [*_system(body), *map(_turn, body.get("messages", ()))],
        "max_tokens": body.get("max_tokens"),
        "stop": body.get("stop_sequences"),
        "tools": [_tool(each) for each in body.get("tools", ())],
        "tool_choice": {"function": choice}
        if choice.get("type") == "tool"
        else _CHOICES.get(choice.get("type", "")),
        "parallel_tool_calls": not choice.get("disable_parallel_tool_use", False),
    }


def _system(body: Body) -> list[dict[str, Any]]:
    return [{"role": "system", "content": body["system"]}] if body.get("system") else []


def _turn(turn: Mapping[str, Any]) -> dict[str, Any]:
    content = turn["content"]
    results = [b for b in content if b["type"] == "tool_result"] if isinstance(content, list) else []
    if results:
        return {"role": "tool", "content": " ".join(text_of(each.get("content")) for each in results)}
    return {"role": turn["role"], "content": content}


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": tool["name"], "parameters": tool["input_schema"]}}


def as_answer(body: Body, completions: Sequence[Completion]) -> dict[str, Any]:
    """A `message`, of the first completion: Anthropic gives one."""
    completion = completions[0]
    return {
        **_head(body),
        "content": _blocks(completion),
        "stop_reason": _STOPS[completion.finish_reason],
        "usage": _usage(body, completion),
    }


def _head(body: Body) -> dict[str, Any]:
    head = head_of(body, "message")
    return {
        "id": head["id"].replace("chatcmpl-", "msg_"),
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _blocks(completion: Completion) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if completion.reasoning:
        thought = "".join(completion.reasoning)
        blocks.append({"type": "thinking", "thinking": thought, "signature": "signed"})
    if completion.pieces:
        blocks.append({"type": "text", "text": completion.text})
    for call in completion.tool_calls:
        given = msgspec.json.decode(call["function"]["arguments"])
        blocks.append(
            {"type": "tool_use", "id": call["id"], "name": call["function"]["name"], "input": given}
        )
    return blocks


def _usage(body: Body, completion: Completion) -> dict[str, int]:
    counted = usage_of(body, [completion])
    cached = counted["prompt_tokens_details"]["cached_tokens"]
    return {
        "input_tokens": counted["prompt_tokens"] - cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "output_tokens": counted["completion_tokens"],
    }


def as_events(body: Body, completions: Sequence[Completion]) -> Iterator[dict[str, Any]]:
    completion = completions[0]
    usage = _usage(body, completion)
    yield {"type": "message_start", "message": _head(body) | {"usage": usage | {"output_tokens": 1}}}
    yield {"type": "ping"}
    for index, block in enumerate(_blocks(completion)):
        opened, deltas = _grown(block, completion)
        yield {"type": "content_block_start", "index": index, "content_block": opened}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ending = {"stop_reason": _STOPS[completion.finish_reason], "stop_sequence": None}
    yield {"type": "message_delta", "delta": ending, "usage": {"output_tokens": usage["output_tokens"]}}
    yield {"type": "message_stop"}


def _grown(block: dict[str, Any], completion: Completion) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if block["type"] == "text":
        return block | {"text": ""}, [{"type": "text_delta", "text": piece} for piece in completion.pieces]
    if block["type"] == "thinking":
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in completion.reasoning]
        signed = {"type": "signature_delta", "signature": block["signature"]}
        return block | {"thinking": "", "signature": ""}, [*deltas, signed]
    text = msgspec.json.encode(block["input"]).decode()
    halves = ("", text[: len(text) // 2], text[len(text) // 2 :])
    return block | {"input": {}}, [{"type": "input_json_delta", "partial_json": piece} for piece in halves]
