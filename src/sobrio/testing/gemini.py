"""The loopback upstream in the wire format of Google's generateContent, at Gemini and Vertex AI alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from sobrio.testing.completion import Body, Completion, head_of, usage_of

_STOPS = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP"}
_STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}


def asked(body: Body) -> dict[str, Any]:
    """The request in the words in which completions are asked for."""
    config = body.get("generationConfig") or {}
    system = body.get("system_instruction") or body.get("systemInstruction")
    return {
        "model": body["model"],
        "stream": body["stream"],
        "messages": [*([{"role": "system", "content": system["parts"]}] if system else ()), *_turns(body)],
        "max_tokens": config.get("max_output_tokens") or config.get("maxOutputTokens"),
        "stop": config.get("stop_sequences") or config.get("stopSequences"),
        "tools": [{"type": "function", "function": each} for each in _declared(body)],
        "parallel_tool_calls": True,
    }


def _turns(body: Body) -> Iterator[dict[str, Any]]:
    for turn in body["contents"]:
        results = [_result(part) for part in turn["parts"] if _result(part)]
        said = [{"text": str(each["response"])} for each in results] or turn["parts"]
        yield {"role": "tool" if results else turn["role"], "content": said}


def _result(part: Mapping[str, Any]) -> Any:
    return part.get("function_response") or part.get("functionResponse")


def _declared(body: Body) -> Iterator[dict[str, Any]]:
    for tool in body.get("tools") or ():
        yield from tool.get("function_declarations") or tool.get("functionDeclarations") or ()


def as_answer(body: Body, completions: Sequence[Completion]) -> dict[str, Any]:
    completion = completions[0]
    thoughts = [{"text": "".join(completion.reasoning), "thought": True}] if completion.reasoning else []
    texts = [{"text": completion.text}] if completion.pieces else []
    parts: list[dict[str, Any]] = [*thoughts, *texts, *_calls(completion)]
    return _response(body, completion, parts, completion.finish_reason)


def _calls(completion: Completion) -> list[dict[str, Any]]:
    return [
        {"functionCall": {"name": each["name"], "args": msgspec.json.decode(each["arguments"])}}
        for each in (call["function"] for call in completion.tool_calls)
    ]


def _response(
    body: Body, completion: Completion, parts: list[dict[str, Any]], finish_reason: str | None
) -> dict[str, Any]:
    ended = {} if finish_reason is None else {"finishReason": _STOPS[finish_reason]}
    return {
        "candidates": [{"content": {"parts": parts, "role": "model"}, "index": 0, **ended}],
        "usageMetadata": _usage(body, completion),
        "modelVersion": body["model"],
        "responseId": head_of(body, "response")["id"],
    }


def _usage(body: Body, completion: Completion) -> dict[str, int]:
    """Thoughts are counted beside the candidates."""
    counted = usage_of(body, [completion])
    thought = len(completion.reasoning)
    return {
        "promptTokenCount": counted["prompt_tokens"],
        "candidatesTokenCount": counted["completion_tokens"] - thought,
        "totalTokenCount": counted["total_tokens"],
        **({"thoughtsTokenCount": thought} if thought else {}),
        "cachedContentTokenCount": counted["prompt_tokens_details"]["cached_tokens"],
    }


def as_events(body: Body, completions: Sequence[Completion]) -> Iterator[dict[str, Any]]:
    """Calls come whole; every event counts, and the last one says why it ended."""
    completion = completions[0]
    parts: list[dict[str, Any]] = [
        *({"text": piece, "thought": True} for piece in completion.reasoning),
        *({"text": piece} for piece in completion.pieces),
        *_calls(completion),
    ]
    for place, part in enumerate(parts, start=1):
        yield _response(body, completion, [part], completion.finish_reason if place == len(parts) else None)


def error(status: int) -> dict[str, Any]:
    message = f"the loopback upstream was asked to fail with {status}"
    return {"error": {"code": status, "message": message, "status": _STATUS.get(status, "UNAVAILABLE")}}
