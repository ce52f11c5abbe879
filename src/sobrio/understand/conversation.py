"""What is judged: the text of a whole conversation, from a string, a message list or a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias, get_args

import msgspec

from sobrio.errors import InputError
from sobrio.terms.enclosure import Enclosure, enclosure_of
from sobrio.terms.request import Message, Request, Role

Prompt: TypeAlias = str | Sequence[Mapping[str, Any]] | Sequence[Message] | Request


def messages_of(prompt: Prompt) -> tuple[Message, ...]:
    """The turns of a prompt; a string is one user turn. Raises `InputError` for what is no prompt."""
    if isinstance(prompt, str):
        return (Message(role="user", text=prompt),)
    if isinstance(prompt, Request):
        return prompt.messages
    if not isinstance(prompt, Sequence) or isinstance(prompt, bytes):
        raise InputError(f"a prompt is a string or a list of messages, not {type(prompt).__name__}")
    return tuple(each if isinstance(each, Message) else _message(each) for each in prompt)


def asked(messages: Sequence[Message]) -> str:
    """Everything the user said, oldest first: "ok do it" is as hard as what "it" is.

    A conversation without user turns is judged by all its text.
    """
    users = [each.text for each in messages if each.role == "user" and each.text]
    return "\n".join(users or [each.text for each in messages if each.text])


def asked_last(messages: Sequence[Message]) -> str:
    """What the user said last; empty when nobody asked."""
    return next((each.text for each in reversed(messages) if each.role == "user" and each.text), "")


def instructed(messages: Sequence[Message]) -> str:
    """The system's text."""
    return "\n".join(each.text for each in messages if each.role == "system" and each.text)


def beside_text(prompt: Prompt) -> Iterator[Mapping[str, Any]]:
    """The parts of a message list that hold no text, such as pictures. A `Request` keeps none of them."""
    turns = prompt if isinstance(prompt, Sequence) and not isinstance(prompt, str) else ()
    contents = (turn.get("content") for turn in turns if isinstance(turn, Mapping))
    parts = (part for content in contents if isinstance(content, list | tuple) for part in content)
    return (dict(part) for part in parts if not part.get("text"))


def _message(turn: Any) -> Message:
    if not isinstance(turn, Mapping):
        raise InputError(f"a message is an object with 'role' and 'content', not {type(turn).__name__}")
    content: Any = turn.get("content") or ""
    role: Role = turn["role"] if turn.get("role") in get_args(Role) else "user"
    calls = turn.get("tool_calls")
    tool_calls = len(calls) if isinstance(calls, list) else 0
    if isinstance(content, str):
        return Message(role=role, text=content, tool_calls=tool_calls)
    if not isinstance(content, Sequence) or not all(isinstance(part, Mapping) for part in content):
        raise InputError("a message's 'content' is a text or a list of objects, such as {'type': 'text', …}")
    texts = [part["text"] for part in content if part.get("text")]
    if not all(isinstance(text, str) for text in texts):
        raise InputError("the 'text' of a part of a message is a string")
    images = sum("image" in str(part.get("type", "")) for part in content)
    enclosed = tuple(found for part in content if (found := _enclosed(part)))
    return Message(
        role=role,
        text="\n".join(texts),
        images=images,
        tool_calls=tool_calls,
        files=len(enclosed),
        enclosed=enclosed,
    )


def _enclosed(part: Mapping[str, Any]) -> Enclosure | None:
    return enclosure_of(str(part.get("type", "")), msgspec.json.encode(dict(part), enc_hook=str))
