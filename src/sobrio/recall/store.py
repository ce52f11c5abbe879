"""Answers in one SQLite file, shared by the workers of one machine.

The file is the truth. What one worker clears is gone for all of them at once: look-ups read the file, or
what they remember of it if nobody has changed it since. The vectors of questions are held in memory besides,
and read again when a process starts.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sobrio.errors import CacheError
from sobrio.recall.change import Change, Drop, Learn, Note, Put, near_of, room_of
from sobrio.recall.known import Beacon, Known
from sobrio.recall.pending import Pending
from sobrio.recall.replica import Replica, Row
from sobrio.recall.schema import READING, TABLES, WRITING, add_what_is_new
from sobrio.recall.seal import Seal, Unsealed, opens
from sobrio.recall.stats import Stats
from sobrio.recall.sweep import Sweeper
from sobrio.recall.writing import Bounds, scope_name, shrink, totals, write
from sobrio.sqlite_door import connect, running
from sobrio.terms.question import Label, Near, Question

FILE: Final = "cache.sqlite"
"""In the data directory."""

_QUESTION: Final = (
    "SELECT text, key FROM questions JOIN entries USING (key) WHERE questions.number = ? AND scope = ?"
)
_IN_THE_CLEAR: Final = f"scope NOT GLOB '{'[0-9a-f]' * 64}'"
"""A sealed scope's name is 32 bytes in hexadecimal."""
_SWEEP_EVERY_S: Final = 60.0
_MOST_LABELS: Final = 10_000
"""Per stream; the latest count."""
_MOST_TOUCHED: Final = 10_000
"""Entries whose use waits to be noted. While nothing is written, use of further ones is not noted."""


