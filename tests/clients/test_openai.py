"""The official openai client: every endpoint, and what chat can do beyond a plain answer."""

from __future__ import annotations

import json

import openai
import pydantic
import pytest

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
EITHER = pytest.mark.parametrize("model", ["small", "responder", "claude"])
"""Translated to chat, passed through untouched, translated to Anthropic's messages."""


class City(pydantic.BaseModel):
    name: str
    people: int


@EITHER
def test_a_response_comes_with_its_receipt(openai_client, house, model):
    response = openai_client.responses.create(model=model, input="What is the capital of France?")
    assert response.output_text == "Paris, of course"
    assert (response.status, response.object) == ("completed", "response")
    assert response.usage.output_tokens == 3
    assert "energy_wh" in response.usage.model_extra["sobrio"]
    receipt = house.booked(response.model_extra["sobrio"]["receipt"])
    assert (receipt.activities[0].output_tokens, receipt.finish_reason) == (3, "stop")


@EITHER
def test_a_response_streams_in_order_and_ends_with_its_receipt(openai_client, house, model):
    with openai_client.responses.stream(model=model, input="The capital, as a stream?") as stream:
        events = list(stream)
        final = stream.get_final_response()
    numbers = [each.sequence_number for each in events if hasattr(each, "sequence_number")]
    assert numbers == sorted(set(numbers))
    assert final.output_text == "Paris, of course"
    receipt = house.booked(final.model_extra["sobrio"]["receipt"])
    assert receipt.activities[0].output_tokens == final.usage.output_tokens == 3


@EITHER
@pytest.mark.parametrize("streamed", [False, True])
def test_a_response_calls_tools_and_takes_their_results(openai_client, model, streamed):
    tools = [
        {"type": "function", "name": name, "parameters": WEATHER, "strict": False} for name in ("a", "b")
    ]
    asked = {"model": model, "tools": tools, "input": f"Call both {streamed}", "parallel_tool_calls": True}
    if streamed:
        with openai_client.responses.stream(**asked) as stream:
            response = stream.get_final_response()
    else:
        response = openai_client.responses.create(**asked)
    calls = [item for item in response.output if item.type == "function_call"]
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [
        ("a", {"city": ""}),
        ("b", {"city": ""}),
    ]
    said = [{"role": "user", "content": asked["input"]}]
    said += [call.model_dump(include={"type", "call_id", "name", "arguments"}) for call in calls]
    said += [{"type": "function_call_output", "call_id": call.call_id, "output": "done"} for call in calls]
    assert "done" in openai_client.responses.create(model=model, tools=tools, input=said).output_text


def test_a_response_keeps_to_a_schema(openai_client):
    parsed = openai_client.responses.parse(model="small", input="A city", text_format=City)
    assert parsed.output_parsed == City(name="", people=0)


def test_an_answer_cut_off_is_incomplete(openai_client):
    response = openai_client.responses.create(model="small", input="one two three", max_output_tokens=2)
    assert (response.status, response.incomplete_details.reason) == ("incomplete", "max_output_tokens")


def test_the_same_response_comes_from_memory(openai_client):
    first = openai_client.responses.create(model="small", input="Twice, please")
    again = openai_client.responses.create(model="small", input="Twice, please")
    assert again.model_extra["sobrio"]["cache"] == "exact"
    assert again.output == first.output
    with openai_client.responses.stream(model="small", input="Twice, please") as stream:
        assert stream.get_final_response().output_text == "Twice, please"


def test_what_speaks_responses_is_sent_them_untouched(openai_client, house):
    body = {"model": "responder", "input": "hi", "previous_response_id": "resp_1", "a_field_of_tomorrow": [1]}
    answer = openai_client.post("/responses", body=body | {"sobrio": {"team": "hr"}}, cast_to=object)
    assert json.loads(house.upstream.requests[-1].body) == body | {"model": "loopback"}
    assert answer["a_field_of_tomorrow"] is True


@pytest.mark.parametrize(
    "more",
    [
        {"conversation": "conv_1"},
        {"background": True},
        {"tools": [{"type": "mcp", "server_label": "mail", "server_url": "https://mail.example/mcp"}]},
    ],
)
def test_what_changes_something_elsewhere_is_done_each_time(openai_client, house, more):
    before = len(house.upstream.requests)
    told = [openai_client.responses.create(model="responder", input="Go on", **more) for _ in range(2)]
    assert [each.model_extra["sobrio"]["cache"] for each in told] == ["miss", "miss"]
    assert len(house.upstream.requests) == before + 2


