"""The message that a stream stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from sobrio.wire.messages.answer_from_chat import input_of

_TEXTS = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}


def assembled(payloads: Iterable[bytes | msgspec.Raw]) -> dict[str, Any]:
    """The events of one stream, in order."""
    message: dict[str, Any] = {}
    blocks: dict[int, dict[str, Any]] = {}
    for event in map(msgspec.json.decode, payloads):
        match event:
            case {"type": "message_start", "message": dict(begun)}:
                message.update(begun)
            case {"type": "content_block_start", "index": int(index), "content_block": dict(block)}:
                blocks[index] = block | {"partial": ""}
            case {"type": "content_block_delta", "index": int(index), "delta": dict(delta)}:
                _grow(blocks.setdefault(index, {"partial": ""}), delta)
            case {"type": "message_delta", "delta": dict(ending)}:
                message |= ending
                message["usage"] = (message.get("usage") or {}) | (event.get("usage") or {})
    message["content"] = [_settled(blocks[index]) for index in sorted(blocks)]
    return message


def _grow(block: dict[str, Any], delta: Mapping[str, Any]) -> None:
    kind = delta.get("type", "")
    if kind in _TEXTS:
        name = _TEXTS[kind]
        block[name] = (block.get(name) or "") + delta.get(name, "")
    elif kind == "input_json_delta":
        block["partial"] += delta.get("partial_json", "")
    elif kind == "citations_delta":
        block["citations"] = [*(block.get("citations") or ()), delta.get("citation")]


def _settled(block: dict[str, Any]) -> dict[str, Any]:
    partial = block.pop("partial")
    return block | {"input": input_of(partial)} if partial else block
