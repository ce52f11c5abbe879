"""The access log: one JSON line per request, with nothing of what was asked or answered."""

from __future__ import annotations

import sys
from collections.abc import Callable
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
    sys.stderr.write(msgspec.json.encode(access).decode() + "\n")
