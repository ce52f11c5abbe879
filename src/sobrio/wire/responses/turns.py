"""The turns of a request for a response, as they are judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sobrio.errors import InputError
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
            yield Message(role, _text(content), images=_images(content), files=_files(content))
        case "function_call":
            yield Message("assistant", "", tool_calls=1)
        case "function_call_output":
            output = item.told
            yield Message("tool", _text(output), images=_images(output), files=_files(output))


def _text(content: str | list[Part] | None) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part.text for part in content or () if part.text)


def _files(content: str | list[Part] | None) -> int:
    return sum(part.type not in _KNOWN for part in content) if isinstance(content, list) else 0


def _images(content: str | list[Part] | None) -> int:
    return sum(part.type == "input_image" for part in content) if isinstance(content, list) else 0
