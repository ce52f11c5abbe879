"""Sums of activity: nothing is lost, nothing is counted twice, unlike things stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sobrio.report.tally import Sums, Tally, key_of, merged
from sobrio.terms.activity import Activity
from sobrio.terms.model import Hardware, Model

MODELS = (
    Model("atlas-8b", 8.0, 8.0),
    Model("summit-3", (300.0, 900.0), (60.0, 200.0), "moe", scores={"x": 0.5}),
)
tokens = st.integers(min_value=0, max_value=10_000)
activities = st.lists(
    st.builds(
        Activity,
        model=st.sampled_from(MODELS),
        input_tokens=tokens,
        output_tokens=tokens,
        cached_tokens=tokens,
        zone=st.sampled_from([None, "FRA", "DEU"]),
        hardware=st.sampled_from([None, Hardware(kind="cpu")]),
        cpu_seconds=st.sampled_from([None, 0.5, 2.0]),
        role=st.sampled_from(["answer", "retry"]),
    ),
    max_size=30,
)


@given(activities)
def test_sums_keep_every_token_and_request(given_activities: list[Activity]) -> None:
    sums = Sums()
    for activity in given_activities:
        sums.add(activity)
    for name in ("requests", "input_tokens", "output_tokens", "cached_tokens"):
        assert sum(getattr(each, name) for each in sums) == sum(
            getattr(each, name) for each in given_activities
        )
    measured = [each.cpu_seconds for each in given_activities if each.cpu_seconds is not None]
    assert sum(each.cpu_seconds or 0.0 for each in sums) == pytest.approx(sum(measured))


@given(activities, activities)
def test_merging_is_the_same_as_adding(left: list[Activity], right: list[Activity]) -> None:
    def tally(of: list[Activity]) -> Tally:
        whole = Tally(requests=len(of))
        for activity in of:
            whole.realised.add(activity)
        return whole

    apart, together = merged([tally(left), tally(right)]), tally(left + right)
    assert apart.requests == together.requests
    assert list(apart.realised) == list(together.realised)


def test_measured_and_predicted_processor_time_stay_apart() -> None:
    measured = Activity(MODELS[0], 1, 1, cpu_seconds=1.0)
    assert key_of(measured) != key_of(replace(measured, cpu_seconds=None))


def test_images_of_another_size_or_in_other_steps_stay_apart() -> None:
    image = Activity(MODELS[0], 0, 0, pixels=1024.0**2, steps=50)
    assert len({key_of(image), key_of(replace(image, pixels=None)), key_of(replace(image, steps=4))}) == 3
