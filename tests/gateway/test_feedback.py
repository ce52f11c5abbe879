"""Feedback over HTTP."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from sobrio.errors import CacheError

CHAT = {"model": "sobrio/auto", "messages": [{"role": "user", "content": "Is this a capital letter?"}]}


def test_feedback_about_a_receipt_is_taken(gateway, post):
    receipt = post("/v1/chat/completions", json.dumps(CHAT).encode()).headers["x-sobrio-receipt"]
    told = post("/v1/feedback", json.dumps({"receipt": receipt, "verdict": "bad"}).encode())
    assert told.status == 200
    assert json.loads(told.body) == {"receipt": receipt, "verdict": "bad", "cache": "forgotten"}
    assert gateway.rooms.ledger.find(receipt).avoided.equivalence == "not comparable"


def test_what_cannot_be_forgotten_yet_is_said_to_wait_and_is_given_no_more(
    gateway, post, request_raw, monkeypatch
):
    def fail(_: object) -> None:
        raise CacheError("the disk is full")

    cache = gateway.rooms.cache
    made = post("/v1/chat/completions", json.dumps(CHAT).encode()).headers["x-sobrio-receipt"]
    cache.flush()
    with monkeypatch.context() as full:
        full.setattr(cache._pending, "_write", fail)
        told = post("/v1/feedback", json.dumps({"receipt": made, "verdict": "bad"}).encode())
        assert json.loads(told.body)["cache"] == "pending"
        again = post("/v1/chat/completions", json.dumps(CHAT).encode())
        assert again.headers["x-sobrio-cache"] == "miss"
        assert "the disk is full" in request_raw("GET", "/readyz").body.decode()
        with pytest.raises(CacheError):
            cache.flush()
    again = post("/v1/chat/completions", json.dumps(CHAT).encode())
    assert again.headers["x-sobrio-cache"] == "miss"
    with suppress(CacheError):  # for what failed before
        cache.flush()
    assert "the disk is full" not in request_raw("GET", "/readyz").body.decode()


def test_feedback_about_nothing_is_told_so(post):
    told = post("/v1/feedback", json.dumps({"receipt": "rcpt_0", "verdict": "bad"}).encode())
    assert (told.status, told.error["code"]) == (404, "receipt_not_found")
