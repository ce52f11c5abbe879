"""The turns of a request in Anthropic's messages, as they are judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from sobrio.errors import InputError
from sobrio.terms.enclosure import Enclosure, enclosure_of
from sobrio.terms.request import Message, Role
from sobrio.wire.messages.terms import Block, Source, Turn
from sobrio.wire.reading import MOST_PARTS, MOST_TURNS, must_be_few, read

_ROLES: Final[dict[str, Role]] = {"user": "user", "assistant": "assistant", "system": "system"}
_KNOWN: Final = frozenset({"text", "image", "tool_use", "thinking", "redacted_thinking"})


def turns_of(fields: Mapping[str, bytes]) -> tuple[Message, ...]:
    """Raises `InputError` for a wrong shape. A turn with tool results is the tools', not the user's."""
    turns = read(fields, "messages", list[Turn], [])
    if not turns:
        raise InputError("'messages' is missing or empty; send at least one turn with 'role' and 'content'")
    must_be_few("'messages'", "turns", len(turns), MOST_TURNS)
    must_be_few("'messages'", "parts", sum(map(_parts, turns)), MOST_PARTS)
    return (*_system(fields), *(_turn(each) for each in turns))


def _parts(turn: Turn) -> int:
    """Those inside the results of tools too."""
    if isinstance(turn.content, str):
        return 0
    return sum(1 + len(each.inner) for each in turn.content)


def _system(fields: Mapping[str, bytes]) -> Iterator[Message]:
    given = read(fields, "system", str | list[Block], "")  # type: ignore[arg-type]
    if given:
        yield Message(
            "system", given if isinstance(given, str) else "\n".join(each.text or "" for each in given)
        )


def _turn(turn: Turn) -> Message:
    role = _ROLES.get(turn.role)
    if role is None:
        raise InputError(f"'messages' has the unknown role {turn.role!r}; use user or assistant")
    blocks = [inner for block in turn.blocks for inner in _flat(block)]
    results = any(each.type == "tool_result" for each in turn.blocks)
    return Message(
        "tool" if results else role,
        "\n".join(text for each in blocks if (text := _text(each))),
        images=sum(each.type == "image" for each in blocks),
        tool_calls=sum(each.type == "tool_use" for each in blocks),
        files=sum(each.type not in _KNOWN for each in blocks),
        enclosed=tuple(found for each in blocks if (found := _enclosed(each))),
    )


def _text(block: Block) -> str | None:
    """A document of plain text is text: upstreams that know no documents get it as such."""
    match block:
        case Block(type="document", source=Source(type="text", data=text)):
            return text
        case _:
            return block.text


def _enclosed(block: Block) -> Enclosure | None:
    if block.type in _KNOWN or _text(block):
        return None
    return enclosure_of(block.type, msgspec.json.encode(block))


def _flat(block: Block) -> Iterator[Block]:
    """A result's own blocks stand for it."""
    if block.type != "tool_result":
        yield block
    elif isinstance(block.content, str):
        yield Block("text", text=block.content)
    else:
        yield from block.inner
