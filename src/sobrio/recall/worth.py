"""Whether an answer says something that is worth giving again.

A good finish reason is not enough: models stop of their own accord after saying nothing, after refusing, and
in the middle of a tool's arguments. What has another form than its API promises is not kept either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class _Function(msgspec.Struct, gc=False):
    arguments: Any = None


class _Call(msgspec.Struct, gc=False):
    function: _Function | None = None
    """`None` for a custom tool, whose input is any text."""


class _Said(msgspec.Struct, gc=False):
    """By a chat's assistant. A refusal may stand in a field of its own or be a part of the content."""

    content: str | list[_Block] | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None
    function_call: _Function | None = None
    audio: Any = None
    images: Any = None


class _Choice(msgspec.Struct, gc=False):
    text: str | None = None
    message: _Said | None = None
    finish_reason: str | None = None


class _Block(msgspec.Struct, gc=False):
    """A part of a chat's or a response's content, a block of a message."""

    type: str = ""
    text: str | None = None
    input: Any = None


class _Item(msgspec.Struct, gc=False):
    """Of a response's output."""

    type: str = ""
    content: list[_Block] | None = None
    arguments: Any = None
    result: Any = None


_choices = msgspec.json.Decoder(list[_Choice])
_blocks = msgspec.json.Decoder(list[_Block])
_items = msgspec.json.Decoder(list[_Item])
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


def worth_keeping(fields: Mapping[str, msgspec.Raw]) -> bool:
    """`fields` are a whole answer's, of any shape; a streamed one is put together first."""
    try:
        if "choices" in fields:
            choices = _choices.decode(fields["choices"])
            return bool(choices) and all(map(_choice, choices))
        if "output" in fields:
            return _response(_items.decode(fields["output"]))
        if "content" in fields:
            return _message(_blocks.decode(fields["content"]), fields)
        return bool(msgspec.json.decode(fields.get("data", b"[]")))
    except (msgspec.DecodeError, RecursionError):
        return False


def _choice(choice: _Choice) -> bool:
    if choice.finish_reason == "content_filter":
        return False
    if choice.message is None:
        return _tells(choice.text)
    said = choice.message
    calls = [call.function for call in said.tool_calls or () if call.function is not None]
    calls += [said.function_call] if said.function_call is not None else []
    if said.refusal or not all(_readable(call.arguments) for call in calls):
        return False
    return bool(said.tool_calls or calls or said.audio or said.images) or _content(said.content)


def _content(content: str | list[_Block] | None) -> bool:
    return _parts(content) if isinstance(content, list) else _tells(content)


def _parts(parts: list[_Block]) -> bool:
    """Something but thoughts, and no refusal."""
    return not any(each.type == "refusal" for each in parts) and any(_tells(each.text) for each in parts)


def _message(blocks: list[_Block], fields: Mapping[str, msgspec.Raw]) -> bool:
    if fields.get("stop_reason") == msgspec.Raw(b'"refusal"'):
        return False
    calls = [each for each in blocks if each.type == "tool_use"]
    return bool(calls or _parts(blocks)) and not any(_torn(each.input) for each in calls)


def _torn(given: Any) -> bool:
    """No object, or what `wire` makes of arguments that could not be read: their text in the one field
    `arguments`. A tool that has such a field is called anew each time."""
    if not isinstance(given, dict):
        return True
    return given.keys() == {"arguments"} and isinstance(given["arguments"], str)


def _response(items: list[_Item]) -> bool:
    parts = [part for each in items for part in each.content or () if each.type == "message"]
    calls = [each for each in items if each.type == "function_call"]
    others = any(each.result or each.type == "custom_tool_call" for each in items)
    if any(part.type == "refusal" for part in parts) or not all(_readable(each.arguments) for each in calls):
        return False
    return bool(calls) or others or _parts(parts)


def _readable(arguments: Any) -> bool:
    """An object in JSON, as text; some servers give it as it is."""
    if not isinstance(arguments, str):
        return isinstance(arguments, dict)
    try:
        _object.decode(arguments)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return False
    return True


def _tells(text: str | None) -> bool:
    return bool(text and text.strip())
