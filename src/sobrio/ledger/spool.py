"""The spool: an append-only file per worker, written before anything is acknowledged.

A record is one line, its first byte says what it is: `o` an opened request, `c` a closed receipt.
A write goes to the operating system and waits for no disk: killing the process loses nothing. What a full
disk does not take waits in memory, in order, until it does.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

SUFFIX: Final = ".spool"
_OPENED: Final = b"o"
_CLOSED: Final = b"c"
_BATCH_BYTES: Final = 1_000_000
"""Several times as much is in memory while a batch is carried."""


class Opened(msgspec.Struct, frozen=True):
    """A request whose upstream call is about to begin."""

    id: str
    at: str


class Tenant(msgspec.Struct, frozen=True):
    tenant: str
    team: str | None


class Chosen(msgspec.Struct, frozen=True):
    model: str


class Closed(msgspec.Struct, frozen=True):
    """The part of a receipt that is looked for, and the whole of it as JSON."""

    id: str
    at: str
    outcome: str
    caller: Tenant
    decision: Chosen | None
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Torn:
    """A line that is no record: the end of a write that was cut off."""

    data: bytes


_opened = msgspec.json.Decoder(Opened)
_closed = msgspec.json.Decoder(Closed)
_encoder = msgspec.json.Encoder()


class Spool:
    """The file of one living worker, which holds its lock for as long as it lives."""

    def __init__(self, directory: Path) -> None:
        unlocked = directory / f"{os.getpid()}-{os.urandom(6).hex()}"
        self.path = unlocked.with_suffix(SUFFIX)
        self._file = os.open(unlocked, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_RDWR, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        unlocked.rename(self.path)  # only now can another worker find it, and it finds it locked
        self._unwritten = bytearray()

    @property
    def unwritten(self) -> bytes:
        """What the disk has not taken yet; its first line may be the rest of one."""
        return bytes(self._unwritten)

    @property
    def waiting(self) -> int:
        """Bytes of that."""
        return len(self._unwritten)

    def open(self, receipt_id: str, at: str) -> None:
        self._append(_OPENED + _encoder.encode(Opened(receipt_id, at)))

    def close(self, receipt: bytes) -> None:
        """`receipt` is its JSON, on one line."""
        self._append(_CLOSED + receipt)

    def read(self, offset: int) -> bytes:
        """Whole lines from `offset` on: about a megabyte, or one line that is longer."""
        size = _BATCH_BYTES
        while b"\n" not in (data := os.pread(self._file, size, offset)) and len(data) == size:
            size *= 4
        return data[: data.rfind(b"\n") + 1]

    def empty(self) -> None:
        """Begins the file anew. Nothing may be waiting."""
        os.ftruncate(self._file, 0)

    def press(self) -> None:
        """Writes what waits, as far as the disk takes it."""
        try:
            while self._unwritten:
                del self._unwritten[: os.write(self._file, self._unwritten)]
        except OSError:
            return

    def end(self, *, keep: bool) -> None:
        """Let go of the file; a kept one is replayed by the next ledger that opens here."""
        if not keep:
            self.path.unlink(missing_ok=True)
        os.close(self._file)

    def _append(self, line: bytes) -> None:
        self._unwritten += line
        self._unwritten += b"\n"
        self.press()


@contextmanager
def orphan(path: Path) -> Iterator[bytes | None]:
    """The content of a dead worker's spool, held against others; `None` while its worker lives."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file.read()


def records(lines: bytes) -> Iterator[Opened | Closed | Torn]:
    return (_record(line) for line in lines.split(b"\n") if line)


def _record(line: bytes) -> Opened | Closed | Torn:
    try:
        if line.startswith(_CLOSED):
            body = line[1:]
            return msgspec.structs.replace(_closed.decode(body), body=body)
        if line.startswith(_OPENED):
            return _opened.decode(line[1:])
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    return Torn(line)
