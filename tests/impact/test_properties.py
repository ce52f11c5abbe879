"""What holds for every activity: arithmetic nobody should have to trust."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sobrio.impact import Estimator, Scenarios
from sobrio.impact.accelerator import Runs, energy_per_output_token, fit
from sobrio.impact.profile import ROWS
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import CRITERIA
from sobrio.terms.model import Hardware, Model

ESTIMATOR = Estimator()
MODELS = (
    Model("eight", 8, 8, family="a"),
    Model("seventy", 70, 70, family="a"),
    Model("sparse", 117, 5.1, "moe", family="b", reasoning=True, weight_bits=4),
    Model("guess", (100, 600), (20, 90), "moe", family="c", evidence="estimate"),
    Model("tiny", 0.135, 0.135, family="d"),
)
HARDWARE = (None, Hardware(gpu="H100", gpu_count=1, batch=32, weight_bits=8), Hardware(kind="cpu", threads=2))

models = st.sampled_from(MODELS)
tokens = st.integers(0, 100_000)
zones = st.sampled_from([None, "FRA", "USA", "POL"])


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    fresh, cached = draw(tokens), draw(tokens)
    return Activity(
        draw(models),
        fresh + cached,
        draw(tokens),
        cached,
        zone=draw(zones),
        hardware=draw(st.sampled_from(HARDWARE)),
        role=draw(st.sampled_from(["answer", "retry", "escalation", "judge", "shadow"])),
    )


@given(activities(), st.integers(1, 10_000), st.sampled_from(["input_tokens", "output_tokens"]))
@settings(deadline=None, max_examples=60)
def test_more_tokens_never_cost_less(activity: Activity, more: int, kind: str):
    counts = {"input_tokens": activity.input_tokens, "output_tokens": activity.output_tokens}
    longer = counts | {kind: counts[kind] + more}
    facts = {
        "model": activity.model,
        "cached_tokens": activity.cached_tokens,
        "zone": activity.zone,
        "hardware": activity.hardware,
    }
    less, much = ESTIMATOR.estimate(**counts, **facts), ESTIMATOR.estimate(**longer, **facts)
    for name in CRITERIA:
        before, after = getattr(less, name), getattr(much, name)
        for bound in ("low", "central", "high"):
            assert getattr(after, bound) >= getattr(before, bound) * (1 - 1e-6)


@given(st.lists(activities(), min_size=1, max_size=4), activities())
@settings(deadline=None, max_examples=40)
def test_avoided_is_reference_minus_realised_in_every_scenario(realised: list[Activity], reference: Activity):
    spent = ESTIMATOR.scenario_totals(realised)
    expected = ESTIMATOR.scenario_totals([reference], answering=realised)
    avoided = ESTIMATOR.avoided(realised, reference)
    difference = np.sort(expected[ROWS.index("energy")] - spent[ROWS.index("energy")])
    assert avoided.energy_wh is not None
    scale = np.abs(difference).max() + 1e-30
    places = np.rint(np.array([0.05, 0.5, 0.95]) * (len(difference) - 1)).astype(int)
    found = [avoided.energy_wh.low, avoided.energy_wh.central, avoided.energy_wh.high]
    assert np.allclose(found, difference[places], atol=1e-6 * scale)


@given(st.lists(activities(), min_size=1, max_size=6))
@settings(deadline=None, max_examples=40)
def test_a_period_is_the_sum_of_its_parts(realised: list[Activity]):
    whole = ESTIMATOR.scenario_totals(realised)
    parts = sum(ESTIMATOR.scenario_totals([each]) for each in realised)
    assert np.allclose(whole, parts, rtol=1e-9)
    period = ESTIMATOR.period(realised, [], router_cpu_seconds=0)
    level = np.sort(whole[0])[round(0.5 * (whole.shape[1] - 1))]
    assert period.realised.energy_wh is not None
    assert period.realised.energy_wh.central == pytest.approx(level, rel=1e-6)


@given(st.floats(0.5, 700), st.floats(1.01, 4), st.floats(1, 2000), st.sampled_from(["H100", "B200", "A100"]))
@settings(deadline=None)
def test_a_larger_dense_model_and_a_smaller_batch_cost_more(
    size: float, times: float, batch: float, gpu: str
):
    small, large = energy_of(size, batch, gpu), energy_of(size * times, batch, gpu)
    assert large >= small * (1 - 1e-9)
    assert energy_of(size, batch * times, gpu) <= small * (1 + 1e-9)


def energy_of(size: float, batch: float, gpu: str) -> float:
    runs = Runs.of(total_b=size, active_b=size, bits=16, gpu=gpu, count=8, batch=batch, output_tokens=500)
    return float(energy_per_output_token(fit(), runs))


@given(st.integers(0, 2**31), st.floats(3, 405), st.floats(3, 405))
@settings(deadline=None, max_examples=25)
def test_scenarios_are_shared_and_repeatable(seed: int, one: float, other: float):
    sizes = np.array([one, other])
    together = Scenarios.draw(200, seed).accelerator_energy(total_params_b=sizes)
    alone = Scenarios.draw(200, seed).accelerator_energy(total_params_b=other)
    assert together.shape == (200, 2)
    assert np.allclose(together[:, 1:], alone, rtol=1e-12)


@given(activities(), activities())
@settings(deadline=None, max_examples=40)
def test_a_dearer_model_on_neither_side_changes_nothing(realised: Activity, reference: Activity):
    """Naming the priciest model in a request is not an argument of the sum: the declared reference is."""
    named = Activity(realised.model, realised.input_tokens, realised.output_tokens, deployment="o1-pro")
    plain = Activity(realised.model, realised.input_tokens, realised.output_tokens)
    assert ESTIMATOR.avoided([named], reference).as_dict() == ESTIMATOR.avoided([plain], reference).as_dict()


@given(activities())
@settings(deadline=None, max_examples=30)
def test_the_reference_itself_avoids_nothing(activity: Activity):
    """Routing to the very model one is compared with leaves the router's own energy, as a loss."""
    answer = replace(activity, role="answer")
    avoided = ESTIMATOR.avoided([answer], answer, router_cpu_seconds=0.01)
    assert avoided.energy_wh is not None and avoided.energy_wh.high < 0
    assert avoided.p_positive == 0


@given(st.floats(0.5, 900), st.floats(1.05, 2), st.sampled_from([None, 1, 64, 512]))
@settings(deadline=None, max_examples=40)
def test_the_estimate_of_a_larger_dense_model_is_larger(size: float, times: float, batch: float | None):
    """Of the whole request, at the edges of the measured sizes too: a residual widens, it does not move."""
    hardware = None if batch is None else Hardware(gpu="H100", batch=batch, weight_bits=16, gpu_count=8)
    small, large = (
        ESTIMATOR.estimate(
            model=Model(f"dense {total}", total, total),
            input_tokens=100,
            output_tokens=300,
            hardware=hardware,
        ).energy_wh
        for total in (size, size * times)
    )
    assert small is not None and large is not None
    assert large.central > small.central
