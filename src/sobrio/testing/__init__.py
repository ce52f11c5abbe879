"""Public test doubles: a loopback upstream and fakes for the ports."""

from __future__ import annotations

from sobrio.testing.fakes import (
    BrokenAssessor,
    BrokenLedger,
    BrokenStore,
    CannedUpstream,
    FixedAssessor,
    MemoryLedger,
    MemoryStore,
)
from sobrio.testing.faults import FAULTS
from sobrio.testing.loopback import LoopbackUpstream
from sobrio.testing.wire import Received

__all__ = [
    "FAULTS",
    "BrokenAssessor",
    "BrokenLedger",
    "BrokenStore",
    "CannedUpstream",
    "FixedAssessor",
    "LoopbackUpstream",
    "MemoryLedger",
    "MemoryStore",
    "Received",
]