class SqliteStore:
    """The `AnswerStore` and `EvidenceStore` ports on one file.

    What is put is written behind, in batches. A commit, which `flush` waits for, survives the death of the
    process, though not a power cut.
    """

    remote: Final = False

    def __init__(
        self,
        path: Path,
        *,
        seal: Seal | None = None,
        max_bytes: int = 256_000_000,
        max_entries: int = 100_000,
        sweep_every_s: float = _SWEEP_EVERY_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises `CacheError` when the file cannot be opened or is not a cache."""
        self._path = path
        self._seal = seal or Unsealed()
        self._bounds = Bounds(max_bytes, max_entries)
        self._clock = clock
        self._reading, self._writing = threading.Lock(), threading.Lock()
        self._touched: dict[bytes, float] = {}
        self._hits = self._misses = 0
        self._replica = Replica(self)
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = connect(path, running(READING + WRITING + TABLES), timeout_s=5.0)
            add_what_is_new(self._writer)
            self._reader = connect(path, running(READING), timeout_s=0.25)
            (self.salt,) = self._reader.execute("SELECT salt FROM salt").fetchone()
            self._beacon = Beacon(path)
        self._known = Known(self._beacon, max_entries)
        self._pending = Pending(self._write)
        self._sweeper = Sweeper(self.sweep, sweep_every_s)

    def get(self, key: bytes) -> bytes | None:
        """Raises `CacheError` for a miss, too, while nothing that is put can be written."""
        value = self._found(key, self._clock())
        if value is not None:
            self._hits += 1
            return value
        self._misses += 1
        if self._pending.failure is not None:
            raise self._pending.failure
        return None

    def put(
        self, key: bytes, value: bytes, *, scope: str, ttl_s: float, question: Question | None = None
    ) -> None:
        """The age is counted from now and never extended by use."""
        now = self._clock()
        self._pending.add(Put(key, value, scope, now, now + ttl_s, question))

    def drop(self, key: bytes, *, scope: str) -> None:
        self._pending.add(Drop(key, scope))

    def settled(self, key: bytes, *, within_s: float) -> bool:
        return self._pending.settled(key, within_s)

    @property
    def problem(self) -> str | None:
        """In a line, while something forgotten waits to leave the file."""
        return self._pending.problem

    def near(self, question: Question, *, scope: str, limit: int, floor: float) -> list[Near]:
        now, room = self._clock(), self._seal.name(room_of(scope, question.context))
        with self._told(), self._reading:
            (generation,) = self._reader.execute("PRAGMA user_version").fetchone()
            index = self._replica.caught_up(room, len(question.vector), generation=generation, now=now)
            found = index.nearest(question.vector, limit=limit, floor=floor, now=now)
            kept = [self._question(number, scope, cosine) for number, cosine in found]
            if None in kept:
                index.forget([number for (number, _), each in zip(found, kept, strict=True) if each is None])
        there = [each for each in kept if each is not None]
        return [each for each in there if not isinstance(self._pending.of(each.key), Drop)]

    def note(self, kept: Near, *, scope: str) -> None:
        self._pending.note(Note(kept, scope))

    def learn(self, label: Label, *, stream: str, scope: str) -> None:
        self._pending.note(Learn(label, stream, scope))

    def labels(self, stream: str, *, scope: str) -> list[Label]:
        asked = "SELECT probability, right, source, pair FROM labels WHERE scope = ? AND stream = ?"
        latest = f"{asked} ORDER BY number DESC LIMIT {_MOST_LABELS}"
        with self._told(), self._reading:
            rows = self._reader.execute(latest, (scope_name(scope, self._seal), stream)).fetchall()
        return [
            Label(probability, bool(right), source, pair)
            for probability, right, source, pair in reversed(rows)
        ]

    def flush(self) -> None:
        """Waits until everything put so far is durable. Raises `CacheError` when something is not."""
        self._pending.flush()

    def clear(self, scope: str | None = None) -> int:
        """Remove a scope, or everything, from the bytes of the file too; the number of entries removed."""
        self.flush()
        names = () if scope is None else (scope_name(scope, self._seal), scope)
        where, values = (" WHERE scope IN (?, ?)", names) if names else ("", ())
        with self._written() as database:
            removed = database.execute(f"DELETE FROM entries{where}", values).rowcount
            database.execute(f"DELETE FROM labels{where}", values)
            (generation,) = database.execute("PRAGMA user_version").fetchone()
            database.execute(f"PRAGMA user_version = {(generation + 1) % 2**31}")
        self._empty_log()
        return removed

    def locked(self) -> int:
        """How many scopes hold answers that the key there is now does not open: none can name them."""
        sealed = f"SELECT key, value FROM entries WHERE NOT ({_IN_THE_CLEAR}) GROUP BY scope"
        with self._told(), self._reading:
            rows = self._reader.execute(sealed).fetchall()
        return sum(not opens(self._seal, value, key) for key, value in rows)

    def sweep(self) -> int:
        """Takes what has expired out of the bytes of the file; how many entries that were.

        With a key also what was kept before there was one: it is found no more, and anybody could read it.
        """
        with self._written() as database:
            gone = database.execute("DELETE FROM entries WHERE expires_at <= ?", (self._clock(),)).rowcount
            if self._seal.sealing:
                gone += database.execute(f"DELETE FROM entries WHERE {_IN_THE_CLEAR}").rowcount
                database.execute(f"DELETE FROM labels WHERE {_IN_THE_CLEAR}")
            self._note_use(database)
            self._known = self._known.renewed(database)
        if gone:
            self._empty_log()
        return gone

    def stats(self) -> Stats:
        self.flush()
        with self._told(), self._reading:
            entries, size = totals(self._reader)
            (questions,) = self._reader.execute("SELECT count(*) FROM questions").fetchone()
            (labels,) = self._reader.execute("SELECT count(*) FROM labels").fetchone()
            scopes = dict(self._reader.execute("SELECT scope, count(*) FROM entries GROUP BY scope"))
        return Stats(entries, questions, labels, size, self._hits, self._misses, scopes)

    def close(self) -> None:
        self._sweeper.close()
        self._pending.close()
        with self._written() as database:
            self._note_use(database)
        self._reader.close()
        self._writer.close()
        self._beacon.close()

    def since(self, context: bytes, number: int, limit: int) -> list[Row]:
        """For the indexes in memory, which `near` brings up to date."""
        rows = self._reader.execute(
            "SELECT number, expires_at, vector, key FROM questions "
            "WHERE context = ? AND number > ? ORDER BY number LIMIT ?",
            (context, number, limit),
        )
        return [
            Row(number, expires_at, self._seal.open(vector, key)) for number, expires_at, vector, key in rows
        ]

    def numbers(self, context: bytes) -> list[int]:
        rows = self._reader.execute("SELECT number FROM questions WHERE context = ?", (context,))
        return [number for (number,) in rows]

    def _found(self, key: bytes, now: float) -> bytes | None:
        match self._pending.of(key):
            case Put(value=value, expires_at=expires_at):
                return value if expires_at > now else None
            case Drop():
                return None
        name = self._seal.name(key)
        with self._told(), self._reading:
            row = self._known.find(name, self._reader)
        if row is None or row[1] <= now:
            return None
        if len(self._touched) < _MOST_TOUCHED:
            self._touched[name] = now
        return self._seal.open(row[0], name)

    def _question(self, number: int, scope: str, cosine: float) -> Near | None:
        """`None` when it has left the store."""
        row = self._reader.execute(_QUESTION, (number, scope_name(scope, self._seal))).fetchone()
        return None if row is None else near_of(self._seal.open(row[0], row[1]), cosine)

    def _write(self, changes: Sequence[Change]) -> None:
        names = [self._seal.name(each.key) for each in changes if isinstance(each, Put | Drop)]
        with self._written(names) as database:
            write(database, changes, seal=self._seal, now=self._clock())
            self._note_use(database)
            shrink(database, self._bounds)

    def _empty_log(self) -> None:
        """The write-ahead log holds pages as they were; the file itself overwrites what it deletes."""
        with self._told(), self._writing:
            (busy, *_) = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise CacheError(f"{self._path}: removed, but another process still reads it; do it once more")

    def _note_use(self, database: sqlite3.Connection) -> None:
        touched, self._touched = self._touched, {}
        used = [(at, key) for key, at in touched.items()]
        database.executemany("UPDATE entries SET used_at = ? WHERE key = ?", used)

    @contextmanager
    def _written(self, names: Iterable[bytes] | None = None) -> Iterator[sqlite3.Connection]:
        """Changes the entries of these names, or any."""
        with self._told(), self._writing, self._beacon.held():
            with self._writer:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
            with self._reading:
                self._known.changed(names)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise CacheError(f"{self._path}: the cache failed ({error}); move the file aside") from error
