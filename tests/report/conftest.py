"""A month of a small company's requests, accounted with the real estimator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from sobrio.catalog.hourly import HourlySeries
from sobrio.impact import Estimator
from sobrio.impact.machine import machines
from sobrio.report import Baseline, Declarations, Report, build
from sobrio.terms.activity import Activity
from sobrio.terms.assessment import Assessment
from sobrio.terms.decision import Candidate, Decision
from sobrio.terms.impacts import Equivalence
from sobrio.terms.model import Hardware, Model
from sobrio.terms.receipt import Latency, Outcome, Receipt
from sobrio.terms.request import Caller, Needs

SMALL = Model("atlas-8b", 8.0, 8.0, evidence="official", provider="hexagon")
TINY = Model("atlas-135m", 0.135, 0.135, evidence="official")
LARGE = Model("summit-3", (300.0, 900.0), (60.0, 200.0), "moe", evidence="estimate", provider="northwind")
OTHER = Model("ridge-70b", 70.0, 70.0, evidence="official", provider="hexagon")
MYSTERY = Model("mystery-1", provider="elsewhere")

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
POLICY = "9f2c41d0"


def call(model: Model, out: float, given: float = 400, **other: Any) -> Activity:
    deployment = other.pop("deployment", f"{model.name}@host")
    return Activity(model, given, out, zone="FRA", provider=model.provider, deployment=deployment, **other)


@dataclass(frozen=True)
class Scribe:
    """Writes receipts the way the route does."""

    estimator: Estimator

    def __call__(
        self,
        number: int,
        *,
        activities: Sequence[Activity] = (),
        reference: Activity | None = None,
        equivalence: Equivalence = "unverified",
        outcome: Outcome = "routed",
        team: str = "support",
        rule: str = "default",
        day: int = 1,
        **other: Any,
    ) -> Receipt:
        cpu = 0.012
        realised, base, avoided = self.estimator.account(
            activities, reference, router_cpu_seconds=cpu, equivalence=equivalence
        )
        receipt = Receipt(
            id=f"r-{number:04d}",
            at=f"2026-10-{day:02d}T08:{number % 60:02d}:00Z",
            outcome=outcome,
            caller=Caller(tenant="acme", team=team, app="desk", key_id=f"key-{number % 3}"),
            requested_model="sobrio/auto",
            status=200,
            cache="exact" if outcome == "exact" else "miss",
            latency=Latency(4.0, 80.0, 900.0),
            router_cpu_seconds=cpu,
            router_energy_wh=2.9e-5,
            activities=tuple(activities),
            reference_activity=reference,
            assessment=assessment(),
            decision=decision(activities, reference, rule),
            realised=realised,
            reference=base,
            avoided=avoided,
            equivalence=equivalence,
            method=self.estimator.method,
            policy=POLICY,
            caveats=tuple(dict.fromkeys((*realised.caveats, *(avoided.caveats if avoided else ())))),
        )
        return replace(receipt, **other)


def assessment() -> Assessment:
    return Assessment("question answering", "general", "en", 0.3, Needs(), 400, 0.8)


def decision(activities: Sequence[Activity], reference: Activity | None, rule: str) -> Decision:
    chosen = activities[0] if activities else None
    name = chosen.model.name if chosen else "–"
    candidates = tuple(
        Candidate(f"{model.name}@host", model.name, 0.8, 0.95, 300.0, energy, energy * 0.05)
        for model, energy in ((SMALL, 0.08), (LARGE, 0.9))
    )
    return Decision(
        deployment=f"{name}@host",
        model=name,
        rule=rule,
        why="Least expected energy above the floor.",
        reference=reference.model.name if reference else None,
        quality_floor=0.95,
        policy=POLICY,
        candidates=candidates,
    )


@pytest.fixture(scope="session")
def estimator() -> Estimator:
    return Estimator(machine=machines()["unknown"])


@pytest.fixture(scope="session")
def scribe(estimator: Estimator) -> Scribe:
    return Scribe(estimator)


@pytest.fixture(scope="session")
def month(scribe: Scribe) -> tuple[Receipt, ...]:
    """Every outcome, every equivalence, two teams, one model nobody knows the size of."""
    reference = call(LARGE, 320)
    cpu = Hardware(kind="cpu", threads=2)
    uncalled = replace(
        scribe(20, outcome="decided-not-called", rule="hard", day=20),
        decision=replace(
            decision([call(LARGE, 0)], reference, "hard"), deployment="summit-3@host", callable=False
        ),
    )
    return (
        *(
            scribe(
                i, activities=[call(SMALL, 280 + i)], reference=reference, equivalence="verified", day=i + 1
            )
            for i in range(8)
        ),
        scribe(8, activities=[call(SMALL, 300)], reference=reference, equivalence="predicted", day=9),
        scribe(9, activities=[call(SMALL, 310)], reference=reference, team="legal", day=10),
        scribe(
            10,
            activities=[call(SMALL, 120), call(OTHER, 340, role="escalation")],
            reference=reference,
            equivalence="verified",
            outcome="escalated",
            team="legal",
            day=11,
        ),
        scribe(11, activities=[call(SMALL, 30)], reference=reference, equivalence="not comparable", day=12),
        scribe(12, outcome="exact", reference=reference, equivalence="verified", day=13),
        scribe(13, outcome="no-model", reference=reference, equivalence="verified", rule="units", day=14),
        scribe(
            14,
            activities=[call(TINY, 60, hardware=cpu, cpu_seconds=3.1, deployment="local")],
            reference=reference,
            equivalence="verified",
            team="legal",
            day=15,
        ),
        scribe(15, activities=[call(MYSTERY, 200)], reference=reference, equivalence="verified", day=16),
        scribe(16, activities=[call(SMALL, 210)], reference=None, rule="pinned", team="legal", day=17),
        scribe(17, outcome="refused", status=403, day=18, error="refused_by_policy"),
        scribe(18, activities=[call(SMALL, 150)], reference=reference, outcome="bypassed", day=19),
        uncalled,
    )


@pytest.fixture(scope="session")
def declared() -> Declarations:
    return Declarations(
        baselines=(Baseline("summit-3", "2026-09-01", "The model in use until August 2026", POLICY),),
        inventory={
            "local": "scope 2, scope 3 categories 2 and 3",
            "atlas-8b@host": "scope 3 category 1",
            "ridge-70b@host": "scope 3 category 1",
        },
        idle_wh=0.05,
    )


@pytest.fixture(scope="session")
def reported(estimator: Estimator, declared: Declarations) -> Callable[..., Report]:
    """`build` for October 2026, with defaults that a test can replace."""

    def report(receipts: Sequence[Receipt], **other: Any) -> Report:
        defaults: dict[str, Any] = {
            "period_start": "2026-10-01", "period_end": "2026-10-31", "now": NOW, "declared": declared,
            "estimator": estimator,
        }  # fmt: skip
        return build(receipts, **(defaults | other))

    return report


@pytest.fixture(scope="session")
def report(month: tuple[Receipt, ...], reported: Callable[..., Report]) -> Report:
    return reported(month)


@pytest.fixture(scope="session")
def hourly(month: tuple[Receipt, ...], reported: Callable[..., Report]) -> Report:
    """The same month where every hour of France has 20 g CO2e per kWh."""
    start = datetime(2026, 10, 1, tzinfo=UTC)
    france = HourlySeries("FRA", {start + timedelta(hours=n): 20.0 for n in range(31 * 24)}, "a file")
    return reported(month, estimator=Estimator(machine=machines()["unknown"], hourly={"FRA": france}))
