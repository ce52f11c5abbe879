"""A whole answer in Anthropic's messages as one in chat."""

from __future__ import annotations

from typing import Any

import msgspec

from sobrio.call.usage import usage_of_json
from sobrio.wire.chat import terms as chat
from sobrio.wire.counts import chat_counts, known
from sobrio.wire.messages.terms import STOPS, Block, Message, tool_input

_decoder = msgspec.json.Decoder(Message)


def answer_to_chat(body: bytes, *, created: int) -> dict[str, Any]:
    """Raises `msgspec.DecodeError` for what is not a message. `created`: seconds since 1970."""
    message = _decoder.decode(body)
    usage = usage_of_json(body)
    choice = {
        "index": 0,
        "message": _message(message.content),
        "logprobs": None,
        "finish_reason": STOPS.get(message.stop_reason or "", "stop"),
    }
    answer = {
        "id": message.id,
        "object": "chat.completion",
        "created": created,
        "model": message.model,
        "choices": [choice],
    }
    return answer | ({"usage": chat_counts(usage)} if known(usage) else {})


def _message(blocks: list[Block]) -> dict[str, Any]:
    """Blocks of tools that ran at Anthropic are left out: chat has no word for them."""
    text = "".join(each.text or "" for each in blocks if each.type == "text")
    thoughts = [each for each in blocks if each.type in ("thinking", "redacted_thinking")]
    calls = [each for each in blocks if each.type == "tool_use"]
    message: dict[str, Any] = {"role": "assistant", "content": text or None, "refusal": None}
    if not calls:
        message["content"] = text
    if thoughts:
        message["reasoning_content"] = "".join(each.thinking or "" for each in thoughts)
        message["thinking_blocks"] = [thinking_of(each) for each in thoughts]
    if calls:
        message["tool_calls"] = [_call(each) for each in calls]
    return message


def thinking_of(block: Block) -> chat.Thinking:
    return chat.Thinking(block.type, block.thinking, block.signature, block.data)


def _call(block: Block) -> dict[str, Any]:
    function = {"name": block.name or "", "arguments": arguments_of(block)}
    return {"id": block.id or "", "type": "function", "function": function}


def arguments_of(block: Block) -> str:
    """A call's input as the text that chat makes of it."""
    return msgspec.json.format(msgspec.json.encode(tool_input(block)), indent=-1).decode()
