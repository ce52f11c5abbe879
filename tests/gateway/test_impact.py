"""Totals of a period over HTTP, and the document that describes the endpoints."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from sobrio.gateway import Keys, keys_from
from sobrio.gateway.endpoints import table
from sobrio.gateway.openapi import OPERATIONS, document

HELLO = json.dumps({"model": "sobrio/auto", "messages": [{"role": "user", "content": "how much?"}]}).encode()


@pytest.fixture
def totals(gateway):
    def ask(**query):
        response = gateway.raw("GET", f"/v1/impact?{urlencode(query)}")
        return response.status, json.loads(response.body)

    return ask


def test_what_was_asked_is_in_the_totals(gateway, totals):
    body = json.loads(HELLO) | {"sobrio": {"team": "counted", "cache": "off"}}
    for _ in range(2):
        assert gateway.raw("POST", "/v1/chat/completions", json.dumps(body).encode()).status == 200
    status, whole = totals(by="team,model")
    assert status == 200
    (table_,) = [each for each in whole["by"] if each["dimensions"] == ["team"]]
    (row,) = [each for each in table_["rows"] if each["team"] == "counted"]
    assert row["requests"] == 2
    assert row["realised"]["energy_wh"]["low"] > 0
    assert set(whole["avoided"]["unverified"]) == {"requests", "realised", "reference", "avoided"}
    assert whole["avoided"]["verified"]["requests"] == 0, "nobody has checked an answer yet"


def test_what_failed_is_told_apart_from_what_was_answered(gateway, totals):
    def failed():
        whole = totals(by="status")[1]
        (table_,) = whole["by"]
        return whole["requests"]["failed"], sum(r["requests"] for r in table_["rows"] if r["status"] == "500")

    before = failed()
    body = json.loads(HELLO) | {"model": "broken"}
    assert gateway.raw("POST", "/v1/chat/completions", json.dumps(body).encode()).status == 500
    assert failed() == (before[0] + 1, before[1] + 1)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"from": "yesterday"}, "not a day"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "not one of 1 to 366 days"),
        ({"from": "2020-01-01", "to": "2026-11-01"}, "not one of 1 to 366 days"),
        ({"to": "9999-12-31"}, "nothing in the year"),
        ({"by": "taem"}, "did you mean 'team'"),
        ({"by": "team,model,day,rule"}, "up to 3"),
        ({"since": "2026-01-01"}, "unknown parameter 'since'"),
    ],
)
def test_a_wrong_question_is_a_bad_request(totals, query, says):
    status, body = totals(**query)
    assert status == 400
    assert says in body["error"]["message"]


def test_without_a_key_nobody_sees_totals(opened):
    keys: Keys = keys_from({"SOBRIO_API_KEY": "secret-of-this-test"})
    with opened(keys=keys) as house:
        assert house.raw("GET", "/v1/impact").status == 401
        assert house.raw("GET", "/v1/impact", None, {"x-api-key": "secret-of-this-test"}).status == 200


def test_the_document_describes_every_endpoint_and_no_other(gateway):
    routes = table(gateway.rooms).routes
    there = {(route.method, route.path) for route in routes}
    assert {(each.method, each.path) for each in OPERATIONS} == there
    open_to_all = {route.path for route in routes if route.right is None}
    assert {each.path for each in OPERATIONS if each.public} == open_to_all


def test_the_document_is_served_to_anyone(opened):
    with opened(keys=keys_from({"SOBRIO_API_KEY": "secret-of-this-test"})) as house:
        response = house.raw("GET", "/openapi.json")
    assert json.loads(response.body) == document()


def test_bodies_that_the_document_calls_right_are_taken(post):
    response = post("/v1/responses", b'{"model": "small", "input": [{"role": "user", "content": "hi"}]}')
    assert response.status == 200
