"""The text of an answer, whatever its shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class _Message(msgspec.Struct):
    content: Any = None


class _Choice(msgspec.Struct):
    message: _Message | None = None


class _Block(msgspec.Struct):
    text: Any = None


_choices = msgspec.json.Decoder(list[_Choice])
_blocks = msgspec.json.Decoder(list[_Block])


def said(fields: Mapping[str, msgspec.Raw]) -> str:
    """The first choice's text of a chat, all text of a message; empty for a call of a tool."""
    if "choices" in fields:
        texts = [each.message.content for each in _choices.decode(fields["choices"])[:1] if each.message]
    else:
        texts = [each.text for each in _blocks.decode(fields.get("content", msgspec.Raw(b"[]")))]
    return "".join(text for text in texts if isinstance(text, str))
