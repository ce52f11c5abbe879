"""What a file holds that several processes write, known well enough to answer most look-ups without it."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from mmap import mmap
from pathlib import Path
from typing import Final

_NUMBER: Final = 31
"""Bytes of a time and a process."""
_BITS_EACH: Final = 32
_CROWDED: Final = 4
"""Times as many names as there is room for: then one stranger in thirty looks familiar."""
_MOST_NEAR: Final = 256
_SMALL: Final = 16_384
"""Bytes of a value that is kept near."""
_AFTER: Final = "SELECT rowid, key FROM entries WHERE rowid > ?"
_EVERY: Final = "SELECT rowid, key FROM entries"
_ONE: Final = "SELECT value, expires_at FROM entries WHERE key = ?"

Row = tuple[bytes, float]
"""A value and when it expires."""


class Beacon:
    """A number that changes whenever one of the processes that share `path` has changed it.

    It is read from memory they share: asking the system would hand the interpreter to another thread.
    """

    def __init__(self, path: Path) -> None:
        """Raises `OSError`."""
        self._file = os.open(path.with_name(path.name + "-changed"), os.O_RDWR | os.O_CREAT, 0o600)
        if os.fstat(self._file).st_size < _NUMBER:
            os.pwrite(self._file, bytes(_NUMBER), 0)
        self._shared = mmap(self._file, _NUMBER)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else changes the file, or the number, meanwhile."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def light(self) -> bytes:
        """While it is held, once the change can be seen. The new number."""
        number = b"%020d %010d" % (time.time_ns(), os.getpid())
        self._shared[:] = number
        return number

    def seen(self) -> bytes:
        return self._shared[:]

    def close(self) -> None:
        self._shared.close()
        os.close(self._file)


class Names:
    """A Bloom filter: a name that was added is in it, and hardly any other (1 in 500 up to `capacity`)."""

    def __init__(self, capacity: int) -> None:
        bits = 1 << (_BITS_EACH * capacity - 1).bit_length()
        self._mask = bits - 1
        self._shift = bits.bit_length() - 1
        self._marks = bytearray(bits // 8)
        self._most = _CROWDED * capacity
        self._added = 0

    def add(self, name: bytes) -> None:
        self._added += 1
        for place in self._places(name):
            self._marks[place >> 3] |= 1 << (place & 7)

    def __contains__(self, name: bytes) -> bool:
        return all(self._marks[place >> 3] >> (place & 7) & 1 for place in self._places(name))

    @property
    def crowded(self) -> bool:
        return self._added > self._most

    def _places(self, name: bytes) -> tuple[int, int]:
        mixed = hash(name)
        return mixed & self._mask, (mixed >> self._shift) & self._mask


class Known:
    """Look-ups by name. Entries come with ever larger row numbers, so that those added since are few to read.

    What others add, change or remove counts from the next look-up on.
    """

    def __init__(self, beacon: Beacon, capacity: int) -> None:
        self._beacon = beacon
        self._capacity = capacity
        self._names = Names(capacity)
        self._near: dict[bytes, Row] = {}
        self._last = -1
        self._seen = b"never"

    def find(self, name: bytes, reader: sqlite3.Connection) -> Row | None:
        seen = self._beacon.seen()
        if seen != self._seen:
            self._catch_up(reader)
            self._seen = seen
        if name not in self._names:
            return None
        return self._near.get(name) or self._read(name, reader)

    def changed(self, names: Iterable[bytes] | None) -> None:
        """This process has just changed these, or it is not known which; the beacon is held."""
        before, now = self._beacon.seen(), self._beacon.light()
        if before != self._seen:  # what others did is yet to be read
            return
        self._seen = now
        if names is None:
            self._near.clear()
            return
        for name in names:
            self._names.add(name)
            self._near.pop(name, None)

    def renewed(self, reader: sqlite3.Connection) -> Known:
        """Without the names that have gone, once they are many."""
        if not self._names.crowded:
            return self
        fresh = Known(self._beacon, self._capacity)
        fresh._catch_up(reader)
        return fresh

    def _catch_up(self, reader: sqlite3.Connection) -> None:
        """All or nothing counts as read: the first time they come in the index's order, which is smaller
        than what it leads to."""
        self._near.clear()
        last = self._last
        for number, name in reader.execute(_EVERY) if last < 0 else reader.execute(_AFTER, (last,)):
            self._names.add(name)
            last = max(last, number)
        self._last = last

    def _read(self, name: bytes, reader: sqlite3.Connection) -> Row | None:
        row: Row | None = reader.execute(_ONE, (name,)).fetchone()
        if row is not None and len(row[0]) <= _SMALL:
            if len(self._near) >= _MOST_NEAR:
                self._near.clear()
            self._near[name] = row
        return row
