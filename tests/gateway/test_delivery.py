"""What goes out over HTTP, whatever is in a reply."""

from __future__ import annotations

import json
import string

from hypothesis import example, given
from hypothesis import strategies as st

from sobrio.gateway.delivery import header_safe
from sobrio.route.tail import Tail


@given(st.binary().map(lambda data: data.decode("latin-1")))
@example("café → \r\nset-cookie: stolen \N{GRINNING FACE}")
def test_a_header_value_never_breaks_a_response_apart(value):
    sent = header_safe(value)
    assert all(0x20 <= byte <= 0x7E for byte in sent)
    assert len(sent) == len(value)


@given(st.text(alphabet=string.ascii_letters + string.digits + string.punctuation + " "))
def test_an_ordinary_header_value_goes_out_as_it_is(value):
    assert header_safe(value) == value.encode()


def test_a_defect_in_a_stream_is_told_in_a_clear_error_and_booked(gateway, monkeypatch, caplog):
    def fail(self: Tail, payloads: list[bytes]) -> list[bytes]:
        raise ValueError("my-secret-prompt")

    monkeypatch.setattr(Tail, "take", fail)
    body = {"model": "small", "stream": True, "messages": [{"role": "user", "content": "a defect"}]}
    response = gateway.raw("POST", "/v1/chat/completions", json.dumps(body).encode())
    assert "an internal error" in json.loads(response.body.split(b"data: ")[-1])["error"]["message"]
    assert b"my-secret-prompt" not in response.body
    booked = gateway.rooms.ledger.find(response.headers["x-sobrio-receipt"])
    assert booked.error == "a defect of sobrio's: ValueError"
    assert "a defect in a stream" in caplog.text
