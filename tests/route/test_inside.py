"""Pictures at addresses that only an upstream can reach."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sobrio.errors import InputError
from sobrio.route import live, receive
from sobrio.terms.request import Caller

INSIDE = [{"type": "image_url", "image_url": {"url": "http://169.254.169.254/latest/meta-data/"}}]


def test_they_are_refused_booked_and_not_passed_on(build) -> None:
    house = build()
    with pytest.raises(InputError, match="is an address inside a network") as refused:
        house.answer(INSIDE)
    assert house.booked(refused.value.receipt_id).status == 400
    assert not house.upstream.requests


HOST = "http://169.254.169.254/latest/meta-data/"
ELSEWHERE = {
    "a film": ("chat", "messages", [{"type": "video_url", "video_url": {"url": HOST}}]),
    "a sound": ("chat", "messages", [{"type": "audio_url", "audio_url": {"url": HOST}}]),
    "a file": ("chat", "messages", [{"type": "file", "file_url": HOST}]),
    "a document": ("messages", "messages", [{"type": "document", "source": {"type": "url", "url": HOST}}]),
    "an input": ("responses", "input", [{"type": "input_file", "file_url": HOST}]),
}


@pytest.mark.parametrize(("shape", "field", "content"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_it_need_not_be_a_picture(build, shape, field, content) -> None:
    house = build()
    body = {"model": "sobrio/auto", "max_tokens": 9, field: [{"role": "user", "content": content}]}
    with pytest.raises(InputError, match="is an address inside a network"):
        house.run(live(receive(json.dumps(body).encode(), {}, Caller(), shape), house.rooms))
    assert not house.upstream.requests


def test_a_policy_may_allow_them(build) -> None:
    house = build()
    policy = house.rooms.policy()
    callers = replace(policy.callers, private_addresses=True)
    house = house.without(policy=lambda: replace(policy, callers=callers))
    with pytest.raises(Exception, match="cannot read images"):
        house.answer(INSIDE)
