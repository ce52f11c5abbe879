"""Counts that cannot be are refused in one line; calls that nobody counted are unknown."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from sobrio.errors import InputError
from sobrio.impact import Estimator, Scenarios
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import CRITERIA
from sobrio.terms.model import Hardware, Model

SMALL, LARGE = Model("small", 8, 8), Model("large", 400, 400)
CALL = Activity(SMALL, 100, 300)
SCENARIOS = Scenarios.draw()


@pytest.fixture(scope="module")
def estimator() -> Estimator:
    return Estimator()


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -1.0])
def test_processor_time_is_a_finite_amount(estimator: Estimator, seconds: float) -> None:
    for ask in (
        lambda: estimator.account([CALL], None, router_cpu_seconds=seconds, equivalence="unverified"),
        lambda: estimator.avoided([CALL], CALL, router_cpu_seconds=seconds),
        lambda: estimator.period([CALL], [], router_cpu_seconds=seconds),
        lambda: estimator.period([CALL], [], router_cpu_seconds=0, idle_wh=seconds),
        lambda: estimator.router_energy_wh(seconds),
        lambda: estimator.router_energy(seconds),
    ):
        with pytest.raises(InputError, match="finite number of at least 0"):
            ask()


@pytest.mark.parametrize(
    "changed",
    [
        {"input_tokens": -1},
        {"output_tokens": math.nan},
        {"output_tokens": math.inf},
        {"cached_tokens": 101},
        {"requests": -1},
        {"cpu_seconds": -0.1},
    ],
)
def test_counts_that_cannot_be_are_refused_wherever_they_come_in(
    estimator: Estimator, changed: dict[str, Any]
) -> None:
    odd = replace(CALL, **changed)
    for ask in (
        lambda: estimator.account([odd], None, router_cpu_seconds=0, equivalence="unverified"),
        lambda: estimator.avoided([CALL], odd),
        lambda: estimator.period([odd], [], router_cpu_seconds=0),
    ):
        with pytest.raises(InputError):
            ask()


def test_references_of_no_request_are_refused(estimator: Estimator) -> None:
    with pytest.raises(InputError, match="at least one request"):
        estimator.period([CALL], [(Activity(LARGE, 1, 1, requests=0), "verified")], router_cpu_seconds=0)


def test_arrays_of_different_lengths_are_refused(estimator: Estimator) -> None:
    two, three = (Activity(SMALL, np.ones(n), np.ones(n)) for n in (2, 3))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="equal lengths"):
        estimator.avoided([two], three)
    with pytest.raises(InputError, match="equal lengths"):
        estimator.scenario_totals([two, replace(three, model=LARGE)])
    with pytest.raises(InputError, match="one length"):
        estimator.estimate(model=SMALL, input_tokens=np.ones(2), output_tokens=np.ones(3))


@pytest.mark.parametrize(
    "facts",
    [
        {"total_params_b": 0},
        {"total_params_b": -8},
        {"total_params_b": math.nan},
        {"total_params_b": [8, None]},
        {"total_params_b": "large"},
        {"total_params_b": 8, "batch": 0},
        {"total_params_b": 8, "gpu_count": -1},
        {"total_params_b": 8, "output_tokens": 0},
        {"total_params_b": [8, 70], "batch": [1, 2, 3]},
        {"total_params_b": [8, 70], "active_params_b": [1, 2, 3], "architecture": "moe"},
        {"total_params_b": [8, 70], "gpu": ["H100", "B200", "H100"]},
        {"total_params_b": 8, "gpu": 4090},
        {"total_params_b": 8, "architecture": "spaghetti"},
        {"total_params_b": []},
    ],
)
def test_the_core_refuses_what_cannot_be_in_one_line(facts: dict[str, Any]) -> None:
    with pytest.raises(InputError) as refused:
        SCENARIOS.accelerator_energy(**facts)
    assert "\n" not in refused.value.message


@pytest.mark.parametrize(("count", "seed"), [(0, 0), (-5, 0), (10, -1)])
def test_there_is_at_least_one_scenario(count: int, seed: int) -> None:
    with pytest.raises(InputError, match="count of 1 or more"):
        Scenarios.draw(count, seed)


def test_a_call_that_nobody_counted_is_unknown_and_never_zero(estimator: Estimator) -> None:
    """A6: a failed attempt that may have computed for a minute is no attempt at no cost."""
    failed = Activity(SMALL, 0, 0, metered=False)
    realised, reference, avoided = estimator.account(
        [failed, replace(CALL, role="retry")],
        Activity(LARGE, 100, 300),
        router_cpu_seconds=0.01,
        equivalence="unverified",
    )
    assert reference is not None and reference.energy_wh is not None
    assert avoided is not None
    for side in (realised, avoided):
        assert all(getattr(side, name) is None for name in CRITERIA)
        assert "unmetered" in side.caveats
    assert estimator.period([CALL, failed], [], router_cpu_seconds=0).realised.energy_wh is None


def test_a_failed_call_on_a_processor_is_charged_what_was_measured(estimator: Estimator) -> None:
    failed = Activity(SMALL, 0, 0, hardware=Hardware(kind="cpu"), cpu_seconds=2.0, metered=False)
    realised = estimator.account([failed], None, router_cpu_seconds=0, equivalence="unverified")[0]
    assert realised.energy_wh is not None and realised.energy_wh.low > 0


@pytest.mark.parametrize("count", ["12", None, [1, 2], 1e19, 10**400, np.ones((2, 2)), np.array(["1"])])
def test_a_count_is_a_number_or_an_array_of_one_axis(estimator: Estimator, count: Any) -> None:
    with pytest.raises(InputError, match="input_tokens must be a finite number"):
        estimator.estimate(model=SMALL, input_tokens=count, output_tokens=1)