@pytest.mark.parametrize(
    "more", [{"previous_response_id": "resp_1"}, {"background": True}, {"tools": [{"type": "web_search"}]}]
)
def test_what_cannot_be_translated_is_a_bad_request(openai_client, more):
    with pytest.raises(openai.BadRequestError) as raised:
        openai_client.responses.create(model="small", input="hi", **more)
    assert raised.value.code == "untranslatable"


def test_a_response_that_breaks_off_is_an_error(openai_client):
    with pytest.raises(openai.APIError):
        list(openai_client.responses.create(model="reset", input="a b c d e", stream=True))


def test_a_plain_completion(openai_client, house):
    answer = openai_client.completions.create(model="small", prompt="Say this", max_tokens=50)
    assert answer.choices[0].text == "Say this"
    assert house.booked(answer.model_extra["sobrio"]["receipt"]).activities[0].output_tokens == 2
    assert house.upstream.requests[-1].path == "/v1/completions"


@pytest.mark.parametrize("model", ["vectors", "embed"])
def test_embeddings_are_forwarded_and_booked(openai_client, house, model):
    answer = openai_client.embeddings.create(model=model, input=["one two", model], encoding_format="float")
    assert [len(each.embedding) for each in answer.data] == [8, 8]
    receipt = house.booked(answer.model_extra["sobrio"]["receipt"])
    (activity,) = receipt.activities
    assert (activity.model.name, activity.input_tokens, activity.output_tokens) == ("bge-m3", 3, 0)
    assert receipt.realised.energy_wh.central > 0
    assert receipt.decision.rule == "forwarded"
    assert receipt.avoided is None
    assert "usage-estimated" not in receipt.caveats


def test_the_same_text_is_not_embedded_twice(openai_client, house):
    asked = {"model": "vectors", "input": "once is enough", "encoding_format": "float"}
    openai_client.embeddings.create(**asked)
    before = len(house.upstream.requests)
    assert openai_client.embeddings.create(**asked).model_extra["sobrio"]["cache"] == "exact"
    assert len(house.upstream.requests) == before


def test_pictures_are_forwarded_and_counted(openai_client, house):
    answer = openai_client.images.generate(model="pictures", prompt="A red fox", n=2)
    assert len(answer.data) == 2
    receipt = house.booked(answer.model_extra["sobrio"]["receipt"])
    assert receipt.activities[0].requests == 2
    assert receipt.realised.energy_wh.central > 0.3


@pytest.mark.parametrize("model", ["small", "claude"])
def test_vectors_come_from_models_for_vectors(openai_client, model):
    with pytest.raises(openai.APIStatusError, match="embedding"):
        openai_client.embeddings.create(model=model, input="xxx")


def test_left_to_the_policy_it_is_always_the_same_model(openai_client):
    answer = openai_client.embeddings.create(model="sobrio/auto", input="xxx", encoding_format="float")
    assert answer.model_extra["sobrio"]["decision"]["model"] == "bge-m3"


def test_several_choices_with_log_probabilities(openai_client):
    answer = openai_client.chat.completions.create(
        model="small", messages=[{"role": "user", "content": "two of me"}], n=2, logprobs=True, top_logprobs=1
    )
    assert [each.message.content for each in answer.choices] == ["two of me"] * 2
    assert answer.choices[1].logprobs.content[0].token == "two"


def test_several_choices_in_a_stream(openai_client):
    stream = openai_client.chat.completions.create(
        model="small", messages=[{"role": "user", "content": "two of me"}], n=2, stream=True
    )
    said = {0: "", 1: ""}
    for chunk in stream:
        for choice in chunk.choices:
            said[choice.index] += choice.delta.content or ""
    assert said == {0: "two of me", 1: "two of me"}


@pytest.mark.parametrize("model", ["small", "claude"])
def test_chat_asks_for_a_schema(openai_client, house, model):
    openai_client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": "A city"}],
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "city", "schema": City.model_json_schema(), "strict": True},
        },
    )
    assert b'"people"' in house.upstream.requests[-1].body


def test_chat_parses_a_schema(openai_client):
    parsed = openai_client.chat.completions.parse(
        model="small", messages=[{"role": "user", "content": "A city"}], response_format=City
    )
    assert parsed.choices[0].message.parsed == City(name="", people=0)


@pytest.mark.parametrize("model", ["thinking", "claude-thinking"])
def test_reasoning_is_told_apart_and_counted(openai_client, model):
    answer = openai_client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "hm"}], reasoning_effort="low", max_tokens=3000
    )
    assert answer.choices[0].message.model_extra["reasoning_content"] == "Let me think about it."
    assert answer.choices[0].message.content == "hm"


