"""Realised, reference and avoided: what is counted, on which side, and what is not known."""

from __future__ import annotations

import numpy as np
import pytest

from sobrio.impact import Estimator, LengthRatio, break_even_rate
from sobrio.terms.activity import Activity
from sobrio.terms.caveat import CAVEATS
from sobrio.terms.impacts import CRITERIA, Avoided, Impacts
from sobrio.terms.model import Hardware, Model
from sobrio.terms.quantity import Quantity

SMALL = Model("small", 8, 8, family="a")
LARGE = Model("large", 400, 400, family="a")
OTHER = Model("other", 400, 400, family="b")
THINKER = Model("thinker", 8, 8, family="a", reasoning=True)
SPARSE = Model("sparse", 116.8, 5.1, "moe", reasoning=True, weight_bits=4)
SECRET = Model("secret")
TINY = Model("tiny", 0.135, 0.135)
PROCESSOR = Hardware(kind="cpu", threads=2)


@pytest.fixture(scope="module")
def estimator() -> Estimator:
    return Estimator()


def energy(side: Impacts | Avoided | None) -> Quantity:
    assert side is not None and side.energy_wh is not None
    return side.energy_wh


def difference(estimator: Estimator, *realised: Activity, reference: Activity) -> Avoided:
    return estimator.avoided(realised, reference)


def test_three_statements_and_nothing_is_netted(estimator: Estimator):
    """A1: three fields; the realised figure is the same with a reference and without one."""
    call = Activity(SMALL, 100, 300)
    alone, none, nothing = estimator.account([call], None, router_cpu_seconds=0.01, equivalence="unverified")
    realised, reference, avoided = estimator.account(
        [call], Activity(LARGE, 100, 300), router_cpu_seconds=0.01, equivalence="unverified"
    )
    assert none is None and nothing is None
    assert realised == alone
    assert reference is not None and avoided is not None


def test_both_sides_have_use_and_embodied(estimator: Estimator):
    """A5: use and embodied on both sides; water in two parts; training on neither side."""
    sides = estimator.account(
        [Activity(SMALL, 100, 300)],
        Activity(LARGE, 100, 300),
        router_cpu_seconds=0,
        equivalence="verified",
    )[:2]
    for side in sides:
        assert side is not None
        for name in ("ghg_g", "adpe_mg_sb", "primary_energy_mj"):
            assert set(getattr(side, name).parts) == {"use", "embodied"}
        assert side.water_ml is not None and set(side.water_ml.parts) == {"site", "offsite"}


def test_every_attempt_counts_and_the_reference_once(estimator: Estimator):
    """A6: a failed draft, its escalation and a judge are all realised."""
    reference = Activity(LARGE, 100, 300)
    draft, escalated = Activity(SMALL, 100, 300), Activity(LARGE, 100, 300, role="escalation")
    judge = Activity(SMALL, 500, 5, role="judge")
    direct = difference(estimator, draft, reference=reference)
    tried = difference(estimator, draft, escalated, judge, reference=reference)
    assert energy(direct).low > 0 > energy(tried).high
    assert tried.p_positive == 0


def test_the_router_is_always_in(estimator: Estimator):
    """A7: a kept answer realises the look-up's own energy, and more router time never costs less."""
    lookup = estimator.account([], None, router_cpu_seconds=0.002, equivalence="predicted")[0]
    assert energy(lookup).central == pytest.approx(estimator.router_energy_wh(0.002), rel=1e-3)
    interval = estimator.router_energy(0.01)
    assert 1.3e-5 < float(interval.low) < estimator.router_energy_wh(0.01) < float(interval.high) < 3.5e-5


def test_a_kept_answer_avoids_the_whole_reference(estimator: Estimator):
    avoided = estimator.avoided([], Activity(LARGE, 100, 300), router_cpu_seconds=0.002)
    assert energy(avoided).low > 0 and avoided.p_positive == 1


def test_negative_results_stay(estimator: Estimator):
    """A9: a small model that thinks at length can cost more than the large one it replaced."""
    induced = difference(estimator, Activity(LARGE, 100, 4000), reference=Activity(SMALL, 100, 300))
    assert energy(induced).high < 0
    assert induced.ghg_g is not None and induced.ghg_g.central < 0 and induced.p_positive == 0


