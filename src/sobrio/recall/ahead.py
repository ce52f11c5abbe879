"""Reading ahead: what a judge takes milliseconds to read is read once, off the request's path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sobrio.recall.behind import Behind
from sobrio.terms.ports import AnswerStore, Judge

_CAPACITY: Final = 1_000
"""Questions waiting at most; one that is refused is read when it becomes a candidate."""


@dataclass(frozen=True, slots=True)
class _Kept:
    key: bytes
    text: str
    scope: str


class Ahead:
    """Has kept questions read on a thread of its own, and notes what was read."""

    def __init__(self, judge: Judge, store: AnswerStore) -> None:
        self._judge = judge
        self._store = store
        self._behind = Behind(self._read, capacity=_CAPACITY)

    def add(self, key: bytes, text: str, *, scope: str) -> None:
        self._behind.add(_Kept(key, text, scope))

    def flush(self) -> None:
        """Waits until everything added so far is read, and handed to the store."""
        self._behind.flush()

    def close(self) -> None:
        """Reads what waits, then ends."""
        self._behind.close()

    def _read(self, batch: Sequence[_Kept]) -> None:
        for each in batch:
            self._store.note(each.key, each.text, self._judge.read(each.text), scope=each.scope)
