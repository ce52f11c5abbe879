"""One request under way: the only thing in sobrio that changes while a request lives."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sobrio.policy import Plan, Policy
from sobrio.route.rooms import Rooms
from sobrio.terms.activity import Activity
from sobrio.terms.assessment import Assessment
from sobrio.terms.decision import Decision
from sobrio.terms.receipt import Failure
from sobrio.terms.request import Request


@dataclass(slots=True)
class Journey:
    request: Request
    rooms: Rooms
    policy: Policy
    id: str
    at: str
    started: float
    cpu_seconds: float = 0.0
    route_ms: float = 0.0
    first_byte_ms: float | None = None
    plan: Plan | None = None
    assessment: Assessment | None = None
    decision: Decision | None = None
    cache_key: bytes | None = None
    cache_scope: str = ""
    activities: list[Activity] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    caveats: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, request: Request, rooms: Rooms) -> Journey:
        now = datetime.now(UTC)
        return cls(
            request=request,
            rooms=rooms,
            policy=rooms.policy(),
            id=receipt_id(now),
            at=now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            started=time.perf_counter(),
        )

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Adds the processor time of a stretch without `await` to the router's own."""
        begun = time.thread_time()
        try:
            yield
        finally:
            self.cpu_seconds += time.thread_time() - begun

    def elapsed_ms(self) -> float:
        return (time.perf_counter() - self.started) * 1000


def receipt_id(now: datetime) -> str:
    """Sorts by time, cannot be guessed: 48 bits of milliseconds, 80 random bits."""
    return f"rcpt_{int(now.timestamp() * 1000):012x}{secrets.token_hex(10)}"
