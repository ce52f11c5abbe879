"""The lean path against real sockets: answers, faults, limits, connections."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvloop
from msgspec.structs import replace

from sobrio.call import Direct, Limits
from sobrio.call.direct import Dropped
from sobrio.call.sse import payloads
from sobrio.errors import PolicyError, UpstreamBroken, UpstreamError, UpstreamTimeout
from sobrio.terms.answer import Answered, Call
from sobrio.terms.model import Backing, Timeouts
from sobrio.testing import LoopbackUpstream

Script = Callable[..., AbstractAsyncContextManager[str]]

KEY = "sk-a-very-secret-key"
QUESTION = "What is the capital of France? thé ☕"
RUN: dict[str, Callable[..., Any]] = {}
PEM = Path(__file__).with_name("loopback.pem")
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


def backing(where: LoopbackUpstream | str, **fields: Any) -> Backing:
    base_url = where if isinstance(where, str) else where.base_url
    return Backing("openai", "m", base_url, **{"api_key": KEY, **fields})


def chat(model: str = "m", *, stream: bool = False, total_s: float = 5.0, **allowed: float) -> Call:
    body = {"model": model, "messages": [{"role": "user", "content": QUESTION}], "stream": stream}
    return Call("/chat/completions", msgspec.json.encode(body), stream, Timeouts(total_s=total_s, **allowed))


async def whole(answered: Answered) -> bytes:
    async with aclosing(answered.chunks):
        return b"".join([chunk async for chunk in answered.chunks])


async def text_of(answered: Answered) -> str:
    events = [msgspec.json.decode(each) async for each in payloads(answered.chunks) if each != b"[DONE]"]
    return "".join(choice["delta"].get("content") or "" for each in events for choice in each["choices"])


@pytest.fixture(autouse=True, params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def event_loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs on both kinds of event loop."""
    monkeypatch.setitem(RUN, "coroutine", request.param)


def run(
    scenario: Callable[[Direct], Awaitable[Any]],
    limits: Limits | None = None,
    tls: ssl.SSLContext | None = None,
) -> Any:
    async def main() -> Any:
        async with aclosing(Direct(limits, tls=tls)) as direct:
            return await scenario(direct)

    return RUN["coroutine"](main())


def ask(where: LoopbackUpstream | str, call: Call, limits: Limits | None = None, **fields: Any) -> bytes:
    async def scenario(direct: Direct) -> bytes:
        return await whole(await direct.call(backing(where, **fields), call))

    return run(scenario, limits)


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def seen(upstream: LoopbackUpstream, condition: Callable[[LoopbackUpstream], bool]) -> bool:
    return await asyncio.to_thread(upstream.wait_until, condition)


def test_a_document_comes_back(upstream: LoopbackUpstream) -> None:
    answer = msgspec.json.decode(ask(upstream, chat()))
    assert answer["choices"][0]["message"]["content"] == "Paris"


def test_a_stream_comes_back(upstream: LoopbackUpstream) -> None:
    async def scenario(direct: Direct) -> str:
        answered = await direct.call(backing(upstream), chat("echo", stream=True))
        assert answered.headers["content-type"].startswith("text/event-stream")
        return await text_of(answered)

    assert run(scenario) == "Paris"


def test_the_body_goes_out_byte_for_byte(upstream: LoopbackUpstream) -> None:
    call = Call(
        "/chat/completions", b'{ "model":"m", "messages":[{"role":"user","content":"x"}],"y":1.0 }', False
    )
    ask(upstream, call, headers={"X-Team": "green"})
    path, headers, body, method = upstream.requests[0]
    assert (method, path, body) == ("POST", "/v1/chat/completions", call.body)
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["x-team"] == "green"
    assert headers["accept-encoding"] == "identity"


def test_a_model_name_cannot_add_a_header(upstream: LoopbackUpstream) -> None:
    ask(upstream, chat("m\r\nx-evil: 1"))
    assert "x-evil" not in upstream.requests[0].headers


