"""The turns of a request as they are judged, whatever its shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from sobrio.errors import InputError
from sobrio.terms.request import Message
from sobrio.terms.shape import Shape
from sobrio.wire import messages, responses
from sobrio.wire.reading import MOST_INPUTS, must_be_few, read


def _prompt(fields: Mapping[str, bytes]) -> tuple[Message, ...]:
    return _said("prompt", fields)


def _input(fields: Mapping[str, bytes]) -> tuple[Message, ...]:
    return _said("input", fields)


def _said(name: str, fields: Mapping[str, bytes]) -> tuple[Message, ...]:
    """A text, several, or tokens, which nobody here can read: a list of numbers is one text."""
    given = read(fields, name, str | list[Any], "")  # type: ignore[arg-type]
    if not given:
        raise InputError(f"'{name}' is missing or empty; send a text")
    texts = [given] if isinstance(given, str) or isinstance(given[0], int) else given
    must_be_few(f"'{name}'", "texts", len(texts), MOST_INPUTS)
    return tuple(Message("user", each if isinstance(each, str) else "") for each in texts)


TURNS: Final[Mapping[Shape, Callable[[Mapping[str, bytes]], tuple[Message, ...]]]] = MappingProxyType(
    {
        "messages": messages.turns_of,
        "responses": responses.turns_of,
        "completions": _prompt,
        "embeddings": _input,
        "images": _prompt,
    }
)
"""Chat, the common case, is read in one go with the rest of the body."""
