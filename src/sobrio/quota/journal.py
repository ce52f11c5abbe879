"""Accounts on the disk: written as they change, so that no end of the process forgets them.

Each line is one account as it stands, and the last line of an account counts. A write goes to the operating
system and waits for no disk: a killed process loses nothing, a power cut perhaps the last seconds. Only what
was taken is written. What was reserved by calls that ended with the process was not.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from sobrio.terms.limit import Measure, Span

_LONG: Final = 1_000_000
"""Bytes at which what no longer counts is left out, where that is most of it."""


Account: TypeAlias = tuple[str, Measure, Span, str]
"""Of a limit by its name, what it limits and the span; and of a holder."""


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """`used` of an account at the time `at` (Unix seconds)."""

    limit: str
    measure: Measure
    per: Span
    holder: str
    used: float
    at: float

    @property
    def account(self) -> Account:
        return self.limit, self.measure, self.per, self.holder


class Journal:
    """The file of one process; whoever finds it held reads it, and counts in memory until it is free."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: int | None = None
        self._file: int | None = None
        self._size = self._worth = 0
        self.problem: str | None = None
        """What keeps the accounts from the disk, in words."""

    def begin(self) -> bool:
        """Whether the file is this process's to write from now on."""
        try:
            self._lock = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._file = os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
            _end_last_line(self._file)
        except OSError as error:
            self.close()
            held = isinstance(error, BlockingIOError)
            self._tell("another process keeps the accounts there" if held else error.strerror)
        return self.is_held

    def read(self) -> list[Standing]:
        """What is written there, whoever wrote it, the last of each account last."""
        try:
            lines = self._path.read_bytes()
        except OSError as error:
            if self.problem is None:
                self._tell(error.strerror)
            return []
        self._size = len(lines)
        return [each for each in map(_read, lines.splitlines()) if each is not None]

    @property
    def is_held(self) -> bool:
        return self._file is not None

    @property
    def is_long(self) -> bool:
        """Whether to write it anew, without what no longer counts or what a full disk cut off."""
        return self._file is not None and (self._size > max(_LONG, 2 * self._worth) or bool(self.problem))

    def add(self, standings: Iterable[Standing]) -> None:
        if self._file is None:
            return
        try:
            self._size += _written(self._file, standings)
        except OSError as error:
            self._tell(error.strerror)

    def rewrite(self, standings: Iterable[Standing]) -> None:
        """All accounts in the place of what is there; where that fails, the file stays as it was."""
        beside = self._path.with_suffix(".new")
        try:
            file = os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_RDWR, 0o600)
            try:
                self._size = self._worth = _written(file, standings)
                beside.replace(self._path)
            except OSError:
                os.close(file)
                raise
        except OSError as error:
            self._tell(error.strerror)
            return
        if self._file is not None:
            os.close(self._file)
        self._file, self.problem = file, None

    def close(self) -> None:
        for each in (self._file, self._lock):
            if each is not None:
                os.close(each)
        self._file = self._lock = None

    def _tell(self, reason: str | None) -> None:
        self.problem = (
            f"{self._path}: what is used of limits is in memory alone ({reason}); a restart forgets it"
        )


def _end_last_line(file: int) -> None:
    """A write that was cut off takes no line after it along."""
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        os.write(file, b"\n")


def _written(file: int, standings: Iterable[Standing]) -> int:
    """Bytes written. Raises `OSError`, also where the disk took only some."""
    lines = b"".join(msgspec.json.encode(each) + b"\n" for each in standings)
    if os.write(file, lines) < len(lines):
        raise OSError(0, "the disk is full")
    return len(lines)


def _read(line: bytes) -> Standing | None:
    """Nothing for the end of a write that was cut off."""
    try:
        return msgspec.json.decode(line, type=Standing)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