@pytest.mark.parametrize(
    "bad",
    [
        {"headers": {"x-a": "1\r\nx-evil: 1"}},
        {"headers": {"x-a\r\nx-evil": "1"}},
        {"headers": {"x-a": "1\x00"}},
        {"headers": {"content-length": "0"}},
        {"headers": {"Transfer-Encoding": "chunked"}},
        {"api_key": f"{KEY}\r\nx-evil: 1"},
        {"base_url": "http://127.0.0.1:9/v1\r\nx-evil: 1"},
        {"base_url": "http://127.0.0.1:9/v1 HTTP/1.1"},
        {"base_url": "http://me:you@127.0.0.1:9/v1"},
        {"base_url": "http://127.0.0.1:9/v1?key=1"},
        {"base_url": "http://127.0.0.1:99999/v1"},
        {"base_url": "ftp://127.0.0.1/v1"},
        {"base_url": "127.0.0.1:9"},
    ],
)
def test_headers_cannot_be_smuggled_in(upstream: LoopbackUpstream, bad: dict[str, Any]) -> None:
    fields = {"base_url": upstream.base_url, "api_key": KEY, **bad}

    async def scenario(direct: Direct) -> None:
        await direct.call(Backing("openai", "m", **fields), chat())

    with pytest.raises(PolicyError) as caught:
        run(scenario)
    assert KEY not in str(caught.value)
    assert upstream.requests == []


@pytest.mark.parametrize("status", [400, 401, 404, 408, 422, 429, 500, 503, 529])
@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_keeps_its_status_and_words(upstream: LoopbackUpstream, status: int, stream: bool) -> None:
    with pytest.raises(UpstreamError, match=f"answered {status}: the loopback upstream") as caught:
        ask(upstream, chat(f"error-{status}", stream=stream))
    assert caught.value.status == status
    assert msgspec.json.decode(caught.value.body)["error"]["code"] == f"loopback_{status}"
    assert caught.value.retry_after_s == (1.0 if status == 429 else None)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("model", "error", "words"),
    [
        ("reset-before", UpstreamBroken, "broke off before it answered"),
        ("reset-mid-stream", UpstreamBroken, "broke off in the middle of its answer"),
        ("garbage", UpstreamBroken, "not HTTP/1.1"),
        ("hang", UpstreamTimeout, "did not answer within 0.2 s"),
    ],
)
def test_a_fault_has_its_own_error(
    upstream: LoopbackUpstream, model: str, error: type[UpstreamError], words: str, stream: bool
) -> None:
    with pytest.raises(error, match=words):
        ask(upstream, chat(model, stream=stream, total_s=0.2 if model == "hang" else 5.0))


@pytest.mark.parametrize(
    "model",
    ["half-utf8", "close-delimited", "then-close", "slow-first-token", "wrong-content-type", "no-usage"],
)
def test_an_odd_answer_arrives_whole(upstream: LoopbackUpstream, model: str) -> None:
    answer = msgspec.json.decode(ask(upstream, chat(model)))
    assert answer["choices"][0]["message"]["content"] == "Paris"


@pytest.mark.parametrize("model", ["half-utf8", "close-delimited", "then-close", "slow-first-token"])
def test_an_odd_stream_arrives_whole(upstream: LoopbackUpstream, model: str) -> None:
    async def scenario(direct: Direct) -> str:
        return await text_of(await direct.call(backing(upstream), chat(model, stream=True)))

    assert run(scenario) == "Paris"


def test_a_truncated_document_is_handed_on_as_it_came(upstream: LoopbackUpstream) -> None:
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(ask(upstream, chat("truncated-json")))