def test_passages_are_charged_and_the_reference_reads_the_original(estimator: Estimator):
    """A RAG call pays for the tokens it adds: 8,000 of them cost about as much as 700 answered ones."""
    plain = energy(estimator.estimate(model=SMALL, input_tokens=100, output_tokens=300)).central
    passages = energy(estimator.estimate(model=SMALL, input_tokens=8100, output_tokens=300)).central
    answer = energy(estimator.estimate(model=SMALL, input_tokens=0, output_tokens=700)).central
    assert float(passages) - float(plain) == pytest.approx(float(answer), rel=0.25)


def test_a_cached_prefix_costs_about_a_tenth(estimator: Estimator):
    fresh = energy(estimator.estimate(model=SMALL, input_tokens=8000, output_tokens=0)).central
    kept = energy(
        estimator.estimate(model=SMALL, input_tokens=8000, cached_tokens=8000, output_tokens=0)
    ).central
    assert 0.05 < float(kept) / float(fresh) < 0.2


def test_unknown_is_none_on_both_sides_and_never_zero(estimator: Estimator):
    realised, reference, avoided = estimator.account(
        [Activity(SMALL, 1, 1), Activity(SECRET, 1, 1)],
        Activity(SECRET, 1, 1),
        router_cpu_seconds=0.01,
        equivalence="predicted",
    )
    assert reference is not None and avoided is not None
    for side in (realised, reference, avoided):
        assert all(getattr(side, name) is None for name in CRITERIA)
        assert "unknown-model" in side.caveats
    assert avoided.p_positive is None
    period = estimator.period([Activity(SECRET, 1, 1)], [], router_cpu_seconds=1)
    assert period.realised.energy_wh is None


def test_processor_time_is_charged_as_measured(estimator: Estimator):
    """Core-seconds x 5-12 W, no data-centre overhead, and no on-site water."""
    call = Activity(TINY, 100, 50, hardware=PROCESSOR, cpu_seconds=3.0)
    impacts = estimator.account([call], None, router_cpu_seconds=0, equivalence="predicted")[0]
    assert float(energy(impacts).low) == pytest.approx(3 * 5 / 3600, rel=0.01)
    assert float(energy(impacts).high) == pytest.approx(3 * 12 / 3600, rel=0.01)
    assert "cpu-charged" in impacts.caveats
    assert impacts.water_ml is not None and impacts.water_ml.parts["site"].high == 0


def test_a_tiny_model_on_a_processor_can_cost_more_than_a_large_batched_one(estimator: Estimator):
    """Shown, not hidden: 20 core-seconds are dearer than an 8B answer from a full accelerator."""
    slow = Activity(TINY, 100, 300, hardware=PROCESSOR, cpu_seconds=20.0)
    batched = Activity(SMALL, 100, 300, hardware=Hardware(gpu="H100", batch=256, weight_bits=8))
    assert energy(difference(estimator, slow, reference=batched)).high < 0


def test_predicted_processor_time_is_used_for_choosing(estimator: Estimator):
    predicted = estimator.estimate(model=TINY, input_tokens=100, output_tokens=300, hardware=PROCESSOR)
    assert energy(predicted).low > 0 and "cpu-charged" in predicted.caveats


def test_declared_joules_take_the_place_of_the_fit(estimator: Estimator):
    hardware = Hardware(kind="cpu", joules_per_output_token=(2.0, 4.0))
    impacts = estimator.estimate(model=SECRET, input_tokens=0, output_tokens=3600, hardware=hardware)
    assert (energy(impacts).low, energy(impacts).high) == (
        pytest.approx(2, rel=0.01),
        pytest.approx(4, rel=0.01),
    )
    assert impacts.evidence == "assumed"


def test_length_ratio_is_wide_until_it_is_measured(estimator: Estimator):
    """Within a family narrow, across wide, widest where a model reasons; then what was measured."""
    spans = []
    for model in (LARGE, OTHER, THINKER):
        reference = Activity(
            model, 0, 300, hardware=Hardware(gpu="H100", batch=64, weight_bits=16, gpu_count=8)
        )
        expected = estimator.account(
            [Activity(SMALL, 0, 300)], reference, router_cpu_seconds=0, equivalence="predicted"
        )
        spans.append(float(energy(expected[1]).high) / float(energy(expected[1]).low))
    assert spans == sorted(spans)
    longer = Estimator(length_ratios={("small", "other"): LengthRatio(1.9, 2.0, 2.1)})
    call, reference = [Activity(SMALL, 0, 300)], Activity(OTHER, 0, 300)
    prior = estimator.account(call, reference, router_cpu_seconds=0, equivalence="predicted")[1]
    measured = longer.account(call, reference, router_cpu_seconds=0, equivalence="predicted")[1]
    assert float(energy(measured).central) / float(energy(prior).central) == pytest.approx(2, rel=0.1)


