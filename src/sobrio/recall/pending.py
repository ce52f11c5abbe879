"""Changes on their way into a store, which look-ups of this process see already."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sobrio.errors import CacheError
from sobrio.recall.behind import Behind
from sobrio.recall.change import Change, Drop, Learn, Note, Put


class Pending:
    """`write` takes batches on a thread of its own and raises `CacheError` when it cannot."""

    def __init__(self, write: Callable[[Sequence[Change]], None]) -> None:
        self._write = write
        self._by_key: dict[bytes, Put | Drop] = {}
        self._behind: Behind[Change] = Behind(self._written)

    @property
    def failure(self) -> CacheError | None:
        """Why the last batch was lost, until one can be written again."""
        return self._behind.failure

    def of(self, key: bytes) -> Put | Drop | None:
        return self._by_key.get(key)

    def add(self, change: Put | Drop) -> None:
        """Noted first: the writer may be done with it before the next line."""
        before = self._by_key.get(change.key)
        self._by_key[change.key] = change
        if not self._behind.add(change):
            self._settle(change, before)

    def note(self, change: Learn | Note) -> None:
        """What no look-up waits for."""
        self._behind.add(change)

    def flush(self) -> None:
        """Waits until everything so far is written. Raises `CacheError` when something is not."""
        self._behind.flush()

    def close(self) -> None:
        self._behind.close()

    def _written(self, changes: Sequence[Change]) -> None:
        try:
            self._write(changes)
        finally:
            for change in changes:
                if isinstance(change, Put | Drop):
                    self._settle(change)

    def _settle(self, change: Put | Drop, before: Put | Drop | None = None) -> None:
        """Where a later change of the same key waits, that one stays."""
        if self._by_key.get(change.key) is not change:
            return
        if before is None:
            del self._by_key[change.key]
        else:
            self._by_key[change.key] = before
