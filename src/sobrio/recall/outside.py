"""Requests whose answer depends on something outside them, or changes it: each of them is one of its own."""

from __future__ import annotations

from typing import Final

import msgspec

from sobrio.terms.request import Request

_OUTSIDE: Final = (
    "conversation",
    "previous_response_id",
    "web_search_options",
    "plugins",
    "search_parameters",
    "enable_search",
    "data_sources",
    "connectors",
    "mcp_servers",
    "container",
)
"""Conversations and chains on the provider's side, searches, other people's servers
and machines: of OpenAI, Anthropic, xAI, OpenRouter, Alibaba, Azure and Cohere."""
_UNUSED: Final = frozenset({b"null", b"false", b"[]"})
_OF_THE_CLIENT: Final = ("function", "custom", "local_shell", "apply_patch")
_VERSIONS_OF_THE_CLIENT: Final = ("bash_", "text_editor_", "memory_")
"""Anthropic's names of tools that the client runs; a date follows."""


class _Tool(msgspec.Struct):
    type: str | None = None
    name: str | None = None


_tools = msgspec.json.Decoder(list[_Tool] | None)


def reaches_outside(request: Request) -> bool:
    """True for what is unknown, too: a tool that nobody here has heard of may send a letter."""
    fields = request.fields
    named = any(fields.get(name, b"null") not in _UNUSED for name in _OUTSIDE)
    later = fields.get("background") == b"true"  # of pictures it is a colour
    kept_there = fields.get("prompt", b"").startswith(b"{")  # it may change, and may name any tool
    return named or later or kept_there or _has_hosted_tools(fields.get("tools", b"null"))


def _has_hosted_tools(raw: bytes) -> bool:
    try:
        tools = _tools.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return True
    return not all(map(_is_of_the_client, tools or ()))


def _is_of_the_client(tool: _Tool) -> bool:
    """Whether the client runs it, and so decides itself when it is run."""
    if tool.type is None:
        return tool.name is not None
    return tool.type in _OF_THE_CLIENT or tool.type.startswith(_VERSIONS_OF_THE_CLIENT)
