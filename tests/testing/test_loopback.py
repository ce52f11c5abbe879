"""The loopback upstream, asked by the official client and by hand."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import msgspec
import openai
import pytest

from sobrio.testing import LoopbackUpstream

HI = [{"role": "user", "content": "hi there, you"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"enum": ["Nantes"]}}, "required": ["city"]},
    },
}


@pytest.fixture
def upstream() -> Iterator[LoopbackUpstream]:
    with LoopbackUpstream({"capital of France": "Paris"}) as loopback:
        yield loopback


@pytest.fixture
def client(upstream: LoopbackUpstream) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=upstream.base_url, api_key="k", max_retries=0) as opened:
        yield opened


def chat(client: openai.OpenAI, model: str = "m", **fields: Any) -> Any:
    return client.chat.completions.create(model=model, **{"messages": HI, **fields})


def test_a_known_question_gets_its_answer_and_others_are_echoed(client: openai.OpenAI) -> None:
    asked = [{"role": "user", "content": "What is the capital of France?"}]
    assert chat(client, messages=asked).choices[0].message.content == "Paris"
    assert chat(client).choices[0].message.content == "hi there, you"


def test_requests_are_kept_byte_for_byte(client: openai.OpenAI, upstream: LoopbackUpstream) -> None:
    chat(client, extra_body={"unknown": [1, None]})
    path, headers, body, method = upstream.requests[0]
    assert (method, path) == ("POST", "/v1/chat/completions")
    assert headers["authorization"] == "Bearer k"
    assert msgspec.json.decode(body)["unknown"] == [1, None]


def test_equal_requests_get_equal_answers(client: openai.OpenAI) -> None:
    assert chat(client) == chat(client)


def test_a_stream_says_what_the_document_says(client: openai.OpenAI) -> None:
    chunks = list(chat(client, stream=True))
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == "hi there, you"
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert all(chunk.usage is None for chunk in chunks)


def test_a_stream_ends_with_usage_where_it_is_asked_for(client: openai.OpenAI) -> None:
    *_, last = chat(client, stream=True, stream_options={"include_usage": True})
    assert last.choices == []
    assert (last.usage.prompt_tokens, last.usage.completion_tokens) == (3, 3)


def test_several_choices_are_given_and_streamed(client: openai.OpenAI) -> None:
    assert len(chat(client, n=3).choices) == 3
    indexes = {chunk.choices[0].index for chunk in chat(client, n=3, stream=True)}
    assert indexes == {0, 1, 2}


def test_an_offered_tool_is_called_once_a_turn(client: openai.OpenAI) -> None:
    choice = chat(client, tools=[TOOL]).choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls[0].function.arguments == '{"city":"Nantes"}'
    turns = [*HI, choice.message, {"role": "tool", "tool_call_id": "call_0", "content": "12 degrees"}]
    assert chat(client, tools=[TOOL], messages=turns).choices[0].message.content == "12 degrees"


def test_streamed_tool_arguments_come_in_pieces(client: openai.OpenAI) -> None:
    deltas = [chunk.choices[0].delta for chunk in chat(client, tools=[TOOL], stream=True)]
    calls = [delta.tool_calls[0] for delta in deltas if delta.tool_calls]
    assert len([call for call in calls if call.function.arguments]) == 2
    assert "".join(call.function.arguments for call in calls) == '{"city":"Nantes"}'


def test_a_schema_is_satisfied(client: openai.OpenAI) -> None:
    schema = {
        "type": "object",
        "required": ["who", "ages"],
        "properties": {"who": {"$ref": "#/$defs/name"}, "ages": {"type": "array", "minItems": 1}},
        "$defs": {"name": {"type": "string", "minLength": 2}},
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "it", "schema": schema}}
    content = chat(client, response_format=wanted).choices[0].message.content
    assert msgspec.json.decode(content) == {"who": "xx", "ages": [None]}


def test_length_and_stop_words_are_obeyed(client: openai.OpenAI) -> None:
    cut = chat(client, max_tokens=2).choices[0]
    assert (cut.message.content, cut.finish_reason) == ("hi there,", "length")
    assert chat(client, stop=[","]).choices[0].message.content == "hi there"


def test_usage_details_follow_the_model_name(client: openai.OpenAI) -> None:
    usage = chat(client, "cached-reasoning").usage
    assert usage.prompt_tokens_details.cached_tokens == 1
    assert usage.completion_tokens_details.reasoning_tokens == 5
    assert usage.completion_tokens == 8


def test_log_probabilities_cover_the_text(client: openai.OpenAI) -> None:
    tokens = chat(client, logprobs=True).choices[0].logprobs.content
    assert "".join(each.token for each in tokens) == "hi there, you"


def test_the_other_endpoints_answer(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["loopback"]
    assert client.completions.create(model="m", prompt="hello").choices[0].text == "hello"
    vectors = client.embeddings.create(model="m", input=["a", "b"], encoding_format="float").data
    assert [len(each.embedding) for each in vectors] == [8, 8]
    with pytest.raises(openai.NotFoundError):
        client.post("/nowhere", cast_to=object)


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503, 529])
def test_the_model_name_asks_for_an_error(client: openai.OpenAI, status: int) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        chat(client, f"error-{status}")
    assert caught.value.status_code == status
    assert caught.value.response.headers.get("retry-after") == ("1" if status == 429 else None)


@pytest.mark.parametrize("model", ["reset-before", "garbage", "reset-mid-stream"])
def test_the_model_name_asks_for_a_broken_connection(client: openai.OpenAI, model: str) -> None:
    with pytest.raises(openai.APIConnectionError):
        chat(client, model)


@pytest.mark.parametrize("model", ["half-utf8", "close-delimited", "slow-first-token", "no-usage"])
def test_odd_but_sound_answers_arrive_whole(client: openai.OpenAI, model: str) -> None:
    odd = [{"role": "user", "content": "thé ☕ noir"}]
    assert chat(client, model, messages=odd).choices[0].message.content == "thé ☕ noir"
    chunks = chat(client, model, messages=odd, stream=True, stream_options={"include_usage": True})
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "thé ☕ noir"


def test_an_empty_answer_is_empty(client: openai.OpenAI) -> None:
    assert chat(client, "empty").choices[0].message.content == ""


def test_truncated_json_is_not_json(client: openai.OpenAI) -> None:
    with pytest.raises(ValueError, match="Unterminated"):
        chat(client, "truncated-json")


def test_a_wrong_key_is_turned_away() -> None:
    with (
        LoopbackUpstream(api_key="right") as upstream,
        openai.OpenAI(base_url=upstream.base_url, api_key="wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        chat(client)


@pytest.mark.parametrize("model", ["hang", "endless"])
def test_it_notices_a_client_that_leaves(upstream: LoopbackUpstream, model: str) -> None:
    body = msgspec.json.encode({"model": model, "messages": HI, "stream": True})
    with socket.create_connection(("127.0.0.1", upstream.port)) as client:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
        client.sendall(head.encode() + body)
        assert upstream.wait_until(lambda it: len(it.requests) == 1 and it.open == 1)
    assert upstream.wait_until(lambda it: it.abandoned == 1 and it.open == 0)


def test_it_closes_while_clients_hang_on() -> None:
    with ExitStack() as clients:
        with LoopbackUpstream() as upstream:
            client = clients.enter_context(socket.create_connection(("127.0.0.1", upstream.port)))
            assert upstream.wait_until(lambda it: it.open == 1)
        assert client.recv(1) == b""


@pytest.mark.parametrize("path", ["messages/count_tokens", "images/generations", "embeddings"])
def test_what_has_no_stream_ignores_the_wish_for_one(upstream: LoopbackUpstream, path: str) -> None:
    asked = {"model": "m", "messages": HI, "input": "hi", "prompt": "hi"}
    plain, wished = (
        httpx.post(f"{upstream.base_url}/{path}", json=asked | more) for more in ({}, {"stream": True})
    )
    assert (wished.status_code, wished.json()) == (200, plain.json())


@pytest.mark.parametrize("tools", [[{}], [{"type": "function"}], {"name": "f"}])
def test_what_no_provider_could_read_is_a_bad_request(tools):
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "tools": tools}
    with LoopbackUpstream() as upstream:
        answer = httpx.post(f"{upstream.base_url}/chat/completions", json=body)
    assert answer.status_code == 400


@pytest.mark.parametrize("body", [b'{"model": "m", "x": 1e999}', b"{", b'"\xff"', b"[" * 100_000])
def test_what_is_no_json_is_a_bad_request_on_a_connection_that_is_kept(
    upstream: LoopbackUpstream, body: bytes
) -> None:
    with httpx.Client(base_url=upstream.base_url) as client:
        assert [client.post("/chat/completions", content=body).status_code for _ in range(2)] == [400, 400]
    assert upstream.connections == 1


def test_each_prompt_of_a_plain_completion_is_answered(client: openai.OpenAI) -> None:
    answer = client.completions.create(model="m", prompt=["one", "two words"])
    assert [(each.index, each.text) for each in answer.choices] == [(0, "one"), (1, "two words")]
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (3, 3)
    assert len(client.completions.create(model="m", prompt=[1, 2, 3]).choices) == 1


def test_vectors_have_the_size_asked_for(client: openai.OpenAI) -> None:
    asked = client.embeddings.create(model="m", input="a", dimensions=3, encoding_format="float")
    assert [len(each.embedding) for each in asked.data] == [3]
