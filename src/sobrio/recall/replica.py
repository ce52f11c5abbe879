"""A process's own indexes, kept in step with the store that holds the truth."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sobrio.recall.index import Index

CATCH_UP: Final = 1_000
"""Entries read per look-up at most: a process that has just started is up to date after a few."""
_SLACK: Final = 1_000
_MAX_ENTRIES: Final = 500_000


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    expires_at: float
    vector: bytes


class Log(Protocol):
    """The questions of a context in the order they came, by ascending number."""

    def since(self, context: bytes, number: int, limit: int) -> Sequence[Row]:
        """At most `limit` rows above `number`."""
        ...

    def numbers(self, context: bytes) -> Sequence[int]:
        """Of everything that is still there."""
        ...


@dataclass(slots=True)
class _Held:
    index: Index
    seen: int = 0
    due: int | None = None
    """Size at which entries that left the store are looked for; `None` until everything was read once."""


class Replica:
    """Indexes by context; those asked least recently are dropped when there are too many entries."""

    def __init__(self, log: Log, *, max_entries: int = _MAX_ENTRIES) -> None:
        self._log = log
        self._max_entries = max_entries
        self._held: OrderedDict[bytes, _Held] = OrderedDict()
        self._generation: object = None

    def caught_up(self, context: bytes, dimensions: int, *, generation: object, now: float) -> Index:
        """The context's index with what was written since; `generation` changes when a scope is cleared."""
        if generation != self._generation:
            self._held.clear()
            self._generation = generation
        held = self._held.setdefault(context, _Held(Index(dimensions)))
        self._held.move_to_end(context)
        if self._read_on(context, held) < CATCH_UP:
            self._tidy(context, held, now)
        return held.index

    def forget(self, context: bytes, numbers: Sequence[int]) -> None:
        """What turned out to have left the store."""
        if context in self._held:
            self._held[context].index.forget(numbers)

    def _read_on(self, context: bytes, held: _Held) -> int:
        """How many entries were new."""
        rows = self._log.since(context, held.seen, CATCH_UP)
        if rows:
            held.index.add(
                [row.number for row in rows], [row.expires_at for row in rows], [row.vector for row in rows]
            )
            held.seen = rows[-1].number
            self._shrink()
        return len(rows)

    def _tidy(self, context: bytes, held: _Held, now: float) -> None:
        """Each time the index has doubled, so that the cost is a share of the entries' own."""
        if held.due is not None and len(held.index) >= held.due:
            held.index.keep(self._log.numbers(context), now)
            held.due = None
        if held.due is None:
            held.due = 2 * len(held.index) + _SLACK

    def _shrink(self) -> None:
        total = sum(len(held.index) for held in self._held.values())
        while total > self._max_entries and len(self._held) > 1:
            total -= len(self._held.popitem(last=False)[1].index)
