"""Limits and budgets as the policy states them, kept over real requests."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from sobrio.errors import OverLimit
from sobrio.quota import LocalQuotas
from sobrio.terms.limit import Limit
from sobrio.terms.request import Caller

ALICE = Caller(tenant="acme", team="research", key_id="alice")


def limited(house, *limits: Limit):
    policy = replace(house.rooms.policy(), limits=limits)
    return house.without(policy=lambda: policy, quotas=LocalQuotas(lambda: limits))


def test_the_request_too_many_is_refused_and_booked_and_nobody_is_called(build) -> None:
    house = limited(build(), Limit("pace", "requests", 2, "hour"))
    for number in range(2):
        house.answer(f"question {number}", caller=ALICE)
    with pytest.raises(OverLimit, match="limit 'pace'") as refused:
        house.answer("one more", caller=ALICE)
    receipt = house.booked(refused.value.receipt_id)
    assert (receipt.status, receipt.outcome) == (429, "refused")
    assert len(house.upstream.requests) == 2


def test_another_key_is_not_concerned(build) -> None:
    house = limited(build(), Limit("pace", "requests", 1, "hour"))
    house.answer("hello", caller=ALICE)
    house.answer("hello again", caller=changed(ALICE, key_id="bob"))


def test_tokens_are_charged_as_they_were_counted_not_as_expected(build) -> None:
    house = limited(build(), Limit("tokens", "tokens", 3000, "day"))
    for number in range(10):
        house.answer(f"question {number}", caller=ALICE)


def test_an_energy_budget_ends_and_what_is_kept_can_still_be_had(build) -> None:
    house = build()
    spent = house.booked(house.answer("hello", caller=ALICE)["sobrio"]["receipt"]).realised.energy_wh.central
    poor = limited(house, Limit("budget", "energy_wh", spent, "month"))
    with pytest.raises(OverLimit, match="limit 'budget'") as refused:
        for number in range(100):
            poor.answer(f"question {number}", caller=ALICE)
    assert refused.value.code == "budget_exceeded"
    assert poor.answer("hello", caller=ALICE)["sobrio"]["outcome"] == "exact"


def test_money_without_a_price_is_let_through_and_said(build) -> None:
    house = limited(build(), Limit("bill", "usd", 0.01, "month")).without(price=lambda _: None)
    receipt = house.booked(house.answer("hello", caller=ALICE)["sobrio"]["receipt"])
    assert "limit-unmeasured" in receipt.caveats


def test_a_failed_call_gives_back_what_was_reserved(build) -> None:
    house = build("error-400")
    house = limited(house, Limit("tokens", "tokens", 2000, "day"))
    for number in range(20):
        with pytest.raises(Exception, match="400"):
            house.answer(f"question {number}", caller=ALICE)


def test_a_stream_is_charged_too(build) -> None:
    house = limited(build(), Limit("tokens", "tokens", 2000, "day"))
    with pytest.raises(OverLimit):
        for number in range(500):
            house.stream(f"question {number}", caller=ALICE)


def test_money_is_counted_at_the_list_price(build) -> None:
    house = limited(build(), Limit("bill", "usd", 0.00003, "month"))
    with pytest.raises(OverLimit, match="limit 'bill'"):
        for number in range(1000):
            house.answer(f"question {number}", caller=ALICE)
