"""What a Prometheus server would read, parsed by Prometheus's own reader."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from sobrio.observe import Metrics
from sobrio.terms.activity import Activity
from sobrio.terms.decision import Decision
from sobrio.terms.impacts import Impacts
from sobrio.terms.model import Model
from sobrio.terms.quantity import Quantity
from sobrio.terms.question import Recalled
from sobrio.terms.receipt import Failure, Latency, Receipt
from sobrio.terms.request import Caller


def impacts(energy_wh: float) -> Impacts:
    return Impacts(
        energy_wh=Quantity(energy_wh / 2, energy_wh, energy_wh * 2, "Wh"),
        ghg_g=Quantity(0.1, 0.2, 0.4, "g"),
        water_ml=Quantity(1.0, 2.0, 4.0, "mL"),
        adpe_mg_sb=None,
        primary_energy_mj=None,
        method="sobrio-1",
        evidence="modelled",
    )


@pytest.fixture
def receipt() -> Receipt:
    return Receipt(
        id="rcpt_1",
        at="2026-11-01T10:00:00.000Z",
        outcome="routed",
        caller=Caller(tenant="acme", team="hr", key_id="k1"),
        requested_model="sobrio/auto",
        status=200,
        cache="miss",
        latency=Latency(0.8, 40.0, 900.0),
        router_cpu_seconds=0.001,
        router_energy_wh=1e-6,
        activities=(Activity(Model("small"), 10, 20),),
        decision=Decision("small-here", "small", "rest", "", "large", 0.95, "abc"),
        realised=impacts(1.0),
        reference=impacts(10.0),
        failures=(Failure("small-there", "upstream_error: 503"),),
    )


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


def one(metrics: Metrics, name: str, **labels: str) -> float:
    return samples(metrics)[name, tuple(sorted(labels.items()))]


def test_a_request_is_counted_by_what_was_asked_and_what_answered(receipt: Receipt) -> None:
    metrics = Metrics()
    metrics.take(receipt)
    metrics.take(receipt)
    assert (
        one(
            metrics,
            "sobrio_requests_total",
            outcome="routed",
            rule="rest",
            requested_model="sobrio/auto",
            model="small",
            team="hr",
            status="200",
        )
        == 2
    )
    assert one(metrics, "sobrio_tokens_total", model="small", type="output") == 40
    assert one(metrics, "sobrio_failed_calls_total", deployment="small-there") == 2


def test_what_failed_is_told_apart_from_what_was_answered(receipt: Receipt) -> None:
    """Both were routed: the outcome says what routing did, the status what came of it."""
    metrics = Metrics()
    for status in (200, 502, 502, 499):
        metrics.take(replace(receipt, status=status))
    counted = {
        dict(labels)["status"]: value
        for (name, labels), value in samples(metrics).items()
        if name == "sobrio_requests_total"
    }
    assert counted == {"200": 1, "502": 2, "499": 1}


def test_energy_is_in_joules_with_its_bounds_and_its_evidence(receipt: Receipt) -> None:
    metrics = Metrics()
    metrics.take(receipt)
    read = {
        bound: one(metrics, "sobrio_energy_joules_total", model="small", evidence="modelled", bound=bound)
        for bound in ("low", "central", "high")
    }
    assert read == {"low": 1800, "central": 3600, "high": 7200}
    assert one(metrics, "sobrio_router_energy_joules_total") == pytest.approx(0.0036)


def test_reference_and_realised_are_there_for_the_same_requests_and_avoided_is_not(receipt: Receipt) -> None:
    metrics = Metrics()
    metrics.take(receipt)
    metrics.take(replace(receipt, reference=None))
    labels = {"equivalence": "unverified", "bound": "central"}
    assert one(metrics, "sobrio_reference_energy_joules_total", **labels) == 36_000
    assert one(metrics, "sobrio_compared_energy_joules_total", **labels) == 3_600
    assert b"avoided" not in metrics.text()


def test_kept_answers_are_counted_by_what_was_made_of_them(receipt: Receipt) -> None:
    metrics = Metrics()
    for recalled in (
        None,
        Recalled("a"),
        Recalled("a", similarity=0.9),
        Recalled("a", "shadow", similarity=0.9),
    ):
        metrics.take(replace(receipt, recalled=recalled))
    assert one(metrics, "sobrio_recalled_total", layer="exact", use="served") == 1
    assert one(metrics, "sobrio_recalled_total", layer="semantic", use="served") == 1
    assert one(metrics, "sobrio_recalled_total", layer="semantic", use="shadow") == 1


def test_a_request_without_a_figure_is_counted_as_uncovered_and_not_as_zero(receipt: Receipt) -> None:
    metrics = Metrics()
    metrics.take(replace(receipt, realised=None, reference=None, caveats=("unknown-model",)))
    assert one(metrics, "sobrio_uncovered_requests_total", reason="unknown-model") == 1
    assert not any(name == "sobrio_energy_joules_total" for name, _ in samples(metrics))


def test_names_from_outside_cannot_fill_memory(receipt: Receipt) -> None:
    metrics = Metrics()
    for number in range(2000):
        caller = replace(receipt.caller, team=f"team {number}")
        metrics.take(replace(receipt, requested_model=f"made-up-{number}", caller=caller))
    assert len([name for name, _ in samples(metrics) if name == "sobrio_requests_total"]) <= 201


def test_no_label_names_a_caller_s_key_or_a_receipt(receipt: Receipt) -> None:
    metrics = Metrics()
    metrics.take(receipt)
    assert b"k1" not in metrics.text() and b"rcpt_1" not in metrics.text()


def test_the_policy_in_force_is_named_and_only_it(receipt: Receipt) -> None:
    versions = iter(["old", "new"])
    metrics = Metrics(lambda: next(versions))
    metrics.text()
    text = metrics.text()
    assert b'sobrio_policy_info{version="new"} 1.0' in text and b"old" not in text
