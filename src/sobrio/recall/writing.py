"""Writing batches of changes into the embedded store's file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sobrio.recall.change import Change, Drop, Learn, Note, Put, record_of, room_of
from sobrio.recall.seal import Seal
from sobrio.terms.question import Near

_OLDEST: Final = "SELECT rowid, size FROM entries ORDER BY used_at LIMIT 100"
_OVERHEAD: Final = 150
"""Bytes an entry takes beside its value, indexes included."""
_READING: Final = 900
"""Bytes a judge adds to a question, about; counted from the start."""


@dataclass(frozen=True, slots=True)
class Bounds:
    bytes: int
    entries: int


def write(database: sqlite3.Connection, changes: Sequence[Change], *, seal: Seal, now: float) -> None:
    """In the order they came. What has expired by `now` leaves the file."""
    for change in changes:
        match change:
            case Put():
                _put(database, change, seal)
            case Drop():
                _drop(database, seal.name(change.key))
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


def _put(database: sqlite3.Connection, put: Put, seal: Seal) -> None:
    name, question = seal.name(put.key), put.question
    value = seal.close(put.value, name)
    vector = b"" if question is None else seal.close(question.vector, name)
    text = b""
    if question is not None:
        text = seal.close(record_of(Near(put.key, question.text, 1.0, answer=question.answer)), name)
    size = len(value) + len(vector) + len(text) + _OVERHEAD + (question is not None) * _READING
    _drop(database, name)
    database.execute(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)",
        (name, scope_name(put.scope, seal), put.expires_at, put.at, size, value),
    )
    if question is not None:
        database.execute(
            "INSERT INTO questions (key, context, expires_at, vector, text) VALUES (?, ?, ?, ?, ?)",
            (name, seal.name(room_of(put.scope, question.context)), put.expires_at, vector, text),
        )


def _drop(database: sqlite3.Connection, name: bytes) -> None:
    """The question goes with its answer, by a trigger."""
    database.execute("DELETE FROM entries WHERE key = ?", (name,))


def _note(database: sqlite3.Connection, note: Note, seal: Seal) -> None:
    name = seal.name(note.kept.key)
    text = seal.close(record_of(note.kept), name)
    database.execute("UPDATE questions SET text = ? WHERE key = ?", (text, name))


def _learn(database: sqlite3.Connection, learn: Learn, seal: Seal) -> None:
    label = learn.label
    database.execute(
        "INSERT INTO labels (scope, stream, probability, right, source) VALUES (?, ?, ?, ?, ?)",
        (scope_name(learn.scope, seal), learn.stream, label.probability, label.right, label.source),
    )
