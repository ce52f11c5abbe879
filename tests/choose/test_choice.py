"""The chooser takes the least impact among the adequate."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.choose import Allowed, Haste, choose
from sobrio.terms.assessment import Assessment, Expectation
from sobrio.terms.impacts import Rates
from sobrio.terms.model import Backing, Deployment, Model
from sobrio.terms.promise import Promise
from sobrio.terms.request import Needs
from sobrio.terms.speed import Speed

BACKING = Backing(kind="openai", model="m", base_url="http://127.0.0.1:1/v1")


def deployment(name: str, *, backed: bool = True) -> Deployment:
    return Deployment(name=name, model=Model(name), backing=BACKING if backed else None)


def expectation(name: str, quality: float, *, sd: float = 0.0, tokens: float = 100.0) -> Expectation:
    return Expectation(name, quality, sd, tokens, 0.0)


def assessment(*expectations: Expectation) -> Assessment:
    return Assessment("chat", "general", "en", 0.3, Needs(), 50, 1.0, tuple(expectations))


def rates(wh: float, g_per_wh: float = 0.4) -> Rates:
    return Rates(wh, wh / 10, wh / 100, 0.0, g_per_wh, 0.0)


def allowed(*names: str, reference: str | None = "large", floor: float = 0.9, **more: object) -> Allowed:
    base = Allowed("rule", "p0", [deployment(name) for name in names], [], reference, floor, 0.5, "energy_wh")
    return replace(base, **more)  # type: ignore[arg-type]


POOL = assessment(expectation("small", 0.70), expectation("middle", 0.85), expectation("large", 0.90))
RATES = {"small": rates(0.001), "middle": rates(0.004), "large": rates(0.02)}


def test_the_smallest_adequate_model_is_chosen_not_the_smallest():
    decision = choose(allowed("small", "middle", "large"), POOL, RATES)

    assert decision.model == "middle"
    assert "2 of 3" in decision.why
    refused = {each.model: each.refused for each in decision.candidates}
    assert (
        refused["small"]
        == "expected quality 0.70 reaches 0.81 (90% of large's) with 0% confidence, 50% needed"
    )
    assert refused["middle"] is None


def test_a_refusal_says_of_what_more_was_needed():
    doubtful = assessment(expectation("small", 0.88, sd=0.05), expectation("large", 0.90))

    decision = choose(allowed("small", "large", confidence=0.95), doubtful, RATES)

    refused = {each.model: each.refused for each in decision.candidates}
    assert refused["small"] == (
        "expected quality 0.88 reaches 0.81 (90% of large's) with 91% confidence, 95% needed"
    )


def test_impact_per_request_decides_and_not_the_size():
    talkative = assessment(expectation("small", 0.9, tokens=5000), expectation("large", 0.9, tokens=100))

    decision = choose(allowed("small", "large"), talkative, {"small": rates(0.001), "large": rates(0.02)})

    assert decision.model == "large"


def test_when_none_is_adequate_the_best_is_taken_and_the_reason_says_so():
    decision = choose(allowed("small", "middle"), POOL, RATES | {"large": None}, max_output_tokens=None)

    assert decision.model == "middle"
    decision = choose(allowed("small", "middle", floor=1.0), POOL, RATES)
    assert decision.model == "middle"
    assert "no candidate surely reaches" in decision.why


def test_the_reference_reaches_its_own_floor_however_uncertain_it_is():
    unsure = assessment(expectation("large", 0.5, sd=0.3))

    decision = choose(allowed("large", floor=1.0, confidence=0.95), unsure, RATES)

    assert decision.candidates[0].refused is None


def test_more_confidence_asks_for_a_wider_margin():
    close = assessment(expectation("small", 0.87, sd=0.05), expectation("large", 0.90, sd=0.05))

    assert choose(allowed("small", "large", confidence=0.5), close, RATES).model == "small"
    assert choose(allowed("small", "large", confidence=0.95), close, RATES).model == "large"


def test_a_model_of_unknown_impact_is_never_preferred():
    decision = choose(allowed("small", "large", floor=0.1), POOL, RATES | {"small": None})

    assert decision.model == "large"
    assert decision.candidates[0].refused == "its impact is unknown, so it cannot be compared"
    assert decision.candidates[0].energy_wh is None


def test_greenhouse_gas_can_be_the_objective():
    clean = RATES | {"large": rates(0.02, g_per_wh=0.001)}

    assert choose(allowed("middle", "large", objective="ghg_g"), POOL, clean).model == "large"
    assert choose(allowed("middle", "large"), POOL, clean).model == "middle"


def test_the_callers_limit_on_output_bounds_the_price():
    long = assessment(expectation("large", 0.9, tokens=1000))

    capped = choose(allowed("large"), long, RATES, max_output_tokens=10)

    assert capped.candidates[0].expected_output_tokens == 10


def test_a_deployment_without_backing_can_be_decided_for_and_is_marked():
    only = replace(allowed("large"), deployments=[deployment("large", backed=False)])

    assert choose(only, POOL, RATES).callable is False


def test_fallbacks_are_the_declared_ones_then_the_other_adequate_ones():
    decision = choose(allowed("small", "middle", "large", floor=0.1, fallbacks=("large",)), POOL, RATES)

    assert decision.model == "small"
    assert decision.fallbacks == ("large", "middle")


def test_without_a_reference_the_best_candidate_sets_the_bar():
    decision = choose(allowed("small", "middle", "large", reference=None), POOL, RATES)

    assert decision.model == "middle"
    assert decision.reference is None


def test_nothing_to_choose_from_is_an_error():
    with pytest.raises(ValueError, match="nothing to choose"):
        choose(allowed(), POOL, RATES)


@given(
    qualities=st.lists(st.floats(0, 1), min_size=1, max_size=6),
    costs=st.lists(st.floats(1e-6, 1), min_size=6, max_size=6),
    floor=st.floats(0, 1),
)
def test_a_choice_is_deterministic_allowed_and_never_dearer_than_another_adequate_one(
    qualities, costs, floor
):
    names = [f"m{index}" for index in range(len(qualities))]
    seen = assessment(*(expectation(n, q) for n, q in zip(names, qualities, strict=True)))
    priced = {name: rates(cost) for name, cost in zip(names, costs, strict=False)}
    terms = allowed(*names, reference=names[0], floor=floor)

    decision = choose(terms, seen, priced)

    assert decision == choose(terms, seen, priced)
    assert decision.deployment in names
    adequate = [each for each in decision.candidates if each.refused is None]
    chosen = next(each for each in decision.candidates if each.deployment == decision.deployment)
    assert chosen.energy_wh == min(each.energy_wh for each in adequate)


def test_a_promise_takes_the_place_of_the_floor():
    """Small gains 0.20 less than large: far below the floor, and within what was promised."""
    promised = (Promise("small", "large", 0.25),)
    decision = choose(allowed("small", "middle", "large", promises=promised), POOL, RATES)
    assert decision.model == "small"
    assert decision.why.endswith("large is expected to gain 0.2000, by a promise at most 0.2500")


def test_a_promise_binds_where_the_floor_would_not():
    strict = (Promise("middle", "large", 0.01),)
    decision = choose(allowed("small", "middle", "large", promises=strict), POOL, RATES)
    refused = {each.model: each.refused for each in decision.candidates}
    assert decision.model == "large"
    assert refused["middle"] == "large is expected to gain 0.0500, by a promise at most 0.0100"


def test_a_promise_for_another_predictor_is_said_to_be_passed_over():
    stale, apart = Promise("small", "large", 0.9, "older"), Promise("small", "elsewhere", 0.9, "older")
    decision = choose(allowed("small", "middle", "large", promises=(apart, stale)), POOL, RATES)
    assert decision.why.endswith("is passed over: it was granted on predictor older, another is in force")
    kept = (stale, Promise("small", "large", 0.25))
    assert "passed over" not in choose(allowed("small", "large", promises=kept), POOL, RATES).why


@pytest.mark.parametrize(
    "promise",
    [
        Promise("small", "another", 0.9),
        Promise("small", "large", 0.9, predictor="another version"),
    ],
)
def test_a_promise_about_another_reference_or_predictor_changes_nothing(promise: Promise):
    assert choose(allowed("small", "middle", "large", promises=(promise,)), POOL, RATES).model == "middle"


def test_every_choice_asked_for_is_written_and_charged():
    one, three = (choose(allowed("small", "large"), POOL, RATES, choices=n).candidates[0] for n in (1, 3))
    output_wh = RATES["small"].wh_per_output_token * 100
    assert (one.expected_output_tokens, three.expected_output_tokens) == (100, 300)
    assert three.energy_wh - one.energy_wh == pytest.approx(2 * output_wh)


def test_choices_are_written_side_by_side():
    haste = Haste(1_000, {"large": Speed(100, 5)})
    decision = choose(allowed("large"), POOL, RATES, choices=8, haste=haste)
    assert decision.candidates[0].refused is None
