"""Options of a request and of the policy that change what is told and kept."""

from __future__ import annotations

import json
from dataclasses import replace


def test_a_request_may_ask_to_be_explained(build) -> None:
    told = build().answer("What is 7 + 5?", sobrio={"explain": True})["sobrio"]
    assert told["assessment"]["task"]
    assert {each["deployment"] for each in told["candidates"]} >= {"first", "second"}


def test_the_last_event_of_a_stream_explains_too(build) -> None:
    payloads = build().stream("What is 7 + 5?", sobrio={"explain": True})
    told = [each["sobrio"] for each in payloads if isinstance(each, dict) and "sobrio" in each]
    assert told[-1]["candidates"]


def test_without_the_wish_nothing_of_it_is_told(build) -> None:
    assert not {"assessment", "candidates"} & build().answer("What is 7 + 5?")["sobrio"].keys()


def test_prompts_are_kept_only_where_the_policy_says_so(build) -> None:
    house = build()
    assert house.booked(house.answer("a secret plan")["sobrio"]["receipt"]).prompt is None
    policy = house.rooms.policy()
    keeping = replace(policy, defaults=replace(policy.defaults, keep_prompts=True))
    house = house.without(policy=lambda: keeping)
    kept = house.booked(house.answer("another plan")["sobrio"]["receipt"]).prompt
    assert json.loads(kept) == [{"role": "user", "content": "another plan"}]
