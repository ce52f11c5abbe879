"""The rooms a request passes through, as `assemble` wired them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from sobrio.call.breaker import Breakers
from sobrio.call.retry import RetryBudget
from sobrio.catalog.entry import Price
from sobrio.policy import Policy
from sobrio.recall.flight import Flights
from sobrio.recall.similar import Similar
from sobrio.route.broadcast import Broadcast
from sobrio.route.conversation import Conversations
from sobrio.route.ground import Grounds
from sobrio.route.pace import Paces
from sobrio.route.reply import Reply
from sobrio.terms.ports import Accountant, AnswerStore, Assessor, Ledger, Quotas, Retriever, Upstream
from sobrio.terms.receipt import Receipt

Totals: TypeAlias = Callable[[str | None, date, date, tuple[str, ...]], bytes]
"""JSON on the receipts of one tenant (`None`: of all) from a first to a last day, by some dimensions."""

Page: TypeAlias = Callable[[str | None, date, date, str], bytes]
"""HTML on the same receipts, in a language (`en`, `fr`)."""


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
    cache: AnswerStore | None = None
    similar: Callable[[], Similar | None] = lambda: None
    """The semantic cache where the policy in force turns it on."""
    retriever: Retriever | None = None
    edition: Callable[[tuple[str, ...]], int] | None = None
    """Another number when passages of these scopes change; answers made before are then no longer given."""
    indexed: Callable[[tuple[str, ...]], int] | None = None
    """The edition that questions are answered from: an earlier one while the index is built anew."""
    quotas: Quotas | None = None
    listeners: tuple[Callable[[Receipt], None], ...] = ()
    """Told of every receipt once it is booked; they neither wait nor fail."""
    metrics: Callable[[], bytes] | None = None
    """The text that a Prometheus server reads."""
    troubles: tuple[Callable[[], str | None], ...] = ()
    """What does not keep requests from being answered, but somebody should look at; each in one line."""
    price: Callable[[str], Price | None] | None = None
    """The list price of a model, by its catalogue name."""
    conversations: Conversations = field(default_factory=Conversations)
    paces: Paces = field(default_factory=Paces)
    flights: Flights[Reply] = field(default_factory=Flights)
    broadcasts: dict[bytes, Broadcast] = field(default_factory=dict)
    """Streams under way, by the cache's key."""
    grounds: Grounds = field(default_factory=Grounds)
    breakers: Breakers = field(default_factory=Breakers)
    repeats: RetryBudget = field(default_factory=RetryBudget)
    closing: ClosingCost = field(default_factory=ClosingCost)
    totals: Totals | None = None
    """Sums a period up, which takes a while: never on the event loop."""
    page: Page | None = None
    """The same for people; neither on the event loop."""

    async def aclose(self) -> None:
        """Lets go of connections, on the event loop that made them."""
        await self.upstream.aclose()
        if self.quotas is not None:
            await self.quotas.aclose()
