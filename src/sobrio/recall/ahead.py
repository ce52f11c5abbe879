"""Reading ahead: what a judge takes milliseconds to read is read once, off the request's path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from sobrio.recall.behind import Behind
from sobrio.terms.ports import AnswerStore, Judge
from sobrio.terms.question import Near

_CAPACITY: Final = 1_000
"""Questions waiting at most; one that is refused is read when it becomes a candidate."""

_Unread: TypeAlias = tuple[Near, str]


class Ahead:
    """Has kept questions read on a thread of its own, and notes what was read."""

    def __init__(self, judge: Judge, store: AnswerStore) -> None:
        self._judge = judge
        self._store = store
        self._behind: Behind[_Unread] = Behind(self._read, capacity=_CAPACITY)

    def add(self, kept: Near, *, scope: str) -> None:
        self._behind.add((kept, scope))

    def flush(self) -> None:
        """Waits until everything added so far is read, and handed to the store."""
        self._behind.flush()

    def close(self) -> None:
        """Reads what waits, then ends."""
        self._behind.close()

    def _read(self, batch: Sequence[_Unread]) -> None:
        for kept, scope in batch:
            self._store.note(replace(kept, reading=self._judge.read(kept.text)), scope=scope)
