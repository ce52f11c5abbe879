"""What of a translated chat request OpenAI's own and similar servers would refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

_NOT_OPENAIS: Final = frozenset({"thinking_blocks", "reasoning_content", "cache_control"})
_STRICT: Final = ("openai.com", "azure.com")
"""Hosts that refuse fields they do not know and a limit under its older name."""


def for_openai(fields: Mapping[str, bytes], base_url: str | None) -> dict[str, bytes]:
    """`fields` are of a request that was translated; one that came as chat is never touched."""
    written = {name: _without(raw) if name in ("messages", "tools") else raw for name, raw in fields.items()}
    host = urlsplit(base_url or "https://api.openai.com").hostname or ""
    if any(host == each or host.endswith("." + each) for each in _STRICT):
        written.pop("top_k", None)
        if "max_tokens" in written:
            written["max_completion_tokens"] = written.pop("max_tokens")
    return written


def _without(raw: bytes) -> bytes:
    if not any(name.encode() in raw for name in _NOT_OPENAIS):
        return raw
    return msgspec.json.encode([_plain(each) for each in msgspec.json.decode(raw)])


def _plain(turn: Any) -> Any:
    """A turn or a tool, and the parts of its content."""
    kept = {name: value for name, value in turn.items() if name not in _NOT_OPENAIS}
    if isinstance(kept.get("content"), list):
        kept["content"] = [_plain(part) for part in kept["content"]]
    return kept
