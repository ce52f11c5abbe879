"""Thinking that no Claude has signed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

_UNSIGNED: Final = re.compile(rb'"signature"\s*:\s*""')
_turns = msgspec.json.Decoder(list[dict[str, Any]])


def without_unsigned(fields: Mapping[str, bytes]) -> dict[str, bytes]:
    """Without the thoughts of other models, which a translated answer carries and Anthropic refuses.

    A request that holds none is not touched.
    """
    raw = fields.get("messages", b"")
    if not _UNSIGNED.search(raw):
        return dict(fields)
    try:
        turns = [_signed(turn) for turn in _turns.decode(raw)]
    except msgspec.ValidationError:
        return dict(fields)
    return {**fields, "messages": msgspec.json.encode([turn for turn in turns if turn.get("content")])}


def _signed(turn: dict[str, Any]) -> dict[str, Any]:
    content = turn.get("content")
    if not isinstance(content, list):
        return turn
    return turn | {"content": [block for block in content if not _is_unsigned(block)]}


def _is_unsigned(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "thinking" and not block.get("signature")
