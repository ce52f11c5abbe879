"""Requests that no client library would write, byte by byte on a real socket to the real server."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sobrio.gateway import Limits

BODY = json.dumps({"model": "small", "messages": [{"role": "user", "content": "hello"}]}).encode()
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
LENGTH = b"content-length: %d\r\n" % len(BODY)
CHUNKED = b"transfer-encoding: chunked\r\n"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


def talk(url: str, *pieces: bytes, silence_s: float = 0.5, ends: bool = False) -> bytes:
    """Writes the pieces and reads until the server closes or has said nothing for a while.

    With `ends` the client says that no more will come.
    """
    place = urlsplit(url)
    answer = b""
    with (
        socket.create_connection((place.hostname, place.port), timeout=60) as connection,
        suppress(ConnectionError, TimeoutError),
    ):
        for piece in pieces:
            connection.sendall(piece)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        connection.settimeout(silence_s)
        while received := connection.recv(65536):
            answer += received
    return answer


def statuses(answer: bytes) -> list[int]:
    return [int(each[:3]) for each in answer.split(b"HTTP/1.1 ")[1:]]


AMBIGUOUS = {
    "two different lengths": LENGTH + b"content-length: 5\r\n",
    "two lengths in one": b"content-length: %d, %d\r\n" % (len(BODY), len(BODY)),
    "a negative length": b"content-length: -1\r\n",
    "a signed length": b"content-length: +%d\r\n" % len(BODY),
    "a length in hexadecimal": b"content-length: 0x%x\r\n" % len(BODY),
    "a length no counter holds": b"content-length: 99999999999999999999999999\r\n",
    "a length and chunks": LENGTH + CHUNKED,
    "chunks and a length": CHUNKED + LENGTH,
    "an unknown coding": b"transfer-encoding: gzip\r\n",
    "chunks that are not the last coding": b"transfer-encoding: chunked, identity\r\n",
    "a blank before the colon": b"content-length : %d\r\n" % len(BODY),
    "a folded header": b"x-a: 1\r\n  2\r\n" + LENGTH,
    "a header without a name": b": 1\r\n" + LENGTH,
    "a header without a colon": b"nothing\r\n" + LENGTH,
    "a nought in a header": b"x-a: a\x00b\r\n" + LENGTH,
    "a lone return in a header": b"x-a: a\rx-b: b\r\n" + LENGTH,
}


@pytest.mark.parametrize("lines", AMBIGUOUS.values(), ids=AMBIGUOUS)
@pytest.mark.parametrize("body", [BODY, CHUNKS], ids=["plain", "in chunks"])
def test_whoever_frames_a_request_in_two_ways_is_not_answered_twice(gateway, upstream, lines, body):
    """Request smuggling: a second request hidden in what another server takes for the body."""
    hidden = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
    asked = len(upstream.requests)
    assert statuses(talk(gateway.url, HEAD + lines + b"\r\n" + body + hidden)) == [400]
    assert len(upstream.requests) == asked
    assert gateway.raw("GET", "/healthz").status == 200


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("content-type", "application/json", "text/plain"),
        ("host", "localhost", "evil.example"),
        ("x-sobrio-team", "hr", "finance"),
    ],
)
def test_of_a_repeated_header_the_first_counts_or_the_request_is_refused(gateway, name, first, second):
    lines = "".join(f"{name}: {value}\r\n" for value in (first, second)).encode()
    head = b"\r\n".join(each for each in HEAD.split(b"\r\n") if not each.startswith(name.encode() + b":"))
    (status,) = statuses(talk(gateway.url, head + lines + LENGTH + b"\r\n" + BODY))
    assert status in (200, 400)


def test_a_key_shown_twice_is_one_of_them_and_never_both(opened):
    from sobrio.gateway import keys_from

    with opened(keys=keys_from({"SOBRIO_API_KEY": "right"})) as house:
        for lines, allowed in (
            (b"authorization: Bearer wrong\r\nauthorization: Bearer right\r\n", {401}),
            (b"authorization: Bearer right\r\nauthorization: Bearer wrong\r\n", {200}),
            (b"authorization: Bearer wrong\r\nx-api-key: right\r\n", {401, 200}),
        ):
            assert set(statuses(talk(house.url, HEAD + lines + LENGTH + b"\r\n" + BODY))) <= allowed


LAST = HEAD + b"connection: close\r\n" + LENGTH + b"\r\n" + BODY
OFFER = b"connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"


@pytest.mark.parametrize("offer", [OFFER, OFFER.lower(), OFFER.replace(b"h2c", b"websocket")])
@pytest.mark.parametrize("framed", [LENGTH + b"\r\n" + BODY, CHUNKED + b"\r\n" + CHUNKS])
def test_an_offer_of_another_protocol_is_not_taken_up(gateway, offer, framed):
    """Java's client offers HTTP/2 with its first request on a connection."""
    answer = talk(gateway.url, HEAD + offer + framed, HEAD + LENGTH + b"\r\n" + BODY)
    assert statuses(answer) == [200, 200]


