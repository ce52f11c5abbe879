"""Documents and their passages in one SQLite file: the truth, of which every index is a copy.

The scope is part of every key and of every query: no statement here reads across scopes, but for
`scopes` and `epochs`, which name them.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from sobrio.errors import CacheError
from sobrio.recall.passages.near import originals
from sobrio.recall.passages.volume import Piece, Volume
from sobrio.recall.seal import Seal, Unsealed
from sobrio.sqlite_door import connect, running
from sobrio.terms.passage import Passage

_PRAGMAS: Final = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA foreign_keys = ON;
"""
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS documents (
    scope TEXT NOT NULL,
    root TEXT NOT NULL,
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (scope, root, name)
);
CREATE TABLE IF NOT EXISTS passages (
    scope TEXT NOT NULL,
    id TEXT NOT NULL,
    root TEXT NOT NULL,
    name TEXT NOT NULL,
    place INTEGER NOT NULL,
    title BLOB NOT NULL,
    text BLOB NOT NULL,
    signature BLOB NOT NULL,
    encoder TEXT NOT NULL,
    vector BLOB NOT NULL,
    repeats TEXT,
    PRIMARY KEY (scope, id),
    FOREIGN KEY (scope, root, name) REFERENCES documents ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS passages_by_document ON passages (scope, root, name);
CREATE TABLE IF NOT EXISTS epochs (scope TEXT PRIMARY KEY, epoch INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a scope holds; `repeats` of the passages are near-duplicates and are never found."""

    scope: str
    documents: int
    passages: int
    repeats: int


def first_epoch() -> int:
    """A random number: a library in the place of another never counts what the other counted."""
    return 1 + secrets.randbits(48)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many documents were taken in without the key, and how many are sealed under another."""

    readable: int = 0
    locked: int = 0


class Library:
    """What is committed survives a killed process and a power cut."""

    FILE: Final = "passages.sqlite"
    """Its name in the data directory."""

    def __init__(self, path: Path, seal: Seal | None = None) -> None:
        """`seal` encrypts titles, texts and vectors; names of files and scopes stay readable.

        Raises `CacheError` when the file cannot be opened or is not a library.
        """
        self._path = path
        self._seal = seal or Unsealed()
        self.problem: str | None = None
        """Why what is found here may not be what there is."""
        self._lock = threading.Lock()
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = connect(path, running(_PRAGMAS + _SCHEMA), timeout_s=5.0)

    def digests(self, scope: str, root: str) -> dict[str, bytes]:
        """The documents that came from `root`, by name; empty for those that want sealing."""
        rows = self._rows("SELECT name, digest FROM documents WHERE scope = ? AND root = ?", (scope, root))
        return dict(rows) | {name: b"" for where, name in self._in_the_clear(scope) if where == root}

    def left_out(self) -> LeftOut:
        """Documents of any scope that are not found, because of the key there is now."""
        return LeftOut(readable=sum(len(self._in_the_clear(scope)) for scope in self.scopes()))

    def write(self, scope: str, root: str, volumes: Sequence[Volume], vanished: Sequence[str]) -> None:
        """Replaces documents and drops those that vanished, all at once or not at all."""
        gone = [(scope, root, name) for name in (*vanished, *(each.name for each in volumes))]
        with self._written():
            self._database.executemany(
                "DELETE FROM documents WHERE scope = ? AND root = ? AND name = ?", gone
            )
            for volume in volumes:
                self._insert(scope, root, volume)
            self._mark_repeats(scope)
            self._next_epoch(scope)
        if self._seal.sealing:  # what was in the clear before is not to stay in the log
            self._rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def epoch(self, scope: str) -> int:
        """Grows with every change of the scope, in whichever process; 0 for one that never changed."""
        rows = self._rows("SELECT epoch FROM epochs WHERE scope = ?", (scope,))
        return int(rows[0][0]) if rows else 0

    def epochs(self) -> dict[str, int]:
        """Of every scope that ever changed."""
        return dict(self._rows("SELECT scope, epoch FROM epochs"))

    def pieces(self, scope: str) -> list[Piece]:
        """Every passage that can be found: near-duplicates are left out."""
        rows = self._rows(
            "SELECT id, title, text, signature, encoder, vector FROM passages"
            " WHERE scope = ? AND repeats IS NULL ORDER BY root, name, place",
            (scope,),
        )
        return [
            Piece(
                id=key,
                title=self._read(title, scope, key, "title"),
                text=self._read(text, scope, key, "text"),
                signature=np.frombuffer(near, np.uint32),
                encoder=encoder,
                vector=np.frombuffer(self._opened(vector, scope, key, "vector"), np.float16),
            )
            for key, title, text, near, encoder, vector in rows
            if not (self._seal.sealing and _readable(text))
        ]

    def passages(self, scope: str, ids: Sequence[str]) -> list[Passage]:
        """Those of `ids` that are still in `scope`, in that order."""
        marks = ",".join("?" * len(ids))
        rows = self._rows(
            f"SELECT id, text, title, name FROM passages WHERE scope = ? AND id IN ({marks})", (scope, *ids)
        )
        found = {
            key: Passage(
                id=key,
                text=self._read(text, scope, key, "text"),
                title=self._read(title, scope, key, "title"),
                source=name,
                scope=scope,
            )
            for key, text, title, name in rows
        }
        return [found[each] for each in ids if each in found]

    def scopes(self) -> tuple[str, ...]:
        return tuple(row[0] for row in self._rows("SELECT DISTINCT scope FROM documents ORDER BY scope"))

    def holdings(self) -> tuple[Holdings, ...]:
        """One for every scope that has documents."""
        counts = "SELECT (SELECT count(*) FROM documents WHERE scope = ?1), count(*), count(repeats)"
        return tuple(
            Holdings(scope, *self._rows(f"{counts} FROM passages WHERE scope = ?1", (scope,))[0])
            for scope in self.scopes()
        )

    def clear(self, scope: str | None = None) -> int:
        """Remove a scope, or everything: texts, vectors and names, from the bytes of the file too.

        Returns the number of passages removed.
        """
        removed = 0
        for each in self.scopes() if scope is None else (scope,):
            with self._written():
                removed += self._database.execute("DELETE FROM passages WHERE scope = ?", (each,)).rowcount
                self._database.execute("DELETE FROM documents WHERE scope = ?", (each,))
                self._next_epoch(each)
        (busy, *_) = self._rows("PRAGMA wal_checkpoint(TRUNCATE)")[0]
        if busy:
            raise CacheError(f"{self._path}: removed, but another process still reads it; do it once more")
        return removed

    def close(self) -> None:
        with self._lock:  # closing it under a thread that is just reading ends the process
            self._database.close()

    def _insert(self, scope: str, root: str, volume: Volume) -> None:
        self._database.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?)", (scope, root, volume.name, volume.digest)
        )
        self._database.executemany(
            "INSERT OR IGNORE INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            [self._row(scope, root, volume.name, place, each) for place, each in enumerate(volume.pieces)],
        )

    def _row(self, scope: str, root: str, name: str, place: int, piece: Piece) -> tuple[object, ...]:
        title = self._closed(piece.title.encode(), scope, piece.id, "title")
        text = self._closed(piece.text.encode(), scope, piece.id, "text")
        vector = self._closed(piece.vector.tobytes(), scope, piece.id, "vector")
        near = piece.signature.tobytes()
        return scope, piece.id, root, name, place, title, text, near, piece.encoder, vector

    def _closed(self, data: bytes, *place: str) -> bytes:
        return self._seal.close(data, _about(*place))

    def _opened(self, data: bytes, *place: str) -> bytes:
        return self._seal.open(data, _about(*place))

    def _read(self, data: bytes, *place: str) -> str:
        try:
            return self._opened(data, *place).decode()
        except UnicodeDecodeError:
            raise CacheError(
                f"{self._path}: the documents are sealed; set the SOBRIO_CACHE_KEY they were taken in with, "
                "or move the file aside"
            ) from None

    def _in_the_clear(self, scope: str) -> set[tuple[str, str]]:
        """Root and name of the documents that anybody could read, though there is a key."""
        if not self._seal.sealing:
            return set()
        rows = self._rows("SELECT root, name, text FROM passages WHERE scope = ?", (scope,))
        return {(root, name) for root, name, text in rows if _readable(text)}

    def _mark_repeats(self, scope: str) -> None:
        """Anew over the whole scope: when a document goes, what repeated it takes its place."""
        rows = self._database.execute(
            "SELECT id, signature FROM passages WHERE scope = ? ORDER BY root, name, place", (scope,)
        ).fetchall()
        firsts = originals([np.frombuffer(row[1], np.uint32) for row in rows])
        marks = [
            (None if first == place else rows[first][0], scope, rows[place][0])
            for place, first in enumerate(firsts)
        ]
        self._database.executemany("UPDATE passages SET repeats = ? WHERE scope = ? AND id = ?", marks)

    def _next_epoch(self, scope: str) -> None:
        self._database.execute(
            "INSERT INTO epochs VALUES (?, ?) ON CONFLICT (scope) DO UPDATE SET epoch = epoch + 1",
            (scope, first_epoch()),
        )

    def _rows(self, statement: str, values: Sequence[str] = ()) -> list[Any]:
        with self._told(), self._lock:
            return self._database.execute(statement, tuple(values)).fetchall()

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
            raise CacheError(f"{self._path}: the passages failed ({error}); move the file aside") from error


def _readable(text: bytes) -> bool:
    """Of sealed bytes, 29 at least, not one in ten million is UTF-8 by chance."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _about(*place: str) -> bytes:
    """Binds what is sealed to its scope, passage and column."""
    return b"".join(len(part).to_bytes(8, "big") + part.encode() for part in place)
