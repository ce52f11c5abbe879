"""The one door to a database file: open for many processes that begin at once.

SQLite waits for another that writes, but not for another that just turns the file to write-ahead logging:
then it says at once that the file is locked. Workers that start together on an empty folder meet just there.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

Preparation: TypeAlias = Callable[[sqlite3.Connection], object]
Each = TypeVar("Each")
_PAUSE_S: Final = 0.01
_AT_ONCE: Final = (64, 16, 4, 1)


def running(script: str) -> Preparation:
    """The preparation that is just these statements."""
    return lambda database: database.executescript(script)


def batches(rows: Sequence[Each]) -> Iterator[Sequence[Each]]:
    """All rows in order, for statements of many rows: each takes the interpreter from the requests for a
    moment. They come in few sizes, since a connection keeps the statements it has prepared, and one of
    many rows takes a hundred kilobytes."""
    start = 0
    for size in _AT_ONCE:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size


def connect(
    place: Path | str, prepare: Preparation | None = None, *, timeout_s: float, patience_s: float = 5.0
) -> sqlite3.Connection:
    """A connection for any thread, each statement a transaction of its own.

    `place` is a path or a `file:` URI. Each statement waits `timeout_s` for others. `prepare` is done again
    while others are in its way, for `patience_s`; it must bear that. Raises `sqlite3.Error`.
    """
    database = sqlite3.connect(
        place, timeout=timeout_s, isolation_level=None, check_same_thread=False, uri=isinstance(place, str)
    )
    try:
        if prepare is not None:
            _prepared(database, prepare, time.monotonic() + patience_s)
    except BaseException:
        database.close()
        raise
    return database


def _prepared(database: sqlite3.Connection, prepare: Preparation, until: float) -> None:
    while True:
        try:
            prepare(database)
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() >= until:
                raise
        time.sleep(random.uniform(0, 2 * _PAUSE_S))
