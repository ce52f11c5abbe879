"""Images: more pixels, steps or parameters never cost less, and what was measured comes out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from sobrio.errors import InputError
from sobrio.impact import Estimator
from sobrio.impact.picture import CLASS_PIXELS, MEASURED_STEPS, PIXELS, STEPS
from sobrio.terms.activity import Activity
from sobrio.terms.model import Model

ESTIMATOR = Estimator()
PAINTER = Model("painter", 3.5, 3.5, kind="image", evidence="official")
CLOSED = Model("closed", kind="image")
SQUARE = 1024.0**2

numbers = st.floats(1.0, 1000.0)
unknown_or = st.none() | st.floats(1.0, 1e8)


def wh(model: str | Model, pixels: float | None = None, steps: float | None = None) -> np.ndarray:
    """P5, P50 and P95 of one image."""
    found = ESTIMATOR.estimate(
        model=model, input_tokens=0, output_tokens=0, zone="USA", pixels=pixels, steps=steps
    ).energy_wh
    assert found is not None
    return np.array([found.low, found.central, found.high])


def caveats(model: str | Model, pixels: float | None = None, steps: float | None = None) -> tuple[str, ...]:
    facts = {"input_tokens": 0, "output_tokens": 0, "zone": "USA"}
    return ESTIMATOR.estimate(model=model, **facts, pixels=pixels, steps=steps).caveats


def test_the_measured_model_comes_out_near_its_measurement():
    low, central, high = wh("sdxl", SQUARE, 50)
    assert central == pytest.approx(11.49, rel=0.2)
    assert low < 2.907 < high and high / low > 9


def test_a_measurement_of_newer_software_lies_inside():
    """Stable Diffusion 3 Medium, 2 B, 1,024 pixels a side: about 0.6 Wh in 25 steps, 1.2 Wh in 50."""
    model = Model("sd3-medium", 2, 2, kind="image", evidence="official")
    for steps, measured in ((25, 2282 / 3600), (50, 4402 / 3600)):
        low, _, high = wh(model, SQUARE, steps)
        assert low < 1.16 * measured < high


def test_the_mean_of_the_set_lies_inside_for_a_model_of_unknown_size():
    low, central, high = wh(CLOSED)
    assert low < 2.907 < high
    assert wh(CLOSED, CLASS_PIXELS, 50) == pytest.approx([low, central, high])


@pytest.mark.parametrize("model", [PAINTER, CLOSED, replace(PAINTER, total_params_b=(1, 9))])
@given(unknown_or, unknown_or, numbers)
@settings(deadline=None, max_examples=25)
def test_more_pixels_and_steps_never_cost_less(
    model: Model, pixels: float | None, steps: float | None, factor: float
):
    some = wh(model, pixels, steps)
    assert 0 < some[0] < some[1] < some[2]
    if pixels is not None:
        assert np.all(wh(model, pixels * factor, steps) >= some)
    if steps is not None:
        assert np.all(wh(model, pixels, steps * factor) >= some)


@given(st.floats(0.1, 100.0), numbers, unknown_or, unknown_or)
@settings(deadline=None, max_examples=25)
def test_more_parameters_never_cost_less(
    size: float, factor: float, pixels: float | None, steps: float | None
):
    small, large = (replace(PAINTER, total_params_b=b, active_params_b=b) for b in (size, size * factor))
    assert np.all(wh(large, pixels, steps) >= wh(small, pixels, steps))


@pytest.mark.parametrize("model", [PAINTER, replace(PAINTER, total_params_b=20, active_params_b=20)])
def test_what_is_unknown_is_drawn_between_the_ends(model: Model):
    least, unknown, most = wh(model, PIXELS[0], STEPS[0]), wh(model), wh(model, PIXELS[1], STEPS[1])
    assert np.all(least < unknown) and np.all(unknown < most)
    known = wh(model, SQUARE, 30)
    assert unknown[2] / unknown[0] > known[2] / known[0]


def test_a_model_distilled_to_few_steps_costs_less_while_nobody_tells():
    assert wh("flux.1-schnell", SQUARE)[1] < wh("flux.1-dev", SQUARE)[1] / 3
    assert wh("flux.1-schnell", SQUARE, 20)[1] == pytest.approx(wh("flux.1-dev", SQUARE, 20)[1], rel=0.1)


def test_evidence_and_caveats_say_what_is_known():
    assert caveats("sdxl", SQUARE, 50) == ("deployment-unknown",)
    assert "extrapolated" in caveats("sdxl", 4 * SQUARE, 50)
    assert "extrapolated" in caveats("sdxl", SQUARE, MEASURED_STEPS[0] / 2)
    assert "extrapolated" in caveats("qwen-image", SQUARE, 50)
    assert {"extrapolated", "deployment-unknown"} <= set(caveats("gpt-image-1", SQUARE))
    assert "estimated-size" in caveats(replace(PAINTER, total_params_b=(1, 9), evidence="estimate"))
    facts = {"input_tokens": 0, "output_tokens": 0}
    assert ESTIMATOR.estimate(model="sdxl", **facts).evidence == "modelled"
    assert ESTIMATOR.estimate(model="gpt-image-1", **facts).evidence == "estimate"


def test_images_of_several_sizes_are_summed_each_at_its_own():
    calls = [
        Activity(PAINTER, 0, 0, requests=n, pixels=p) for n, p in ((2, 512.0**2), (3, SQUARE), (1, None))
    ]
    alone = sum(ESTIMATOR.scenario_totals([each]) for each in calls)
    assert ESTIMATOR.scenario_totals(calls) == pytest.approx(alone, nan_ok=True)


def test_an_account_agrees_with_the_estimate():
    call = Activity(PAINTER, 0, 0, zone="USA", requests=4, pixels=512.0**2, steps=30)
    spent, reference, avoided = ESTIMATOR.account(
        [call], changed(call, role="reference"), router_cpu_seconds=1e-9, equivalence="verified"
    )
    assert spent.energy_wh is not None and avoided is not None and reference is not None
    assert spent.energy_wh.central == pytest.approx(4 * wh(PAINTER, 512.0**2, 30)[1], rel=1e-3)


def test_the_other_method_knows_no_images():
    found = Estimator("ecologits").estimate(
        model="sdxl", input_tokens=0, output_tokens=0, pixels=SQUARE, steps=50
    )
    assert found.energy_wh is None and "unknown-model" in found.caveats


@pytest.mark.parametrize("fact", [{"pixels": 0}, {"steps": -1}, {"pixels": float("nan")}, {"steps": 1e19}])
def test_a_picture_that_cannot_be_is_refused(fact: dict[str, float]):
    with pytest.raises(InputError, match=next(iter(fact))):
        ESTIMATOR.estimate(model=PAINTER, input_tokens=0, output_tokens=0, **fact)
