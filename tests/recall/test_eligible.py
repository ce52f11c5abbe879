"""What may be answered from the cache, and what may be kept there."""

from __future__ import annotations

from typing import Any

import pytest

from sobrio.recall import may_recall, may_store
from sobrio.terms.request import Options, Request


def request(temperature: float | None = None, n: bytes | None = None, cache: Any = "default") -> Request:
    fields = {} if n is None else {"n": n}
    return Request("m", (), fields, temperature=temperature, options=Options(cache=cache))


@pytest.mark.parametrize(
    ("asked", "may"),
    [
        (request(), True),
        (request(temperature=0.0), True),
        (request(temperature=1.0), True),
        (request(temperature=1.1), False),
        (request(n=b"1"), True),
        (request(n=b"null"), True),
        (request(n=b"2"), False),
        (request(cache="no-store"), True),
        (request(cache="exact"), True),
        (request(cache="refresh"), True),
        (request(cache="off"), False),
    ],
)
def test_what_may_be_answered_from_the_cache(asked: Request, may: bool) -> None:
    assert may_recall(asked, 1.0) is may


def test_an_unset_temperature_is_the_providers_one() -> None:
    assert not may_recall(request(), 0.9)


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "function_call"])
def test_a_whole_answer_is_kept(reason: str) -> None:
    assert may_store(request(), 1.0, 200, reason)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(500, "stop"), (429, "stop"), (200, "length"), (200, "content_filter"), (200, None)],
)
def test_errors_truncated_and_interrupted_answers_are_not_kept(status: int, reason: str | None) -> None:
    assert not may_store(request(), 1.0, status, reason)


@pytest.mark.parametrize("cache", ["default", "semantic", "exact", "refresh"])
def test_every_other_wish_lets_the_answer_be_kept(cache: str) -> None:
    assert may_store(request(cache=cache), 1.0, 200, "stop")


@pytest.mark.parametrize("cache", ["no-store", "off"])
def test_what_the_caller_wants_forgotten_is_not_kept(cache: str) -> None:
    assert not may_store(request(cache=cache), 1.0, 200, "stop")
