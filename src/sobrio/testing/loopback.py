"""A deterministic upstream on 127.0.0.1 that speaks many providers' wire formats over real HTTP."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Any, Self

import msgspec

from sobrio.testing import messages, wire
from sobrio.testing.completion import CREATED, complete, head_of, pieces_of, prompts_of, usage_of
from sobrio.testing.exchange import Exchange
from sobrio.testing.faults import FAULTS, fail
from sobrio.testing.speech import CHAT, addressed, openai_path
from sobrio.testing.stored import Stored
from sobrio.testing.wire import Received


class LoopbackUpstream:
    """A server in a thread of its own, between `__enter__` and `__exit__`.

    It speaks OpenAI's formats and Anthropic's below `base_url`; at the addresses that those providers
    have below `root`, Azure's, Bedrock's (Converse), Gemini's and Vertex AI's, and Ollama's own.

    Equal requests get equal answers. `answers` maps a piece of a prompt to the answer for it; other
    prompts are echoed. Offered tools are called, schemas are satisfied, `n`, `stop`, `max_tokens`,
    `logprobs` and `stream_options` are obeyed. The model's name asks for a fault: see
    `sobrio.testing.faults`; names with `reasoning`, `cached`, `counted`, `timings` in them report such usage.
    With `api_key`, other keys get a 401. With `tls`, it speaks HTTPS.

    `requests` holds what was received, in order; `connections` counts those ever accepted, `open`
    those open now, and `abandoned` the requests whose client left before the end of the answer.
    """

    def __init__(
        self,
        answers: Mapping[str, str] | None = None,
        *,
        models: Sequence[str] = ("loopback",),
        api_key: str | None = None,
        slow_s: float = 0.2,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self.open = 0
        self.abandoned = 0
        self.port = 0
        self._answers = answers or {}
        self._models = models
        self._api_key = api_key
        self._slow_s = slow_s
        self._tls = tls
        self._writers: set[StreamWriter] = set()
        self._stored = Stored()
        self._changed = Condition()
        self._started = Event()
        self._thread = Thread(target=self._run, daemon=True, name="loopback")

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def base_url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/v1"

    @property
    def root(self) -> str:
        """Without the `/v1`."""
        return self.base_url.removesuffix("/v1")

    def wait_until(self, condition: Callable[[LoopbackUpstream], bool], timeout_s: float = 30.0) -> bool:
        """Blocks until `condition` holds, asked anew whenever a counter changes; False on time-out."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self), timeout_s)

    def _run(self) -> None:
        """On asyncio's own event loop, whichever the program prefers for itself."""
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self._tls)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        async with server:
            await self._stop.wait()
            server.close()
            await self._drop_connections()

    async def _drop_connections(self) -> None:
        """Ends open exchanges before their event loop, so that none is destroyed while pending."""
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})

    async def _connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._writers.add(writer)
        self._count(connections=1, open=1)
        try:
            while not writer.is_closing() and (request := await wire.read_request(reader)):
                self.requests.append(request)
                self._count()
                await self._answer(request, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self._count(abandoned=1)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            self._writers.remove(writer)
            self._count(open=-1)

    def _count(self, **steps: int) -> None:
        with self._changed:
            for name, step in steps.items():
                setattr(self, name, getattr(self, name) + step)
            self._changed.notify_all()

    async def _answer(self, request: Received, reader: StreamReader, writer: StreamWriter) -> None:
        path, _, query = request.path.partition("?")
        try:
            body = msgspec.json.decode(request.body) if request.body else _asked_in(query)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return await Exchange(reader, writer, {}, self._answers, self._slow_s).send_error(400)
        place, (rest, deployment) = addressed(path, body), openai_path(path)
        speech, asked = place or (CHAT, {**body, **deployment})
        exchange = Exchange(reader, writer, asked, self._answers, self._slow_s, speech)
        try:
            await self._answered(exchange, request, spoken=bool(place), rest=rest)
        except (KeyError, TypeError, AttributeError, ValueError):  # what no provider could read either
            await exchange.send_error(400)

    async def _answered(self, exchange: Exchange, request: Received, *, spoken: bool, rest: str) -> None:
        if self._api_key and not _shows(request, self._api_key):
            await exchange.send_error(401)
        elif spoken:
            self._stored.keep(exchange)
            await _spoken(exchange)
        elif request.path.partition("?")[0] == "/v1/models":
            await exchange.send_json(200, {"object": "list", "data": [_card(m) for m in self._models]})
        elif rest in _PLAIN:
            await _plain(exchange, _PLAIN[rest](exchange))
        elif not await self._stored.answer(exchange, request.method, rest):
            await exchange.send_error(404)


def _asked_in(query: str) -> dict[str, Any]:
    return {"model": "", "stream": "stream=true" in query}


def _shows(request: Received, key: str) -> bool:
    return request.headers.get("authorization") == f"Bearer {key}" or any(
        request.headers.get(name) == key for name in _KEY_HEADERS
    )


async def _spoken(exchange: Exchange) -> None:
    if _fails(exchange):
        await fail(exchange)
    else:
        await FAULTS.get(exchange.model, Exchange.send_answer)(exchange)


async def _plain(exchange: Exchange, answer: dict[str, Any]) -> None:
    """Completions alone are streamed: elsewhere `stream` is a word that means nothing."""
    if _fails(exchange):
        await fail(exchange)
    elif exchange.streamed and "choices" in answer:
        usage = {"choices": [], "usage": answer.pop("usage")}
        await exchange.send_events(
            [*(msgspec.json.encode(each) for each in (answer, answer | usage)), b"[DONE]"]
        )
    else:
        await exchange.send_json(200, answer)


def _fails(exchange: Exchange) -> bool:
    return exchange.model.startswith("error-")


def _card(model: str) -> dict[str, Any]:
    return {"id": model, "object": "model", "created": CREATED, "owned_by": "loopback"}


def _plain_completion(exchange: Exchange) -> dict[str, Any]:
    """A choice for each prompt."""
    prompts = prompts_of(exchange.body)
    completions = [complete({**exchange.body, "prompt": each}, exchange.answers) for each in prompts]
    choices = [
        {"index": index, "text": each.text, "logprobs": None, "finish_reason": "stop"}
        for index, each in enumerate(completions)
    ]
    usage = usage_of(exchange.body, completions)
    return {**head_of(exchange.body, "text_completion"), "choices": choices, "usage": usage}


def _embeddings(exchange: Exchange) -> dict[str, Any]:
    """Eight numbers a text, or as many as are asked for, from its bytes."""
    given, size = exchange.body["input"], int(exchange.body.get("dimensions") or 8)
    texts = [given] if isinstance(given, str) else given
    data = [{"object": "embedding", "index": i, "embedding": _vector(t, size)} for i, t in enumerate(texts)]
    tokens = sum(len(pieces_of(str(text))) for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "model": exchange.model, "data": data, "usage": usage}


def _vector(text: object, size: int) -> list[float]:
    seed = sum(str(text).encode())
    return [((seed * (step + 1)) % 97) / 97 for step in range(size)]


def _images(exchange: Exchange) -> dict[str, Any]:
    """As many one-pixel pictures as were asked for."""
    pictures = [{"b64_json": _PIXEL}] * int(exchange.body.get("n") or 1)
    return {"created": CREATED, "data": pictures}


def _counted(exchange: Exchange) -> dict[str, Any]:
    """As many tokens as a message to Anthropic has pieces."""
    asked = messages.asked(exchange.body)
    return {"input_tokens": usage_of(asked, [])["prompt_tokens"]}


_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
_KEY_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")
_PLAIN: Mapping[str, Callable[[Exchange], dict[str, Any]]] = {
    "/messages/count_tokens": _counted,
    "/completions": _plain_completion,
    "/embeddings": _embeddings,
    "/images/generations": _images,
}