def test_a_sparse_giant_comes_out_below_a_dense_thinker_on_long_answers(estimator: Estimator):
    """Measured answers to hard questions: some 2,200 tokens from gpt-oss, 7,000 from an 8-14B that thinks."""
    sparse = Activity(SPARSE, 200, 2200)
    dense = Activity(THINKER, 200, 7000)
    avoided = difference(estimator, sparse, reference=dense)
    assert energy(avoided).central > 0
    assert avoided.p_positive is not None and avoided.p_positive > 0.75


def test_shared_scenarios_know_the_sign_better_than_two_intervals(estimator: Estimator):
    realised, reference, avoided = estimator.account(
        [Activity(SMALL, 100, 300)],
        Activity(LARGE, 100, 300),
        router_cpu_seconds=0,
        equivalence="predicted",
    )
    assert energy(avoided).low > float(energy(reference).low) - float(energy(realised).high)


def test_images_and_embeddings(estimator: Estimator):
    painter = Model("painter", 3.5, 3.5, kind="image")
    one = energy(estimator.estimate(model=painter, input_tokens=20, output_tokens=0)).central
    many = energy(estimator.estimate(model=painter, input_tokens=20, output_tokens=0, requests=1000)).central
    assert float(many) == pytest.approx(1000 * float(one), rel=1e-6)
    assert 2 < float(one) < 4
    embedder = Model("embedder", 8, 8, kind="embedding")
    read = estimator.estimate(model=embedder, input_tokens=1000, output_tokens=0)
    assert energy(read).low > 0
    assert read.energy_wh == estimator.estimate(model=embedder, input_tokens=1000, output_tokens=50).energy_wh


def test_arrays_of_activities_give_arrays_of_avoided(estimator: Estimator):
    counts = np.array([100.0, 1000.0, 10000.0])
    avoided = estimator.avoided([Activity(SMALL, 10, counts)], Activity(LARGE, 10, counts))  # type: ignore[arg-type]
    assert np.asarray(energy(avoided).central).shape == (3,)
    assert np.all(np.diff(np.asarray(energy(avoided).central)) > 0)


def test_escalation_pays_only_below_its_break_even(estimator: Estimator):
    """At the break-even rate, trying first and escalating costs what the reference would have."""
    small, large = (
        float(energy(estimator.estimate(model=model, input_tokens=100, output_tokens=300)).central)
        for model in (SMALL, LARGE)
    )
    router = estimator.router_energy_wh(0.01)
    rate = break_even_rate(small, large, router)
    assert 0.8 < rate < 1
    assert small + router + rate * large == pytest.approx(large)
    assert break_even_rate(large, large, router) < 0
    with pytest.raises(ValueError, match="must cost something"):
        break_even_rate(1.0, 0.0)


def test_a_disclosed_building_always_evaporates_something(estimator: Estimator):
    hosted = estimator.estimate(
        model=SMALL, input_tokens=100, output_tokens=300, provider="google", zone="USA"
    )
    assert hosted.water_ml is not None and hosted.water_ml.parts["site"].low > 0


def test_caveats_say_what_a_comparison_does_not_know(estimator: Estimator):
    old = Model("old", 8, 8, stale=True)
    call, reference = [Activity(old, 100, 300)], Activity(LARGE, 100, 300)
    said = {
        equivalence: estimator.avoided(call, reference, equivalence=equivalence).caveats
        for equivalence in ("verified", "unverified", "not comparable")
    }
    assert all({"stale-facts", "training-excluded"} <= set(codes) for codes in said.values())
    assert "unverified" not in said["verified"] and "unverified" in said["unverified"]
    assert "not-comparable" in said["not comparable"]
    assert all(code in CAVEATS for codes in said.values() for code in codes)
