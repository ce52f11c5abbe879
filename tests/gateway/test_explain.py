"""Explaining a request in the shape in which it would be sent."""

from __future__ import annotations

import json

import pytest

TEXT = "What is the capital of France?"
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}
CHAT = {
    "model": "sobrio/auto",
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": TEXT}],
    "tools": [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}],
}
MESSAGES = {
    "model": "sobrio/auto",
    "system": [{"type": "text", "text": "Be brief."}],
    "messages": [{"role": "user", "content": [{"type": "text", "text": TEXT}]}],
    "max_tokens": 100,
    "tools": [{"name": "weather", "input_schema": WEATHER}],
}
RESPONSES = {
    "model": "sobrio/auto",
    "instructions": "Be brief.",
    "input": [{"role": "user", "content": [{"type": "input_text", "text": TEXT}]}],
    "tools": [{"type": "function", "name": "weather", "parameters": WEATHER}],
}
ANTHROPIC = {"anthropic-version": "2023-06-01"}


def explained(post, body, headers=None):
    response = post("/v1/explain", json.dumps(body).encode(), headers)
    assert response.status == 200, response.body
    return json.loads(response.body)


@pytest.mark.parametrize(("body", "headers"), [(MESSAGES, ANTHROPIC), (RESPONSES, {})])
def test_the_same_question_is_understood_alike_in_every_shape(post, upstream, body, headers) -> None:
    before = len(upstream.requests)
    as_chat, other = explained(post, CHAT), explained(post, body, headers)
    assert other["decision"] == as_chat["decision"]
    assert other["assessment"]["needs"]["tools"] and as_chat["assessment"]["needs"]["tools"]
    bytes_of_the_shape = {"input_tokens": 0, "needs": None}
    assert {**other["assessment"], **bytes_of_the_shape} == {**as_chat["assessment"], **bytes_of_the_shape}
    assert [each["deployment"] for each in other["candidates"]] == [
        c["deployment"] for c in as_chat["candidates"]
    ]
    assert len(upstream.requests) == before


def test_the_cache_of_the_shape_is_looked_at(post) -> None:
    post("/v1/messages", json.dumps(MESSAGES | {"tools": []}).encode(), ANTHROPIC)
    assert explained(post, MESSAGES | {"tools": []}, ANTHROPIC)["cache"] == "exact"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"model": "small"}', b'{"model":"small","input":[]}'])
def test_what_is_no_request_in_any_shape_is_a_bad_one(post, body) -> None:
    assert post("/v1/explain", body).status == 400
