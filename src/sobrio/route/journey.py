"""One request under way: the only thing in sobrio that changes while a request lives."""

from __future__ import annotations

import os
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from time import thread_time
from types import TracebackType
from typing import Final

from sobrio.policy import Plan, Policy
from sobrio.recall.entry import Entry
from sobrio.recall.passages.packing import Pack
from sobrio.route.conversation import Place
from sobrio.route.rooms import Rooms
from sobrio.terms.activity import Activity
from sobrio.terms.assessment import Assessment
from sobrio.terms.decision import Decision
from sobrio.terms.limit import Reservation
from sobrio.terms.model import Deployment
from sobrio.terms.passage import Citation, Cut
from sobrio.terms.question import Question, Recalled
from sobrio.terms.receipt import Failure
from sobrio.terms.request import Request

UNDER_WAY: Final = ContextVar("receipt of the request under way", default="")
"""For what is told of a request that gets no reply, and of whatever happens on its way."""


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
    question: Question | None = None
    """Where the answer to a like one would do."""
    recalled: Recalled | None = None
    again: bool = False
    """It was answered from the cache a moment ago, and wrongly: the call is a retry of that."""
    kept: Entry | None = None
    """What was recalled: to be served, or to be compared with the model's answer."""
    kept_as: str = ""
    """Under which this request's own answer is kept."""
    pack: Pack | None = None
    """Passages that were weighed."""
    aided: Pack | None = None
    """The same, where they were added."""
    cited: tuple[Citation, ...] = ()
    """The passages that the answer was made from, now or when it was kept."""
    scopes: tuple[str, ...] = ()
    """Those whose passages were looked through."""
    edition: int | None = None
    """Of these scopes, as far as they were indexed; `None` where nothing was looked through."""
    cut: list[Cut] = field(default_factory=list)
    stretch: float = 1.0
    """Length of what is sent over the length of what was received."""
    calls: int = 0
    """Made so far, repeats included."""
    calling: Deployment | None = None
    """Asked, and has not begun to answer."""
    spent: list[Activity] = field(default_factory=list)
    """Calls that came to nothing."""
    conversation: Place | None = None
    """Where in it the request stands, where the choice was free."""
    reserved: list[Reservation] = field(default_factory=list)
    """What has been put on the accounts of limits and budgets."""
    failures: list[Failure] = field(default_factory=list)
    caveats: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, request: Request, rooms: Rooms) -> Journey:
        started, milliseconds = time.perf_counter(), time.time_ns() // 1_000_000
        identity = receipt_id(milliseconds)
        UNDER_WAY.set(identity)
        return cls(request, rooms, rooms.policy(), identity, written(milliseconds), started)

    @property
    def caller_id(self) -> str:
        """Its key's id: what tells callers apart without taking their word for it."""
        return self.request.caller.key_id or ""

    def send(self, request: Request) -> None:
        """`request` in the place of the one received: with passages, or without stale turns."""
        self.stretch *= len(request.fields["messages"]) / len(self.request.fields["messages"])
        self.request = request

    def busy(self) -> Busy:
        """Adds the processor time of a stretch without `await` to the router's own."""
        return Busy(self)

    def elapsed_ms(self) -> float:
        return (time.perf_counter() - self.started) * 1000


class Busy:
    """A stretch of work for one journey."""

    __slots__ = ("_begun", "_journey")

    def __init__(self, journey: Journey) -> None:
        self._journey = journey

    def __enter__(self) -> None:
        self._begun = thread_time()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._journey.cpu_seconds += thread_time() - self._begun


def receipt_id(milliseconds: int) -> str:
    """Sorts by time, cannot be guessed: 48 bits of milliseconds since 1970, 80 random bits."""
    return f"rcpt_{milliseconds:012x}{_chance.take().hex()}"


class _Chance:
    """Random bytes of the system, asked for many at a time: asking costs as much for one as for all."""

    _EACH: Final = 10
    _MANY: Final = 256

    def __init__(self) -> None:
        self._left: list[bytes] = []

    def take(self) -> bytes:
        """80 bits that nobody else gets, not even a child of this process."""
        if not self._left:
            several = os.urandom(self._EACH * self._MANY)
            self._left = [several[at : at + self._EACH] for at in range(0, len(several), self._EACH)]
        return self._left.pop()

    def forget(self) -> None:
        self._left.clear()


_chance = _Chance()
os.register_at_fork(after_in_child=_chance.forget)


def written(milliseconds: int) -> str:
    """A moment as ISO 8601, UTC."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{rest:03d}Z"


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
