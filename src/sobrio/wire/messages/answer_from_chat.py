"""A whole answer in chat as one in Anthropic's messages, and such an answer as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from sobrio.call.usage import usage_of_json
from sobrio.wire.chat.answer import Answer, Message
from sobrio.wire.chat.segments import Segment, segments_of
from sobrio.wire.counts import known, messages_counts
from sobrio.wire.messages.terms import REASONS

_decoder = msgspec.json.Decoder(Answer)


def answer_from_chat(body: bytes) -> dict[str, Any]:
    """Of several choices the first. Raises `msgspec.DecodeError` for what is not a chat answer."""
    answer = _decoder.decode(body)
    choice = answer.first
    usage = usage_of_json(body)
    return {
        "id": message_id(answer.id),
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": [*_redacted(choice.message), *map(_block, segments_of(choice.message))],
        "stop_reason": stop_reason(choice.finish_reason, choice.message),
        "stop_sequence": None,
    } | ({"usage": messages_counts(usage)} if known(usage) else {})


def message_id(chat_id: str) -> str:
    return chat_id if chat_id.startswith("msg_") else "msg_" + chat_id.removeprefix("chatcmpl-")


def stop_reason(finish_reason: str | None, message: Message) -> str:
    """Some servers say `stop` although they call a tool."""
    if message.tool_calls and finish_reason in ("stop", None):
        return "tool_use"
    return "refusal" if message.refusal else REASONS.get(finish_reason or "", "end_turn")


def _redacted(message: Message) -> Iterator[dict[str, Any]]:
    for each in message.thinking_blocks or ():
        if each.type == "redacted_thinking":
            yield {"type": "redacted_thinking", "data": each.data or ""}


def _block(segment: Segment) -> dict[str, Any]:
    match segment.kind:
        case "thought":
            return {"type": "thinking", "thinking": segment.text, "signature": segment.signature}
        case "call":
            return {
                "type": "tool_use",
                "id": segment.call_id,
                "name": segment.name,
                "input": input_of(segment.text),
            }
        case _:
            return {"type": "text", "text": segment.text, "citations": None}


def input_of(arguments: str) -> dict[str, Any]:
    """Models sometimes write arguments that are not a JSON object; Anthropic's clients need one."""
    try:
        given = msgspec.json.decode(arguments or "{}")
    except msgspec.DecodeError:
        given = None
    return given if isinstance(given, dict) else {"arguments": arguments}


def events_of(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A whole message as the stream it might have been."""
    head = {name: value for name, value in message.items() if name != "sobrio"}
    yield {
        "type": "message_start",
        "message": head | {"content": [], "stop_reason": None, "stop_sequence": None},
    }
    for index, block in enumerate(message.get("content") or ()):
        opened, deltas = _opened(block)
        yield {"type": "content_block_start", "index": index, "content_block": opened}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ending = {name: message.get(name) for name in ("stop_reason", "stop_sequence")}
    yield {"type": "message_delta", "delta": ending, "usage": message.get("usage") or {}}
    yield {"type": "message_stop"}


def _opened(block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The block as it opens, and the pieces it grows by."""
    match block:
        case {"type": "text", "text": text}:
            return block | {"text": ""}, [{"type": "text_delta", "text": text}]
        case {"type": "thinking", "thinking": text}:
            signed = {"type": "signature_delta", "signature": block.get("signature", "")}
            opened = block | {"thinking": "", "signature": ""}
            return opened, [{"type": "thinking_delta", "thinking": text}, signed]
        case {"type": "tool_use", "input": given}:
            piece = msgspec.json.encode(given).decode()
            return block | {"input": {}}, [{"type": "input_json_delta", "partial_json": piece}]
        case _:
            return block, []
