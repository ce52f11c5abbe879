"""The loopback upstream in the wire format of Amazon Bedrock's Converse and ConverseStream.

Source: the Bedrock Runtime API reference; its streams are AWS event streams (`eventstream.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from sobrio.testing.completion import Body, Completion, usage_of

_STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}


def asked(body: Body) -> dict[str, Any]:
    """The request in the words in which completions are asked for."""
    limits = body.get("inferenceConfig") or {}
    tools = (body.get("toolConfig") or {}).get("tools", ())
    system = [{"role": "system", "content": [each]} for each in body.get("system", ())]
    return {
        "model": body["model"],
        "stream": body["stream"],
        "messages": [*system, *_turns(body)],
        "max_tokens": limits.get("maxTokens"),
        "stop": limits.get("stopSequences"),
        "tools": [_tool(each["toolSpec"]) for each in tools if "toolSpec" in each],
        "parallel_tool_calls": True,
    }


def _turns(body: Body) -> Iterator[dict[str, Any]]:
    for turn in body["messages"]:
        results = [each["toolResult"] for each in turn["content"] if "toolResult" in each]
        said = [part for result in results for part in result["content"]] or turn["content"]
        yield {"role": "tool" if results else turn["role"], "content": said}


def _tool(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": spec["name"], "parameters": spec["inputSchema"]["json"]}}


def as_answer(body: Body, completions: Sequence[Completion]) -> dict[str, Any]:
    completion = completions[0]
    return {
        "metrics": {"latencyMs": 1},
        "output": {"message": {"role": "assistant", "content": _blocks(completion)}},
        "stopReason": _STOPS[completion.finish_reason],
        "usage": _usage(body, completion),
    }


def _blocks(completion: Completion) -> list[dict[str, Any]]:
    thought = {"text": "".join(completion.reasoning), "signature": "signed"}
    return [
        *([{"reasoningContent": {"reasoningText": thought}}] if completion.reasoning else ()),
        *([{"text": completion.text}] if completion.pieces else ()),
        *({"toolUse": {**_called(call), "input": _arguments(call)}} for call in completion.tool_calls),
    ]


def _called(call: Mapping[str, Any]) -> dict[str, Any]:
    return {"toolUseId": f"tooluse_{call['id']}", "name": call["function"]["name"]}


def _arguments(call: Mapping[str, Any]) -> Any:
    return msgspec.json.decode(call["function"]["arguments"])


def _usage(body: Body, completion: Completion) -> dict[str, int]:
    """What was read from the cache is not part of the input here."""
    counted = usage_of(body, [completion])
    cached = counted["prompt_tokens_details"]["cached_tokens"]
    return {
        "inputTokens": counted["prompt_tokens"] - cached,
        "outputTokens": counted["completion_tokens"],
        "totalTokens": counted["total_tokens"],
        "cacheReadInputTokens": cached,
        "cacheWriteInputTokens": 0,
    }


def as_events(body: Body, completions: Sequence[Completion]) -> Iterator[dict[str, Any]]:
    """Each event is an object of one field: its type."""
    completion = completions[0]
    yield {"messageStart": {"role": "assistant"}}
    for index, (opened, deltas) in enumerate(_grown(completion)):
        if opened:
            yield {"contentBlockStart": {"contentBlockIndex": index, "start": opened}}
        for delta in deltas:
            yield {"contentBlockDelta": {"contentBlockIndex": index, "delta": delta}}
        yield {"contentBlockStop": {"contentBlockIndex": index}}
    yield {"messageStop": {"stopReason": _STOPS[completion.finish_reason]}}
    yield {"metadata": {"usage": _usage(body, completion), "metrics": {"latencyMs": 1}}}


def _grown(completion: Completion) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    if completion.reasoning:
        thoughts = [{"reasoningContent": {"text": piece}} for piece in completion.reasoning]
        yield {}, [*thoughts, {"reasoningContent": {"signature": "signed"}}]
    if completion.pieces:
        yield {}, [{"text": piece} for piece in completion.pieces]
    for call in completion.tool_calls:
        said = call["function"]["arguments"]
        halves = (said[: len(said) // 2], said[len(said) // 2 :])
        yield {"toolUse": _called(call)}, [{"toolUse": {"input": half}} for half in halves]


def error(status: int) -> dict[str, Any]:
    return {"message": f"the loopback upstream was asked to fail with {status}"}