@pytest.mark.parametrize("streamed", [False, True])
def test_chat_with_tools_at_a_model_that_speaks_messages(openai_client, streamed):
    tools = [{"type": "function", "function": {"name": n, "parameters": WEATHER}} for n in ("a", "b")]
    messages = [{"role": "system", "content": "Use tools."}, {"role": "user", "content": f"Both {streamed}"}]
    asked = {"model": "claude", "messages": messages, "tools": tools, "parallel_tool_calls": True}
    if streamed:
        with openai_client.chat.completions.stream(**asked) as stream:
            answer = stream.get_final_completion()
    else:
        answer = openai_client.chat.completions.create(**asked)
    message = answer.choices[0].message
    assert answer.choices[0].finish_reason == "tool_calls"
    assert [(c.function.name, json.loads(c.function.arguments)) for c in message.tool_calls] == [
        ("a", {"city": ""}),
        ("b", {"city": ""}),
    ]
    results = [{"role": "tool", "tool_call_id": c.id, "content": "done"} for c in message.tool_calls]
    turns = [*messages, message.model_dump(exclude_none=True), *results]
    again = openai_client.chat.completions.create(**asked | {"messages": turns})
    assert again.choices[0].message.content == "done done"


def test_a_chat_stream_from_a_model_that_speaks_messages(openai_client, house):
    stream = openai_client.chat.completions.create(
        model="claude", messages=[{"role": "user", "content": "one two three"}], stream=True
    )
    chunks = list(stream)
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == "one two three"
    assert chunks[-1].usage.completion_tokens == 3
    assert "energy_wh" in chunks[-1].usage.model_extra["sobrio"]
    assert house.booked(chunks[-1].model_extra["sobrio"]["receipt"]).activities[0].output_tokens == 3


def test_leaving_a_response_stops_the_upstream_and_books_what_was_said(openai_client, house):
    before = house.upstream.abandoned
    stream = openai_client.responses.create(model="endless", input="a b c", stream=True)
    receipt_id = stream.response.headers["x-sobrio-receipt"]
    next(iter(stream))
    stream.close()
    assert house.upstream.wait_until(lambda u: u.abandoned > before)
    assert "truncated" in house.eventually(receipt_id).caveats


def test_a_plain_completion_streams(openai_client):
    chunks = list(openai_client.completions.create(model="small", prompt="one two three", stream=True))
    assert "".join(choice.text for chunk in chunks for choice in chunk.choices) == "one two three"
    assert chunks[-1].model_extra["sobrio"]["receipt"]


def test_vectors_do_not_stream(openai_client):
    with pytest.raises(openai.BadRequestError, match="'stream' is not possible"):
        openai_client.post(
            "/embeddings", body={"model": "vectors", "input": "x", "stream": True}, cast_to=object
        )


def test_a_cap_holds_for_a_claude_that_was_to_think_hard(openai_client, house):
    answer = openai_client.chat.completions.create(
        model="claude",
        messages=[{"role": "user", "content": "What is capped?"}],
        reasoning_effort="high",
        max_completion_tokens=16,
    )
    sent = json.loads(house.upstream.requests[-1].body)
    assert (sent["max_tokens"], "thinking" in sent) == (16, False)
    receipt = house.booked(answer.model_extra["sobrio"]["receipt"])
    assert "thinking-left-out" in receipt.caveats


@pytest.mark.parametrize("ask", ["chat", "responses"])
def test_a_claude_that_thinks_as_was_asked_has_no_caveat(openai_client, house, ask):
    if ask == "chat":
        turns = [{"role": "user", "content": "Think of it."}]
        answer = openai_client.chat.completions.create(model="claude", messages=turns, reasoning_effort="low")
    else:
        answer = openai_client.responses.create(model="claude", input="Think!", reasoning={"effort": "low"})
    assert json.loads(house.upstream.requests[-1].body)["thinking"]["budget_tokens"] == 2048
    receipt = house.booked(answer.model_extra["sobrio"]["receipt"])
    assert "thinking-left-out" not in receipt.caveats


def test_a_call_of_a_custom_tool_is_said_to_be_untranslatable(openai_client):
    call = {"id": "c1", "type": "custom", "custom": {"name": "f", "input": "x"}}
    turns = [
        {"role": "user", "content": "Which tool?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
    ]
    with pytest.raises(openai.BadRequestError) as caught:
        openai_client.chat.completions.create(model="claude", messages=turns)
    assert caught.value.code == "untranslatable"
    assert openai_client.chat.completions.create(model="small", messages=turns).choices[0].message.content
