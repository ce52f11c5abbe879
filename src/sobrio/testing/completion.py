"""What the loopback upstream answers: a pure function of the request, in OpenAI's wire format."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from sobrio.testing.schema import instance

Body: TypeAlias = Mapping[str, Any]

CREATED = 1_750_000_000
"""The moment every answer claims to be from, so that equal requests get equal bytes."""
REASONING = "Let me think about it."

_WORD = re.compile(r"\s*\S+|\s+$")


@dataclass(frozen=True, slots=True)
class Completion:
    """One choice of an answer, cut into the pieces in which it is streamed (one piece = one token)."""

    pieces: tuple[str, ...]
    tool_calls: tuple[dict[str, Any], ...] = ()
    reasoning: tuple[str, ...] = ()
    finish_reason: str = "stop"

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def tokens(self) -> int:
        arguments = (call["function"]["arguments"] for call in self.tool_calls)
        return len(self.pieces) + len(self.reasoning) + sum(len(pieces_of(each)) for each in arguments)


def pieces_of(text: str) -> tuple[str, ...]:
    """Words with the space before them: the loopback's tokens."""
    return tuple(_WORD.findall(text))


def text_of(content: Any) -> str:
    """The text of a message's content, be it a string or a list of parts."""
    if isinstance(content, list):
        return " ".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def prompt_of(body: Body) -> str:
    """What is to be answered: the last message's text, or the prompt of a plain completion."""
    if "messages" in body:
        return text_of(body["messages"][-1].get("content")) if body["messages"] else ""
    return prompts_of(body)[0]


def prompts_of(body: Body) -> list[str]:
    """Those of a plain completion, each to be answered by itself; a list of numbers is one, in tokens."""
    prompt = body.get("prompt", "")
    if isinstance(prompt, list) and prompt and not isinstance(prompt[0], int):
        return [str(each) for each in prompt]
    return [str(prompt)]


def complete(body: Body, answers: Mapping[str, str]) -> Completion:
    """A tool call where tools are offered, an instance where a schema is asked for, else words.

    The words are those of the first of `answers` whose key is in the prompt; else the prompt's own.
    The model `empty` has none.
    """
    reasoning = pieces_of(REASONING) if "reasoning" in body["model"] else ()
    if calls := _tool_calls(body):
        return Completion((), calls, reasoning, "tool_calls")
    text = "" if body["model"] == "empty" else _structured(body) or _worded(prompt_of(body), answers)
    return _cut(Completion(pieces_of(_stopped(text, body.get("stop"))), (), reasoning), body)


def _worded(prompt: str, answers: Mapping[str, str]) -> str:
    return next((answer for key, answer in answers.items() if key in prompt), prompt)


def _tool_calls(body: Body) -> tuple[dict[str, Any], ...]:
    """Calls the first tool (or the one demanded, or each when told to be parallel), once a turn."""
    choice = body.get("tool_choice", "auto")
    if not body.get("tools") or choice == "none" or body["messages"][-1]["role"] == "tool":
        return ()
    tools = [tool["function"] for tool in body["tools"] if tool.get("type", "function") == "function"]
    if isinstance(choice, dict):
        tools = [tool for tool in tools if tool["name"] == choice["function"]["name"]]
    elif not body.get("parallel_tool_calls"):
        tools = tools[:1]
    return tuple(
        {"id": f"call_{index}", "type": "function", "function": _filled(tool)}
        for index, tool in enumerate(tools)
    )


def _filled(tool: Mapping[str, Any]) -> dict[str, str]:
    arguments = instance(tool.get("parameters") or {"type": "object"})
    return {"name": tool["name"], "arguments": msgspec.json.encode(arguments).decode()}


def _structured(body: Body) -> str | None:
    match body.get("response_format"):
        case {"type": "json_schema", "json_schema": {"schema": schema}}:
            return msgspec.json.encode(instance(schema)).decode()
        case {"type": "json_object"}:
            return msgspec.json.encode({"answer": prompt_of(body)}).decode()
        case _:
            return None


def _stopped(text: str, stop: str | Sequence[str] | None) -> str:
    for word in [stop] if isinstance(stop, str) else stop or ():
        text = text.partition(word)[0]
    return text


def _cut(completion: Completion, body: Body) -> Completion:
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    if limit is None or len(completion.pieces) <= limit:
        return completion
    return Completion(completion.pieces[:limit], (), completion.reasoning, "length")


