"""Passages make a smaller model adequate, and are charged for."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sobrio.choose import Aid, Allowed, choose
from sobrio.choose.uplift import with_aid
from sobrio.terms.assessment import Assessment, Expectation
from sobrio.terms.impacts import Rates
from sobrio.terms.model import Backing, Deployment, Model
from sobrio.terms.request import Needs

BACKING = Backing(kind="openai", model="m", base_url="http://127.0.0.1:1/v1")


def deployment(name: str, context_tokens: int | None = None) -> Deployment:
    return Deployment(name=name, model=Model(name, context_tokens=context_tokens), backing=BACKING)


def assessment(**qualities: float) -> Assessment:
    expected = tuple(Expectation(name, quality, 0.02, 100.0, 0.0) for name, quality in qualities.items())
    return Assessment("question answering", "general", "en", 0.3, Needs(), 50, 1.0, expected)


def rates(wh: float) -> Rates:
    return Rates(wh, wh / 10, wh / 100, 0.0, 0.4, 0.0)


SEEN = assessment(small=0.60, large=0.75)
RATES = {"small": rates(0.001), "large": rates(0.02)}
ALLOWED = Allowed(
    "rule", "p0", [deployment("small"), deployment("large")], [], "large", 0.9, 0.5, "energy_wh"
)


def test_passages_that_hold_the_answer_make_the_smaller_model_adequate():
    alone = choose(ALLOWED, SEEN, RATES)
    aided = choose(ALLOWED, SEEN, RATES, aid=Aid(tokens=300, p_answer=0.95))

    assert (alone.deployment, alone.passage_tokens) == ("large", 0)
    assert (aided.deployment, aided.passage_tokens) == ("small", 300)


def test_passages_that_hardly_hold_the_answer_change_nothing():
    decision = choose(ALLOWED, SEEN, RATES, aid=Aid(tokens=300, p_answer=0.05))

    assert (decision.deployment, decision.passage_tokens) == ("large", 0)


def test_passages_are_charged_and_left_out_where_they_cost_more_than_the_larger_model():
    aided = choose(ALLOWED, SEEN, RATES, aid=Aid(tokens=300, p_answer=0.95))
    small = {each.passage_tokens: each for each in aided.candidates if each.deployment == "small"}
    added = small[300].energy_wh - small[0].energy_wh
    assert abs(added - 300 * RATES["small"].wh_per_input_token) < 1e-12

    dear = choose(ALLOWED, SEEN, RATES, aid=Aid(tokens=30_000, p_answer=0.95))
    assert (dear.deployment, dear.passage_tokens) == ("large", 0)


def test_a_model_that_cannot_read_so_much_is_not_offered_the_passages():
    narrow = replace(ALLOWED, deployments=[deployment("small", context_tokens=200), deployment("large")])

    decision = choose(narrow, SEEN, RATES, aid=Aid(tokens=300, p_answer=0.95))

    offered = [each.deployment for each in decision.candidates if each.passage_tokens]
    assert offered == ["large"]


def test_where_the_policy_wants_passages_read_nobody_answers_without():
    decision = choose(ALLOWED, SEEN, RATES, aid=Aid(tokens=30_000, p_answer=0.3, always=True))

    assert decision.passage_tokens == 30_000
    assert all(each.passage_tokens for each in decision.candidates)


@given(
    quality=st.floats(0, 1), sd=st.floats(0, 0.3), low=st.floats(0, 1), high=st.floats(0, 1)
)  # fmt: skip
def test_expected_quality_stays_a_share_and_grows_with_the_probability_of_an_answer(quality, sd, low, high):
    low, high = sorted((low, high))
    expected = Expectation("any", quality, sd, 100.0, 0.3)

    less, more = with_aid(expected, Aid(100, low)), with_aid(expected, Aid(100, high))

    assert 0 <= less.quality <= more.quality + 1e-12 <= 1 + 1e-12
    assert with_aid(expected, Aid(100, 0.0)).quality <= quality
    assert with_aid(expected, Aid(100, 1.0)).quality >= quality
    assert less.quality_sd >= 0


def test_of_a_model_nobody_measured_less_is_known():
    unmeasured = with_aid(Expectation("any", 0.5, 0.0, 100.0, 0.3), Aid(100, 1.0))
    measured = with_aid(Expectation("smollm2-135m-instruct", 0.5, 0.0, 100.0, 0.3), Aid(100, 1.0))

    assert unmeasured.quality_sd > measured.quality_sd > 0
