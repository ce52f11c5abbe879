"""The rooms a request passes through, as `assemble` wired them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sobrio.policy import Policy
from sobrio.recall.flight import Flights
from sobrio.route.ground import Grounds
from sobrio.route.reply import Reply
from sobrio.terms.ports import Accountant, Assessor, ExactStore, Ledger, Upstream


@dataclass(slots=True)
class ClosingCost:
    """Processor seconds the last receipt took to compute and book, charged to the next one.

    A receipt cannot contain its own cost; over a period the sum is right.
    """

    seconds: float = 0.0003


@dataclass(frozen=True, slots=True)
class Rooms:
    """`policy` is asked anew for every request, so that a reloaded policy is a swap."""

    policy: Callable[[], Policy]
    assessor: Assessor
    accountant: Accountant
    upstream: Upstream
    ledger: Ledger
    cache: ExactStore | None = None
    flights: Flights[Reply] = field(default_factory=Flights)
    grounds: Grounds = field(default_factory=Grounds)
    closing: ClosingCost = field(default_factory=ClosingCost)
