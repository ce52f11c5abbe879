"""The opening of a stream: what an upstream sends before the first piece of its answer.

Nothing has gone out by then, so whatever fails may still be asked for elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import msgspec

from sobrio.errors import UpstreamBroken
from sobrio.route.complaint import complaint_in
from sobrio.terms.shape import Shape
from sobrio.wire.stream import DONE

_PREAMBLES: Final = frozenset(
    {
        "keepalive", "message_start", "message_stop", "ping", "response.content_part.added",
        "response.created", "response.in_progress", "response.queued",
    }
)  # fmt: skip
_EMPTY_BLOCKS: Final = frozenset({"text", "thinking"})
"""Of Anthropic's, which are opened before anything is in them."""


class _Choice(msgspec.Struct, gc=False):
    delta: dict[str, Any] | None = None
    text: str | None = None
    finish_reason: Any = None


class _Chunk(msgspec.Struct, gc=False):
    """Of a chat or a plain completion."""

    choices: list[_Choice] | None = None


class _Part(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None
    thinking: str | None = None


class _Event(msgspec.Struct, gc=False):
    """Of a message or a response."""

    type: str = ""
    content_block: _Part | None = None
    item: _Part | None = None


_chunk = msgspec.json.Decoder(_Chunk)
_event = msgspec.json.Decoder(_Event)


def opened(payloads: Sequence[bytes], shape: Shape) -> bool:
    """Whether the answer has begun in these events of an upstream that speaks `shape`.

    Raises `UpstreamBroken` where they tell an error instead, end the stream, are none, or are no JSON.
    """
    if not payloads:
        raise UpstreamBroken("the upstream ended the stream before its answer began")
    begun = False
    for payload in payloads:
        if (complaint := complaint_in(payload)) is not None:
            raise complaint
        if payload == DONE and not begun:
            raise UpstreamBroken("the upstream ended the stream before its answer began")
        begun = begun or _says(payload, shape)
    return begun


def _says(payload: bytes, shape: Shape) -> bool:
    """An event of an unknown form is not held back: whoever reads the answer knows better."""
    try:
        return _SAYS.get(shape, _chunk_says)(payload)
    except msgspec.ValidationError:
        return True
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UpstreamBroken("the upstream sent an event that is not JSON") from None


def _chunk_says(payload: bytes) -> bool:
    return any(map(_choice_says, _chunk.decode(payload).choices or ()))


def _choice_says(choice: _Choice) -> bool:
    """Anything but whose turn it is."""
    if choice.finish_reason or choice.text:
        return True
    return any(piece for name, piece in (choice.delta or {}).items() if name != "role")


def _event_says(payload: bytes) -> bool:
    event = _event.decode(payload)
    if event.type == "content_block_start" and (block := event.content_block) is not None:
        return block.type not in _EMPTY_BLOCKS or bool(block.text or block.thinking)
    if event.type == "response.output_item.added" and event.item is not None:
        return event.item.type != "message"
    return event.type not in _PREAMBLES


_SAYS: Final[Mapping[Shape, Callable[[bytes], bool]]] = MappingProxyType(
    {"messages": _event_says, "responses": _event_says}
)
"""Chunks for all other shapes."""
