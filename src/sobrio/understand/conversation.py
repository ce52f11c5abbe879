"""What is judged: the text of a whole conversation, from a string, a message list or a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, get_args

from sobrio.terms.request import Message, Request, Role

Prompt: TypeAlias = str | Sequence[Mapping[str, Any]] | Sequence[Message] | Request


def messages_of(prompt: Prompt) -> tuple[Message, ...]:
    """The turns of a prompt; a string is one user turn."""
    if isinstance(prompt, str):
        return (Message(role="user", text=prompt),)
    if isinstance(prompt, Request):
        return prompt.messages
    return tuple(each if isinstance(each, Message) else _message(each) for each in prompt)


def asked(messages: Sequence[Message]) -> str:
    """Everything the user said, oldest first: "ok do it" is as hard as what "it" is.

    A conversation without user turns is judged by all its text.
    """
    users = [each.text for each in messages if each.role == "user" and each.text]
    return "\n".join(users or [each.text for each in messages if each.text])


def instructed(messages: Sequence[Message]) -> str:
    """The system's text."""
    return "\n".join(each.text for each in messages if each.role == "system" and each.text)


def _message(turn: Mapping[str, Any]) -> Message:
    content = turn.get("content") or ""
    role: Role = turn["role"] if turn.get("role") in get_args(Role) else "user"
    if isinstance(content, str):
        return Message(role=role, text=content, tool_calls=len(turn.get("tool_calls") or ()))
    text = "\n".join(part["text"] for part in content if part.get("text"))
    images = sum("image" in str(part.get("type", "")) for part in content)
    return Message(role=role, text=text, images=images, tool_calls=len(turn.get("tool_calls") or ()))
