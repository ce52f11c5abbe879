"""The official anthropic client, against models that speak chat and models that speak Anthropic's own."""

from __future__ import annotations

import json

import anthropic
import pytest

ASKED = [{"role": "user", "content": "What is the capital of France?"}]
WEATHER = {
    "name": "weather",
    "description": "Says what it is like outside.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
TIME = {"name": "time", "input_schema": {"type": "object", "properties": {}}}
EITHER = pytest.mark.parametrize("model", ["small", "claude"])


def ask(client, model, text=None, **more):
    messages = ASKED if text is None else [{"role": "user", "content": text}]
    return client.messages.create(**{"model": model, "max_tokens": 100, "messages": messages} | more)


@EITHER
def test_a_message_comes_with_its_receipt(anthropic_client, house, model):
    message = ask(anthropic_client, model)
    assert message.content[0].text == "Paris, of course"
    assert (message.role, message.type, message.stop_reason) == ("assistant", "message", "end_turn")
    assert message.usage.input_tokens > 0
    assert message.usage.output_tokens == 3
    assert set(message.usage.model_extra["sobrio"]) == {
        "energy_wh",
        "ghg_g",
        "water_ml",
        "evidence",
        "caveats",
    }
    sobrio = message.model_extra["sobrio"]
    assert sobrio["reference"]["model"] == "gpt-5"
    receipt = house.booked(sobrio["receipt"])
    assert receipt.activities[0].output_tokens == 3
    assert receipt.finish_reason == "stop"


@EITHER
def test_the_headers_of_the_contract(anthropic_client, model):
    raw = anthropic_client.messages.with_raw_response.create(
        model=model, max_tokens=10, messages=[{"role": "user", "content": f"headers of {model}"}]
    )
    assert raw.headers["x-sobrio-cache"] == "miss"
    assert raw.headers["x-sobrio-receipt"] == raw.parse().model_extra["sobrio"]["receipt"]


@EITHER
def test_a_stream_ends_with_its_receipt(anthropic_client, house, model):
    asked = [{"role": "user", "content": "The capital, as a stream?"}]
    with anthropic_client.messages.stream(model=model, max_tokens=100, messages=asked) as stream:
        events = list(stream)
        final = stream.get_final_message()
    assert final.content[0].text == "Paris, of course"
    assert final.stop_reason == "end_turn"
    assert final.usage.output_tokens == 3
    assert final.model_extra["sobrio"]["receipt"] == stream.response.headers["x-sobrio-receipt"]
    (last,) = [each for each in events if each.type == "message_delta"]
    assert "energy_wh" in last.usage.model_extra["sobrio"]
    assert house.booked(last.model_extra["sobrio"]["receipt"]).activities[0].output_tokens == 3


@EITHER
@pytest.mark.parametrize("streamed", [False, True])
def test_tools_are_called_in_parallel_and_their_results_taken(anthropic_client, model, streamed):
    asked = {
        "model": model,
        "max_tokens": 100,
        "tools": [WEATHER, TIME],
        "messages": [{"role": "user", "content": f"Weather and time? {streamed}"}],
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": False},
    }
    if streamed:
        with anthropic_client.messages.stream(**asked) as stream:
            message = stream.get_final_message()
    else:
        message = anthropic_client.messages.create(**asked)
    calls = [block for block in message.content if block.type == "tool_use"]
    assert message.stop_reason == "tool_use"
    assert [(call.name, set(call.input)) for call in calls] == [("weather", {"city"}), ("time", set())]
    results = [
        {"type": "tool_result", "tool_use_id": call.id, "content": f"{call.name} said"} for call in calls
    ]
    turns = [*asked["messages"], {"role": "assistant", "content": message.content}]
    again = anthropic_client.messages.create(
        **asked | {"messages": [*turns, {"role": "user", "content": results}]}
    )
    assert "said" in again.content[0].text


@pytest.mark.parametrize("model", ["thinking", "claude-thinking"])
@pytest.mark.parametrize("streamed", [False, True])
def test_thinking_is_told_apart(anthropic_client, model, streamed):
    asked = {"model": model, "max_tokens": 2000, "messages": [{"role": "user", "content": f"hm {streamed}"}]}
    asked["thinking"] = {"type": "enabled", "budget_tokens": 1024}
    if streamed:
        with anthropic_client.messages.stream(**asked) as stream:
            message = stream.get_final_message()
    else:
        message = anthropic_client.messages.create(**asked)
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.content[0].thinking == "Let me think about it."


@EITHER
def test_a_picture_and_a_system_prompt_arrive(anthropic_client, house, model):
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
    content = [image, {"type": "text", "text": "What is this?"}]
    ask(anthropic_client, model, content, system=[{"type": "text", "text": "Look closely."}])
    sent = house.upstream.requests[-1]
    assert b"iVBORw0KGgo=" in sent.body
    assert b"Look closely." in sent.body


@EITHER
def test_stop_and_length(anthropic_client, model):
    cut = ask(anthropic_client, model, "one two three four", max_tokens=2)
    assert (cut.stop_reason, cut.content[0].text) == ("max_tokens", "one two")
    stopped = ask(anthropic_client, model, "one two three four", stop_sequences=["three"])
    assert stopped.content[0].text.strip() == "one two"


def test_cached_input_is_told_as_anthropic_tells_it(anthropic_client, house):
    message = ask(anthropic_client, "cached", "one two three four")
    assert (message.usage.input_tokens, message.usage.cache_read_input_tokens) == (2, 2)
    receipt = house.booked(message.model_extra["sobrio"]["receipt"])
    assert (receipt.activities[0].input_tokens, receipt.activities[0].cached_tokens) == (4, 2)


def test_what_goes_to_anthropic_is_untouched_but_for_the_model(anthropic_client, house):
    body = {
        "model": "claude",
        "max_tokens": 7,
        "messages": [
            {
                "role": "user",
                "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}],
            }
        ],
        "metadata": {"user_id": "u"},
        "a_field_of_tomorrow": {"x": [1, 2]},
    }
    anthropic_client.post(
        "/v1/messages",
        body=body | {"sobrio": {"team": "hr"}},
        cast_to=object,
        options={"headers": {"anthropic-beta": "tomorrow-2027"}},
    )
    sent = house.upstream.requests[-1]
    assert json.loads(sent.body) == body | {"model": "loopback"}
    assert sent.path == "/v1/messages"
    assert sent.headers["x-api-key"] == "upstream-secret"
    assert sent.headers["anthropic-version"] >= "2023-06-01", "the client's own"
    assert sent.headers["anthropic-beta"] == "tomorrow-2027"
    assert "client-secret" not in str(sent.headers)


@EITHER
def test_the_same_again_comes_from_memory_whole_and_streamed(anthropic_client, model):
    first = ask(anthropic_client, model, f"twice {model}")
    again = ask(anthropic_client, model, f"twice {model}")
    assert again.model_extra["sobrio"]["cache"] == "exact"
    assert again.content == first.content
    asked = {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": f"twice {model}"}]}
    with anthropic_client.messages.stream(**asked) as stream:
        assert stream.response.headers["x-sobrio-cache"] == "exact"
        assert stream.get_final_message().content[0].text == first.content[0].text


def test_an_answer_kept_for_chat_is_not_given_as_a_message(anthropic_client, openai_client):
    messages = [{"role": "user", "content": "the same in two shapes"}]
    chat = openai_client.chat.completions.create(model="small", max_tokens=100, messages=messages)
    message = anthropic_client.messages.create(model="small", max_tokens=100, messages=messages)
    assert message.content[0].text == chat.choices[0].message.content
    assert message.model_extra["sobrio"]["cache"] == "miss"


@pytest.mark.parametrize(
    ("model", "kind", "word"),
    [
        ("busy", anthropic.RateLimitError, "rate_limit_error"),
        ("broken", anthropic.InternalServerError, "api_error"),
        ("claude-busy", anthropic.APIStatusError, "overloaded_error"),
        ("nobody", anthropic.NotFoundError, "not_found_error"),
    ],
)
def test_errors_are_anthropics(anthropic_client, model, kind, word):
    with pytest.raises(kind) as raised:
        ask(anthropic_client, model)
    assert raised.value.body["type"] == "error"
    assert raised.value.body["error"]["type"] == word


def test_a_wrong_body_is_an_error_in_their_shape(anthropic_client):
    with pytest.raises(anthropic.BadRequestError) as raised:
        anthropic_client.post("/v1/messages", body={"model": "small", "messages": 3}, cast_to=object)
    assert raised.value.body["error"]["type"] == "invalid_request_error"
    with pytest.raises(anthropic.BadRequestError, match="web_search"):
        ask(anthropic_client, "small", tools=[{"type": "web_search_20250305", "name": "web_search"}])


def test_a_stream_that_breaks_off_is_an_error(anthropic_client):
    with (
        pytest.raises(anthropic.APIError),
        anthropic_client.messages.stream(
            model="reset", max_tokens=10, messages=[{"role": "user", "content": "a b c d e f"}]
        ) as stream,
    ):
        stream.get_final_message()


@pytest.mark.parametrize("model", ["endless", "claude-endless"])
def test_leaving_a_stream_stops_the_upstream_and_books_what_was_said(anthropic_client, house, model):
    before = house.upstream.abandoned
    stream = ask(anthropic_client, model, "a b c", stream=True)
    receipt_id = stream.response.headers["x-sobrio-receipt"]
    said = (event for event in stream if event.type == "content_block_delta")
    next(said)
    stream.close()
    assert house.upstream.wait_until(lambda u: u.abandoned > before)
    receipt = house.eventually(receipt_id)
    assert "truncated" in receipt.caveats
    assert receipt.activities[0].output_tokens >= 1


def test_a_conversation_that_thought_elsewhere_goes_on_at_anthropic(anthropic_client, house):
    asked = [{"role": "user", "content": "think first"}]
    first = ask(anthropic_client, "thinking", "think first")
    turns = [*asked, {"role": "assistant", "content": first.content}, {"role": "user", "content": "and now?"}]
    anthropic_client.messages.create(model="claude", max_tokens=50, messages=turns)
    assert b'"thinking"' not in house.upstream.requests[-1].body


@pytest.mark.parametrize("model", ["uncounted", "claude-uncounted"])
def test_what_the_upstream_did_not_count_is_estimated_never_nought(anthropic_client, house, model):
    asked = {"model": model, "max_tokens": 50, "messages": [{"role": "user", "content": "one two three"}]}
    with anthropic_client.messages.stream(**asked) as stream:
        receipt = house.booked(stream.response.headers["x-sobrio-receipt"] if list(stream) else "")
    assert "usage-estimated" in receipt.caveats
    assert receipt.activities[0].output_tokens >= 1
