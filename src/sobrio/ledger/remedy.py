"""What to do about an error of SQLite's: only a file that is broken needs another."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_HELD: Final = "another program holds it; try again when that has ended"
_READ_ONLY: Final = "it may not be written here; give the right to, or copy it to a place where it may"
_FULL: Final = "is the disk full? make room there"
_START_AGAIN: Final = (
    "move it aside and start again: a new one is begun, and receipts still in the spool go there"
)
_BY_NAME: Final[Mapping[str, str]] = MappingProxyType(
    {
        "SQLITE_BUSY": _HELD,
        "SQLITE_LOCKED": _HELD,
        "SQLITE_READONLY": _READ_ONLY,
        "SQLITE_PERM": _READ_ONLY,
        "SQLITE_CANTOPEN": _READ_ONLY,
        "SQLITE_FULL": _FULL,
        "SQLITE_IOERR": _FULL,
    }
)


def remedy(error: sqlite3.Error) -> str:
    """The next step. Extended names, such as `SQLITE_BUSY_SNAPSHOT`, begin with the plain one."""
    name = getattr(error, "sqlite_errorname", None) or ""
    return _BY_NAME.get("_".join(name.split("_")[:2]), _START_AGAIN)