def test_an_offer_in_a_later_request_of_a_connection(gateway):
    place, plain = urlsplit(gateway.url), HEAD + LENGTH + b"\r\n" + BODY
    with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
        for whole in (plain, HEAD + OFFER + LENGTH + b"\r\n" + BODY, plain):
            connection.sendall(whole[:-20])
            connection.sendall(whole[-20:])
            assert statuses(connection.recv(65536)) == [200]


@pytest.mark.parametrize("before", [1, 3])
@pytest.mark.parametrize("framed", [LENGTH + b"\r\n" + BODY, CHUNKED + b"\r\n" + CHUNKS])
def test_an_offer_behind_pipelined_requests(gateway, before, framed):
    plain = HEAD + LENGTH + b"\r\n" + BODY
    answer = talk(gateway.url, plain * before + (HEAD + OFFER + framed) * 2 + LAST, silence_s=10)
    assert statuses(answer) == [200] * (before + 3)


def test_an_offer_that_comes_byte_by_byte(gateway):
    offered = HEAD + OFFER + LENGTH + b"\r\n" + BODY
    answer = talk(gateway.url, *[bytes([byte]) for byte in offered + LAST], silence_s=10)
    assert statuses(answer) == [200, 200]


def test_an_offer_hides_no_second_request(gateway):
    """A length that can be read in two ways stays one."""
    both = HEAD + OFFER + LENGTH + CHUNKED + b"\r\n" + CHUNKS
    assert statuses(talk(gateway.url, both)) == [400]


@pytest.mark.parametrize(
    "offer", [b"upgrade: h2c\r\n", b"connection: upgrade\r\n", b"connection: upgrade\r\nupgrade:\r\n"]
)
def test_half_an_offer_is_none(gateway, offer):
    assert statuses(talk(gateway.url, HEAD + offer + LENGTH + b"\r\n" + BODY)) == [200]


def test_a_tunnel_is_not_opened(gateway):
    answer = talk(gateway.url, b"CONNECT localhost:22 HTTP/1.1\r\nhost: localhost\r\n\r\nSSH")
    assert not {200, 500} & set(statuses(answer))


