"""Requests share a key only when their answers may be shared."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.recall import exact_key
from sobrio.terms.request import Caller, Options, Request

BODY = {
    "model": "sobrio/auto",
    "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "2+2?"}],
    "temperature": 0.2,
    "tools": [{"type": "function", "function": {"name": "add"}}],
}


def request(body: dict[str, Any], tenant: str = "a", **more: Any) -> Request:
    fields = {name: msgspec.json.encode(value) for name, value in body.items()}
    return Request(body.get("model", "m"), (), fields, caller=Caller(tenant), **more)


def key(body: dict[str, Any], tenant: str = "a", version: str = "p1", **more: Any) -> bytes:
    return exact_key(request(body, tenant, **more), version)[0]


@pytest.mark.parametrize(
    "change",
    [
        {"messages": [{"role": "system", "content": "Be rude."}, {"role": "user", "content": "2+2?"}]},
        {"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "2+3?"}]},
        {"messages": [{"role": "user", "content": "Be kind."}, {"role": "user", "content": "2+2?"}]},
        {"temperature": 0.3},
        {"temperature": None},
        {"tools": [{"type": "function", "function": {"name": "sub"}}]},
        {"tools": []},
        {"model": "other"},
        {"response_format": {"type": "json_object"}},
        {"seed": 1},
        {"a_field_of_next_year": True},
    ],
)
def test_what_may_change_the_answer_changes_the_key(change: dict[str, Any]) -> None:
    assert key(BODY | change) != key(BODY)


@pytest.mark.parametrize("name", ["stream", "stream_options", "user", "metadata", "sobrio"])
def test_what_cannot_change_the_answer_leaves_the_key(name: str) -> None:
    assert key(BODY | {name: {"x": 1}}) == key(BODY)


def test_tenants_never_share() -> None:
    assert key(BODY, tenant="a") != key(BODY, tenant="b")
    assert exact_key(request(BODY, "b"), "p")[1] == "b"


def test_a_new_policy_or_other_wishes_start_anew() -> None:
    assert key(BODY, version="p2") != key(BODY)
    assert key(BODY, options=Options(quality_floor=0.5)) != key(BODY)
    assert key(BODY, options=Options(team="hr")) != key(BODY)
    assert key(BODY, options=Options(pin=True)) != key(BODY)


def test_key_order_and_white_space_do_not_matter() -> None:
    tidy = Request("m", (), {"a": b'[{"x":1,"y":2.50}]', "b": b"1"})
    loose = Request("m", (), {"b": b" 1 ", "a": b'[ {"y": 2.50, "x": 1} ]'})
    assert exact_key(tidy, "p") == exact_key(loose, "p")


@pytest.mark.parametrize(
    ("one", "two"), [(b"1e400", b"1e500"), (b"9" * 40, b"9" * 39 + b"8"), (b"1", b'"1"')]
)
def test_numbers_are_compared_as_written(one: bytes, two: bytes) -> None:
    assert exact_key(Request("m", (), {"seed": one}), "p") != exact_key(Request("m", (), {"seed": two}), "p")


texts = st.text(max_size=6)


@given(st.tuples(texts, texts, texts), st.tuples(texts, texts, texts))
def test_no_injected_separator_makes_two_requests_one(
    one: tuple[str, str, str], two: tuple[str, str, str]
) -> None:
    """Tenant, model and a field's text: any cut between them is a different request."""

    def made(parts: tuple[str, str, str]) -> bytes:
        tenant, model, text = parts
        return key({"model": model, "messages": text}, tenant=tenant)

    assert (made(one) == made(two)) == (one == two)


@given(st.dictionaries(texts, texts, max_size=3), st.dictionaries(texts, texts, max_size=3))
def test_no_field_pretends_to_be_another(one: dict[str, str], two: dict[str, str]) -> None:
    without = {"model", "stream", "stream_options", "user", "metadata", "sobrio"}
    same = {k: v for k, v in one.items() if k not in without} == {
        k: v for k, v in two.items() if k not in without
    }
    assert (key({"model": "m"} | one) == key({"model": "m"} | two)) == same


def test_a_number_too_long_to_be_read_still_counts() -> None:
    keys = {
        exact_key(Request("m", (), {"messages": b"[]", "seed": b"1" * size}), "p")[0]
        for size in (5_000, 5_001)
    }
    assert len(keys) == 2


def test_many_long_fields_are_told_apart_without_being_read() -> None:
    """Together they are longer than what is read for a key."""
    long = {f"f{number}": [number] * 20_000 for number in range(10)}
    assert key(long) == key(dict(reversed(long.items())))
    assert key(long) != key(long | {"f9": [0] * 20_000})