def test_what_arrived_before_a_reset_is_not_lost(upstream: LoopbackUpstream) -> None:
    async def scenario(direct: Direct) -> list[bytes]:
        arrived: list[bytes] = []
        answered = await direct.call(backing(upstream), chat("reset-mid-stream", stream=True))
        with pytest.raises(UpstreamBroken):
            async for payload in payloads(answered.chunks):
                arrived += [payload]
        return arrived

    assert len(run(scenario)) == 2


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(
            UpstreamError, match=f"cannot reach 127.0.0.1:{port}: connection refused; is it"
        ) as caught:
            ask(f"http://127.0.0.1:{port}/v1", chat())
    assert caught.value.code == "upstream_unreachable"


def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(UpstreamError, match=r"cannot reach gpu\.lan:8000: Name or service not known"):
        ask("http://gpu.lan:8000/v1", chat())


def test_a_name_that_cannot_be_one() -> None:
    with pytest.raises(UpstreamError, match="not a host name"):
        ask(f"http://{'a' * 64}.lan/v1", chat())


def test_the_whole_answer_is_bounded_in_time(upstream: LoopbackUpstream) -> None:
    with pytest.raises(UpstreamTimeout, match=r"did not finish its answer within 0.2 s"):
        ask(upstream, chat("endless", stream=True, total_s=0.2))


def test_the_first_byte_of_a_stream_is_bounded_in_time(upstream: LoopbackUpstream) -> None:
    with pytest.raises(UpstreamTimeout, match=r"did not answer within 0.05 s"):
        ask(upstream, chat("slow-first-token", stream=True, first_token_s=0.05))


def test_a_whole_answer_may_take_all_its_time_until_its_first_byte(upstream: LoopbackUpstream) -> None:
    answer = ask(upstream, chat("slow-first-token", total_s=60.0, first_token_s=0.001))
    assert msgspec.json.decode(answer)["choices"][0]["message"]["content"] == "Paris"


def test_a_number_that_is_no_status_is_not_passed_on(scripted: Script) -> None:
    async def scenario(direct: Direct) -> None:
        async with scripted(b"HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n") as base_url:
            await direct.call(backing(base_url), chat())

    with pytest.raises(UpstreamError, match="answered 999") as failed:
        run(scenario)
    assert failed.value.status == 502


def test_a_redirect_is_not_followed(scripted: Script, upstream: LoopbackUpstream) -> None:
    async def scenario(direct: Direct) -> None:
        moved = f"HTTP/1.1 307 Go\r\nlocation: {upstream.base_url}\r\ncontent-length: 0\r\n\r\n"
        async with scripted(moved.encode()) as base_url:
            await direct.call(backing(base_url), chat())

    with pytest.raises(UpstreamError, match="answered 307 and points to http://127") as caught:
        run(scenario)
    assert caught.value.status == 502
    assert upstream.requests == []


def test_an_upstream_that_repeats_the_key_is_not_quoted(scripted: Script) -> None:
    said = b'{"error": {"message": "wrong key %s"}}' % KEY.encode()

    async def scenario(direct: Direct) -> None:
        answer = b"HTTP/1.1 401 No\r\ncontent-length: %d\r\n\r\n%s" % (len(said), said)
        async with scripted(answer) as base_url:
            await direct.call(backing(base_url), chat())

    with pytest.raises(UpstreamError, match=r"wrong key \[secret\]") as caught:
        run(scenario)
    assert KEY not in repr(caught.value)
    assert KEY.encode() not in caught.value.body


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nx: " + b"a" * 2000, "more than 1000 bytes of headers"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n" + b"a" * 9000, "more than 5000 bytes"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}", "in the middle"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", "in the middle"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "not HTTP/1.1"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}", "not HTTP/1.1"),
        (b"HTTP/1.1 101 Up\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", "not HTTP/1.1"),
        (b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\n.", "compressed"),
        (b"", "before it answered"),
    ],
)
def test_a_broken_server_is_called_broken(scripted: Script, answer: bytes, words: str) -> None:
    async def scenario(direct: Direct) -> bytes:
        async with scripted(answer) as base_url:
            return await whole(await direct.call(backing(base_url), chat()))

    with pytest.raises(UpstreamBroken, match=words):
        run(scenario, Limits(head_bytes=1000, body_bytes=5000))


