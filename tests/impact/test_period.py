"""A period: sums inside each scenario, buckets of equivalence, and its price in time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sobrio.impact import Estimator
from sobrio.impact.totals import Total
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import CRITERIA, Equivalence
from sobrio.terms.model import Model
from sobrio.terms.quantity import Quantity

SMALL = Model("small", 8, 8, family="a")
LARGE = Model("large", 400, 400, family="a")


@pytest.fixture(scope="module")
def estimator() -> Estimator:
    return Estimator()


def central(quantity: Quantity | None) -> float:
    assert quantity is not None
    return float(quantity.central)


def labelled(model: Model, tokens: int, equivalence: Equivalence) -> tuple[Activity, Equivalence]:
    return Activity(model, 100, tokens), equivalence


def test_errors_of_a_model_do_not_average_out_over_requests(estimator: Estimator):
    """A thousand requests are exactly as uncertain, in ratio, as one."""
    one = estimator.period([Activity(SMALL, 100, 300)], [], router_cpu_seconds=0).realised.energy_wh
    many = estimator.period([Activity(SMALL, 100, 300)] * 1000, [], router_cpu_seconds=0).realised.energy_wh
    assert one and many
    assert float(many.high) / float(many.low) == pytest.approx(float(one.high) / float(one.low), rel=1e-5)


def test_only_verified_answers_make_the_headline(estimator: Estimator):
    spent = [labelled(SMALL, 300, "verified"), *[labelled(SMALL, 300, "unverified")] * 9]
    expected = [labelled(LARGE, 300, "verified"), *[labelled(LARGE, 300, "unverified")] * 9]
    period = estimator.period(spent, expected, router_cpu_seconds=0)
    assert period.avoided is period.by_equivalence["verified"]
    verified, rest = (period.by_equivalence[key] for key in ("verified", "unverified"))
    assert central(rest.energy_wh) == pytest.approx(9 * central(verified.energy_wh), rel=1e-5)


def test_without_verified_answers_there_is_no_headline(estimator: Estimator):
    period = estimator.period(
        [labelled(SMALL, 300, "predicted")], [labelled(LARGE, 300, "predicted")], router_cpu_seconds=0
    )
    assert period.avoided is None and set(period.by_equivalence) == {"predicted"}


def test_shadow_runs_and_idle_energy_are_charged_to_the_buckets(estimator: Estimator):
    """A6: what belongs to no single answer is shared by number of requests, and lowers what was avoided."""
    spent, expected = [labelled(SMALL, 300, "verified")], [labelled(LARGE, 300, "verified")]
    plain = estimator.period(spent, expected, router_cpu_seconds=0)
    shadow = Activity(LARGE, 100, 300, role="shadow")
    burdened = estimator.period([*spent, shadow], expected, router_cpu_seconds=100, idle_wh=0.1)
    assert plain.avoided and burdened.avoided
    assert central(burdened.avoided.energy_wh) < central(plain.avoided.energy_wh) - 0.1
    assert central(burdened.realised.energy_wh) > central(plain.realised.energy_wh) + 0.1


def test_a_period_without_references_says_nothing_of_avoided(estimator: Estimator):
    period = estimator.period([Activity(SMALL, 100, 300)], [], router_cpu_seconds=0)
    assert period.reference is None and period.avoided is None and period.by_equivalence == {}


def test_another_method_gives_other_figures_from_the_same_activity(estimator: Estimator):
    """A21: activity is kept, so any past figure can be computed again."""
    activity = [Activity(SMALL, 100, 300)]
    ours = estimator.period(activity, [], router_cpu_seconds=1)
    again = Estimator().period(activity, [], router_cpu_seconds=1)
    theirs = Estimator("ecologits").period(activity, [], router_cpu_seconds=1)
    assert ours.realised == again.realised
    assert (ours.realised.method, theirs.realised.method) == ("sobrio-1", "ecologits")
    assert central(ours.realised.energy_wh) != central(theirs.realised.energy_wh)


def test_a_hundred_thousand_requests_are_one_period(estimator: Estimator):
    spent = [Activity(SMALL, 100, 100 + i % 700) for i in range(100_000)]
    expected = [(Activity(LARGE, 100, 100 + i % 700), "predicted") for i in range(100_000)]
    period = estimator.period(spent, expected, router_cpu_seconds=1000)  # type: ignore[arg-type]
    assert all(getattr(period.realised, name) is not None for name in CRITERIA)


def test_evidence_is_that_of_the_weakest_part(estimator: Estimator):
    guess = Model("guess", (100, 300), (20, 60), "moe", evidence="estimate")
    period = estimator.period([Activity(SMALL, 1, 1), Activity(guess, 1, 1)], [], router_cpu_seconds=0)
    assert period.realised.evidence == "estimate" and "estimated-size" in period.realised.caveats
    assert Total(estimator.scenario_totals([])).weakest == "modelled"


def test_a_reference_is_held_against_the_model_it_stands_beside_whatever_the_order():
    small, large = Model("small", 3.0, 3.0), Model("large", 123.0, 123.0)
    estimator = Estimator()

    def reference(beside):
        return Activity(large, 100, 400, role="reference", beside=beside)

    calls = [Activity(small, 100, 400)] * 9 + [Activity(large, 100, 400)]
    references = [(reference(call.model), "verified") for call in calls]

    def period(order):
        return estimator.period([calls[i] for i in order], [references[i] for i in order], 0.0).avoided

    forwards, backwards = period(range(10)), period(range(9, -1, -1))
    alone = estimator.period(calls[:9], references[:9], 0.0).avoided

    assert forwards.energy_wh.low == pytest.approx(backwards.energy_wh.low, rel=1e-6)
    assert forwards.energy_wh.central == pytest.approx(alone.energy_wh.central, rel=1e-5)
    assert forwards.p_positive == backwards.p_positive == alone.p_positive


def test_two_states_of_one_name_are_charged_apart_in_either_order():
    estimator, plain = Estimator(), Model("eight", 8, 8)
    thinking, reading = replace(plain, reasoning=True), replace(plain, kind="embedding")

    for other in (thinking, reading):
        calls = [Activity(plain, 100, 1000), Activity(other, 100, 1000)]
        apart = sum(estimator.scenario_totals([each]) for each in calls)
        for order in (calls, calls[::-1]):
            assert estimator.scenario_totals(order) == pytest.approx(apart)
