"""Pictures at addresses that only an upstream can reach."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sobrio.errors import InputError

INSIDE = [{"type": "image_url", "image_url": {"url": "http://169.254.169.254/latest/meta-data/"}}]


def test_they_are_refused_booked_and_not_passed_on(build) -> None:
    house = build()
    with pytest.raises(InputError, match="is an address inside a network") as refused:
        house.answer(INSIDE)
    assert house.booked(refused.value.receipt_id).status == 400
    assert not house.upstream.requests


def test_a_policy_may_allow_them(build) -> None:
    house = build()
    policy = house.rooms.policy()
    callers = replace(policy.callers, private_addresses=True)
    house = house.without(policy=lambda: replace(policy, callers=callers))
    with pytest.raises(Exception, match="cannot read images"):
        house.answer(INSIDE)
