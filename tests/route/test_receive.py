"""The body is read, never rebuilt; what cannot be understood is said in one line."""

from __future__ import annotations

import json
import string

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.errors import InputError, TooLarge
from sobrio.route import receive
from sobrio.route.forward import call_of
from sobrio.terms.model import Backing
from sobrio.terms.request import Caller

UPSTREAM = Backing(kind="openai", model="theirs", base_url="http://127.0.0.1:1/v1")
HELLO = {"model": "sobrio/auto", "messages": [{"role": "user", "content": "hello"}]}


def received(body: object, headers: dict[str, str] | None = None, caller: Caller | None = None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return receive(raw, headers or {}, caller or Caller())


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
field_names = st.text(string.ascii_letters + "_", min_size=1, max_size=12).filter(
    lambda name: name
    not in {
        "model", "messages", "sobrio", "stream", "stream_options", "temperature",
        "max_tokens", "max_completion_tokens", "n", "tools", "tool_choice", "functions", "response_format",
    }
)  # fmt: skip


@given(st.dictionaries(field_names, json_values, max_size=5), st.booleans())
def test_every_unknown_field_reaches_the_upstream_byte_for_byte(extra, escaped):
    pieces = {name: json.dumps(value, ensure_ascii=escaped, indent=1) for name, value in extra.items()}
    known = {name: json.dumps(value) for name, value in HELLO.items()}
    body = "{" + ", ".join(f"{json.dumps(n)}:  {v}" for n, v in (known | pieces).items()) + "}"

    call = call_of(received(body.encode("utf-8", "surrogatepass")), UPSTREAM)

    sent = msgspec.json.decode(call.body, type=dict[str, msgspec.Raw])
    assert {name: bytes(sent[name]).decode() for name in pieces} == pieces
    assert bytes(sent["messages"]).decode() == known["messages"]
    assert list(sent) == [*known, *pieces]
    assert bytes(sent["model"]) == b'"theirs"'


def test_our_own_field_stays_here():
    call = call_of(received(HELLO | {"sobrio": {"team": "hr"}}), UPSTREAM)

    assert "sobrio" not in json.loads(call.body)


def test_a_stream_is_asked_for_its_token_counts_and_other_options_survive():
    streamed = HELLO | {"stream": True, "stream_options": {"include_obfuscation": False}}

    call = call_of(received(streamed), UPSTREAM)

    assert json.loads(call.body)["stream_options"] == {"include_obfuscation": False, "include_usage": True}
    assert received(streamed).include_usage is False


def test_the_whole_conversation_is_read_with_images_and_tool_calls_counted():
    messages = [
        {"role": "developer", "content": "be brief"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "what is this?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            ],
        },
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function"}]},
        {"role": "tool", "tool_call_id": "1", "content": "42"},
    ]

    request = received({"model": "m", "messages": messages})

    assert [m.role for m in request.messages] == ["system", "user", "assistant", "tool"]
    assert [m.text for m in request.messages] == ["be brief", "what is this?", "", "42"]
    assert request.messages[1].images == 1
    assert request.messages[2].tool_calls == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"[1]", "wrong shape"),
        (b'"text"', "wrong shape"),
        (b"\xff\xfe{}", "not valid JSON"),
        ({"messages": []}, "'model' is missing"),
        ({"model": "", "messages": []}, "'model' is missing"),
        ({"model": 3, "messages": []}, "'model' has the wrong shape"),
        ({"model": "m"}, "'messages' is missing"),
        ({"model": "m", "messages": []}, "'messages' is empty"),
        ({"model": "m", "messages": {}}, "'messages' has the wrong shape"),
        ({"model": "m", "messages": [{"role": "robot", "content": "x"}]}, "unknown role 'robot'"),
        ({"model": "m", "messages": [{"content": "x"}]}, "'messages' has the wrong shape"),
        (HELLO | {"max_tokens": 0}, "'max_tokens' must be at least 1"),
        (HELLO | {"temperature": "hot"}, "'temperature' has the wrong shape"),
        (HELLO | {"n": "x"}, "'n' has the wrong shape"),
        (HELLO | {"n": 0}, "'n' has the wrong shape: Expected `int` >= 1"),
        (HELLO | {"n": 1.5}, "'n' has the wrong shape"),
        (HELLO | {"n": 1_025}, "'n' has the wrong shape: Expected `int` <= 1024"),
        (HELLO | {"tools": [1]}, "'tools' has the wrong shape"),
        (HELLO | {"tools": {}}, "'tools' has the wrong shape"),
        (HELLO | {"tool_choice": 3}, "'tool_choice' has the wrong shape"),
        (HELLO | {"functions": ["f"]}, "'functions' has the wrong shape"),
        (HELLO | {"response_format": "json"}, "'response_format' has the wrong shape"),
        (HELLO | {"sobrio": {"qualty_floor": 1}}, "did you mean 'quality_floor'"),
        (HELLO | {"sobrio": {"quality_floor": 1.5}}, "between 0 and 1"),
        (HELLO | {"sobrio": {"max_latency_ms": -1}}, "'sobrio.max_latency_ms' must be more than 0"),
        (HELLO | {"sobrio": {"cache": "maybe"}}, "'sobrio' has the wrong shape"),
    ],
)
def test_a_wrong_body_gets_one_clear_line(body, message):
    with pytest.raises(InputError) as caught:
        received(body)

    assert message in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.status == 400


