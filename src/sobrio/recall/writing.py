"""Writing batches of changes into the embedded store's file."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Final, TypeAlias

from sobrio.recall.change import Change, Drop, Learn, Note, Put, record_of, room_of
from sobrio.recall.seal import Seal
from sobrio.sqlite_door import batches
from sobrio.terms.question import Near

_OLDEST: Final = "SELECT rowid, size FROM entries ORDER BY used_at LIMIT 100"
_OVERHEAD: Final = 150
"""Bytes an entry takes beside its value, indexes included."""
_READING: Final = 900
"""Bytes a judge adds to a question, about; counted from the start."""

Row: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    bytes: int
    entries: int


def write(database: sqlite3.Connection, changes: Sequence[Change], *, seal: Seal, now: float) -> None:
    """Of several changes of one key the last counts. What has expired by `now` leaves the file."""
    latest = {change.key: change for change in changes if isinstance(change, Put | Drop)}
    _drop(database, [seal.name(key) for key in latest])
    _put(database, [change for change in latest.values() if isinstance(change, Put)], seal)
    for change in changes:
        match change:
            case Learn():
                _learn(database, change, seal)
            case Note():
                _note(database, change, seal)
    database.execute("DELETE FROM entries WHERE expires_at <= ?", (now,))


def shrink(database: sqlite3.Connection, bounds: Bounds) -> None:
    """Least recently used first, down to the bounds."""
    entries, size = totals(database)
    while entries > bounds.entries or size > bounds.bytes:
        oldest = database.execute(_OLDEST).fetchall()
        for row, each in oldest[: max(1, entries - bounds.entries)]:
            database.execute("DELETE FROM entries WHERE rowid = ?", (row,))
            entries, size = entries - 1, size - each


def totals(database: sqlite3.Connection) -> tuple[int, int]:
    row = database.execute("SELECT entries, size FROM totals").fetchone()
    return int(row[0]), int(row[1])


def scope_name(scope: str, seal: Seal) -> str:
    return seal.name(scope.encode()).hex() if seal.sealing else scope


def _put(database: sqlite3.Connection, puts: Sequence[Put], seal: Seal) -> None:
    entries: list[Row] = []
    questions: list[Row] = []
    numbers = _numbers(database)
    for put in puts:
        name, question, kept = seal.name(put.key), put.question, 0
        if question is not None:
            vector = seal.close(question.vector, name)
            kept_as = Near(put.key, question.text, 1.0, answer=question.answer)
            text = seal.close(record_of(kept_as), name)
            room = seal.name(room_of(put.scope, question.context))
            questions.append((name, room, put.expires_at, vector, text))
            kept = len(vector) + len(text) + _READING
        value = seal.close(put.value, name)
        size = len(value) + kept + _OVERHEAD
        number = next(numbers)
        entries.append((number, name, scope_name(put.scope, seal), put.expires_at, put.at, size, value))
    _insert(database, "entries (rowid, key, scope, expires_at, used_at, size, value)", entries)
    _insert(database, "questions (key, context, expires_at, vector, text)", questions)


def _numbers(database: sqlite3.Connection) -> Iterator[int]:
    """Larger than any that was given before, even to what has left since: microseconds, or the next one."""
    (last,) = database.execute("SELECT max(rowid) FROM entries").fetchone()
    return count(max((last or 0) + 1, time.time_ns() // 1000))


def _insert(database: sqlite3.Connection, into: str, rows: Sequence[Row]) -> None:
    for some in batches(rows):
        row = f"({', '.join('?' * len(some[0]))})"
        values = ", ".join([row] * len(some))
        database.execute(f"INSERT INTO {into} VALUES {values}", [*chain.from_iterable(some)])


def _drop(database: sqlite3.Connection, names: Sequence[bytes]) -> None:
    """The questions go with their answers, by a trigger."""
    for some in batches(names):
        database.execute(f"DELETE FROM entries WHERE key IN ({', '.join('?' * len(some))})", some)


def _note(database: sqlite3.Connection, note: Note, seal: Seal) -> None:
    name = seal.name(note.kept.key)
    text = seal.close(record_of(note.kept), name)
    database.execute("UPDATE questions SET text = ? WHERE key = ?", (text, name))


def _learn(database: sqlite3.Connection, learn: Learn, seal: Seal) -> None:
    label = learn.label
    database.execute(
        "INSERT INTO labels (scope, stream, probability, right, source, pair) VALUES (?, ?, ?, ?, ?, ?)",
        (
            scope_name(learn.scope, seal),
            learn.stream,
            label.probability,
            label.right,
            label.source,
            label.pair,
        ),
    )