def test_an_interim_answer_is_passed_over(scripted: Script) -> None:
    async def scenario(direct: Direct) -> bytes:
        async with scripted(b"HTTP/1.1 100 Continue\r\nx-interim: 1\r\n\r\n" + OK) as base_url:
            answered = await direct.call(backing(base_url), chat())
            assert "x-interim" not in answered.headers
            return await whole(answered)

    assert run(scenario) == b"{}"


def test_a_connection_is_kept(upstream: LoopbackUpstream) -> None:
    async def scenario(direct: Direct) -> None:
        for stream in (False, True) * 5:
            await whole(await direct.call(backing(upstream), chat(stream=stream)))

    run(scenario)
    assert (len(upstream.requests), upstream.connections) == (10, 1)


def test_a_kept_connection_that_died_is_replaced_once(scripted: Script) -> None:
    async def scenario(direct: Direct) -> list[bytes]:
        async with scripted(OK, None, OK) as base_url:
            return [await whole(await direct.call(backing(base_url), chat())) for _ in range(2)]

    assert run(scenario) == [b"{}", b"{}"]


def test_who_counts_what_is_sent_is_told_of_a_kept_connection_that_died(scripted: Script) -> None:
    async def scenario(direct: Direct) -> bytes:
        async with scripted(OK, None, OK) as base_url:
            once = replace(chat(), resend=False)
            await whole(await direct.call(backing(base_url), once))
            with pytest.raises(Dropped, match="before it answered"):
                await direct.call(backing(base_url), once)
            return await whole(await direct.call(backing(base_url), once))

    assert run(scenario) == b"{}"


def test_a_new_connection_that_dies_is_not_tried_again(upstream: LoopbackUpstream) -> None:
    async def scenario(direct: Direct) -> None:
        await whole(await direct.call(backing(upstream), chat()))
        with pytest.raises(UpstreamBroken):
            await direct.call(backing(upstream), chat("reset-before"))

    run(scenario)
    assert [msgspec.json.decode(each.body)["model"] for each in upstream.requests] == [
        "m",
        *["reset-before"] * 2,
    ]


def test_bytes_nobody_asked_for_end_the_connection(scripted: Script) -> None:
    async def scenario(direct: Direct) -> list[bytes]:
        async with scripted(OK + OK, OK) as base_url:
            return [await whole(await direct.call(backing(base_url), chat())) for _ in range(2)]

    assert run(scenario) == [b"{}", b"{}"]


def test_another_event_loop_starts_anew(upstream: LoopbackUpstream) -> None:
    direct = Direct()

    async def scenario() -> bytes:
        return await whole(await direct.call(backing(upstream), chat()))

    with asyncio.Runner() as one, asyncio.Runner() as other:
        assert one.run(scenario()) == other.run(scenario())
        one.run(asyncio.sleep(0.01))
        assert upstream.wait_until(lambda it: (it.connections, it.open) == (2, 1))
        other.run(direct.aclose())
        assert upstream.wait_until(lambda it: it.open == 0)


def test_idle_connections_expire(upstream: LoopbackUpstream) -> None:
    async def scenario(direct: Direct) -> bool:
        await whole(await direct.call(backing(upstream), chat()))
        return await seen(upstream, lambda it: it.open == 0)

    assert run(scenario, Limits(idle_s=0.05))


def test_connections_are_bounded_and_taken_in_turn(upstream: LoopbackUpstream) -> None:
    async def scenario(direct: Direct) -> None:
        async def one() -> bytes:
            return await whole(await direct.call(backing(upstream), chat("slow-first-token", stream=True)))

        await asyncio.gather(*(one() for _ in range(4)))

    run(scenario, Limits(connections=2))
    assert (len(upstream.requests), upstream.connections) == (4, 2)


