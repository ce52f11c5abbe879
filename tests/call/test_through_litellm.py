"""litellm against the loopback upstream: OpenAI's shapes in, OpenAI's shapes out, our errors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import Any

import msgspec
import pytest

from sobrio.call import ThroughLitellm
from sobrio.call.sse import payloads
from sobrio.call.usage import usage_of_events, usage_of_json
from sobrio.errors import InputError, PolicyError, UpstreamBroken, UpstreamError, UpstreamTimeout
from sobrio.terms.answer import Call, Usage
from sobrio.terms.model import Backing, Timeouts
from sobrio.testing import LoopbackUpstream

# litellm and its dependencies warn of much that is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore")

KEY = "sk-a-very-secret-key"
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"enum": ["Nantes"]}}, "required": ["city"]},
    },
}


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop, to which litellm's kept clients belong."""
    with asyncio.Runner() as opened:
        yield opened
        opened.run(ThroughLitellm().aclose())


@pytest.fixture
def run(runner: asyncio.Runner) -> Callable[[Awaitable[Any]], Any]:
    return runner.run


def backing(upstream: LoopbackUpstream, model: str = "openai/m", **fields: Any) -> Backing:
    return Backing("litellm", model, upstream.base_url, KEY, **fields)


def chat(*, stream: bool = False, total_s: float = 20.0, **fields: Any) -> Call:
    body = {"model": "chosen", "messages": [{"role": "user", "content": "thé ☕ noir"}], **fields}
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return Call("/chat/completions", msgspec.json.encode(body), stream, Timeouts(total_s=total_s))


async def document(backing: Backing, call: Call) -> dict[str, Any]:
    answered = await ThroughLitellm().call(backing, call)
    assert answered.headers["content-type"] == "application/json"
    return msgspec.json.decode(b"".join([chunk async for chunk in answered.chunks]))


async def events(backing: Backing, call: Call) -> list[bytes]:
    answered = await ThroughLitellm().call(backing, call)
    assert answered.headers["content-type"] == "text/event-stream"
    return [payload async for payload in payloads(answered.chunks)]


def deltas(payloads: list[bytes]) -> list[dict[str, Any]]:
    return [
        choice["delta"]
        for payload in payloads
        if payload != b"[DONE]"
        for choice in msgspec.json.decode(payload)["choices"]
    ]


def test_a_document(run: Any, upstream: LoopbackUpstream) -> None:
    answer = run(document(backing(upstream, "openai/cached-reasoning"), chat()))
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["message"]["content"] == "thé ☕ noir"
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert usage_of_json(msgspec.json.encode(answer)) == Usage(3, 8, 1, 5)


def test_a_stream(run: Any, upstream: LoopbackUpstream) -> None:
    arrived = run(events(backing(upstream), chat(stream=True)))
    assert arrived[-1] == b"[DONE]"
    assert "".join(delta.get("content") or "" for delta in deltas(arrived)) == "thé ☕ noir"
    assert msgspec.json.decode(arrived[-2])["choices"] == []
    assert usage_of_events(arrived) == Usage(3, 3)


def test_a_tool_call(run: Any, upstream: LoopbackUpstream) -> None:
    choice = run(document(backing(upstream), chat(tools=[TOOL])))["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert choice["message"]["tool_calls"][0]["function"] == {
        "name": "weather",
        "arguments": '{"city":"Nantes"}',
    }


def test_a_streamed_tool_call(run: Any, upstream: LoopbackUpstream) -> None:
    arrived = run(events(backing(upstream), chat(stream=True, tools=[TOOL])))
    calls = [call for delta in deltas(arrived) for call in delta.get("tool_calls", ())]
    assert "".join(call["function"]["arguments"] for call in calls) == '{"city":"Nantes"}'
    assert calls[0]["id"] == "call_0"


def test_embeddings(run: Any, upstream: LoopbackUpstream) -> None:
    call = Call("/embeddings", b'{"model":"chosen","input":["a","bc"],"encoding_format":"float"}', False)
    answer = run(document(backing(upstream), call))
    assert [len(each["embedding"]) for each in answer["data"]] == [8, 8]
    assert usage_of_json(msgspec.json.encode(answer)).input_tokens == 2


def test_a_path_litellm_is_not_asked_for(run: Any, upstream: LoopbackUpstream) -> None:
    with pytest.raises(InputError, match="/audio/speech cannot be called through litellm"):
        run(document(backing(upstream), Call("/audio/speech", b"{}", False)))