def usage_of(body: Body, completions: Sequence[Completion]) -> dict[str, Any]:
    """Counts in OpenAI's names; a model with `cached` in its name had half the prompt cached."""
    texts = [text_of(message.get("content")) for message in body.get("messages", ())] or prompts_of(body)
    prompt = sum(len(pieces_of(text)) for text in texts)
    completion = sum(each.tokens for each in completions)
    cached = prompt // 2 if "cached" in body["model"] else 0
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": sum(len(each.reasoning) for each in completions)},
    }


def head_of(body: Body, kind: str) -> dict[str, Any]:
    """The fields every answer and every chunk begins with."""
    digest = hashlib.sha256(msgspec.json.encode(body, order="sorted")).hexdigest()
    return {
        "id": f"chatcmpl-{digest[:24]}",
        "object": kind,
        "created": CREATED,
        "model": body["model"],
        "system_fingerprint": "fp_loopback",
    }


def as_answer(body: Body, completions: Sequence[Completion]) -> dict[str, Any]:
    """A `chat.completion`."""
    choices = [
        {
            "index": index,
            "message": _message(each),
            "logprobs": _logprobs(each.pieces) if body.get("logprobs") else None,
            "finish_reason": each.finish_reason,
        }
        for index, each in enumerate(completions)
    ]
    usage = usage_of(body, completions)
    return {**head_of(body, "chat.completion"), "choices": choices, "usage": usage, **_timings(body, usage)}


def _message(completion: Completion) -> dict[str, Any]:
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if completion.tool_calls else completion.text,
        "refusal": None,
    }
    if completion.reasoning:
        message["reasoning_content"] = "".join(completion.reasoning)
    if completion.tool_calls:
        message["tool_calls"] = list(completion.tool_calls)
    return message


def as_chunks(body: Body, completions: Sequence[Completion]) -> Iterator[dict[str, Any]]:
    """The `chat.completion.chunk`s of a stream, in order; usage is the last where it was asked for, and
    is on the finishing chunk, asked for or not, for models with `counted` in their name, as at Mistral."""
    include_usage = bool((body.get("stream_options") or {}).get("include_usage"))
    counted = {"usage": usage_of(body, completions)} if "counted" in body["model"] else {}
    head = head_of(body, "chat.completion.chunk") | ({"usage": None} if include_usage else {})
    for index, each in enumerate(completions):
        for delta, logprobs in _deltas(each, with_logprobs=bool(body.get("logprobs"))):
            yield {**head, "choices": [_part(index, delta, logprobs, None)]}
    for index, each in enumerate(completions):
        yield {**head, "choices": [_part(index, {}, None, each.finish_reason)], **counted}
    if include_usage:
        usage = usage_of(body, completions)
        yield {**head, "choices": [], "usage": usage, **_timings(body, usage)}


def _part(index: int, delta: Body, logprobs: Body | None, finish_reason: str | None) -> dict[str, Any]:
    return {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish_reason}


def _deltas(
    completion: Completion, *, with_logprobs: bool
) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    yield {"role": "assistant", "content": None if completion.tool_calls else "", "refusal": None}, None
    for piece in completion.reasoning:
        yield {"reasoning_content": piece}, None
    for piece in completion.pieces:
        yield {"content": piece}, _logprobs((piece,)) if with_logprobs else None
    for index, call in enumerate(completion.tool_calls):
        opened = {**call, "function": {**call["function"], "arguments": ""}}
        yield {"tool_calls": [{"index": index, **opened}]}, None
        for piece in _halves(call["function"]["arguments"]):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}, None


def _halves(text: str) -> tuple[str, str]:
    """Two pieces that are not JSON on their own."""
    return text[: len(text) // 2], text[len(text) // 2 :]


def _logprobs(pieces: Sequence[str]) -> dict[str, Any]:
    """Every token was likely, but no token was certain."""
    return {
        "content": [
            {"token": piece, "logprob": -0.1, "bytes": list(piece.encode()), "top_logprobs": []}
            for piece in pieces
        ],
        "refusal": None,
    }


def _timings(body: Body, usage: Body) -> dict[str, Any]:
    """What llama.cpp adds, for models with `timings` in their name: 1 ms a prompt token, 10 ms a new one."""
    if "timings" not in body["model"]:
        return {}
    prompt, predicted = usage["prompt_tokens"], usage["completion_tokens"]
    timings = {
        "prompt_n": prompt,
        "prompt_ms": prompt * 1.0,
        "predicted_n": predicted,
        "predicted_ms": predicted * 10.0,
    }
    return {"timings": timings}
