"""Limits and budgets as the policy states them, kept over real requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as changed

from sobrio.assemble import open_rooms
from sobrio.errors import OverLimit
from sobrio.quota import LocalQuotas
from sobrio.route import live, receive
from sobrio.terms.limit import Limit
from sobrio.terms.request import Caller
from sobrio.testing import LoopbackUpstream

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


WORDS = "word " * 4000
"""5,000 tokens."""
TOO_LONG: dict[str, dict[str, Any]] = {
    "prompt": {"text": WORDS, "max_tokens": 1},
    "answer": {"max_tokens": 5000},
    "several answers": {"max_tokens": 50, "n": 100},
    "several answers of the usual length": {"n": 10},
}
PINS: dict[str, dict[str, Any]] = {
    "by the caller": {"model": "second", "sobrio": {"pin": True}},
    "by a rule": {"caller": changed(ALICE, team="pinned")},
}


@pytest.mark.parametrize("pin", PINS.values(), ids=PINS)
@pytest.mark.parametrize("asked", TOO_LONG.values(), ids=TOO_LONG)
def test_what_is_known_of_a_pinned_call_is_reserved_before_it(build, pin, asked) -> None:
    house = limited(build(), Limit("tokens", "tokens", 4000, "day"))
    with pytest.raises(OverLimit, match="this request alone asks for"):
        house.answer(**({"caller": ALICE} | pin | asked))
    assert not house.upstream.requests


@pytest.mark.parametrize("measure", ["usd", "energy_wh", "ghg_g"])
def test_a_pinned_call_s_money_and_impact_are_reserved_too(build, measure) -> None:
    house = limited(build(), Limit("budget", measure, 1e-9, "month"))
    with pytest.raises(OverLimit, match="this request alone asks for"):
        house.answer(model="second", sobrio={"pin": True}, caller=ALICE)
    assert not house.upstream.requests


def test_a_pinned_call_gives_back_what_it_did_not_take(build) -> None:
    house = limited(build(), Limit("tokens", "tokens", 3000, "day"))
    for number in range(5):
        house.answer(f"q {number}", model="second", max_tokens=2500, sobrio={"pin": True}, caller=ALICE)


def test_a_limit_longer_than_the_model_s_context_reserves_no_more_than_that(build) -> None:
    house = limited(build(), Limit("tokens", "tokens", 1e6, "day"))
    house.answer(model="second", max_tokens=10**400, sobrio={"pin": True}, caller=ALICE)


def test_several_answers_are_reserved_where_the_choice_is_free_too(build) -> None:
    house = limited(build(), Limit("tokens", "tokens", 4000, "day"))
    house.answer("hello", max_tokens=100, caller=ALICE)
    with pytest.raises(OverLimit, match="this request alone asks for"):
        house.answer("hello", max_tokens=100, n=1000, caller=ALICE)


def test_limits_for_each_key_hold_where_nobody_has_one(build) -> None:
    house = limited(build(), Limit("pace", "requests", 1, "hour"))
    house.answer("hello")
    with pytest.raises(OverLimit, match="limit 'pace'"):
        house.answer("hello again", sobrio={"team": "another"})


FORWARDING = """\
version: 1
name: forwarding
defaults: {{fallback: vectors}}
upstreams:
  loopback: {{kind: openai, base_url: "{base_url}"}}
models:
  - {{name: vectors, model: text-embedding-3-small, upstream: loopback, upstream_model: loopback}}
  - {{name: painter, model: flux.1-dev, upstream: loopback, upstream_model: loopback}}
limits:
  - {{name: tokens, tokens: 1000, per: day}}
  - {{name: energy, energy_wh: 30, per: day}}
"""


@contextmanager
def forwarding(folder: Path) -> Iterator[Any]:
    """Sends a body of some shape."""
    with LoopbackUpstream() as upstream, asyncio.Runner() as runner:
        policy = folder / "policy.yaml"
        policy.write_text(FORWARDING.format(base_url=upstream.base_url))
        with open_rooms(policy, data_dir=folder / "data", environ={}) as rooms:
            yield lambda shape, **body: runner.run(
                live(receive(json.dumps(body).encode(), {}, Caller(), shape), rooms)
            )
            runner.run(rooms.aclose())


@pytest.mark.parametrize("texts", [["word " * 500] * 3, list(range(1000, 3000))], ids=["words", "numbers"])
def test_texts_to_embed_are_reserved(tmp_path: Path, texts) -> None:
    with forwarding(tmp_path) as send:
        send("embeddings", model="vectors", input="a few words")
        with pytest.raises(OverLimit, match=r"limit 'tokens'.*this request alone"):
            send("embeddings", model="vectors", input=texts)


def test_every_picture_is_reserved(tmp_path: Path) -> None:
    with forwarding(tmp_path) as send:
        send("images", model="painter", prompt="a cat")
        with pytest.raises(OverLimit, match=r"limit 'energy'.*this request alone"):
            send("images", model="painter", prompt="a cat", n=100)
