"""A client that leaves stops the upstream, and what was used until then is booked."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import openai
import pytest


def body(model: str, stream: bool) -> bytes:
    messages = [{"role": "user", "content": "one two three four"}]
    return json.dumps({"model": model, "messages": messages, "stream": stream}).encode()


def send(url: str, model: str, *, stream: bool) -> socket.socket:
    place, document = urlsplit(url), body(model, stream)
    connection = socket.create_connection((place.hostname, place.port), timeout=60)
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"content-length: {len(document)}\r\n\r\n"
    )
    connection.sendall(head.encode() + document)
    return connection


@pytest.mark.parametrize("stream", [False, True])
def test_leaving_before_the_answer_stops_the_upstream(gateway, upstream, stream):
    before, asked = upstream.abandoned, len(upstream.requests)
    connection = send(gateway.url, "hang", stream=stream)
    assert upstream.wait_until(lambda u: len(u.requests) > asked)
    connection.close()
    assert upstream.wait_until(lambda u: u.abandoned > before)


def test_leaving_a_stream_stops_the_upstream_and_books_what_was_used(gateway, upstream):
    before = upstream.abandoned
    with gateway.client() as client:
        stream = client.chat.completions.create(
            model="endless", messages=[{"role": "user", "content": "one two three"}], stream=True
        )
        receipt_id = stream.response.headers["x-sobrio-receipt"]
        next(iter(stream))
        stream.close()
    assert upstream.wait_until(lambda u: u.abandoned > before)
    receipt = booked(gateway, receipt_id)
    assert "truncated" in receipt.caveats
    assert receipt.activities[0].output_tokens >= 1


def booked(gateway, receipt_id):
    """The upstream notices first; the receipt follows within a turn of the gateway's loop."""
    for _ in range(200):
        if (receipt := gateway.rooms.ledger.find(receipt_id)) is not None:
            return receipt
        gateway.raw("GET", "/healthz")
    raise AssertionError("the abandoned stream was not booked")


def test_chunks_are_sent_as_they_come(gateway):
    """The first chunk of an endless stream can be read although the stream never ends."""
    with send(gateway.url, "endless", stream=True) as connection:
        received = b""
        while received.count(b"data: ") < 3:
            received += connection.recv(65536)
    assert b"[DONE]" not in received


def test_the_gateway_goes_on_after_a_client_left(gateway, client: openai.OpenAI):
    for _ in range(20):
        send(gateway.url, "endless", stream=True).close()
    answer = client.chat.completions.create(
        model="sobrio/auto", messages=[{"role": "user", "content": "still there?"}]
    )
    assert answer.choices[0].message.content == "still there?"


@pytest.mark.parametrize("stream", [False, True])
def test_leaving_between_the_head_and_the_first_word_stops_the_upstream(gateway, upstream, stream):
    """Headers alone have arrived; whoever waits for the rest is gone."""
    before, asked = upstream.abandoned, len(upstream.requests)
    connection = send(gateway.url, "mute", stream=stream)
    assert upstream.wait_until(lambda u: len(u.requests) > asked)
    connection.close()
    assert upstream.wait_until(lambda u: u.abandoned > before)