def test_waiting_for_a_turn_is_bounded(upstream: LoopbackUpstream) -> None:
    async def scenario(direct: Direct) -> None:
        answered = await direct.call(backing(upstream), chat("endless", stream=True))
        async with aclosing(answered.chunks):
            await direct.call(backing(upstream), chat(connect_s=0.05))

    with pytest.raises(UpstreamTimeout, match="all 1 connections to"):
        run(scenario, Limits(connections=1))


def test_closing_a_stream_stops_the_upstream(upstream: LoopbackUpstream) -> None:
    async def scenario(direct: Direct) -> bool:
        answered = await direct.call(backing(upstream), chat("endless", stream=True))
        events = payloads(answered.chunks)
        await anext(events)
        await events.aclose()
        return await seen(upstream, lambda it: it.abandoned == 1 and it.open == 0)

    assert run(scenario)


def test_closing_a_stream_unread_stops_the_upstream(upstream: LoopbackUpstream) -> None:
    async def scenario(direct: Direct) -> bool:
        answered = await direct.call(backing(upstream), chat("endless", stream=True))
        await answered.chunks.aclose()
        return await seen(upstream, lambda it: it.abandoned == 1 and it.open == 0)

    assert run(scenario)


@pytest.mark.parametrize("model", ["hang", "endless"])
def test_a_cancelled_call_stops_the_upstream(upstream: LoopbackUpstream, model: str) -> None:
    async def scenario(direct: Direct) -> bool:
        async def reading() -> None:
            await whole(await direct.call(backing(upstream), chat(model, stream=True)))

        task = asyncio.create_task(reading())
        assert await seen(upstream, lambda it: len(it.requests) == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await seen(upstream, lambda it: it.abandoned == 1 and it.open == 0)

    assert run(scenario)


def test_a_slow_reader_slows_the_upstream() -> None:
    size, piece = 16 * 1024 * 1024, b"x" * 65536

    async def scenario(direct: Direct) -> int:
        stalled = asyncio.Event()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(65536)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size)
            for _ in range(size // len(piece)):
                writer.write(piece)
                try:
                    await asyncio.wait_for(writer.drain(), 0.1)
                except TimeoutError:
                    stalled.set()
                    await writer.drain()
            writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        async with server:
            base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
            answered = await direct.call(backing(base_url), chat())
            await stalled.wait()
            first = len(await anext(answered.chunks))
            assert first < 1024 * 1024
            return first + len(await whole(answered))

    assert run(scenario) == size


def test_nothing_leaks_over_many_calls(upstream: LoopbackUpstream) -> None:
    async def scenario(direct: Direct) -> None:
        for _ in range(1000):
            await whole(await direct.call(backing(upstream), chat()))
        assert upstream.connections == 1
        calls = (direct.call(backing(upstream), chat(stream=True)) for _ in range(64))
        bodies = await asyncio.gather(*(whole(each) for each in await asyncio.gather(*calls)))
        assert all(body.endswith(b"data: [DONE]\n\n") for body in bodies)
        assert len(asyncio.all_tasks()) == 1

    before = open_files()
    run(scenario)
    assert upstream.wait_until(lambda it: it.open == 0)
    assert upstream.connections <= 65
    assert open_files() <= before


def test_proxies_of_the_environment_are_ignored(
    upstream: LoopbackUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(upstream, chat())


def test_tls_is_spoken_and_checked() -> None:
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(PEM)
    trusting = ssl.create_default_context(cafile=str(PEM))
    with LoopbackUpstream(tls=server_side) as upstream:

        async def scenario(direct: Direct) -> bytes:
            return await whole(await direct.call(backing(upstream), chat()))

        assert b"chat.completion" in run(scenario, tls=trusting)
        with pytest.raises(UpstreamError, match="certificate is not trusted"):
            run(scenario)


def test_https_where_http_is_spoken(scripted: Script) -> None:
    async def scenario(direct: Direct) -> None:
        async with scripted(OK) as base_url:
            await direct.call(backing(base_url.replace("http", "https")), chat())

    with pytest.raises(UpstreamError, match="is it http instead of https"):
        run(scenario)
