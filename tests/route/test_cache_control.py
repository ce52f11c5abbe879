"""What a request's `Cache-Control` says is heeded, and the stricter of two wishes counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from sobrio.errors import NotKept
from sobrio.recall.entry import decode, encode
from sobrio.route import live, receive
from sobrio.terms.request import Caller

HELLO: dict[str, Any] = {"model": "sobrio/auto", "messages": [{"role": "user", "content": "hello"}]}


def wish(header: str | None = None, body: str | None = None, own: str | None = None) -> str:
    said = HELLO | ({"sobrio": {"cache": body}} if body else {})
    headers = {"cache-control": header, "x-sobrio-cache": own}
    given = {name: value for name, value in headers.items() if value is not None}
    return receive(json.dumps(said).encode(), given, Caller()).options.cache


def asked(house: Any, headers: Mapping[str, str] | None = None, **fields: Any) -> str:
    """What the cache made of it."""
    request = receive(json.dumps(HELLO | fields).encode(), headers or {}, Caller())
    reply = house.run(live(request, house.rooms))
    return dict(reply.headers)["x-sobrio-cache"]


class Aged:
    """The same store, an hour later."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def get(self, key: bytes) -> bytes | None:
        data = self._store.get(key)
        if data is None:
            return None
        entry = decode(data)
        before = datetime.fromisoformat(entry.at) - timedelta(hours=1)
        return encode(replace(entry, at=before.isoformat()))


@pytest.mark.parametrize(
    ("header", "counts"),
    [
        ("no-store", "off"),
        ("No-Store", "off"),
        ("no-cache", "refresh"),
        ("max-age=0", "refresh"),
        ('max-age="0"', "refresh"),
        ("max-age=soon", "refresh"),
        ("max-age", "refresh"),
        ("no-cache, no-store", "off"),
        ("max-age=60", "default"),
        ("no-transform", "default"),
        ('extension="no-store, no-cache"', "default"),
        ("", "default"),
    ],
)
def test_what_the_header_says(header: str, counts: str) -> None:
    assert wish(header) == counts


@pytest.mark.parametrize(
    ("header", "body", "own", "counts"),
    [
        ("no-store", "semantic", None, "off"),
        ("no-cache", "default", "semantic", "refresh"),
        ("max-age=60", "no-store", None, "no-store"),
        (None, "semantic", "off", "off"),
        (None, "no-store", "refresh", "off"),
        (None, "exact", "default", "exact"),
        (None, None, "semantic", "semantic"),
    ],
)
def test_the_stricter_wish_counts(header, body, own, counts) -> None:
    assert wish(header, body, own) == counts


def test_no_store_is_neither_read_nor_kept(house) -> None:
    assert asked(house, {"cache-control": "no-store"}) == "miss"
    assert asked(house) == "miss"
    assert asked(house, {"cache-control": "no-store"}) == "miss"
    assert asked(house) == "exact"


def test_no_cache_asks_again_and_keeps_the_new_answer(house) -> None:
    assert [asked(house), asked(house, {"cache-control": "no-cache"}), asked(house)] == [
        "miss",
        "miss",
        "exact",
    ]
    assert len(house.upstream.requests) == 2


def test_an_answer_that_is_too_old_for_the_caller_is_made_anew(house) -> None:
    asked(house)
    assert asked(house, {"cache-control": "max-age=60"}) == "exact"
    old = house.without(cache=Aged(house.rooms.cache))
    assert asked(old, {"cache-control": "max-age=4000"}) == "exact"
    assert asked(old, {"cache-control": "max-age=60"}) == "miss"


def test_only_if_cached_never_calls_a_model(house) -> None:
    with pytest.raises(NotKept) as told:
        asked(house, {"cache-control": "only-if-cached"})
    assert told.value.status == 504
    assert house.booked(told.value.receipt_id).outcome == "refused"
    assert not house.upstream.requests
    asked(house)
    assert asked(house, {"cache-control": "only-if-cached"}) == "exact"
    assert len(house.upstream.requests) == 1
