"""Changes on their way into a store, which look-ups of this process see already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from sobrio.errors import CacheError
from sobrio.recall.behind import Behind
from sobrio.recall.change import Change, Drop, Learn, Note, Put
from sobrio.recall.entry import WRONG

_MOST_LABELS: Final = 10_000
"""Wrong labels that wait besides what is forgotten; a stream counts no more either."""


class Pending:
    """`write` takes batches on a thread of its own and raises `CacheError` when it cannot.

    A kept answer may then be given up. What was forgotten, what is marked wrong and labels that say wrong are
    tried until they are written; meanwhile this process finds nothing there.
    """

    def __init__(self, write: Callable[[Sequence[Change]], None]) -> None:
        self._write = write
        self._by_key: dict[bytes, Put | Drop] = {}
        self._lasting: dict[bytes, Put | Drop] = {}
        self._behind: Behind[Change] = Behind(self._written, lasts=_lasts)

    @property
    def failure(self) -> CacheError | None:
        """Why the last batch was not written, until one can be written again."""
        return self._behind.failure

    @property
    def problem(self) -> str | None:
        """In a line, while something that must be written waits for it."""
        late, failure = self._behind.late, self._behind.failure
        if not late or failure is None:
            return None
        return f"{late} changes wait to be written to the cache, such as answers to forget: {failure.message}"

    def of(self, key: bytes) -> Put | Drop | None:
        return self._by_key.get(key) or self._lasting.get(key)

    def add(self, change: Put | Drop) -> None:
        """Noted first: the writer may be done with it before the next line."""
        before = self._by_key.get(change.key)
        if isinstance(change, Drop) and self.of(change.key) == change:
            return
        self._by_key[change.key] = change
        if _lasts(change):
            self._lasting[change.key] = change
        if not self._behind.add(change):
            self._settle(change, before)

    def note(self, change: Learn | Note) -> None:
        """What no look-up waits for."""
        if not _lasts(change) or self._behind.late < _MOST_LABELS + len(self._lasting):
            self._behind.add(change)

    def flush(self) -> None:
        """Waits until everything so far is written. Raises `CacheError` when something is not."""
        self._behind.flush()

    def settled(self, key: bytes, within_s: float) -> bool:
        """Whether by then nothing of this key waits that must be written."""
        self._behind.hurry(within_s)
        return key not in self._lasting

    def close(self) -> None:
        self._behind.close()

    def _written(self, changes: Sequence[Change]) -> None:
        try:
            self._write(changes)
        except CacheError:
            self._settle_all(change for change in changes if not _lasts(change))
            raise
        self._settle_all(changes)

    def _settle_all(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if isinstance(change, Put | Drop):
                self._settle(change)

    def _settle(self, change: Put | Drop, before: Put | Drop | None = None) -> None:
        """Where a later change of the same key waits, that one stays."""
        if self._lasting.get(change.key) is change:
            del self._lasting[change.key]
        if self._by_key.get(change.key) is not change:
            return
        if before is None:
            del self._by_key[change.key]
        else:
            self._by_key[change.key] = before


def _lasts(change: Change) -> bool:
    match change:
        case Drop():
            return True
        case Put():
            return change.value == WRONG
        case Learn():
            return not change.label.right
    return False
