"""The book: receipts and judgements in one SQLite file, each chained to the one before of its kind."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from sobrio.errors import LedgerError
from sobrio.ledger.remedy import remedy
from sobrio.ledger.spool import Closed, Opened
from sobrio.sqlite_door import batches, connect
from sobrio.terms.receipt import Receipt

SCHEMA: Final = 1
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS receipts (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    tenant TEXT NOT NULL,
    team TEXT,
    model TEXT,
    body BLOB NOT NULL,
    chain BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS receipts_by_at ON receipts (at);
CREATE INDEX IF NOT EXISTS receipts_by_tenant ON receipts (tenant, at);
CREATE TABLE IF NOT EXISTS opened (id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS judgements (
    number INTEGER PRIMARY KEY,
    receipt TEXT NOT NULL,
    body BLOB NOT NULL,
    chain BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS judgements_by_receipt ON judgements (receipt);
"""
_JUDGED: Final = """
SELECT CAST(body AS BLOB), (
    SELECT CAST(judgements.body AS BLOB) FROM judgements WHERE receipt = receipts.id
    ORDER BY judgements.number DESC LIMIT 1
) FROM receipts"""
Table: TypeAlias = Literal["receipts", "judgements"]
COLUMNS: Final[Mapping[Table, tuple[str, ...]]] = MappingProxyType(
    {"receipts": ("id", "at", "outcome", "tenant", "team", "model"), "judgements": ("receipt",)}
)
"""Taken from the body, so that records are found without reading it."""
Columns: TypeAlias = tuple[str | None, ...]
Judged: TypeAlias = tuple[bytes, bytes | None]
"""A receipt and the latest judgement on it."""
_BUSY_S: Final = 5.0
"""How long to wait for another program that writes."""
_PAGE_BYTES: Final = 16_384
"""Of a new file. A receipt takes about 7,000 bytes: on smaller pages it takes a fifth more of the disk."""