def test_many_offers_at_once_are_read_one_after_the_other(gateway):
    offers = (b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n" + OFFER + b"\r\n") * 400
    assert statuses(talk(gateway.url, offers + LAST, silence_s=10)) == [200] * 401


def test_words_about_upgrades_in_a_body_are_left_alone(gateway, upstream):
    """A line break may stand between the fields of a document, and a field may have that name."""
    body = BODY[:-1] + b',"x":\r\n"upgrade: h2c"}'
    (status,) = statuses(talk(gateway.url, HEAD + b"content-length: %d\r\n\r\n" % len(body) + body))
    assert status == 200
    assert json.loads(upstream.requests[-1].body)["x"] == "upgrade: h2c"


@pytest.mark.parametrize("hosts", [b"", b"host: localhost\r\nhost: localhost\r\n"])
def test_a_request_names_its_host_once(gateway, hosts):
    head = HEAD.replace(b"host: localhost\r\n", hosts)
    assert statuses(talk(gateway.url, head + LENGTH + b"\r\n" + BODY)) == [400]


WHOLE = HEAD + LENGTH + b"\r\n" + BODY
IN_CHUNKS = HEAD + CHUNKED + b"\r\n" + CHUNKS
TORN = [WHOLE[:9], WHOLE[:40], HEAD, WHOLE[: len(HEAD) + 30], WHOLE[:-30], IN_CHUNKS[:-60], IN_CHUNKS[:-5]]
TORN += [HEAD + CHUNKED + b"\r\nzz\r\n", HEAD + CHUNKED + b"\r\nfffffffffffffffffff\r\n"]


@pytest.mark.parametrize("sent", TORN, ids=range(len(TORN)))
def test_a_request_that_breaks_off_calls_nobody(gateway, upstream, sent):
    asked = len(upstream.requests)
    assert not {200, 500} & set(statuses(talk(gateway.url, sent, ends=True)))
    assert len(upstream.requests) == asked


def test_many_slow_senders_hold_up_nobody(opened):
    """Slow-loris: heads and bodies that come a byte at a time, and are let go when their time is up."""
    with opened(limits=Limits(head_timeout_s=1.0, body_timeout_s=1.0)) as house:
        place = urlsplit(house.url)
        slow = [socket.create_connection((place.hostname, place.port), timeout=60) for _ in range(100)]
        for number, each in enumerate(slow):
            each.sendall(HEAD[:30] if number % 2 else HEAD + LENGTH + b"\r\n" + BODY[:1])
        assert house.raw("POST", "/v1/chat/completions", BODY).status == 200
        ended = [_read(each) for each in slow]
    assert [answer[9:12] for answer in ended] == [b"408", b""] * 50


def _read(connection: socket.socket) -> bytes:
    answer = b""
    with connection, suppress(ConnectionError):
        while received := connection.recv(65536):
            answer += received
    return answer


def test_a_reader_that_stops_reading_holds_up_nobody(gateway):
    """The answer waits where it is; the others are served meanwhile."""
    large = json.dumps(
        {"model": "small", "messages": [{"role": "user", "content": "word " * 400_000}]}
    ).encode()
    place = urlsplit(gateway.url)
    stuck = [socket.create_connection((place.hostname, place.port), timeout=60) for _ in range(8)]
    for each in stuck:
        threading.Thread(
            target=_send, args=(each, HEAD + b"content-length: %d\r\n\r\n" % len(large) + large), daemon=True
        ).start()
    assert all(gateway.raw("POST", "/v1/chat/completions", BODY).status == 200 for _ in range(20))
    for each in stuck:
        each.close()


def _send(connection: socket.socket, data: bytes) -> None:
    with suppress(OSError):
        connection.sendall(data)


def test_requests_in_one_breath_are_answered_in_order(gateway):
    """Pipelining: each is answered, and the connection goes on."""
    last = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    assert statuses(talk(gateway.url, WHOLE + WHOLE + last, silence_s=5)) == [200] * 3


def test_a_million_brackets_are_a_bad_request_wherever_they_stand(post):
    for deep in (b"[" * 1_000_000, b'{"a":' * 200_000, b'{"messages":' + b"[" * 500_000):
        assert post("/v1/chat/completions", deep).status == 400


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lines=st.lists(
        st.tuples(st.binary(min_size=1, max_size=12), st.binary(max_size=24)).map(b": ".join),
        max_size=6,
    ),
    body=st.binary(max_size=64),
    whole=st.booleans(),
)
def test_whatever_the_bytes_the_server_lives_and_never_answers_with_a_defect(gateway, lines, body, whole):
    head = HEAD + b"".join(each + b"\r\n" for each in lines)
    sent = head + (b"content-length: %d\r\n\r\n" % len(body) if whole else b"\r\n") + body
    assert not {500, 502, 503} & set(statuses(talk(gateway.url, sent)))
    assert gateway.raw("GET", "/healthz").status == 200
