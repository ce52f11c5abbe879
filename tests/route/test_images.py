"""Images as they are booked: how many, and of what size."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.assemble import open_rooms
from sobrio.route import live, receive
from sobrio.route.forwarded import pixels_of
from sobrio.terms.receipt import Receipt
from sobrio.terms.request import Caller
from sobrio.testing import LoopbackUpstream

POLICY = """\
version: 1
name: painters
defaults: {{fallback: painter}}
upstreams:
  loopback: {{kind: openai, base_url: "{base_url}"}}
models:
  - {{name: painter, model: flux.1-dev, upstream: loopback, upstream_model: loopback}}
"""


@pytest.fixture
def painted(tmp_path: Path) -> Iterator[Callable[..., Receipt]]:
    """The receipt of some pictures."""
    with LoopbackUpstream() as upstream, asyncio.Runner() as runner:
        policy = tmp_path / "policy.yaml"
        policy.write_text(POLICY.format(base_url=upstream.base_url))
        with open_rooms(policy, data_dir=tmp_path / "data", environ={}) as rooms:

            def paint(**fields: Any) -> Receipt:
                body = json.dumps({"model": "painter", "prompt": "a cat", **fields}).encode()
                reply = runner.run(live(receive(body, {}, Caller(), "images"), rooms))
                found = rooms.ledger.find(reply.receipt_id)
                assert found is not None
                return found

            yield paint
            runner.run(rooms.upstream.aclose())


def test_size_and_number_are_booked_and_survive_the_ledger(painted: Callable[..., Receipt]):
    (activity,) = painted(n=3, size="1024x1536").activities
    assert (activity.requests, activity.pixels, activity.steps) == (3, 1024 * 1536, None)


def test_larger_pictures_and_more_of_them_are_charged_more(painted: Callable[..., Receipt]):
    small, large, two = (
        float(painted(**fields).realised.energy_wh.central)  # type: ignore[union-attr]
        for fields in ({"size": "512x512"}, {"size": "1024x1024"}, {"size": "1024x1024", "n": 2})
    )
    assert large > 2 * small
    assert two == pytest.approx(2 * large, rel=1e-3)


@pytest.mark.parametrize("size", ["auto", "0x1024", "1024", 1024, None, "9" * 9 + "x1"])
def test_a_size_that_tells_no_pixels_is_unknown(painted: Callable[..., Receipt], size: object):
    assert painted(size=size).activities[0].pixels is None


def test_what_the_upstream_says_it_made_goes_before_what_was_asked():
    assert pixels_of({"size": b'"1024x1024"'}, {"size": b'"auto"'}) == 1024**2
    assert pixels_of({"size": b'"512x512"'}, {"size": b'"1024x1024"'}) == 512**2


@given(st.binary())
def test_any_bytes_in_the_place_of_a_size_are_read(size: bytes):
    assert pixels_of({}, {"size": size}) is None or b"x" in size
