"""Needs: what a request cannot do without, read from its fields and turns."""

from __future__ import annotations

from typing import Final

import msgspec

from sobrio.terms.enclosure import Kind
from sobrio.terms.request import Message, Needs, Request
from sobrio.understand.conversation import Prompt, messages_of

TOKENS_PER_IMAGE: Final = 800
"""Middle of what providers bill for one picture of ordinary size (about 250 to 1,500)."""
TOKENS_PER_TURN: Final = 4
DEFAULT_OUTPUT_TOKENS: Final = 512
"""Room kept for the answer when the request sets no limit."""


class _Format(msgspec.Struct):
    type: str = "text"


_format = msgspec.json.Decoder(_Format)


def needs_of(prompt: Prompt) -> Needs:
    """What a request needs of a model, and how much context. A string or a message list asks for no JSON."""
    messages = messages_of(prompt)
    vision, enclosed = any(each.images for each in messages), _enclosed(messages)
    if not isinstance(prompt, Request):
        context = input_tokens(messages) + output_room(prompt)
        return Needs(tools=_uses_tools(messages), vision=vision, context_tokens=context, **enclosed)
    return Needs(
        tools=_declares_tools(prompt) or _uses_tools(messages),
        vision=vision,
        json=_asks_json(prompt),
        context_tokens=request_tokens(prompt) + output_room(prompt),
        **enclosed,
    )


def output_room(prompt: Prompt) -> int:
    """Tokens of the context that are kept for the answer."""
    asked = prompt.max_output_tokens if isinstance(prompt, Request) else None
    return asked or DEFAULT_OUTPUT_TOKENS


def request_tokens(request: Request) -> int:
    """Estimated input tokens, tool descriptions included."""
    tools = sum(len(request.fields.get(name, b"")) for name in ("tools", "functions"))
    return input_tokens(request.messages) + round(tools / 4)


def input_tokens(messages: tuple[Message, ...]) -> int:
    """Estimated: about four bytes of UTF-8 a token, as measured on byte-pair vocabularies."""
    return sum(
        TOKENS_PER_TURN + _text_tokens(each.text) + TOKENS_PER_IMAGE * each.images for each in messages
    ) + sum(each.tokens for message in messages for each in message.enclosed)


def _text_tokens(text: str) -> int:
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    return -(-size // 4)


def _enclosed(messages: tuple[Message, ...]) -> dict[Kind, bool]:
    return {each.kind: True for message in messages for each in message.enclosed}


def _declares_tools(request: Request) -> bool:
    declared = any(
        request.fields.get(name, b"null") not in (b"null", b"[]") for name in ("tools", "functions")
    )
    return declared and request.fields.get("tool_choice") != b'"none"'


def _uses_tools(messages: tuple[Message, ...]) -> bool:
    return any(each.tool_calls or each.role == "tool" for each in messages)


def _asks_json(request: Request) -> bool:
    raw = request.fields.get("response_format")
    if raw is None:
        return False
    try:
        return _format.decode(raw).type in ("json_object", "json_schema")
    except msgspec.DecodeError:
        return False
