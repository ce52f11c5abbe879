"""Bodies that nobody should send: each is answered, and none with a defect of ours."""

from __future__ import annotations

import json
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sobrio.gateway.openapi import OPERATIONS

POSTS = [each for each in OPERATIONS if each.fields is not None]
WORDS = st.sampled_from(
    [
        "role",
        "content",
        "type",
        "text",
        "user",
        "image_url",
        "url",
        "tool_calls",
        "source",
        "input",
        "id",
        "x",
    ]
)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=6) | st.just("loopback"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
TURN = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "tool", "x"]), "content": VALUE},
    optional={
        "tool_calls": VALUE,
        "type": st.sampled_from(["message", "function_call", "x"]),
        "output": VALUE,
    },
)
MORE = st.dictionaries(
    st.sampled_from(
        ["tools", "tool_choice", "stop", "n", "response_format", "text", "thinking", "system", "user"]
    ),
    VALUE,
    max_size=2,
)


@pytest.mark.parametrize("operation", POSTS, ids=[each.path for each in POSTS])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nonsense_is_answered_and_never_with_a_defect(post, operation, data):
    assert operation.fields is not None
    read = {name: st.lists(TURN, min_size=1, max_size=2) | VALUE for name in operation.fields}
    wanted = read | {"model": st.just("small"), "max_tokens": st.integers(0, 9), "sobrio": st.just({})}
    body = data.draw(st.fixed_dictionaries({name: wanted[name] for name in read})) | data.draw(MORE)
    response = post(operation.path, json.dumps(body).encode())
    assert response.status != 500, response.body
    if response.status >= 400:
        assert response.error["message"]


@pytest.mark.parametrize("operation", POSTS, ids=[each.path for each in POSTS])
def test_torn_bodies_are_bad_requests(post, operation):
    send = partial(post, operation.path)
    for body in (
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"model": "small"}',
        b'{"model": "small", "input": ' + b"[" * 9999,
    ):
        assert send(body).status == 400
