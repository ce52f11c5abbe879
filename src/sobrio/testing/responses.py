"""The loopback upstream in the wire format of OpenAI's responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sobrio.testing.completion import CREATED, Body, Completion, head_of, usage_of

_TURNS = {"function_call_output": "tool", "function_call": "assistant"}


def asked(body: Body) -> dict[str, Any]:
    """The request in the words in which completions are asked for."""
    given = body["input"]
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    tools = [each for each in body.get("tools", ()) if each["type"] == "function"]
    return {
        "model": body["model"],
        "stream": body.get("stream", False),
        "messages": [_turn(each) for each in items],
        "max_tokens": body.get("max_output_tokens"),
        "tools": [{"type": "function", "function": each} for each in tools],
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
    }


def _turn(item: Mapping[str, Any]) -> dict[str, Any]:
    content = item.get("content", item.get("output", ""))
    return {"role": _TURNS.get(item.get("type", ""), item.get("role", "user")), "content": content}


def as_answer(body: Body, completions: Sequence[Completion]) -> dict[str, Any]:
    """A `response`."""
    completion = completions[0]
    counted = usage_of(body, completions)
    return _head(body) | {
        "status": "incomplete" if completion.finish_reason == "length" else "completed",
        "incomplete_details": {"reason": "max_output_tokens"}
        if completion.finish_reason == "length"
        else None,
        "output": _items(completion),
        "usage": {
            "input_tokens": counted["prompt_tokens"],
            "input_tokens_details": {"cached_tokens": counted["prompt_tokens_details"]["cached_tokens"]},
            "output_tokens": counted["completion_tokens"],
            "output_tokens_details": {"reasoning_tokens": len(completion.reasoning)},
            "total_tokens": counted["total_tokens"],
        },
    }


def _head(body: Body) -> dict[str, Any]:
    return {
        "id": head_of(body, "response")["id"].replace("chatcmpl-", "resp_"),
        "object": "response",
        "created_at": CREATED,
        "status": "in_progress",
        "model": body["model"],
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "a_field_of_tomorrow": True,
    }


def _items(completion: Completion) -> list[dict[str, Any]]:
    calls = [
        {
            "type": "function_call",
            "id": f"fc_{call['id']}",
            "call_id": call["id"],
            "status": "completed",
            **call["function"],
        }
        for call in completion.tool_calls
    ]
    if not completion.pieces:
        return calls
    part = {"type": "output_text", "text": completion.text, "annotations": [], "logprobs": []}
    message = {
        "type": "message",
        "id": "msg_0",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }
    return [message, *calls]


def as_events(body: Body, completions: Sequence[Completion]) -> Iterator[dict[str, Any]]:
    for number, event in enumerate(_events(body, completions)):
        yield event | {"sequence_number": number}


def _events(body: Body, completions: Sequence[Completion]) -> Iterator[dict[str, Any]]:
    yield {"type": "response.created", "response": _head(body)}
    yield {"type": "response.in_progress", "response": _head(body)}
    whole = as_answer(body, completions)
    for index, item in enumerate(whole["output"]):
        at = {"output_index": index}
        within = at | {"item_id": item["id"]}
        if item["type"] == "message":
            part = item["content"][0]
            yield {"type": "response.output_item.added", **at, "item": item | {"content": []}}
            within |= {"content_index": 0}
            yield {"type": "response.content_part.added", **within, "part": part | {"text": ""}}
            for piece in completions[0].pieces:
                yield {"type": "response.output_text.delta", **within, "delta": piece, "logprobs": []}
            yield {"type": "response.output_text.done", **within, "text": part["text"], "logprobs": []}
            yield {"type": "response.content_part.done", **within, "part": part}
        else:
            said = item["arguments"]
            yield {"type": "response.output_item.added", **at, "item": item | {"arguments": ""}}
            yield {"type": "response.function_call_arguments.delta", **within, "delta": said}
            yield {"type": "response.function_call_arguments.done", **within, "arguments": said}
        yield {"type": "response.output_item.done", **at, "item": item}
    yield {"type": f"response.{whole['status']}", "response": whole}
