"""The access log: one JSON line per request, with nothing of what was asked or answered."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

import msgspec


class Access(msgspec.Struct, frozen=True):
    """`status` is 499 when the client left first."""

    at: str
    method: str
    path: str
    status: int
    ms: float
    receipt: str
    key_id: str | None


AccessLog: TypeAlias = Callable[[Access], None]


def to_stderr(access: Access) -> None:
    """Where nothing can be written (a full disk, a reader that has gone), a line is lost and no request."""
    line = msgspec.json.encode(access).decode() + "\n"
    with suppress(OSError):
        sys.stderr.write(line)
