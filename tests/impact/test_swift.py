"""The quick account of one request says what the general way says."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sobrio.catalog import Catalog
from sobrio.errors import InputError
from sobrio.impact import Estimator
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import CRITERIA
from sobrio.terms.model import Hardware

CATALOG = Catalog.default()
ESTIMATOR = Estimator(catalog=CATALOG)
SMALL, LARGE = CATALOG.model("llama-3.1-8b-instruct"), CATALOG.model("gpt-5")


def pair(read: int, written: int, cached: int = 0, **more: object) -> tuple[Activity, Activity]:
    counts = (read + cached, written, cached)
    reference = Activity(LARGE, *counts, provider="openai", role="reference", beside=SMALL)
    return Activity(SMALL, *counts, zone="FRA", **more), reference


def figures(sides: tuple) -> list[float | None]:
    """Every level of every criterion and part, then P(avoided > 0)."""
    found: list[float | None] = []
    for side in sides:
        for name in CRITERIA if side else ():
            quantity = getattr(side, name)
            for each in (quantity, *quantity.parts.values()) if quantity else (None,):
                found += [each.low, each.central, each.high] if each else [None]
    return [*found, sides[2].p_positive if sides[2] else None]


def both(realised, reference, seconds: float = 0.001):
    """By the tables and, with the call told twice at nothing the second time, by the general way.

    A table sorts every scenario for a request it has seldom met the like of, and a few for the others.
    """
    idle = replace(reference, model=SMALL, input_tokens=0, output_tokens=0, cached_tokens=0, role="retry")
    said = {"router_cpu_seconds": seconds, "equivalence": "unverified"}
    first, *_, quick = (ESTIMATOR.account(realised, reference, **said) for _ in range(OFTEN))
    assert figures(quick) == pytest.approx(figures(first), rel=1e-9, abs=1e-12)
    general = ESTIMATOR.account((*realised, replace(idle, requests=0), replace(idle, zone="FRA", requests=0)),
                                reference, **said)  # fmt: skip
    return quick, general


OFTEN = 5
TOKENS = st.integers(0, 200_000)


@given(TOKENS, TOKENS, TOKENS, st.floats(1e-5, 10.0))
@settings(max_examples=60, deadline=None)
def test_the_figures_are_those_of_the_general_way(read, written, cached, seconds):
    answered, reference = pair(read, written, cached)

    quick, general = both((answered,), reference, seconds)

    assert figures(quick) == pytest.approx(figures(general), rel=3e-6, abs=1e-12)


@given(TOKENS, st.floats(1e-5, 1e-2))
@settings(max_examples=20, deadline=None)
def test_so_are_those_of_a_kept_answer(written, seconds):
    _, reference = pair(500, written)

    quick, general = both((), reference, seconds)

    assert figures(quick) == pytest.approx(figures(general), rel=3e-6, abs=1e-12)


def test_so_are_those_of_measured_processor_time():
    hardware = Hardware(kind="cpu", threads=2)
    answered, reference = pair(500, 200, hardware=hardware, cpu_seconds=4.0)

    quick, general = both((answered,), reference)

    assert figures(quick) == pytest.approx(figures(general), rel=3e-6)


def test_caveats_evidence_and_names_are_the_same():
    answered, reference = pair(500, 200)

    quick, general = both((answered,), reference)

    for ours, theirs in zip(quick[:2], general[:2], strict=True):
        assert (ours.model, ours.method) == (theirs.model.partition(",")[0], theirs.method)
    assert set(quick[2].caveats) <= set(general[2].caveats)
    assert (quick[0].evidence, quick[1].evidence) == (general[0].evidence, general[1].evidence)


def test_every_figure_can_be_written_as_json():
    answered, reference = pair(500, 200)

    sides = ESTIMATOR.account((answered,), reference, router_cpu_seconds=0.001, equivalence="unverified")

    assert msgspec.json.decode(msgspec.json.encode(sides))[2]["p_positive"] == sides[2].p_positive


def test_without_a_reference_nothing_is_compared():
    answered, _ = pair(500, 200)

    impacts, reference, avoided = ESTIMATOR.account(
        (answered,), None, router_cpu_seconds=0.001, equivalence="unverified"
    )

    assert impacts.energy_wh.central > 0
    assert (reference, avoided) == (None, None)


def test_counts_that_cannot_be_are_still_refused():
    answered, reference = pair(500, 200)

    impossible = (replace(answered, cached_tokens=501),)
    with pytest.raises(InputError):
        ESTIMATOR.account(impossible, reference, router_cpu_seconds=0.001, equivalence="unverified")


def test_many_kinds_of_requests_do_not_pile_up_tables():
    for step in range(200):
        answered, reference = pair(1 + 7**step % 90_000, 1 + 5**step % 90_000, 3**step % 90_000)
        for _ in range(OFTEN):
            ESTIMATOR.account((answered,), reference, router_cpu_seconds=0.001, equivalence="unverified")

    tables = ESTIMATOR._swift._pairs.values()
    kept = [sum(few.rates.nbytes for few in each.table._boxes.values()) for each in tables]
    assert 0 < max(kept) <= 2_000_000


@pytest.mark.parametrize("compared", [True, False])
def test_a_call_that_nobody_counted_is_unknown_with_a_reference_and_without(compared):
    lost = Activity(SMALL, 0, 0, metered=False)
    reference = Activity(LARGE, 0, 0, role="reference") if compared else None

    realised, _, avoided = ESTIMATOR.account(
        [lost], reference, router_cpu_seconds=0.001, equivalence="unverified"
    )

    assert realised.energy_wh is None
    assert "unmetered" in realised.caveats
    assert avoided is None or avoided.energy_wh is None


@pytest.mark.parametrize("compared", [True, False])
@pytest.mark.parametrize(
    "impossible",
    [
        Activity(SMALL, -1, 10),
        Activity(SMALL, 1, 10, 5),
        Activity(SMALL, float("nan"), 10),
        Activity(SMALL, 1, -10, hardware=Hardware(kind="cpu"), cpu_seconds=1.0),
        Activity(SMALL, 1, 10, hardware=Hardware(kind="cpu"), cpu_seconds=-1.0),
        Activity(SMALL, 1, 10, hardware=Hardware(kind="cpu"), cpu_seconds=float("nan")),
        Activity(SMALL, 1, 10, cpu_seconds=-1.0),
    ],
)
def test_an_impossible_call_is_refused_with_a_reference_and_without(impossible, compared):
    reference = replace(impossible, model=LARGE, role="reference") if compared else None

    with pytest.raises(InputError):
        ESTIMATOR.account([impossible], reference, router_cpu_seconds=0.001, equivalence="unverified")


@pytest.mark.parametrize("compared", [True, False])
def test_counts_as_numpy_keeps_them_are_charged_like_plain_ones(compared):
    def told(kind):
        call = Activity(SMALL, kind(500), kind(300))
        reference = replace(call, model=LARGE, role="reference") if compared else None
        sides = ESTIMATOR.account([call], reference, router_cpu_seconds=0.001, equivalence="unverified")
        return figures(sides)[:-1]

    assert told(np.int64) == pytest.approx(told(int), rel=3e-6)


def test_arrays_of_calls_beside_arrays_of_references_give_arrays():
    tokens = np.array([10.0, 1000.0])
    call = Activity(SMALL, tokens, tokens)

    realised, *_ = ESTIMATOR.account(
        [call], replace(call, model=LARGE), router_cpu_seconds=0.001, equivalence="unverified"
    )

    assert realised.energy_wh and realised.energy_wh.central.shape == (2,)
    assert realised.energy_wh.central[1] > realised.energy_wh.central[0]


def test_a_reference_on_a_processor_is_charged_its_seconds_too():
    answered, reference = pair(500, 200)
    timed = replace(reference, hardware=Hardware(kind="cpu", watts_per_core=(9, 9)), cpu_seconds=4.0)

    _, expected, _ = ESTIMATOR.account([answered], timed, router_cpu_seconds=0.001, equivalence="unverified")

    assert expected and expected.energy_wh
    assert expected.energy_wh.central == pytest.approx(9 * 4 / 3600)


@pytest.mark.filterwarnings("error")
def test_the_largest_counts_that_can_be_are_charged_without_overflow():
    answered, reference = pair(10**18, 10**18)

    quick, general = both((answered,), reference)

    assert figures(quick) == pytest.approx(figures(general), rel=3e-6)
