"""What a client has under way."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager, suppress
from types import AsyncGeneratorType
from typing import TypeAlias, cast
from weakref import WeakSet

_Stream: TypeAlias = AsyncGeneratorType[bytes, None]


class Use:
    """Requests that wait for their answer, and streams that have not ended; told by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asking = 0
        self._streams: WeakSet[_Stream] = WeakSet()

    @contextmanager
    def asking(self) -> Iterator[None]:
        with self._lock:
            self._asking += 1
        try:
            yield
        finally:
            with self._lock:
                self._asking -= 1

    def reading(self, stream: AsyncGenerator[bytes, None]) -> None:
        with self._lock:
            self._streams.add(cast("_Stream", stream))

    async def end_streams(self) -> None:
        """But for those that somebody waits at: they end with the event loop."""
        with self._lock:
            streams = list(self._streams)
        for each in streams:
            with suppress(RuntimeError):
                await each.aclose()

    def unless_any(self, act: Callable[[], object]) -> bool:
        """Acts where nothing is under way, and lets nothing begin meanwhile; whether it did."""
        with self._lock:
            if self._asking or any(each.ag_frame is not None for each in self._streams):
                return False
            act()
            return True
