"""Answers in one SQLite file, shared by the workers of one machine.

There is no second copy in memory: a look-up costs microseconds, and what one worker clears is gone for
all of them at once.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sobrio.errors import CacheError

_PRAGMAS: Final = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA secure_delete = ON;
"""
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS entries (
    key BLOB PRIMARY KEY,
    scope TEXT NOT NULL,
    expires_at REAL NOT NULL,
    used_at REAL NOT NULL,
    size INTEGER NOT NULL,
    value BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS entries_by_scope ON entries (scope);
CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at);
CREATE INDEX IF NOT EXISTS entries_by_use ON entries (used_at, size);
CREATE TABLE IF NOT EXISTS totals (entries INTEGER NOT NULL, size INTEGER NOT NULL);
INSERT INTO totals SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM totals);
CREATE TRIGGER IF NOT EXISTS count_in AFTER INSERT ON entries
    BEGIN UPDATE totals SET entries = entries + 1, size = size + new.size; END;
CREATE TRIGGER IF NOT EXISTS count_out AFTER DELETE ON entries
    BEGIN UPDATE totals SET entries = entries - 1, size = size - old.size; END;
"""
_OLDEST: Final = "SELECT rowid, size FROM entries ORDER BY used_at LIMIT 100"
_OVERHEAD: Final = 150
"""Bytes an entry takes beside its value, indexes included."""


@dataclass(frozen=True, slots=True)
class Stats:
    entries: int
    bytes: int
    hits: int
    misses: int


class SqliteStore:
    """The `ExactStore` port on one file. A commit survives the death of the process, not a power cut."""

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int = 256_000_000,
        max_entries: int = 100_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises `CacheError` when the file cannot be opened or is not a cache."""
        self._path = path
        self._max_bytes = max_bytes
        self._max_entries = max_entries
        self._clock = clock
        self._lock = threading.Lock()
        self._touched: dict[bytes, float] = {}
        self._hits = self._misses = 0
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(
                path, timeout=0.25, check_same_thread=False, isolation_level=None
            )
            self._database.executescript(_PRAGMAS + _SCHEMA)

    def get(self, key: bytes) -> bytes | None:
        now = self._clock()
        with self._told(), self._lock:
            row = self._database.execute(
                "SELECT value, expires_at FROM entries WHERE key = ?", (key,)
            ).fetchone()
            if row is None or row[1] <= now:
                self._misses += 1
                return None
            self._hits += 1
            self._touched[key] = now
            return bytes(row[0])

    def put(self, key: bytes, value: bytes, *, scope: str, ttl_s: float) -> None:
        """The age is counted from now and never extended by use."""
        now = self._clock()
        row = (key, scope, now + ttl_s, now, len(value) + _OVERHEAD, value)
        with self._written():
            self._database.execute("DELETE FROM entries WHERE key = ? OR expires_at <= ?", (key, now))
            self._database.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", row)
            self._note_use()
            self._shrink()

    def clear(self, scope: str | None = None) -> int:
        """Remove a scope, or everything, from the bytes of the file too; the number of entries removed."""
        where, values = ("", ()) if scope is None else (" WHERE scope = ?", (scope,))
        with self._written():
            removed = self._database.execute(f"DELETE FROM entries{where}", values).rowcount
        with self._told(), self._lock:
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return removed

    def stats(self) -> Stats:
        with self._told(), self._lock:
            entries, size = self._totals()
        return Stats(entries, size, self._hits, self._misses)

    def close(self) -> None:
        with self._written():
            self._note_use()
        self._database.close()

    def _note_use(self) -> None:
        used = [(at, key) for key, at in self._touched.items()]
        self._touched.clear()
        self._database.executemany("UPDATE entries SET used_at = ? WHERE key = ?", used)

    def _totals(self) -> tuple[int, int]:
        row = self._database.execute("SELECT entries, size FROM totals").fetchone()
        return int(row[0]), int(row[1])

    def _shrink(self) -> None:
        """Least recently used first, down to the bounds."""
        entries, size = self._totals()
        while entries > self._max_entries or size > self._max_bytes:
            oldest = self._database.execute(_OLDEST).fetchall()
            for row, each in oldest[: max(1, entries - self._max_entries)]:
                self._database.execute("DELETE FROM entries WHERE rowid = ?", (row,))
                entries, size = entries - 1, size - each

    @contextmanager
    def _written(self) -> Iterator[None]:
        with self._told(), self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            yield

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise CacheError(f"{self._path}: the cache failed ({error}); move the file aside") from error
