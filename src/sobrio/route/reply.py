"""What goes back to the caller, in whichever shape the outside speaks."""

from __future__ import annotations

import msgspec

from sobrio.terms.answer import Chunks

JSON = ("content-type", "application/json")
EVENTS = ("content-type", "text/event-stream; charset=utf-8")


class Reply(msgspec.Struct, frozen=True):
    """Either `body` or `stream`. A stream must be closed (`aclose`) when the client leaves."""

    status: int
    headers: tuple[tuple[str, str], ...]
    receipt_id: str
    body: bytes | None = None
    stream: Chunks | None = None
