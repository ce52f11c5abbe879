"""What came back from a call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Literal, Protocol

import msgspec

from sobrio.terms.model import Timeouts


class Usage(msgspec.Struct, frozen=True):
    """Normalised token counts: input includes cached, output includes reasoning. `None` is unknown."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cpu_seconds: float | None = None
    """Processor seconds measured at a local server."""
    cpu_seconds_measured: bool = False
    """True when read from the process, False when derived from elapsed time."""


class Call(msgspec.Struct, frozen=True):
    """What to send: an OpenAI-shaped body, already carrying the upstream's own model name."""

    path: str
    """Such as `/chat/completions`, below the upstream's base URL."""
    body: bytes
    stream: bool
    timeouts: Timeouts = Timeouts()
    headers: tuple[tuple[str, str], ...] = ()
    """The client's, as far as they belong to the request's shape."""
    method: Literal["POST", "GET", "DELETE"] = "POST"
    resend: bool = True
    """Whether a kept connection that the server had just dropped is replaced without a word."""
    caveats: tuple[str, ...] = ()
    """What of the request could not be sent."""


class Chunks(Protocol):
    """A body as it comes; any asynchronous generator of bytes is one."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def __anext__(self) -> bytes: ...

    async def aclose(self) -> None: ...


class Answered(msgspec.Struct, frozen=True):
    """An upstream's answer whose first bytes have arrived.

    `chunks` yields the body as it comes: one JSON document in pieces, or server-sent events. Closing
    it early stops the upstream.
    """

    status: int
    chunks: Chunks
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
