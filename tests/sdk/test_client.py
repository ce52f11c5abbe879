"""The SDK as an application uses it."""

from __future__ import annotations

import asyncio
import threading

import msgspec
import pytest

from sobrio import sdk
from sobrio.errors import (
    InputError,
    SobrioError,
    UnknownModel,
    UpstreamBroken,
    UpstreamError,
    UpstreamTimeout,
)
from sobrio.route.journey import UNDER_WAY
from sobrio.terms.receipt import Receipt


def user(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def test_an_answer_reads_like_openais_and_brings_its_receipt(client):
    answer = client.chat.completions.create(messages=user("What is the capital of France?"))
    assert answer.object == "chat.completion"
    assert answer.choices[0].message.content == "Paris, of course"
    assert answer.choices[0].message.tool_calls is None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer.usage.sobrio.energy_wh.low <= answer.usage.sobrio.energy_wh.high
    assert answer.sobrio.decision.rule == "the small one"
    assert answer.sobrio.avoided.reference == "gpt-5"


def test_the_whole_receipt_can_be_had_either_way(client):
    answer = client.chat.completions.create(messages=user("Whole receipt"))
    receipt = client.receipt(answer.to_dict()["sobrio"]["receipt"])
    assert isinstance(receipt, Receipt)
    assert receipt.outcome == answer.sobrio.outcome == "routed"
    assert client.receipt("rcpt_none") is None


def test_in_process_the_receipt_is_the_receipt(policy, tmp_path, here):
    with here(policy, data_dir=tmp_path) as client:
        answer = client.chat.completions.create(messages=user("In process"))
        assert isinstance(answer.sobrio, Receipt)


def test_a_stream_is_iterated_and_ends_with_the_receipt(client):
    with client.chat.completions.create(messages=user("one two three"), stream=True) as stream:
        assert stream.sobrio is None
        texts = [chunk.choices[0].delta.content or "" for chunk in stream]
    assert "".join(texts) == "one two three"
    assert len(texts) > 2
    assert stream.sobrio.decision.model == "gpt-5-nano"
    assert client.receipt(stream.receipt_id).outcome == "routed"


def test_leaving_a_stream_stops_the_upstream(client, upstream):
    before = upstream.abandoned
    with client.chat.completions.create(model="endless", messages=user("a b"), stream=True) as stream:
        next(stream)
    assert upstream.wait_until(lambda u: u.abandoned > before)


def test_tags_hold_inside_their_block_only(client):
    def team(**params: object) -> str | None:
        answer = client.chat.completions.create(messages=user("tagged"), **params)
        return client.receipt(answer.to_dict()["sobrio"]["receipt"]).caller.team

    with client.tagged(team="hr"):
        assert team() == "hr"
        with client.tagged(cache="off"):
            assert team() == "hr"
        assert team(sobrio={"team": "legal"}) == "legal"
    assert team() is None


def test_anything_openai_takes_goes_upstream(client, upstream):
    client.chat.completions.create(
        messages=user("parameters"), temperature=0.25, stop=["x"], extra_body={"vendor": {"a": [1]}}
    )
    sent = msgspec.json.decode(upstream.requests[-1].body)
    assert (sent["temperature"], sent["stop"], sent["vendor"]) == (0.25, ["x"], {"a": [1]})
    assert not {"sobrio", "stream", "extra_body"} & set(sent)


def test_an_earlier_message_can_be_sent_back(client, upstream):
    tool = {"type": "function", "function": {"name": "clock", "parameters": {"type": "object"}}}
    asked = user("what time is it?")
    message = client.chat.completions.create(messages=asked, tools=[tool]).choices[0].message
    assert message.tool_calls[0].function.name == "clock"
    result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "noon"}
    answer = client.chat.completions.create(messages=[*asked, message, result], tools=[tool])
    assert answer.choices[0].message.content == "noon"


def test_explain_takes_a_prompt_turns_or_a_request(client):
    for request in ("hello", user("hello"), {"model": "small", "messages": user("hello")}):
        assert client.explain(request)["decision"]["model"] == "gpt-5-nano"


