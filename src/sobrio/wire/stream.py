"""What every translator of a stream does: payloads in, payloads out, one event at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

DONE: Final = b"[DONE]"


class Translator(Protocol):
    """`feed` takes the data of one event, `[DONE]` included; `close` what follows the last one.

    A stream that breaks off gets no end: nothing pretends that it was complete.
    """

    def feed(self, payload: bytes) -> Iterator[bytes]: ...

    def close(self) -> Iterator[bytes]: ...
