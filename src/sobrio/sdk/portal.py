"""An event loop on a thread of its own, for callers who have none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from sobrio.errors import InputError, UpstreamTimeout
from sobrio.sdk.fork import leave_alone

T = TypeVar("T")
_GRACE_S: Final = 0.5
"""A coroutine's own timer comes first, and ends what it began in order."""


class Portal:
    """Runs coroutines from any thread. Context variables of the calling thread go along.

    `epoch` is another number once its loop has been left; what belonged to that loop is then out of reach.
    """

    def __init__(self) -> None:
        self.epoch = 0
        self._lock = threading.Lock()
        self._waiting = 0
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._loop is not None

    @property
    def inside(self) -> bool:
        """Whether this is the loop's own thread."""
        return self._thread is threading.current_thread()

    def run(self, coroutine: Coroutine[Any, Any, T], limit_s: float | None = None) -> T:
        """The coroutine's result. What interrupts the wait, such as Ctrl-C, stops the coroutine too.

        Raises `InputError` once closed, and `UpstreamTimeout` where the loop itself is held up for longer
        than `limit_s`.
        """
        future = asyncio.run_coroutine_threadsafe(coroutine, self._begun(coroutine))
        try:
            return future.result(None if limit_s is None else limit_s + _GRACE_S)
        except TimeoutError:
            if future.done():
                raise
            future.cancel()
            raise UpstreamTimeout(f"no answer began within {limit_s:g} s") from None
        except BaseException:
            future.cancel()
            raise
        finally:
            with self._lock:
                self._waiting -= 1

    def rest(self) -> None:
        """Stops the loop unless somebody waits for it; the next coroutine begins another."""
        with self._lock:
            if not self._waiting:
                self._stop()

    def leave(self) -> None:
        """In a child: the parent's loop, if it has one, is none of ours."""
        leave_alone(self._loop, self._thread)
        self._lock = threading.Lock()
        self._loop, self._thread, self._waiting = None, None, 0
        self.epoch += 1

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._stop()

    def _begun(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._closed:
                coroutine.close()
                raise InputError("this client is closed; open another", code="client_closed")
            self._waiting += 1
            return self._loop or self._start()

    def _start(self) -> asyncio.AbstractEventLoop:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sobrio", daemon=True)
        self._thread.start()
        return self._loop

    def _stop(self) -> None:
        if self._loop is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop, self._thread = None, None
        self.epoch += 1
