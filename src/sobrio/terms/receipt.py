"""The receipt: what one request cost, what it would have cost, and how each figure came about."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from sobrio.terms.activity import Activity
from sobrio.terms.assessment import Assessment
from sobrio.terms.decision import Decision
from sobrio.terms.impacts import Avoided, Equivalence, Impacts
from sobrio.terms.passage import Citation, Cut
from sobrio.terms.question import Recalled
from sobrio.terms.request import Caller

Outcome: TypeAlias = Literal[
    "routed", "exact", "semantic", "no-model", "escalated", "fallback", "bypassed", "refused",
    "decided-not-called",
]  # fmt: skip

SCHEMA = 1


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds; `None` where the stage did not happen."""

    route_ms: float
    first_byte_ms: float | None
    total_ms: float


class Failure(msgspec.Struct, frozen=True):
    """One failed attempt on the way."""

    deployment: str
    error: str


class Receipt(msgspec.Struct, frozen=True):
    """One request's record. No answer text is in it, and of the prompt only what the policy keeps.

    `activities` and `reference_activity` are what the impacts were computed from; `realised`
    includes the router's own energy.
    """

    id: str
    at: str
    """UTC, ISO 8601, when the request was received."""
    outcome: Outcome
    caller: Caller
    requested_model: str
    status: int
    cache: Literal["miss", "exact", "semantic"]
    latency: Latency
    router_cpu_seconds: float
    router_energy_wh: float
    activities: tuple[Activity, ...] = ()
    reference_activity: Activity | None = None
    assessment: Assessment | None = None
    decision: Decision | None = None
    realised: Impacts | None = None
    reference: Impacts | None = None
    avoided: Avoided | None = None
    equivalence: Equivalence = "unverified"
    method: str = ""
    policy: str = ""
    failures: tuple[Failure, ...] = ()
    finish_reason: str | None = None
    error: str | None = None
    caveats: tuple[str, ...] = ()
    schema: int = msgspec.field(default=SCHEMA)
    recalled: Recalled | None = None
    """The kept answer that was found, whether it was served or asked anew to check on it."""
    passages: tuple[Citation, ...] = ()
    """What was added to the request; none of its text."""
    cut: tuple[Cut, ...] = ()
    """What was left out of the request; none of its text."""
    prompt: str | None = None
    """The turns that were sent, as JSON; only where the policy says `keep_prompts`."""
    kept_as: str = ""
    """Salted hash the answer is kept under, in hexadecimal; empty where it is not."""

    def as_dict(self) -> dict[str, Any]:
        from sobrio.terms.record import to_dict

        return to_dict(self)
