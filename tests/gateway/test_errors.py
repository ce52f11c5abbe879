"""Failures upstream and refusals of our own, as the openai client sees them."""

from __future__ import annotations

import json

import openai
import pytest

MESSAGES = [{"role": "user", "content": "hello"}]


@pytest.mark.parametrize(
    ("model", "kind", "status"),
    [
        ("refusing", openai.BadRequestError, 400),
        ("busy", openai.RateLimitError, 429),
        ("broken", openai.InternalServerError, 500),
    ],
)
def test_an_upstream_status_becomes_the_exception_it_stands_for(client, model, kind, status):
    with pytest.raises(kind) as raised:
        client.chat.completions.create(model=model, messages=MESSAGES)
    assert raised.value.status_code == status
    assert raised.value.response.headers["x-sobrio-receipt"]


def test_retry_after_is_passed_on(client):
    with pytest.raises(openai.RateLimitError) as raised:
        client.chat.completions.create(model="busy", messages=MESSAGES)
    assert raised.value.response.headers["retry-after"] == "1"


def test_a_failed_call_is_booked(client, gateway):
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="refusing", messages=MESSAGES)
    receipt = gateway.rooms.ledger.find(raised.value.response.headers["x-sobrio-receipt"])
    assert receipt.status == 400
    assert receipt.failures[0].deployment == "refusing"


def test_an_answer_that_breaks_off_is_a_bad_gateway(client):
    with pytest.raises(openai.InternalServerError) as raised:
        client.chat.completions.create(model="reset", messages=MESSAGES)
    assert raised.value.status_code == 502
    assert raised.value.body["code"] == "upstream_broken"


def test_a_stream_that_breaks_off_raises_in_the_client_and_is_booked(client, gateway):
    messages = [{"role": "user", "content": "one two three four five"}]
    stream = client.chat.completions.create(model="reset", messages=messages, stream=True)
    receipt_id = stream.response.headers["x-sobrio-receipt"]
    with pytest.raises(openai.APIError) as raised:
        list(stream)
    assert raised.value.body["code"] == "upstream_broken"
    assert "truncated" in gateway.rooms.ledger.find(receipt_id).caveats


def test_an_unknown_model_is_not_found(client):
    with pytest.raises(openai.NotFoundError) as raised:
        client.chat.completions.create(model="smol", messages=MESSAGES)
    assert raised.value.body["code"] == "model_not_found"


def test_a_deployment_without_a_key_says_what_to_do_and_not_to_retry(client):
    with pytest.raises(openai.InternalServerError) as raised:
        client.chat.completions.create(model="absent", messages=MESSAGES)
    assert raised.value.status_code == 503
    assert "ABSENT_KEY" in raised.value.body["message"]
    assert raised.value.response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"{", "not valid JSON"),
        (b"[]", "wrong shape"),
        (b'{"model": "sobrio/auto"}', "'messages' is missing"),
        (b'{"messages": [{"role": "user", "content": "x"}]}', "'model' is missing"),
        (b'{"model": "sobrio/auto", "messages": []}', "'messages' is empty"),
        (b'{"model": "sobrio/auto", "messages": [{"role": "user", "content": "\xff"}]}', "JSON"),
        (b'{"model": "sobrio/auto", "messages": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "nested too deeply"),
        (b'{"model":"a","messages":[{"role":"user","content":"x"}],"sobrio":{"taem":"hr"}}', "team"),
        (b'{"model":"small","messages":[{"role":"user","content":"x"}],"n":"x"}', "'n' has the wrong shape"),
        (
            b'{"model":"small","messages":[{"role":"user","content":"x"}],"tools":[1]}',
            "'tools' has the wrong",
        ),
    ],
)
def test_a_body_that_cannot_be_read_is_a_bad_request(post, body, says):
    response = post("/v1/chat/completions", body)
    assert response.status == 400
    assert response.error["type"] == "invalid_request_error"
    assert says in response.error["message"]
    assert set(response.error) >= {"message", "type", "code", "param"}


def test_a_message_that_cannot_be_read_is_told_in_anthropic_s_shape(post):
    body = b'{"model":"small","max_tokens":5,"messages":[{"role":"user","content":"x"}],"tools":[1]}'
    response = post("/v1/messages", body)
    told = json.loads(response.body)
    assert (response.status, told["type"]) == (400, "error")
    assert told["error"]["type"] == "invalid_request_error"
    assert "'tools' has the wrong shape" in told["error"]["message"]


def test_nesting_hidden_in_an_unread_field_is_refused_too(post):
    deep = b"[" * 100_000 + b"]" * 100_000
    body = b'{"model":"sobrio/auto","messages":[{"role":"user","content":"x"}],"vendor":' + deep + b"}"
    assert post("/v1/chat/completions", body).status == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_refused(post, kind):
    response = post("/v1/chat/completions", b"{}", {"content-type": kind})
    assert response.status == 415
    assert "application/json" in response.error["message"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("POST", "/v1/nothing"), ("GET", "/v1/receipts/")]
)
def test_an_unknown_path_is_not_found_in_openais_shape(request_raw, method, path):
    response = request_raw(method, path)
    assert (response.status, response.error["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/v1/chat/completions", "POST"), ("DELETE", "/v1/models", "GET"), ("PUT", "/healthz", "GET")],
)
def test_a_wrong_method_is_told_the_right_one(request_raw, method, path, allowed):
    response = request_raw(method, path)
    assert response.status == 405
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize("receipt_id", ["rcpt_0", "../../etc/passwd", "%00", "x" * 4000])
def test_an_unknown_receipt_is_not_found(request_raw, receipt_id):
    response = request_raw("GET", f"/v1/receipts/{receipt_id}")
    assert (response.status, response.error["code"]) == (404, "receipt_not_found")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_answer(request_raw, path):
    response = request_raw("GET", path)
    assert response.status == 200
    assert json.loads(response.body)["status"] in ("ok", "ready")


def test_head_is_answered_without_a_body(request_raw):
    response = request_raw("HEAD", "/healthz")
    assert (response.status, response.body) == (200, b"")


def test_an_upstreams_error_is_told_in_its_own_words(client, upstream):
    with pytest.raises(openai.RateLimitError) as raised:
        client.chat.completions.create(model="busy", messages=MESSAGES)
    assert "loopback upstream" in raised.value.body["message"]
    assert raised.value.body["receipt"] == raised.value.response.headers["x-sobrio-receipt"]
