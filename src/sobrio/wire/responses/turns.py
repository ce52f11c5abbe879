"""The turns of a request for a response, as they are judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from sobrio.errors import InputError
from sobrio.terms.enclosure import enclosure_of
from sobrio.terms.request import Message, Role
from sobrio.wire.reading import MOST_PARTS, MOST_TURNS, must_be_few, read
from sobrio.wire.responses.terms import Item, Part

_ROLES: Final[dict[str, Role]] = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",
    "developer": "system",
}
_KNOWN: Final = frozenset({"text", "input_text", "output_text", "refusal", "input_image"})


def turns_of(fields: Mapping[str, bytes]) -> tuple[Message, ...]:
    """Raises `InputError` for a wrong shape. Items that hold no text are left out."""
    given = read(fields, "input", str | list[Item], "")  # type: ignore[arg-type]
    if not given:
        raise InputError("'input' is missing or empty; send a text or a list of items")
    items = [Item(role="user", content=given)] if isinstance(given, str) else given
    must_be_few("'input'", "items", len(items), MOST_TURNS)
    parts = sum(len(said) for each in items for said in (each.said, each.told) if isinstance(said, list))
    must_be_few("'input'", "parts", parts, MOST_PARTS)
    return (*_instructions(fields), *(turn for item in items for turn in _turn(item)))


def _instructions(fields: Mapping[str, bytes]) -> Iterator[Message]:
    text = read(fields, "instructions", str, "")
    if text:
        yield Message("system", text)


def _turn(item: Item) -> Iterator[Message]:
    match item.type:
        case "message":
            role = _ROLES.get(item.role)
            if role is None:
                raise InputError(
                    f"'input' has the unknown role {item.role!r}; use one of {', '.join(_ROLES)}"
                )
            content = item.said
            yield _said(role, content)
        case "function_call":
            yield Message("assistant", "", tool_calls=1)
        case "function_call_output":
            output = item.told
            yield _said("tool", output)


def _said(role: Role, content: str | list[Part] | None) -> Message:
    if not isinstance(content, list):
        return Message(role, content or "")
    others = [part for part in content if part.type not in _KNOWN]
    enclosed = (enclosure_of(part.type, msgspec.json.encode(part)) for part in others)
    return Message(
        role,
        "\n".join(part.text for part in content if part.text),
        images=sum(part.type == "input_image" for part in content),
        files=len(others),
        enclosed=tuple(each for each in enclosed if each),
    )