def test_the_request_arrives_with_the_deployments_model_key_and_headers(
    run: Any, upstream: LoopbackUpstream
) -> None:
    run(document(backing(upstream, headers={"x-team": "green"}), chat(temperature=0.5, unknown={"a": 1})))
    _, headers, body, _ = upstream.requests[0]
    sent = msgspec.json.decode(body)
    assert (sent["model"], sent["temperature"], sent["unknown"]) == ("m", 0.5, {"a": 1})
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["x-team"] == "green"


@pytest.mark.parametrize(
    "setting",
    [
        {"api_base": "http://127.0.0.1:9"},
        {"base_url": "http://127.0.0.1:9"},
        {"api_key": "another"},
        {"custom_llm_provider": "anthropic"},
        {"mock_response": "mocked"},
        {"fallbacks": [{"model": "openai/x", "api_base": "http://127.0.0.1:9"}]},
        {"extra_headers": {"authorization": "Bearer another"}},
    ],
)
def test_a_caller_cannot_reach_litellms_own_settings(
    run: Any, upstream: LoopbackUpstream, setting: dict[str, Any]
) -> None:
    answer = run(document(backing(upstream), chat(**setting)))
    assert answer["choices"][0]["message"]["content"] == "thé ☕ noir"
    assert upstream.requests[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 503, 529])
@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_keeps_its_status(run: Any, upstream: LoopbackUpstream, status: int, stream: bool) -> None:
    with pytest.raises(UpstreamError, match=f"answered {status}: the loopback upstream was") as caught:
        run(document(backing(upstream, f"openai/error-{status}"), chat(stream=stream)))
    assert caught.value.status == status
    assert caught.value.retry_after_s == (1.0 if status == 429 else None)
    assert KEY not in repr(caught.value)


@pytest.mark.parametrize(
    ("model", "error", "words"),
    [
        ("reset-before", UpstreamError, "reach|broke off"),
        ("garbage", UpstreamBroken, "broke off before"),
        ("truncated-json", UpstreamBroken, "broke off before"),
        ("reset-mid-stream", UpstreamBroken, "broke off before"),
        ("hang", UpstreamTimeout, "did not answer within 0.5 s"),
    ],
)
def test_a_fault_has_its_own_error(
    run: Any, upstream: LoopbackUpstream, model: str, error: type[UpstreamError], words: str
) -> None:
    total_s = 0.5 if model == "hang" else 20.0
    with pytest.raises(error, match=words):
        run(document(backing(upstream, f"openai/{model}"), chat(total_s=total_s)))


@pytest.mark.parametrize("model", ["reset-mid-stream", "truncated-json"])
def test_a_stream_that_breaks_off_says_so(run: Any, upstream: LoopbackUpstream, model: str) -> None:
    with pytest.raises(UpstreamBroken, match="in the middle of its answer"):
        run(events(backing(upstream, f"openai/{model}"), chat(stream=True)))


def test_a_stream_is_bounded_in_time(run: Any, upstream: LoopbackUpstream) -> None:
    with pytest.raises(UpstreamTimeout, match="did not finish"):
        run(events(backing(upstream, "openai/endless"), chat(stream=True, total_s=0.5)))


def test_nobody_listens(run: Any) -> None:
    nobody = Backing("litellm", "openai/m", "http://127.0.0.1:9/v1", KEY)
    with pytest.raises(UpstreamError, match="cannot reach openai/m at http://127") as caught:
        run(document(nobody, chat()))
    assert caught.value.code == "upstream_unreachable"


def test_a_model_without_a_provider(run: Any, upstream: LoopbackUpstream) -> None:
    with pytest.raises(PolicyError, match="write it as provider/model"):
        run(document(Backing("litellm", "nonesuch"), chat()))


def test_counts_that_were_not_given_are_unknown(run: Any, upstream: LoopbackUpstream) -> None:
    assert "usage" not in run(document(backing(upstream, "openai/no-usage"), chat()))


def test_closing_a_stream_stops_the_upstream(run: Any, upstream: LoopbackUpstream) -> None:
    async def scenario() -> bool:
        answered = await ThroughLitellm().call(backing(upstream, "openai/endless"), chat(stream=True))
        async with aclosing(answered.chunks) as chunks:
            await anext(chunks)
        return await asyncio.to_thread(upstream.wait_until, lambda it: it.abandoned == 1)

    assert run(scenario())


def test_closing_a_stream_unread_stops_the_upstream(run: Any, upstream: LoopbackUpstream) -> None:
    async def scenario() -> bool:
        answered = await ThroughLitellm().call(backing(upstream, "openai/endless"), chat(stream=True))
        await answered.chunks.aclose()
        return await asyncio.to_thread(upstream.wait_until, lambda it: it.abandoned == 1)

    assert run(scenario())