@pytest.mark.parametrize("shape", ["messages", "responses"])
def test_tools_are_objects_in_every_shape(shape):
    body = {"model": "m", "max_tokens": 5, "messages": HELLO["messages"], "input": "hello", "tools": [1]}
    with pytest.raises(InputError, match="'tools' has the wrong shape"):
        receive(json.dumps(body).encode(), {}, Caller(), shape)


def test_tools_and_choices_go_on_as_they_came():
    fields = {"n": 3, "tools": [{"type": "function", "function": {"name": "f"}, "vendor": [1]}]}
    fields |= {"tool_choice": {"type": "function"}, "response_format": {"type": "x"}, "functions": None}
    request = received(HELLO | fields)
    assert request.choices == 3
    assert {name: json.loads(request.fields[name]) for name in fields} == fields
    assert received(HELLO | {"n": None}).choices == received(HELLO).choices == 1


def test_the_format_of_pictures_is_a_word():
    body = {"model": "m", "prompt": "a cat", "n": 2, "response_format": "b64_json"}
    assert receive(json.dumps(body).encode(), {}, Caller(), "images").choices == 2


@pytest.mark.parametrize("field", ["x", "user", "metadata"])
def test_bytes_that_are_no_text_are_refused_wherever_they_stand(field):
    body = json.dumps(HELLO)[:-1].encode() + b', "' + field.encode() + b'": "\xff"}'
    with pytest.raises(InputError, match="not valid JSON"):
        received(body)


SAID = {"type": "text", "text": "a"}
SHOWN = {"type": "tool_result", "tool_use_id": "t", "content": [SAID] * 10_000}
TOO_MANY = {
    "turns": (
        "chat",
        {"messages": HELLO["messages"] * 10_001},
        "'messages' has 10,001 turns; send at most 10,000",
    ),
    "parts": (
        "chat",
        {"messages": [{"role": "user", "content": [SAID] * 101}] * 100},
        "'messages' has 10,100 parts; send at most 10,000",
    ),
    "fields": ("chat", {f"f{n}": 1 for n in range(1_000)}, "the body has 1,002 fields; send at most 1,000"),
    "texts": ("embeddings", {"input": ["a"] * 2_049}, "'input' has 2,049 texts; send at most 2,048"),
    "prompts": ("completions", {"prompt": ["a"] * 2_049}, "'prompt' has 2,049 texts; send at most 2,048"),
    "message turns": (
        "messages",
        {"messages": HELLO["messages"] * 10_001},
        "'messages' has 10,001 turns; send at most 10,000",
    ),
    "results": (
        "messages",
        {"messages": [{"role": "user", "content": [SHOWN]}]},
        "'messages' has 10,001 parts; send at most 10,000",
    ),
    "items": (
        "responses",
        {"input": HELLO["messages"] * 10_001},
        "'input' has 10,001 items; send at most 10,000",
    ),
    "pieces": (
        "responses",
        {"input": [{"role": "user", "content": [SAID] * 10_001}]},
        "'input' has 10,001 parts; send at most 10,000",
    ),
}


@pytest.mark.parametrize(("shape", "fields", "told"), TOO_MANY.values(), ids=TOO_MANY)
def test_more_elements_than_anybody_needs_are_refused(shape, fields, told):
    with pytest.raises(TooLarge) as caught:
        receive(json.dumps(HELLO | fields).encode(), {}, Caller(), shape)
    assert (caught.value.status, caught.value.message) == (413, told)


def test_many_tokens_to_embed_are_one_text():
    request = receive(json.dumps({"model": "m", "input": [7] * 8_192}).encode(), {}, Caller(), "embeddings")
    assert len(request.messages) == 1


def test_an_empty_field_of_ours_is_none():
    assert received(HELLO | {"sobrio": None}).options == received(HELLO).options


def test_a_body_nested_without_end_is_refused_and_not_a_crash():
    deep = b'{"model": "m", "messages": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"

    with pytest.raises(InputError):
        received(deep)


