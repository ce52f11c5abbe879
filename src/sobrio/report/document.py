"""What a report says: facts only, the same in every language and every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Avoided, Impacts
from sobrio.terms.quantity import Quantity

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
class Policy:
    """A policy version that decided some of the period's requests."""

    version: str
    requests: int
    first: str
    last: str


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
class Route:
    """One policy rule and whether less than its reference was considered (necessity)."""

    rule: str
    requests: int
    candidates: int
    """Most candidates weighed for one request."""
    lesser_considered: int
    """Requests for which a candidate with less expected energy than the reference was weighed."""
    without_model: int
    """Requests answered without calling any model: cache or deterministic answer."""


@dataclass(frozen=True, slots=True)
class InventoryLine:
    category: str
    declared: bool
    """False where no category was declared for the deployment and the usual one is assumed."""
    router: bool
    """True for the router's own part, False for calls."""
    realised: Impacts


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Fields a sustainability statement asks for. Avoided stands in its own field and is never deducted."""

    energy_mwh: Quantity | None
    scope_3_t_co2e_location: Quantity | None
    operated_t_co2e_location: Quantity | None
    """What the organisation runs itself, router included: scope 2, and scope 3 categories 2 and 3."""
    water_m3: Quantity | None
    g_co2e_per_request: Quantity | None
    g_co2e_per_million_output_tokens: Quantity | None
    avoided_t_co2e_supplementary: Quantity | None


@dataclass(frozen=True, slots=True)
class Gate:
    """One eligibility gate for a statement on avoided emissions; `filled` says from what."""

    name: str
    filled: bool


@dataclass(frozen=True, slots=True)
class UsedFactor:
    """A factor as the catalogue states it for a zone of the period."""

    zone: str
    name: str
    value: float
    unit: str
    source: str
    year: int
    licence: str


@dataclass(frozen=True, slots=True)
class Method:
    id: str
    code_version: str
    evidence: Mapping[str, int]
    """Requests by evidence class of their realised figure."""
    vintage: tuple[int, int] | None
    """First and last year of the electricity factors used."""
    factors: tuple[UsedFactor, ...]
    realised_activities: tuple[Activity, ...]
    reference_activities: tuple[tuple[Activity, str], ...]
    """With their equivalence. Beside `router`, all it takes to compute the totals again."""


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