@pytest.mark.parametrize(
    ("model", "kind", "status"),
    [("busy", UpstreamError, 429), ("reset", UpstreamBroken, 502), ("no", UnknownModel, 404)],
)
def test_failures_are_children_of_sobrio_error(client, model, kind, status):
    with pytest.raises(kind) as raised:
        client.chat.completions.create(model=model, messages=user("fail"))
    assert isinstance(raised.value, SobrioError)
    assert raised.value.status == status
    assert raised.value.receipt_id or kind is UnknownModel


def test_retry_after_is_on_the_exception(client):
    with pytest.raises(UpstreamError) as raised:
        client.chat.completions.create(model="busy", messages=user("later"))
    assert raised.value.retry_after_s == 1


def test_a_stream_that_breaks_off_raises(client):
    stream = client.chat.completions.create(model="reset", messages=user("a b c d"), stream=True)
    with pytest.raises(UpstreamBroken):
        list(stream)


def test_an_empty_request_is_an_input_error(client):
    with pytest.raises(InputError, match="'messages' is empty"):
        client.chat.completions.create(messages=[])


def test_a_timeout_stops_the_upstream(client, upstream):
    before = upstream.abandoned
    with pytest.raises(UpstreamTimeout):
        client.chat.completions.create(model="hang", messages=user("wait"), timeout=0.2)
    assert upstream.wait_until(lambda u: u.abandoned > before)


def test_one_client_serves_many_threads(client):
    texts: list[str] = []

    def ask(number: int) -> None:
        answer = client.chat.completions.create(messages=user(f"thread {number}"))
        texts.append(answer.choices[0].message.content)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(texts) == [f"thread {number}" for number in range(8)]


@pytest.mark.anyio
async def test_what_is_logged_after_a_request_is_not_said_of_it(async_client):
    async with async_client as sobrio:
        before = UNDER_WAY.get()
        await sobrio.chat.completions.create(messages=user("One"))
        assert UNDER_WAY.get() == before


@pytest.mark.anyio
async def test_async_is_the_same(async_client):
    async with async_client as client:
        answers = await asyncio.gather(
            *(client.chat.completions.create(messages=user(f"async {n}")) for n in range(5))
        )
        assert [each.choices[0].message.content for each in answers] == [f"async {n}" for n in range(5)]
        async with await client.chat.completions.create(messages=user("x y"), stream=True) as stream:
            texts = [chunk.choices[0].delta.content or "" async for chunk in stream]
        assert "".join(texts) == "x y"
        assert stream.sobrio.outcome == "routed"
        assert (await client.explain("hello"))["decision"]["model"] == "gpt-5-nano"


def test_closing_twice_is_closing_once(client):
    client.close()
    client.close()


def test_what_is_asked_of_a_closed_client_is_an_input_error(client):
    client.close()
    for ask in (
        lambda: client.chat.completions.create(messages=user("too late")),
        lambda: client.chat.completions.create(messages=user("too late"), stream=True),
        lambda: client.explain("too late"),
        lambda: client.receipt("rcpt_none"),
    ):
        with pytest.raises(InputError, match="closed"):
            ask()


def test_a_stream_may_be_closed_after_its_client(client):
    stream = client.chat.completions.create(model="endless", messages=user("a b"), stream=True)
    next(stream)
    client.close()
    stream.close()
    with pytest.raises(UpstreamBroken, match="ended with its client"):
        next(stream)


def test_an_answer_still_knows_its_receipt_once_the_client_is_closed(client):
    answer = client.chat.completions.create(messages=user("Whole receipt, later"))
    client.close()
    assert answer.sobrio.outcome == "routed"


@pytest.mark.anyio
async def test_a_closed_async_client_answers_with_an_input_error_too(async_client):
    await async_client.close()
    with pytest.raises(InputError, match="closed"):
        await async_client.chat.completions.create(messages=user("too late"))
    with pytest.raises(InputError, match="closed"):
        await async_client.explain("too late")


def test_without_rooms_a_base_url_is_needed():
    with pytest.raises(InputError, match="base_url"):
        sdk.Sobrio()


def test_a_gateway_that_is_not_there_is_an_upstream_error():
    with sdk.Sobrio(base_url="http://127.0.0.1:9/v1") as client, pytest.raises(UpstreamError):
        client.chat.completions.create(messages=user("anyone?"))