def test_options_come_from_the_body_or_from_headers_and_the_body_wins():
    headers = {"x-sobrio-team": "sales", "x-sobrio-quality-floor": "0.8", "x-sobrio-cache": "no-store"}

    by_header = received(HELLO, headers)
    both = received(HELLO | {"sobrio": {"team": "hr", "quality_floor": 0.9}}, headers)

    assert by_header.caller.team == "sales"
    assert by_header.options.quality_floor == 0.8
    assert by_header.options.cache == "no-store"

    assert (both.caller.team, both.options.quality_floor) == ("hr", 0.9)


@pytest.mark.parametrize("wish", ["default", "semantic", "exact", "refresh", "no-store", "off"])
def test_what_may_be_recalled_is_said_in_the_body_or_in_a_header(wish):
    in_body = received(HELLO | {"sobrio": {"cache": wish}})
    in_header = received(HELLO, {"x-sobrio-cache": wish})
    assert in_body.options.cache == in_header.options.cache == wish


def test_an_unknown_wish_is_told_with_those_there_are():
    with pytest.raises(InputError, match="one of default, semantic, exact, refresh, no-store, off"):
        received(HELLO, {"x-sobrio-cache": "maybe"})


@pytest.mark.parametrize(
    ("header", "value"),
    [("quality-floor", "high"), ("quality-floor", "nan"), ("cache", "maybe"), ("pin", "perhaps")],
)
def test_a_wrong_header_gets_one_clear_line(header, value):
    with pytest.raises(InputError, match=header):
        received(HELLO, {f"x-sobrio-{header}": value})


def test_a_key_that_belongs_to_a_team_cannot_book_on_another():
    caller = Caller(team="hr", key_id="k1")

    assert received(HELLO | {"sobrio": {"team": "sales"}}, caller=caller).caller.team == "hr"


@given(st.binary(max_size=200))
def test_no_bytes_whatever_raise_anything_but_an_input_error(body):
    try:
        receive(body, {}, Caller())
    except InputError as error:
        assert error.message


def test_pictures_of_a_long_body_are_counted_not_read_and_go_on_as_they_came():
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 100_000}}
    odd = {"type": "image_url", "image_url": {"url": 'data:image/png;base64,\\"' + "A" * 100_000}}
    say = 'what is "url": "data:image/png;base64,"?'
    content = [picture, {"type": "text", "text": say}, odd, picture, {"type": "text", "text": "And this?"}]
    body = {"model": "m", "messages": [{"role": "user", "content": content}]}

    request = received(body)

    assert request.messages[0].text == f"{say}\nAnd this?"
    assert request.messages[0].images == 3
    assert json.loads(call_of(request, UPSTREAM).body)["messages"] == body["messages"]


PDF = "data:application/pdf;base64," + "A" * 200_000
BESIDE = {
    "chat": ("text", {"type": "file", "file": {"filename": "a.pdf", "file_data": PDF}}, "documents", 6_000),
    "chat, sound": (
        "text",
        {"type": "input_audio", "input_audio": {"data": "A" * 10_000_000, "format": "wav"}},
        "audio",
        5_000,
    ),
    "responses": ("input_text", {"type": "input_file", "file_data": PDF}, "documents", 6_000),
    "responses, sound": (
        "input_text",
        {"type": "input_audio", "input_audio": {"data": "A" * 10_000_000, "format": "wav"}},
        "audio",
        5_000,
    ),
    "messages": (
        "text",
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": PDF[28:]},
        },
        "documents",
        6_000,
    ),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_comes_along_is_known_by_kind_and_size_and_goes_on_as_it_came(name):
    text, part, kind, tokens = BESIDE[name]
    shape = name.partition(",")[0]
    turns = [{"role": "user", "content": [{"type": text, "text": "Sum it up."}, part]}]
    body = {"model": "m", "input" if shape == "responses" else "messages": turns, "max_tokens": 9}

    request = receive(json.dumps(body).encode(), {}, Caller(), shape)

    (message,) = request.messages
    assert (message.text, message.images, message.files) == ("Sum it up.", 0, 1)
    (enclosed,) = message.enclosed
    assert enclosed.kind == kind
    assert enclosed.tokens == pytest.approx(tokens, rel=0.01)
    assert json.loads(request.fields["input" if shape == "responses" else "messages"]) == turns


def test_a_document_of_plain_text_is_text():
    document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "A poem."}}
    turns = [{"role": "user", "content": [document, {"type": "text", "text": "Who wrote it?"}]}]

    request = receive(json.dumps({"model": "m", "messages": turns}).encode(), {}, Caller(), "messages")

    assert request.messages[0].text == "A poem.\nWho wrote it?"
    assert request.messages[0].enclosed == ()
