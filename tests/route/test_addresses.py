"""A request cannot make a server read what only that server can reach."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.catalog import Catalog
from sobrio.errors import InputError
from sobrio.policy import Policy, load_policy
from sobrio.route import receive
from sobrio.route.addresses import refuse_in, refuse_private
from sobrio.terms.request import Caller
from sobrio.terms.shape import Shape


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
        "https://例え.jp./chat.png",
        "https://cdn-1.example.org:8443/a_b.png?x=http://127.0.0.1/",
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
        "http://127.0.0.1\\@example.org/x",
        "http://a@127.0.0.1@example.org/x",
        "http://%31%32%37.0.0.1/x",
        "http://exa mple.org/x",
        "http://example.org.0x7f/x",
        "http://127.0.0.1../x",
        "http://[::1",
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


@pytest.mark.parametrize(
    "host",
    [
        "¹27.0.0.1",
        "①②⑦.0.0.1",
        "①②⑦。⓪。⓪。①",
        "１６９.254.169.254",
        "127.0.0.1。",
        "127．0．0．1",
        "\U0001fbf1\U0001fbf2\U0001fbf7.0.0.1",
        "loc\u00adalhost",
        "loc\u200balhost",
        "ⓛocalhost",
        "ｒｅｄｉｓ",
        "metadata.google.ⅰnternal",
        "0X7F.1",
        "\ud800.example.org",
    ],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_host_in_other_letters_and_digits_is_read_as_clients_read_it(host: str, ascii_only: bool) -> None:
    if host.isprintable() or ascii_only:
        with pytest.raises(InputError):
            refuse_private(turns(f"http://{host}/", ascii_only=ascii_only))


INSIDE = "http://169.254.169.254/latest"
LOOK = {"type": "text", "text": "look"}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(None, Catalog.default(), {})


def refused(policy: Policy, shape: Shape, **body: Any) -> bool:
    request = receive(json.dumps({"model": "m", **body}).encode(), {}, Caller(), shape)
    try:
        refuse_in(request, policy)
    except InputError as error:
        return error.code == "address_refused"
    return False


@pytest.mark.parametrize(
    "part",
    [
        {"image_url": {"url": INSIDE}},
        {"image_url": INSIDE},
        {"type": "", "image_url": {"url": INSIDE}},
        {"type": "text", "text": "x", "image_url": {"url": INSIDE}},
        {"video_url": {"url": INSIDE}},
        {"type": "video", "video": INSIDE},
        {"type": "video", "video": [INSIDE, INSIDE]},
        {"type": "document_url", "document_url": INSIDE},
        {"type": "file", "file": {"file_id": INSIDE}},
        {"type": "input_audio", "input_audio": {"data": INSIDE, "format": "wav"}},
        {"type": "of next year", "hologram_image": {"it": ["is", "\n" + INSIDE]}},
        {"type": "of next year", "media": "http:\\169.254.169.254"},
        {"type": "of next year", "any_uri": "file:/etc/passwd"},
        {"type": "image_url", "Image_URL": {"URL": INSIDE}},
        {"type": "image", "source": INSIDE},
        {"type": "input_image", "format": {"src": INSIDE}},
        {"type": "video", "video": {"path": "file:///etc/passwd"}},
        {"type": "image_url", "image_url": {"url": "http://localhost.localdomain/x"}},
        {"type": "image_url", "image_url": {"url": "http://printer.lan/x"}},
    ],
)
def test_no_part_hides_an_address_whatever_its_type_and_key(policy: Policy, part: dict[str, Any]) -> None:
    assert refused(policy, "chat", messages=[{"role": "user", "content": [LOOK, part]}])


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("chat", {"messages": [{"role": "user", "content": "x", "images": [INSIDE]}]}),
        ("chat", {"messages": [{"role": "user", "content": "x"}], "prediction": [{"uri": INSIDE}]}),
        ("messages", {"max_tokens": 5, "messages": [{"role": "user", "content": "x"}],
                      "system": [{"type": "image", "source": {"type": "url", "url": INSIDE}}]}),
        ("messages", {"max_tokens": 5, "messages": [{"role": "user", "content": "x"}],
                      "mcp_servers": [{"type": "url", "url": INSIDE, "name": "m"}]}),
        ("embeddings", {"input": "x", "messages": [{"content": [{"image_url": {"url": INSIDE}}]}]}),
        ("embeddings", {"input": [{"image": INSIDE}]}),
        ("responses", {"input": "x", "prompt": {"id": "p", "variables": {"i": {"image_url": INSIDE}}}}),
        ("responses", {"input": "x", "tools": [{"type": "mcp", "server_url": INSIDE}]}),
        ("responses", {"input": "x", "tools": [{"input_image_mask": {"image_url": INSIDE}}]}),
        ("images", {"prompt": "a cat", "image": INSIDE}),
    ],
)  # fmt: skip
def test_no_field_of_any_shape_hides_one(policy: Policy, shape: Shape, body: dict[str, Any]) -> None:
    assert refused(policy, shape, **body)


SCHEMA = {"type": "object", "properties": {"url": {"type": "string", "default": INSIDE}}}


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("chat", {"messages": [{"role": "user", "content": INSIDE}], "metadata": {"from": INSIDE}}),
        ("chat", {"messages": [{"role": "user", "content": [{"type": "text", "text": INSIDE}]}]}),
        ("chat", {"messages": [{"role": "user", "content": "x"}],
                  "tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}]}),
        ("chat", {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "f", "arguments": INSIDE}}]}]}),
        ("messages", {"max_tokens": 5, "system": INSIDE, "messages": [
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "f",
                                               "input": {"url": INSIDE}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": INSIDE}]}]}),
        ("responses", {"input": INSIDE, "instructions": INSIDE,
                       "prompt": {"id": "p", "variables": {"place": INSIDE}}}),
        ("responses", {"input": [
            {"type": "shell_call", "call_id": "c", "action": {"commands": [INSIDE], "env": {"A": INSIDE}}},
            {"type": "shell_call_output", "call_id": "c", "output": [{"stdout": INSIDE, "stderr": ""}]},
            {"type": "computer_call_output", "call_id": "c", "output": {"current_url": "about:blank"}},
            {"type": "file_search_call", "queries": [INSIDE], "results": [{"url": INSIDE}]}]}),
        ("messages", {"max_tokens": 5, "messages": [{"role": "user", "content": [
            {"type": "search_result", "source": INSIDE, "title": "x", "content": []},
            {"type": "document", "source": {"type": "text", "data": "// " + INSIDE}}]}],
            "tools": [{"name": "open", "input_schema": SCHEMA, "input_examples": [{"url": INSIDE}]}]}),
        ("chat", {"messages": [{"role": "user", "content": "x"}], "guided_regex": "https://[a-z]+",
                  "guided_json": {"properties": {"url": {"default": INSIDE}}}}),
        ("completions", {"prompt": [INSIDE, INSIDE]}),
        ("embeddings", {"input": [INSIDE, INSIDE]}),
    ],
)  # fmt: skip
def test_what_is_only_read_may_name_any_address(policy: Policy, shape: Shape, body: dict[str, Any]) -> None:
    assert not refused(policy, shape, **body)


def test_of_two_fields_with_one_name_neither_hides_one() -> None:
    for pair in ((INSIDE, "https://example.org/a.png"), ("https://example.org/a.png", INSIDE)):
        said = ", ".join(f'"url": "{each}"' for each in pair)
        with pytest.raises(InputError):
            refuse_private(b'[{"content": [{"image_url": {' + said.encode() + b"}}]}]")


def test_numbers_and_nests_without_end_are_no_way_round() -> None:
    part = b'{"x":' + b"9" * 9000 + b',"image_url":{"url":"http://127.0.0.1/"}}'
    with pytest.raises(InputError) as told:
        refuse_private(b"[" + part + b"]")
    assert told.value.code == "address_refused"
    with pytest.raises(InputError):
        refuse_private(b"[" * 5000 + part + b"]" * 5000)
