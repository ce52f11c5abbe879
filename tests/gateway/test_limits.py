"""What is turned away before it is read, and who is let in."""

from __future__ import annotations

import http.client
import json
import select
import socket
from contextlib import closing, suppress
from urllib.parse import urlsplit

import openai
import pytest

from sobrio.errors import InputError
from sobrio.gateway import Limits, keys_from
from sobrio.gateway.server import must_be_guarded

CHAT = "/v1/chat/completions"
HELLO = json.dumps({"model": "sobrio/auto", "messages": [{"role": "user", "content": "hello"}]}).encode()


def talk(url: str, *pieces: bytes) -> bytes:
    """Writes raw bytes to the gateway and reads until it closes, or drops, the connection."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
        answer = b""
        with suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
            while received := connection.recv(65536):
                answer += received
        return answer


def head(*lines: str) -> bytes:
    first = (f"POST {CHAT} HTTP/1.1", "host: localhost", "content-type: application/json")
    return "\r\n".join((*first, *lines, "", "")).encode()


def test_a_body_over_the_limit_is_refused_before_it_is_sent(gateway):
    answer = talk(gateway.url, head(f"content-length: {10 * 1024 * 1024 + 1}"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"request_too_large"' in answer


def test_a_client_that_sends_all_of_too_large_a_body_sees_the_refusal_and_not_a_reset(gateway):
    size = 12 * 1024 * 1024
    assert talk(gateway.url, head(f"content-length: {size}"), b"x" * size).startswith(b"HTTP/1.1 413 ")


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(opened):
    with opened(limits=Limits(body_bytes=1000)) as house:
        piece = b"400\r\n" + b" " * 1024 + b"\r\n"
        assert talk(house.url, head("transfer-encoding: chunked"), piece).startswith(b"HTTP/1.1 413 ")


def test_the_openai_client_meets_the_limit_as_an_error_of_its_own(client):
    with pytest.raises(openai.APIStatusError) as raised:
        client.chat.completions.create(
            model="sobrio/auto", messages=[{"role": "user", "content": "x" * (11 * 1024 * 1024)}]
        )
    assert raised.value.status_code == 413


def test_a_large_body_within_the_limit_goes_through(client, upstream):
    answer = client.chat.completions.create(
        model="sobrio/auto",
        messages=[{"role": "user", "content": "the capital, please"}],
        extra_body={"vendor_blob": "x" * 5_000_000},
    )
    assert answer.choices[0].message.content == "Paris, of course"
    assert len(upstream.requests[-1].body) > 5_000_000


def test_a_body_that_never_ends_times_out(opened):
    with opened(limits=Limits(body_timeout_s=0.05)) as house:
        assert talk(house.url, head("content-length: 100"), b"{").startswith(b"HTTP/1.1 408 ")


def test_too_many_headers_are_refused(gateway):
    lines = [f"x-{number}: 1" for number in range(200)]
    assert talk(gateway.url, head("content-length: 2", *lines), b"{}").startswith(b"HTTP/1.1 431 ")


def test_headers_that_never_end_are_cut_off(gateway):
    """The server itself stops; otherwise a client could fill the memory before we are asked."""
    answer = talk(gateway.url, head("x: " + "x" * 200_000)[:-4], b"y" * 200_000)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("sent", [b"", b"POST /v1/chat/completions HTT", head("x-slow: 1")[:-2]])
def test_a_head_that_never_ends_times_out(opened, sent):
    with opened(limits=Limits(head_timeout_s=0.05)) as house:
        assert talk(house.url, sent) == b""


def test_a_connection_kept_after_an_answer_outlives_the_heads_limit(opened):
    with opened(limits=Limits(head_timeout_s=0.05)) as house:
        place = urlsplit(house.url)
        with closing(http.client.HTTPConnection(place.hostname, place.port, timeout=60)) as connection:
            connection.request("POST", CHAT, HELLO, {"content-type": "application/json"})
            assert connection.getresponse().read()
            closed, _, _ = select.select([connection.sock], [], [], 0.15)
            assert not closed


def test_a_compressed_body_is_refused(post):
    assert post(CHAT, b"{}", {"content-encoding": "gzip"}).status == 415


@pytest.mark.parametrize(
    ("method", "path"),
    [("OPTIONS", CHAT), ("POST", CHAT), ("GET", "/v1/models"), ("GET", "/healthz"), ("GET", "/nothing")],
)
@pytest.mark.parametrize("keyed", [False, True])
def test_no_page_of_another_origin_is_let_in(opened, method, path, keyed):
    """Browsers ask first, and are told nothing that would let them read an answer."""
    asked = {
        "origin": "https://evil.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
    }
    with opened(keys=KEYS if keyed else keys_from({})) as house:
        shown = {"authorization": "Bearer first"} if keyed else {}
        answer = house.raw(method, path, HELLO if method == "POST" else None, asked | shown)
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert method != "OPTIONS" or answer.status == 405


KEYS = keys_from({"SOBRIO_API_KEY": "first", "SOBRIO_API_KEYS": "hr:second, third"})


@pytest.mark.parametrize(
    "header", [None, "Bearer wrong", "Basic first", "Bearer ", "first", "Bearer prem\xe9"]
)
def test_with_keys_nobody_gets_in_without_one(opened, header):
    with opened(keys=KEYS) as house:
        client = house.raw("GET", "/v1/models", None, {"authorization": header} if header else {})
        assert (client.status, client.error["code"]) == (401, "invalid_api_key")
        assert house.raw("GET", "/healthz").status == 200


def test_each_key_is_a_tenant_with_caches_and_receipts_of_its_own(opened):
    with opened(keys=KEYS) as house:
        first, second = ({"authorization": f"Bearer {key}"} for key in ("first", "second"))
        booked = [house.raw("POST", CHAT, HELLO, who) for who in (first, first, second)]
        assert [each.headers["x-sobrio-cache"] for each in booked] == ["miss", "exact", "miss"]
        path = f"/v1/receipts/{booked[2].headers['x-sobrio-receipt']}"
        assert house.raw("GET", path, None, first).status == 404
        caller = json.loads(house.raw("GET", path, None, second).body)["caller"]
        assert caller["team"] == "hr"
        assert "second" not in json.dumps(caller)


FORGED = [
    "x-sobrio-tenant", "x-sobrio-scope", "x-sobrio-team", "x-tenant-id", "x-forwarded-user", "x-sobrio-key",
    "x-sobrio-conversation", "x-openai-organization", "openai-organization", "x-consumer-username",
]  # fmt: skip


@pytest.mark.parametrize("header", FORGED)
def test_no_header_opens_the_cache_of_another_key(opened, header):
    with opened(keys=KEYS) as house:
        first, second = ({"authorization": f"Bearer {key}"} for key in ("first", "second"))
        made = house.raw("POST", CHAT, HELLO, first)
        receipt = house.raw("GET", f"/v1/receipts/{made.headers['x-sobrio-receipt']}", None, first)
        caller = json.loads(receipt.body)["caller"]
        for value in (caller["tenant"], caller["key_id"] or "first", "first", "owner"):
            told = house.raw("POST", CHAT, HELLO, second | {header: value, "x-sobrio-cache": "no-store"})
            assert told.headers["x-sobrio-cache"] == "miss"


@pytest.mark.parametrize("said", ["red:", "red: ", "blue:sesame,red:"])
def test_a_team_whose_key_is_empty_is_refused_at_the_start(said):
    """`red:$RED_KEY` with a variable nobody set must not open the door to requests without a key."""
    with pytest.raises(InputError, match="'red' in SOBRIO_API_KEYS is empty"):
        keys_from({"SOBRIO_API_KEYS": said})


def test_the_owners_key_is_taken_whole_whatever_is_in_it(opened):
    with opened(keys=keys_from({"SOBRIO_API_KEY": "abc:def"})) as house:
        asked = {
            key: house.raw("GET", "/v1/models", None, {"authorization": f"Bearer {key}"}).status
            for key in ("abc:def", "def")
        }
        assert asked == {"abc:def": 200, "def": 401}


def test_another_host_needs_a_key():
    with pytest.raises(InputError, match="SOBRIO_API_KEY"):
        must_be_guarded("0.0.0.0", keys_from({}))
    must_be_guarded("0.0.0.0", KEYS)
    for host in ("127.0.0.1", "::1", "localhost"):
        must_be_guarded(host, keys_from({}))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8787", "127.evil.example", "[::2]:8787"])
def test_without_keys_a_foreign_name_is_refused(request_raw, host):
    """A web page that points its own name here (DNS rebinding) must not get to use the gateway."""
    response = request_raw("GET", "/v1/models", None, {"host": host})
    assert (response.status, response.error["code"]) == (403, "unknown_host")


@pytest.mark.parametrize("host", ["localhost", "localhost:8787", "127.0.0.1:8787", "127.0.0.2", "[::1]:8787"])
def test_without_keys_the_machines_own_names_are_served(request_raw, host):
    assert request_raw("GET", "/v1/models", None, {"host": host}).status == 200
