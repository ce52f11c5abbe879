"""A request cannot make a server read what only that server can reach."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.errors import InputError
from sobrio.route.addresses import refuse_private


def turns(url: str, *, ascii_only: bool = True) -> bytes:
    part = {"type": "image_url", "image_url": {"url": url}}
    return json.dumps([{"role": "user", "content": [part]}], ensure_ascii=ascii_only).encode()


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/cat.png",
        "http://93.184.216.34/cat.png",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/cat.png",
        "http://[64:ff9b::93.184.216.34]/cat.png",
        "data:image/png;base64,iVBORw0KGgo=",
        "https://exämple.org/chat.png",
    ],
)
def test_public_and_inline_pictures_pass(url: str) -> None:
    refuse_private(turns(url))
    refuse_private(turns(url, ascii_only=False))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://localhost:6379/",
        "http://LOCALHOST./",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.8/x",
        "http://192.168.1.1/x",
        "http://172.16.0.1/x",
        "http://100.64.0.1/x",
        "http://0.0.0.0/x",
        "http://[::1]/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://[2002:7f00:1::]/x",
        "http://[64:ff9b::7f00:1]/x",
        "http://[64:ff9b::a9fe:a9fe]/x",
        "http://[64:ff9b:1::10.0.0.8]/x",
        "http://[::127.0.0.1]/x",
        "http://[fe80::1%25eth0]/x",
        "http://[fd00::1]/x",
        "http://2130706433/x",
        "http://0x7f000001/x",
        "http://0177.0.0.1/x",
        "http://127.1/x",
        "http://metadata.google.internal/x",
        "http://redis/x",
        "http://db.svc.cluster.local/x",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "gopher://127.0.0.1:6379/_x",
        "//127.0.0.1/x",
        "http:///x",
        "http://user@127.0.0.1/x",
        "http://example.org@127.0.0.1/x",
        " http://127.0.0.1/x",
        "HTTP://127.0.0.1/x",
        "http://224.0.0.1/x",
        "/etc/passwd",
    ],
)
def test_addresses_inside_a_network_are_refused(url: str) -> None:
    with pytest.raises(InputError, match="send the picture inline") as refused:
        refuse_private(turns(url))
    assert refused.value.code == "address_refused"


@pytest.mark.parametrize(
    "raw",
    [
        rb'[{"content":[{"image_url":{"\u0075rl":"http://127.0.0.1/"}}]}]',
        rb'[{"content":[{"image_url":{"url":"http:\/\/127.0.0.1\/"}}]}]',
        rb'[{"content":[{"image_url":{"url" : "\u0068ttp://127.0.0.1/"}}]}]',
        rb'[{"content":[{"type":"input_image","image_url":"http://127.0.0.1/"}]}]',
        rb'[{"content":[{"type":"image","source":{"type":"url","url":"http://127.0.0.1/"}}]}]',
        rb'[{"content":[{"type":"video_url","video_url":"http://127.0.0.1/"}]}]',
        rb'[{"content":[{"type":"audio_url","audio_url":"http://127.0.0.1/"}]}]',
        rb'[{"content":[{"type":"file","file":{"file_data":"http://127.0.0.1/"}}]}]',
        rb'[{"content":[{"type":"file","file":{"file_data":"http:\/\/127.0.0.1/"}}]}]',
        rb'[{"content":"say \"hi\"\nplease"},{"content":[{"image_url":{"url":"http://127.0.0.1/"}}]}]',
        rb'[{"content":"a\\"},{"content":[{"image_url":{"url":"http://127.0.0.1/"}}]}]',
    ],
)
def test_spelling_an_address_differently_does_not_hide_it(raw: bytes) -> None:
    with pytest.raises(InputError):
        refuse_private(raw)


@pytest.mark.parametrize(
    "url",
    [
        "http://bob:hunter2@10.0.0.8/hunter2.png?sig=hunter2#hunter2",
        "ftp://bob:hunter2@example.org/hunter2",
        "http://bob:hunter2@[::1/hunter2",
        "hunter2",
    ],
)
def test_an_address_is_told_without_what_may_be_secret_in_it(url: str) -> None:
    with pytest.raises(InputError) as refused:
        refuse_private(turns(url))
    assert "hunter2" not in refused.value.message


@pytest.mark.parametrize("escaped", [b"", b"\\u00e9"])
def test_the_data_of_a_file_is_no_address(escaped: bytes) -> None:
    refuse_private(b'[{"content":[{"text":"' + escaped + b'"},{"file":{"file_data":"JVBE/Ri0="}}]}]')


@given(st.text(), st.sampled_from(["url", "image_url"]), st.booleans())
def test_a_private_address_is_found_whatever_else_is_said(text: str, key: str, ascii_only: bool) -> None:
    part = {"text": text, key: "http://127.0.0.1/"}
    with pytest.raises(InputError):
        refuse_private(json.dumps([{"content": [part]}], ensure_ascii=ascii_only).encode())
