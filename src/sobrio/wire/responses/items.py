"""A response and its items, as OpenAI writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

import msgspec

from sobrio.wire.chat.segments import Segment

State: TypeAlias = Literal["in_progress", "completed", "incomplete"]

_ECHOED: Final[Mapping[str, Any]] = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "reasoning": {"effort": None, "summary": None},
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}
"""What a response repeats of its request, and what stands there where the request said nothing."""


def response_id(chat_id: str) -> str:
    return chat_id if chat_id.startswith("resp_") else "resp_" + chat_id.removeprefix("chatcmpl-")


def head_of(fields: Mapping[str, bytes], chat_id: str, model: str, created: int) -> dict[str, Any]:
    """A response that has just begun. Nothing is stored, so nothing can be continued by its id."""
    echoed = {name: fields.get(name, b"null") for name in _ECHOED}
    return {
        "id": response_id(chat_id),
        "object": "response",
        "created_at": created,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "model": model,
        "output": [],
        "previous_response_id": None,
        "store": False,
        "usage": None,
        **{name: msgspec.Raw(raw) if raw != b"null" else _ECHOED[name] for name, raw in echoed.items()},
    }


def ended(
    head: Mapping[str, Any],
    output: list[dict[str, Any]],
    finish_reason: str | None,
    usage: dict[str, Any] | None,
) -> dict[str, Any]:
    reason = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(finish_reason or "")
    return {
        **head,
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "output": output,
        "usage": usage,
    }


def item_of(
    segment: Segment, item_id: str, state: State, logprobs: list[Any] | None = None
) -> dict[str, Any]:
    """A segment as it stands; `in_progress` = as it opens, empty."""
    if segment.kind == "call":
        return {
            "type": "function_call",
            "id": item_id,
            "status": state,
            "call_id": segment.call_id,
            "name": segment.name,
            "arguments": "" if state == "in_progress" else segment.text,
        }
    content = [] if state == "in_progress" else [part_of(segment, logprobs)]
    if segment.kind == "thought":
        return {"type": "reasoning", "id": item_id, "status": state, "summary": [], "content": content}
    return {"type": "message", "id": item_id, "status": state, "role": "assistant", "content": content}


def part_of(segment: Segment, logprobs: list[Any] | None = None) -> dict[str, Any]:
    match segment.kind:
        case "refusal":
            return {"type": "refusal", "refusal": segment.text}
        case "thought":
            return {"type": "reasoning_text", "text": segment.text}
        case _:
            return {
                "type": "output_text",
                "text": segment.text,
                "annotations": [],
                "logprobs": logprobs or [],
            }


_PREFIX = {"call": "fc", "thought": "rs", "text": "msg", "refusal": "msg"}


def item_id(segment: Segment, response: str, index: int) -> str:
    return f"{_PREFIX[segment.kind]}_{response.removeprefix('resp_')}_{index}"
