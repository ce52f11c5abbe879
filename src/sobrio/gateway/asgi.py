"""The few shapes of ASGI 3 that the gateway uses, and the limits on what comes in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Event: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a request is read before it is turned away."""

    body_bytes: int = 10 * 1024 * 1024
    header_bytes: int = 32 * 1024
    header_count: int = 100
    head_timeout_s: float = 15.0
    """From the first byte to the blank line after the headers."""
    body_timeout_s: float = 30.0
    """From the first byte of the body to its last."""
