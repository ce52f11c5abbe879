"""The ledger: a spool in front, a book behind, and a thread that carries from one to the other."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from sobrio.errors import InputError, LedgerError
from sobrio.ledger.book import Book
from sobrio.ledger.judgement import CAVEATS, Judgement, from_json, judged, to_json
from sobrio.ledger.remedy import remedy
from sobrio.ledger.spool import SUFFIX, Closed, Spool, Torn, orphan, records
from sobrio.ledger.verification import Verification, verify
from sobrio.terms import record
from sobrio.terms.impacts import Equivalence
from sobrio.terms.receipt import Receipt

_PAUSE_S: Final = 0.5
"""Between two batches: a book entry costs less when many are made at once."""
_PAUSE_AFTER_FAILURE_S: Final = 1.0
_ROLL_BYTES: Final = 8_000_000
"""Size at which a spool that is in the book is emptied."""
_MOST_WAITING: Final = 64_000_000
"""Bytes of records in memory, while the spool's disk is full, at which requests are turned away."""

log = logging.getLogger("sobrio.ledger")


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened since the ledger was opened."""

    stored: int = 0
    """Receipts carried into the book, those from the spools of dead workers included."""
    torn: int = 0
    """Spool lines that were no record."""
    failures: int = 0
    """Batches the book did not take; they stay in the spool and are tried again."""


class SqliteLedger:
    """The `Ledger` port on one SQLite file, and the reading of it."""

    def __init__(self, path: Path, spool_dir: Path) -> None:
        """Brings home what dead workers left in their spools. Raises `LedgerError`."""
        _make(path.parent)
        self._book = Book(path)
        if not self._book.read_only:
            _make(spool_dir)
        self._directory = spool_dir
        self._counts = Counts()
        self._spool: Spool | None = None
        self._offset = 0
        self._writing = threading.Lock()
        self._draining = threading.Lock()
        self._news = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._stuck: sqlite3.Error | None = None
        if not self._book.read_only:
            self._replay()

    @property
    def counts(self) -> Counts:
        return self._counts

    def open(self, receipt_id: str, at: str) -> None:
        """Note that a call is about to begin.

        Raises `LedgerError` (503) when the spool's disk is full and so is the memory kept for that case.
        """
        with self._writing:
            spool = self._current()
            if spool.waiting > _MOST_WAITING:
                raise LedgerError(
                    f"{self._directory}: the disk is full, and {spool.waiting:,} bytes of receipts wait for "
                    "room; make room there",
                    status=503,
                    code="ledger_full",
                )
            spool.open(receipt_id, at)

    def close(self, receipt: Receipt) -> None:
        """Keep a receipt: in the spool or, while its disk is full, in memory."""
        line = record.to_json(receipt)
        with self._writing:
            self._current().close(line)
        if not self._news.is_set():
            self._news.set()

    @property
    def waiting(self) -> int:
        """Bytes of records that are in memory alone, since the spool's disk is full."""
        spool = self._spool
        return 0 if spool is None else spool.waiting

    @property
    def problem(self) -> str | None:
        """What keeps receipts from the disk or out of the book, in words."""
        waiting = self.waiting
        if not waiting:
            return None if self._stuck is None else self._in_the_spool(self._stuck)
        return f"the disk of {self._directory} is full: {waiting:,} bytes of receipts wait in memory"

    def find(self, receipt_id: str) -> Receipt | None:
        """From the book, or from the spool of any worker that has not yet carried it there.

        The latest judgement is in it.
        """
        found = self._book.find(receipt_id)
        if found is None:
            spooled = self._spooled(receipt_id)
            found = self._book.find(receipt_id) if spooled is None else (spooled.body, None)
        return None if found is None else _decoded(*found)

    def receipts(
        self, since: str | None = None, until: str | None = None, *, patience_s: float | None = None
    ) -> Iterator[Receipt]:
        """Oldest first, `since` (ISO date or time, UTC) included, `until` not; each as it was last judged."""
        self.flush(patience_s)
        return (_decoded(*found) for found in self._book.between(since, until))

    def judge(self, receipt_id: str, equivalence: Equivalence, *, by: str = "") -> None:
        """Add what was found out about an answer; the last judgement counts, and every one stays.

        On the disk when it returns: for reviewers and checks, not for a request's path. Raises
        `InputError` for a receipt that is not there, `LedgerError` when the book refuses it.
        """
        if equivalence not in CAVEATS:
            raise InputError(f"{equivalence!r} is no judgement; choose one of {', '.join(CAVEATS)}")
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = to_json(Judgement(receipt_id, equivalence, by, at))
        self._book.judge(receipt_id, body, brought=self._not_yet_booked(receipt_id))

    def verify(self) -> Verification:
        self.flush()
        return verify(self._book)

    def flush(self, patience_s: float | None = None) -> None:
        """Carry this worker's spool into the book now.

        Raises `LedgerError` (503) when the book refuses it, or another program holds it for longer than
        `patience_s` (`None`: as long as the thread that carries waits for it).
        """
        while self._drain(patience_s):
            pass
        with self._turn(patience_s):
            left = self._pending()
        if left or self.waiting:
            stuck = self._stuck
            full = f"{self._book.path}: receipts stay in {self._directory}; is the disk full?"
            raise LedgerError(full if stuck is None else self._in_the_spool(stuck), status=503)

    def _in_the_spool(self, error: sqlite3.Error) -> str:
        return f"{self._book.path}: receipts stay in {self._directory} ({error}); {remedy(error)}"

    def shutdown(self) -> None:
        """Carry over what is left; what the book does not take stays in the spool for the next start."""
        self._ending.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join()
        while self._drain():
            pass
        self._book.close()
        with self._writing:
            if self._spool is not None:
                if self.waiting:
                    log.error(
                        "%s: no room for %d bytes of receipts; they are lost", self._directory, self.waiting
                    )
                self._spool.end(keep=bool(self._spool.read(self._offset)))
                self._spool = None

    def _current(self) -> Spool:
        """Made by the first request, so that a reader leaves no spool behind. Raises `LedgerError` (503)."""
        if self._spool is None:
            try:
                self._spool, self._offset = Spool(self._directory), 0
            except OSError as error:
                message = f"{self._directory}: no spool can be made ({error.strerror}); make room there"
                raise LedgerError(message, status=503, code="ledger_full") from error
        if self._thread is None:
            self._thread = threading.Thread(target=self._carry, name="sobrio ledger", daemon=True)
            self._thread.start()
        return self._spool

    def _carry(self) -> None:
        while not self._ending.is_set():
            self._news.wait()
            self._news.clear()
            failures = self._counts.failures
            while self._drain():
                pass
            failed = self._counts.failures > failures or self.waiting > 0
            if failed:
                self._news.set()
            self._ending.wait(_PAUSE_AFTER_FAILURE_S if failed else _PAUSE_S)

    @contextmanager
    def _turn(self, patience_s: float | None) -> Iterator[None]:
        """One at a time may carry."""
        if not self._draining.acquire(timeout=-1 if patience_s is None else patience_s):
            message = f"{self._book.path}: receipts stay in {self._directory} meanwhile"
            raise LedgerError(
                f"{message}; another program holds it; try again when that has ended", status=503
            )
        try:
            yield
        finally:
            self._draining.release()

    def _drain(self, patience_s: float | None = None) -> bool:
        """Carry one batch; false when there is none or the book did not take it."""
        with self._turn(patience_s):
            self._press()
            lines = self._pending()
            if not lines or not self._store(lines, patience_s):
                return False
            self._offset += len(lines)
            self._roll()
            return True

    def _press(self) -> None:
        if self.waiting:
            with self._writing:
                self._current().press()

    def _pending(self) -> bytes:
        spool = self._spool
        return b"" if spool is None else spool.read(self._offset)

    def _store(self, lines: bytes, patience_s: float | None = None) -> bool:
        found = list(records(lines))
        whole = [each for each in found if not isinstance(each, Torn)]
        try:
            self._book.write(whole, patience_s=patience_s)
        except sqlite3.Error as error:
            self._counts = replace(self._counts, failures=self._counts.failures + 1)
            self._stuck = error
            return False
        self._stuck = None
        stored = sum(isinstance(each, Closed) for each in whole)
        torn = self._counts.torn + len(found) - len(whole)
        self._counts = replace(self._counts, stored=self._counts.stored + stored, torn=torn)
        return True

    def _roll(self) -> None:
        with self._writing:
            full = self._spool is not None and self._offset >= _ROLL_BYTES
            if full and self._spool and not self._pending() and not self.waiting:
                self._spool.empty()
                self._offset = 0

    def _replay(self) -> None:
        for path in sorted(self._directory.glob(f"*{SUFFIX}")):
            with orphan(path) as lines:
                if lines is not None and self._store(lines):
                    path.unlink(missing_ok=True)

    def _not_yet_booked(self, receipt_id: str) -> tuple[Closed, ...]:
        """The receipt where it is still in some worker's spool: in the book, no judgement stands alone."""
        if self._book.find(receipt_id) is not None:
            return ()
        spooled = self._spooled(receipt_id)
        if spooled is not None:
            return (spooled,)
        if self._book.find(receipt_id) is not None:  # carried there meanwhile
            return ()
        raise InputError(
            f"no receipt {receipt_id!r} in {self._book.path}; take its id from an answer's `sobrio.receipt`"
        )

    def _spooled(self, receipt_id: str) -> Closed | None:
        wanted = receipt_id.encode()
        for lines in self._spools():
            if wanted in lines:
                closed = (each for each in records(lines) if isinstance(each, Closed))
                found = next((each for each in closed if each.id == receipt_id), None)
                if found is not None:
                    return found
        return None

    def _spools(self) -> Iterator[bytes]:
        """What has not been carried, and what may just have been, of every worker."""
        with self._writing:
            waiting = b"" if self._spool is None else self._spool.unwritten
        yield waiting
        yield from map(_content, self._directory.glob(f"*{SUFFIX}"))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{error.filename}: cannot be made ({error.strerror}); choose another place"
        raise LedgerError(message) from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # carried into the book meanwhile
        return b""


def _decoded(body: bytes, judgement: bytes | None) -> Receipt:
    try:
        receipt = record.from_json(body)
        return receipt if judgement is None else judged(receipt, from_json(judgement).equivalence)
    except msgspec.DecodeError as error:
        raise LedgerError(f"a receipt cannot be read ({error}); run `sobrio ledger verify`") from None
