"""The loopback upstream in the wire format of Ollama's /api/chat: one JSON document a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from sobrio.testing.completion import Body, Completion, usage_of

_AT = "2026-11-22T07:00:00.123456Z"


def asked(body: Body) -> dict[str, Any]:
    """The request in the words in which completions are asked for; it streams unless told not to."""
    options = body.get("options") or {}
    limits = {"max_tokens": options.get("num_predict"), "stop": options.get("stop")}
    return {**body, **limits, "parallel_tool_calls": True}


def as_answer(body: Body, completions: Sequence[Completion]) -> dict[str, Any]:
    completion = completions[0]
    thought = {"thinking": "".join(completion.reasoning)} if completion.reasoning else {}
    message = {"content": completion.text, **thought, **_calls(completion)}
    return _line(body, message) | _ended(body, completion)


def _calls(completion: Completion) -> dict[str, Any]:
    calls = [
        {"function": {**call["function"], "arguments": msgspec.json.decode(call["function"]["arguments"])}}
        for call in completion.tool_calls
    ]
    return {"tool_calls": calls} if calls else {}


def _line(body: Body, message: dict[str, Any]) -> dict[str, Any]:
    said = {"role": "assistant", **message}
    return {"model": body["model"], "created_at": _AT, "message": said, "done": False}


def _ended(body: Body, completion: Completion) -> dict[str, Any]:
    """Durations are in nanoseconds."""
    counted = usage_of(body, [completion])
    read, written = counted["prompt_tokens"], counted["completion_tokens"]
    return {
        "done": True,
        "done_reason": "length" if completion.finish_reason == "length" else "stop",
        "total_duration": (read + 10 * written) * 1_000_000,
        "prompt_eval_count": read,
        "prompt_eval_duration": read * 1_000_000,
        "eval_count": written,
        "eval_duration": 10 * written * 1_000_000,
    }


def as_events(body: Body, completions: Sequence[Completion]) -> Iterator[dict[str, Any]]:
    completion = completions[0]
    for piece in completion.reasoning:
        yield _line(body, {"content": "", "thinking": piece})
    for piece in completion.pieces:
        yield _line(body, {"content": piece})
    if completion.tool_calls:
        yield _line(body, {"content": "", **_calls(completion)})
    yield _line(body, {"content": ""}) | _ended(body, completion)


def line(event: bytes) -> bytes:
    return event + b"\n"


def error(status: int) -> dict[str, Any]:
    return {"error": f"the loopback upstream was asked to fail with {status}"}
