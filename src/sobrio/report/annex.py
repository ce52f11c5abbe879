"""The annexes of a report: inventory, eligibility, routes, and what the figures rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sobrio.impact import Machine
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Impacts
from sobrio.terms.model import Billions
from sobrio.terms.quantity import Interval, Quantity


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
class Policy:
    """A policy version that decided some of the period's requests."""

    version: str
    requests: int
    first: str
    last: str


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
class UsedModel:
    """A model of the period and how its size is known; source and year are empty outside the catalogue."""

    name: str
    total_params_b: Billions | None
    active_params_b: Billions | None
    evidence: str
    source: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Everyday:
    """The realised impact counted in an everyday thing: an illustration, never a claim."""

    name: str
    label: Mapping[str, str]
    """What is counted, by language."""
    criterion: str
    count: Interval
    source: str
    year: int


@dataclass(frozen=True, slots=True)
class Method:
    id: str
    code_version: str
    evidence: Mapping[str, int]
    """Requests by evidence class of their realised figure."""
    vintage: tuple[int, int] | None
    """First and last year of the electricity factors used."""
    factors: tuple[UsedFactor, ...]
    models: tuple[UsedModel, ...]
    machine: Machine
    """Whose processor seconds the router is charged for."""
    realised_activities: tuple[Activity, ...]
    reference_activities: tuple[tuple[Activity, str], ...]
    """With their equivalence. Beside `router`, all it takes to compute the totals again."""
