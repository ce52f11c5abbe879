"""What may be answered from the cache, and what may be kept there."""

from __future__ import annotations

import json
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


HOSTED = (
    {"conversation": "conv_1"},
    {"previous_response_id": "resp_1"},
    {"background": True},
    {"prompt": {"id": "pmpt_1"}},
    {"prompt": {"id": "pmpt_1", "version": "2"}},
    {"web_search_options": {}},
    {"plugins": [{"id": "web"}]},
    {"search_parameters": {"mode": "on"}},
    {"mcp_servers": [{"type": "url", "url": "https://mail.example"}]},
    {"container": "container_1"},
    {"tools": [{"type": "mcp", "server_label": "mail"}]},
    {"tools": [{"type": "function", "function": {"name": "f"}}, {"type": "web_search"}]},
    {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
    {"tools": [{"type": "code_execution_20250825", "name": "code_execution"}]},
    {"tools": [{"googleSearch": {}}]},
    {"tools": ["nobody knows"]},
    {"tools": {}},
)
BY_THE_CLIENT = (
    {"conversation": None, "plugins": [], "background": False, "web_search_options": None, "tools": None},
    {"tools": []},
    {"tools": [{"type": "function", "function": {"name": "f"}}]},
    {"tools": [{"type": "function", "name": "f"}, {"type": "custom", "name": "g"}]},
    {"tools": [{"name": "weather", "input_schema": {"type": "object"}}]},
    {"tools": [{"type": "bash_20250124", "name": "bash"}]},
    {"prompt": "Once upon a time"},
    {"background": "transparent"},
)


def asking(fields: dict[str, Any]) -> Request:
    return Request("m", (), {name: json.dumps(value).encode() for name, value in fields.items()})


@pytest.mark.parametrize("fields", HOSTED)
def test_what_reaches_outside_the_request_is_done_each_time(fields: dict[str, Any]) -> None:
    assert not may_recall(asking(fields), 1.0)
    assert not may_store(asking(fields), 1.0, 200, "stop")


@pytest.mark.parametrize("fields", BY_THE_CLIENT)
def test_what_the_client_runs_itself_is_no_obstacle(fields: dict[str, Any]) -> None:
    assert may_recall(asking(fields), 1.0)
