"""The two ways to the rooms: in this process, or over HTTP."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sobrio.terms.receipt import Receipt


@dataclass(frozen=True, slots=True)
class Answer:
    """Either `body`, a JSON document, or `events`, the payloads of a stream as they come."""

    receipt_id: str
    body: bytes | None = None
    events: AsyncGenerator[bytes, None] | None = None


class Lane(Protocol):
    """Each method raises children of `SobrioError`."""

    async def chat(self, body: bytes, headers: Mapping[str, str]) -> Answer: ...

    async def explain(self, body: bytes) -> dict[str, Any]: ...

    async def receipt(self, receipt_id: str) -> Receipt | None: ...

    def at_hand(self, receipt_id: str) -> Receipt | None:
        """The receipt where no network lies between, else `None`."""
        ...

    async def aclose(self) -> None:
        """Lets go of connections, on the event loop that made them."""
        ...

    def close(self) -> None:
        """Flushes and closes everything that needs no event loop. Closing again does nothing."""
        ...

    def put_away(self) -> None:
        """The same before a fork; whoever asks next opens it again."""
        ...

    def leave(self) -> None:
        """In a child: whatever the parent still holds open is left alone, for the next call to open anew."""
        ...
