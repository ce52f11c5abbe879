"""Writing behind: the request path hands over, a thread writes in batches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from sobrio.errors import CacheError

_CAPACITY: Final = 10_000
_BATCH: Final = 500
_GATHER_S: Final = 0.2
"""How long a batch is gathered: one of many changes costs a fraction of many of one."""
_AGAIN_S: Final = 1.0
"""How long after a failure what lasts is tried again."""

Item = TypeVar("Item")


def _nothing(_: object) -> bool:
    return False


class Behind(Generic[Item]):
    """Hands batches to `write` in order. What it has not written when the process dies is lost.

    `write` raises `CacheError` when a batch cannot be written; the batch is then given up, but for the items
    that last, which are tried until they are written; `failure` says so until something can be written again.
    When the thread is `capacity` items behind, more are refused, but for those that last.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], None],
        *,
        lasts: Callable[[Item], bool] = _nothing,
        capacity: int = _CAPACITY,
        gather_s: float = _GATHER_S,
        again_s: float = _AGAIN_S,
    ) -> None:
        self._write = write
        self._lasts = lasts
        self._capacity = capacity
        self._gather_s = gather_s
        self._again_s = again_s
        self._waiting: list[Item] = []
        self._late = 0
        self._added = self._tried = 0
        self._closed = self._hurried = False
        self._changed = threading.Condition()
        self.failure: CacheError | None = None
        self._untold: CacheError | None = None
        self._thread = threading.Thread(target=self._run, name="sobrio-cache-writer", daemon=True)
        self._thread.start()

    @property
    def late(self) -> int:
        """How many items could not be written yet and are tried again; the first of those that wait."""
        return self._late

    def add(self, item: Item) -> bool:
        """False when the item is refused."""
        with self._changed:
            full = len(self._waiting) >= self._capacity and not self._lasts(item)
            if self._closed or full:
                return False
            self._waiting.append(item)
            self._added += 1
            if len(self._waiting) in (1, _BATCH):  # the thread sleeps between the first and a whole batch
                self._changed.notify_all()
        return True

    def flush(self, timeout_s: float = 60.0) -> None:
        """Waits until everything added so far is written, or was tried in vain.

        Raises `CacheError` when that takes too long, or when anything since the last flush failed.
        """
        if not self.hurry(timeout_s):
            raise CacheError(f"the cache could not write within {timeout_s:g} s")
        with self._changed:
            untold, self._untold = self._untold, None
        if untold is not None:
            raise untold

    def hurry(self, timeout_s: float) -> bool:
        """Whether everything added so far was tried by then; what is late is tried at once, too."""
        with self._changed:
            goal, self._hurried = self._added, bool(self._waiting)
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._tried >= goal, timeout_s)

    def close(self) -> None:
        """Writes what waits, then ends."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while batch := self._next():
            failure = self._attempt(batch)
            with self._changed:
                self.failure = failure
                self._untold = failure or self._untold
                self._tried += len(batch) - self._late
                lasting = [*filter(self._lasts, batch)] if failure and not self._closed else []
                self._waiting[:0] = lasting
                self._late = len(lasting)
                self._changed.notify_all()

    def _next(self) -> list[Item]:
        """What is late, and a batch besides; empty when there will be no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            self._changed.wait_for(self._must_write, self._again_s if self._late else self._gather_s)
            end = self._late + _BATCH
            batch, self._waiting = self._waiting[:end], self._waiting[end:]
            self._hurried = self._hurried and bool(self._waiting)
            return batch

    def _must_write(self) -> bool:
        full = len(self._waiting) >= _BATCH and not self._late
        return self._hurried or self._closed or full

    def _attempt(self, batch: Sequence[Item]) -> CacheError | None:
        try:
            self._write(batch)
        except CacheError as error:
            return error
        return None
