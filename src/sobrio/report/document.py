"""What a report says: facts only, the same in every language and every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sobrio.report.annex import Disclosure, Everyday, Gate, InventoryLine, Method, Policy, Route
from sobrio.terms.impacts import Avoided, Impacts
from sobrio.terms.model import Evidence

Standing: TypeAlias = Literal[
    "verified", "predicted", "unverified", "not comparable", "no reference", "unknown impact", "not answered",
]  # fmt: skip
"""Where a request stands in the avoided statement; only `verified` reaches the headline."""

Mechanism: TypeAlias = Literal["cache", "no model", "routing"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A reference as its owner declared it. `since` is an ISO date; empty fields were not declared."""

    model: str
    since: str = ""
    reason: str = ""
    policy: str = ""
    """Version of the policy that declares it."""


@dataclass(frozen=True, slots=True)
class Declarations:
    """What receipts cannot know and the reporting organisation declares."""

    baselines: tuple[Baseline, ...] = ()
    inventory: Mapping[str, str] | None = None
    """Inventory category by deployment name."""
    router_inventory: str = "scope 2, scope 3 categories 2 and 3"
    idle_wh: float = 0.0
    """What the middleware's replicas and stores drew over the period besides answering, Wh."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Some requests on both sides: as answered, and as the reference would have answered them."""

    requests: int
    realised: Impacts
    reference: Impacts | None
    avoided: Avoided | None


@dataclass(frozen=True, slots=True)
class Requests:
    total: int
    by_outcome: Mapping[str, int]
    input_tokens: float
    output_tokens: float
    cached_tokens: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what was called has a known impact. `uncovered` counts calls by model."""

    calls: int
    covered: int
    uncovered: Mapping[str, int]

    @property
    def share(self) -> float | None:
        return self.covered / self.calls if self.calls else None


@dataclass(frozen=True, slots=True)
class Router:
    """The middleware's own part, which `realised` includes."""

    cpu_seconds: float
    idle_wh: float
    impacts: Impacts
    share_of_energy: float | None


@dataclass(frozen=True, slots=True)
class AvoidedStatement:
    """Never netted from anything. The headline is `verified` alone."""

    verified: Comparison
    apart: Mapping[str, Comparison]
    """Predicted and unverified requests, and those that failed their check."""
    by_mechanism: Mapping[str, Comparison]
    """Verified requests by what avoided the reference call: cache, no model, routing."""
    counts: Mapping[str, int]
    """Requests by standing; they add up to all requests."""
    burden_shift: tuple[tuple[str, ...], tuple[str, ...]] | None
    """Criteria that fall and criteria that rise, when both exist."""


@dataclass(frozen=True, slots=True)
class Series:
    """One reference model: figures under different references are never compared."""

    reference: str
    policies: tuple[str, ...]
    first: str
    last: str
    declared: Baseline | None
    fixed_before_period: bool | None
    """`None` when nobody declared since when."""
    verified: Comparison
    evidence: Evidence = "unknown"
    """How the figures of the reference itself are known, whether or not an answer was verified."""


@dataclass(frozen=True, slots=True)
class Row:
    labels: tuple[str, ...]
    requests: int
    cached: int
    uncovered: int
    """Calls whose impact is unknown; they are in none of the row's figures."""
    input_tokens: float
    output_tokens: float
    realised: Impacts
    verified: int
    avoided: Avoided | None
    """Over the row's verified requests."""
    g_per_million_output_tokens: float | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Realised and avoided by one dimension, or by several at once."""

    by: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Day:
    day: str
    requests: int
    realised: Impacts


@dataclass(frozen=True, slots=True)
class Quality:
    """What became of the answers; no avoided figure is shown without it."""

    passed: int
    failed: int
    unchecked: int
    escalations: int
    fallbacks: int
    refusals: int
    failures: int
    """Requests that ended in an error of an upstream."""
    break_even_escalation_rate: float | None
    """Above this share of escalated requests, routing costs more energy than it avoids."""


@dataclass(frozen=True, slots=True)
class Rebound:
    """Whether use grows with what each use costs."""

    requests: int
    callers: int
    tokens: float
    tokens_per_caller: float | None
    tokens_per_request: float | None


@dataclass(frozen=True, slots=True)
class NotCalled:
    """Decisions whose deployment could not be called here: predicted, booked on neither side."""

    model: str
    rule: str
    requests: int
    predicted: int
    """How many of them have a predicted impact."""
    energy_wh: float | None
    ghg_g: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """Realised, reference and avoided are three statements; none is deducted from another."""

    period_start: str
    period_end: str
    generated_at: str
    lang: str
    by: tuple[str, ...]
    requests: Requests
    coverage: Coverage
    realised: Impacts
    router: Router
    inventory: tuple[InventoryLine, ...]
    avoided: AvoidedStatement
    series: tuple[Series, ...]
    days: tuple[Day, ...]
    """Days with requests, in order; the declared idle energy is in no single day."""
    breakdowns: tuple[Breakdown, ...]
    quality: Quality
    rebound: Rebound
    not_called: tuple[NotCalled, ...]
    routes: tuple[Route, ...]
    disclosure: Disclosure
    gates: tuple[Gate, ...]
    caveats: Mapping[str, int]
    """Requests by caveat code."""
    policies: tuple[Policy, ...]
    method: Method
    public_claims_allowed: bool
    """False unless every figure is measured or provider-disclosed."""
    equivalences: tuple[Everyday, ...] = ()
    """Empty unless they were asked for."""