class Book:
    """Each reading opens its own connection, so any thread and any process may read while one writes.

    What writes batches keeps its connection: opening and closing one costs as much as thirty receipts.
    Commits are flushed to the disk (SQLite's default): they happen twice a second at most and in no
    request's path, and so a power cut loses what was spooled since the last one, and no more.
    """

    def __init__(self, path: Path) -> None:
        """Raises `LedgerError` when the file is no ledger, or one of a later sobrio."""
        self.path = path
        self._writer: sqlite3.Connection | None = None
        mode = _mode(path)
        self.read_only = bool(mode)
        """It is one that may be read here and not written, such as a copy in an archive."""
        self._place = path.absolute().as_uri() + mode
        with self._told():
            connect(self._place, self._prepare, timeout_s=_BUSY_S).close()

    def write(self, records: Iterable[Opened | Closed], *, patience_s: float | None = None) -> None:
        """All or nothing; what is there already stays as it is. One at a time. Raises `sqlite3.Error`, also
        when another program writes for longer than `patience_s`."""
        records = list(records)
        busy_ms = round(1000 * (_BUSY_S if patience_s is None else patience_s))
        closed = {each.id: each for each in records if isinstance(each, Closed)}
        opened = [
            (each.id, each.at) for each in records if isinstance(each, Opened) and each.id not in closed
        ]
        with self._kept() as database, database:
            database.execute(f"PRAGMA busy_timeout = {busy_ms}")
            database.execute("BEGIN IMMEDIATE")
            _append(database, closed.values())
            known = [row for row in database.execute("SELECT id FROM opened") if row[0] in closed]
            database.executemany("DELETE FROM opened WHERE id = ?", known)
            database.executemany(
                "INSERT OR IGNORE INTO opened SELECT ?1, ?2 "
                "WHERE NOT EXISTS (SELECT 1 FROM receipts WHERE id = ?1)",
                opened,
            )

    def close(self) -> None:
        """Lets go of the connection that writes; the next batch opens another."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def judge(self, receipt_id: str, body: bytes, *, brought: Iterable[Closed] = ()) -> None:
        """Keeps a judgement, on the disk when it returns, and any receipt brought with it."""
        with self._told("this judgement is not kept; try again"), self._connection() as database, database:
            database.execute("BEGIN IMMEDIATE")
            _append(database, brought)
            chain = link(_last(database, "judgements"), body)
            database.execute(
                "INSERT INTO judgements (receipt, body, chain) VALUES (?, ?, ?)", (receipt_id, body, chain)
            )

    def find(self, receipt_id: str) -> Judged | None:
        with self._told(), self._connection() as database:
            row: Judged | None = database.execute(f"{_JUDGED} WHERE id = ?", (receipt_id,)).fetchone()
        return row

    def between(self, since: str | None, until: str | None) -> Iterator[Judged]:
        """Oldest first; `since` is included and `until` is not."""
        query = f"{_JUDGED} WHERE at >= ? AND at < ? ORDER BY at, number"
        with self._told(), self._connection() as database:
            yield from database.execute(query, (since or "", until or "\uffff"))

    def rows(self, table: Table) -> Iterator[tuple[Columns, bytes, bytes]]:
        """What each record is found by (its receipt's id first), its body and its chain, oldest first."""
        names = ", ".join(COLUMNS[table])
        query = f"SELECT CAST(body AS BLOB), CAST(chain AS BLOB), {names} FROM {table} ORDER BY number"
        with self._told(), self._connection() as database:
            for body, chain, *columns in database.execute(query):
                yield tuple(columns), body, chain

    def count(self, table: Table) -> int:
        with self._told(), self._connection() as database:
            return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def unfinished(self) -> tuple[tuple[str, str], ...]:
        """Id and time of requests that were opened and never closed."""
        with self._told(), self._connection() as database:
            return tuple(database.execute("SELECT id, at FROM opened ORDER BY at, id"))

    def alone(self) -> tuple[str, ...]:
        """Ids that were judged and have no receipt."""
        query = "SELECT DISTINCT receipt FROM judgements WHERE receipt NOT IN (SELECT id FROM receipts)"
        with self._told(), self._connection() as database:
            return tuple(row[0] for row in database.execute(query))

    def damage(self) -> tuple[str, ...]:
        """What SQLite finds wrong with the file."""
        with self._told(), self._connection() as database:
            found = [str(row[0]) for row in database.execute("PRAGMA integrity_check")]
        return () if found == ["ok"] else tuple(found)

    def _prepare(self, database: sqlite3.Connection) -> None:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            raise LedgerError(f"{self.path}: written by a later sobrio (schema {version}); update sobrio")
        if not self.read_only:
            database.executescript(
                f"PRAGMA page_size = {_PAGE_BYTES}; PRAGMA journal_mode = WAL; {_TABLES} "
                f"PRAGMA user_version = {SCHEMA};"
            )

    @contextmanager
    def _kept(self) -> Iterator[sqlite3.Connection]:
        """A connection that failed is not trusted again."""
        if self._writer is None:
            self._writer = connect(self.path, timeout_s=_BUSY_S)
        try:
            yield self._writer
        except sqlite3.Error:
            self.close()
            raise

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with closing(connect(self._place, timeout_s=_BUSY_S)) as database:
            yield database

    @contextmanager
    def _told(self, next_step: str | None = None) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            message = f"{self.path}: the ledger cannot be used ({error}); {next_step or remedy(error)}"
            raise LedgerError(message, status=503) from error


def _mode(path: Path) -> str:
    """How the file is opened, as the query of its URI. Where nothing may be written, SQLite is told that
    nobody else writes either, unless what others wrote is still in the log beside it."""
    if not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return ""
    log = path.with_name(path.name + "-wal")
    return "?mode=ro" if log.exists() and log.stat().st_size else "?mode=ro&immutable=1"


def link(before: bytes, body: bytes) -> bytes:
    """The chain value of a record that follows one with the value `before`."""
    return blake2b(before + body, digest_size=16).digest()


def _last(database: sqlite3.Connection, table: Table) -> bytes:
    row = database.execute(f"SELECT chain FROM {table} ORDER BY number DESC LIMIT 1").fetchone()
    return bytes(row[0]) if row else b""


def _append(database: sqlite3.Connection, closed: Iterable[Closed]) -> None:
    """Many rows to a statement: each statement takes the interpreter from the requests for a moment."""
    chain = _last(database, "receipts")
    for some in batches(_new(database, [*{each.id: each for each in closed}.values()])):
        values: list[object] = []
        for each in some:
            chain = link(chain, each.body)
            values += (*columns_of(each), each.body, chain)
        rows = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * len(some))
        database.execute(
            f"INSERT INTO receipts (id, at, outcome, tenant, team, model, body, chain) VALUES {rows}", values
        )


def _new(database: sqlite3.Connection, closed: Sequence[Closed]) -> Sequence[Closed]:
    """Those that are not there already."""
    known = {
        row[0]
        for some in batches(closed)
        for row in database.execute(
            f"SELECT id FROM receipts WHERE id IN ({', '.join('?' * len(some))})", [each.id for each in some]
        )
    }
    return [each for each in closed if each.id not in known] if known else closed


def columns_of(each: Closed | Receipt) -> Columns:
    """In the order of `COLUMNS`."""
    model = each.decision.model if each.decision else None
    return each.id, each.at, each.outcome, each.caller.tenant, each.caller.team, model
