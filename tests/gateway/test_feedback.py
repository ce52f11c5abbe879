"""Feedback over HTTP."""

from __future__ import annotations

import json

CHAT = {"model": "sobrio/auto", "messages": [{"role": "user", "content": "Is this a capital letter?"}]}


def test_feedback_about_a_receipt_is_taken(gateway, post):
    receipt = post("/v1/chat/completions", json.dumps(CHAT).encode()).headers["x-sobrio-receipt"]
    told = post("/v1/feedback", json.dumps({"receipt": receipt, "verdict": "bad"}).encode())
    assert told.status == 200
    assert json.loads(told.body) == {"receipt": receipt, "verdict": "bad", "cache": "forgotten"}
    assert gateway.rooms.ledger.find(receipt).avoided.equivalence == "not comparable"


def test_feedback_about_nothing_is_told_so(post):
    told = post("/v1/feedback", json.dumps({"receipt": "rcpt_0", "verdict": "bad"}).encode())
    assert (told.status, told.error["code"]) == (404, "receipt_not_found")
