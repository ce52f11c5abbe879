"""The official openai client against the gateway, changed by nothing but its base URL."""

from __future__ import annotations

import json

import msgspec
import openai
import pytest

MESSAGES = [{"role": "user", "content": "What is the capital of France?"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
]


def test_chat_answers_and_carries_its_receipt(client):
    answer = client.chat.completions.create(model="sobrio/auto", messages=MESSAGES)
    assert answer.choices[0].message.content == "Paris, of course"
    assert answer.choices[0].finish_reason == "stop"
    sobrio = answer.model_extra["sobrio"]
    assert sobrio["decision"]["rule"] == "the small one"
    assert sobrio["realised"]["energy_wh"]["low"] <= sobrio["realised"]["energy_wh"]["high"]
    assert sobrio["reference"]["model"] == "gpt-5"
    impact = answer.usage.model_extra["sobrio"]
    assert set(impact) == {"energy_wh", "ghg_g", "water_ml", "evidence", "caveats"}
    assert answer.usage.prompt_tokens > 0


def test_the_headers_of_the_contract_come_with_the_answer(client):
    raw = client.chat.completions.with_raw_response.create(
        model="tests", messages=[{"role": "user", "content": "Headers, please"}]
    )
    assert raw.headers["x-sobrio-model"] == "gpt-5-nano"
    assert raw.headers["x-sobrio-rule"] == "the small one"
    assert raw.headers["x-sobrio-cache"] == "miss"
    assert raw.headers["x-sobrio-policy"]
    assert raw.headers["x-sobrio-receipt"] == raw.parse().model_extra["sobrio"]["receipt"]


def test_an_identical_request_is_answered_from_memory(client):
    def once() -> str:
        messages = [{"role": "user", "content": "Say it twice"}]
        raw = client.chat.completions.with_raw_response.create(model="sobrio/auto", messages=messages)
        return raw.headers["x-sobrio-cache"]

    assert (once(), once()) == ("miss", "exact")


def test_the_receipt_can_be_looked_up(client):
    answer = client.chat.completions.create(
        model="sobrio/auto", messages=[{"role": "user", "content": "Booked?"}]
    )
    receipt = client.get(f"/receipts/{answer.model_extra['sobrio']['receipt']}", cast_to=object)
    assert receipt["outcome"] == "routed"
    assert receipt["decision"]["deployment"] == "small"
    assert "Booked?" not in json.dumps(receipt)


def test_a_stream_ends_with_the_receipt_on_its_last_chunk(client):
    stream = client.chat.completions.create(model="sobrio/auto", messages=MESSAGES, stream=True)
    assert stream.response.headers["x-sobrio-receipt"]
    assert stream.response.headers["content-type"].startswith("text/event-stream")
    chunks = list(stream)
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert text == "Paris, of course"
    assert all(chunk.choices for chunk in chunks), "a client that did not ask gets no usage-only chunk"
    assert "energy_wh" in chunks[-1].usage.model_extra["sobrio"]
    assert chunks[-1].model_extra["sobrio"]["receipt"] == stream.response.headers["x-sobrio-receipt"]


def test_a_stream_with_usage_gets_the_usage_chunk(client):
    stream = client.chat.completions.create(
        model="sobrio/auto",
        messages=[{"role": "user", "content": "count me in"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    *_, last = stream
    assert last.choices == []
    assert last.usage.total_tokens == last.usage.prompt_tokens + last.usage.completion_tokens
    assert last.model_extra["sobrio"]["outcome"] == "routed"


def test_tools_are_called(client):
    answer = client.chat.completions.create(model="sobrio/auto", messages=MESSAGES, tools=TOOLS)
    call = answer.choices[0].message.tool_calls[0]
    assert (call.type, call.function.name) == ("function", "weather")
    assert "city" in json.loads(call.function.arguments)


def test_tools_are_called_in_a_stream(client):
    stream = client.chat.completions.create(model="sobrio/auto", messages=MESSAGES, tools=TOOLS, stream=True)
    calls = [call for chunk in stream for c in chunk.choices for call in c.delta.tool_calls or ()]
    assert calls[0].function.name == "weather"
    assert "city" in json.loads("".join(call.function.arguments or "" for call in calls))


BODY = (
    b'{"model": "sobrio/auto", "messages": [{"role":"user","content":"h\\u00e9 \xc3\xa9",  "x":1e2}],'
    b'"tools" : [ {"type":"function","function":{"name":"f","parameters":{"b":1,"a":2.50}}} ],'
    b' "temperature":0.70, "vendor_field": {"deep": [1, 2.0, null, "\\/"]}, "seed": 12345678901234567890,'
    b' "sobrio": {"team": "hr"}, "response_format": { "type":"text" }}'
)


def test_every_field_arrives_upstream_byte_for_byte(gateway, upstream, post):
    response = post("/v1/chat/completions", BODY)
    assert response.status == 200, response.body
    sent, arrived = (_raw_fields(each) for each in (BODY, upstream.requests[-1].body))
    assert arrived.pop("model") == b'"loopback"'
    del sent["model"], sent["sobrio"]
    assert arrived == sent
    assert list(arrived) == list(sent), "in the same order"


def _raw_fields(body: bytes) -> dict[str, bytes]:
    return {k: bytes(v) for k, v in msgspec.json.decode(body, type=dict[str, msgspec.Raw]).items()}


def test_the_clients_credentials_and_headers_stay_here(client, upstream):
    client.chat.completions.create(
        model="sobrio/auto",
        messages=[{"role": "user", "content": "secret headers"}],
        extra_headers={"cookie": "crumb", "x-anything": "else"},
    )
    headers = upstream.requests[-1].headers
    assert not {"authorization", "cookie", "x-anything", "x-stainless-lang"} & set(headers)


@pytest.mark.parametrize("where", ["body", "headers"])
def test_options_are_taken_from_the_body_and_from_headers(client, gateway, where):
    options = {"team": "hr", "cache": "no-store"}
    extra = (
        {"extra_body": {"sobrio": options}}
        if where == "body"
        else {"extra_headers": {f"x-sobrio-{name}": value for name, value in options.items()}}
    )
    answer = client.chat.completions.create(
        model="sobrio/auto", messages=[{"role": "user", "content": f"options in {where}"}], **extra
    )
    receipt = gateway.rooms.ledger.find(answer.model_extra["sobrio"]["receipt"])
    assert receipt.caller.team == "hr"


def test_explain_decides_without_calling(client, upstream):
    before = len(upstream.requests)
    explained = client.post("/explain", body={"model": "sobrio/auto", "messages": MESSAGES}, cast_to=object)
    assert explained["decision"]["model"] == "gpt-5-nano"
    assert {"assessment", "candidates", "cache", "route_ms"} <= set(explained)
    assert len(upstream.requests) == before


def test_models_lists_auto_aliases_and_deployments(client):
    names = [model.id for model in client.models.list()]
    assert {"sobrio/auto", "tests", "small", "absent"} <= set(names)
    assert client.models.retrieve("sobrio/auto").owned_by == "sobrio"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nothing")


@pytest.mark.anyio
async def test_many_at_once_do_not_mix(gateway, anyio_backend):
    import asyncio

    async with openai.AsyncOpenAI(base_url=gateway.url, api_key="none", max_retries=0) as client:

        async def one(number: int, stream: bool) -> str:
            messages = [{"role": "user", "content": f"number {number} {stream}"}]
            answer = await client.chat.completions.create(
                model="sobrio/auto", messages=messages, stream=stream
            )
            if not stream:
                return answer.choices[0].message.content
            return "".join([c.choices[0].delta.content or "" async for c in answer])

        texts = await asyncio.gather(*(one(n, s) for n in range(20) for s in (True, False)))
    assert texts == [f"number {n} {s}" for n in range(20) for s in (True, False)]
