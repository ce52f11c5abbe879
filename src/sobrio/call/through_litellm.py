"""Every provider that litellm can reach, with OpenAI's shapes going in and coming out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import lru_cache
from types import ModuleType
from typing import Any, Self

import msgspec

from sobrio.call.litellm_door import litellm
from sobrio.call.litellm_failure import broken_off, failure_of
from sobrio.errors import InputError, PolicyError, UpstreamTimeout
from sobrio.terms.answer import Answered, Call
from sobrio.terms.model import Backing

_FUNCTIONS = {
    "/chat/completions": "acompletion",
    "/completions": "atext_completion",
    "/embeddings": "aembedding",
    "/images/generations": "aimage_generation",
}

_PARAMETERS = frozenset(
    {
        "audio", "background", "dimensions", "encoding_format", "frequency_penalty", "function_call",
        "functions", "input", "logit_bias", "logprobs", "max_completion_tokens", "max_tokens",
        "messages", "modalities", "moderation", "n", "output_compression", "output_format",
        "parallel_tool_calls", "prediction", "presence_penalty", "prompt", "prompt_cache_key", "quality",
        "reasoning_effort", "response_format", "safety_identifier", "seed", "service_tier", "size",
        "stop", "store", "stream", "stream_options", "style", "temperature", "thinking", "tool_choice",
        "tools", "top_logprobs", "top_p", "user", "verbosity", "web_search_options",
    }
)  # fmt: skip
"""What a caller may set. litellm takes its own settings (`api_base`, `api_key`, `aws_…`, `fallbacks`,
`mock_response`, …) through the same door: handed on, they would let a caller send our keys elsewhere."""

_JSON = {"content-type": "application/json"}
_EVENTS = {"content-type": "text/event-stream"}
_DONE = b"data: [DONE]\n\n"


class ThroughLitellm:
    """An `Upstream`. The first call imports litellm in a worker thread, which takes seconds.

    Parameters the provider lacks are left out rather than refused, but for tools. Fields OpenAI does
    not define reach providers that speak OpenAI's language, and no others.
    """

    async def call(self, backing: Backing, call: Call) -> Answered:
        """Raises `NotReachable` without a sound litellm, `PolicyError` for a provider it does not know,
        and `UpstreamError` or a child of it when the call fails."""
        module = await _loaded()
        ask = _function(module, call.path)
        arguments = _arguments(module, backing, call)
        now = asyncio.get_running_loop().time()
        deadline = now + call.timeouts.total_s
        wait_s = _wait_s(call)
        try:
            async with asyncio.timeout_at(now + wait_s):
                answer = await ask(**arguments)
                if call.stream:
                    first = await _first(answer)
                    return Answered(200, _Events(module, answer, first, backing, deadline), _EVENTS)
        except TimeoutError:
            raise UpstreamTimeout(f"{backing.model} did not answer within {wait_s:g} s") from None
        except module.exceptions.openai.OpenAIError as error:
            raise failure_of(module, error, backing) from None
        return Answered(200, _once(msgspec.json.encode(_document(answer))), _JSON)

    async def aclose(self) -> None:
        """Closes the clients that litellm keeps, if it was ever loaded."""
        if litellm.cache_info().currsize:
            await litellm().close_litellm_async_clients()


async def _loaded() -> ModuleType:
    return litellm() if litellm.cache_info().currsize else await asyncio.to_thread(litellm)


def _wait_s(call: Call) -> float:
    """Until a whole answer, or a stream's first chunk."""
    allowed = call.timeouts
    return min(allowed.first_token_s, allowed.total_s) if call.stream else allowed.total_s


async def _first(stream: Any) -> Any:
    """The first chunk, `None` for a stream without any: some providers are only called once it is asked
    for, and refuse the request then."""
    try:
        return await anext(stream, None)
    except BaseException:
        await stream.aclose()
        raise


def _function(module: ModuleType, path: str) -> Callable[..., Awaitable[Any]]:
    if path not in _FUNCTIONS:
        raise InputError(f"{path} cannot be called through litellm; use one of {', '.join(_FUNCTIONS)}")
    function: Callable[..., Awaitable[Any]] = getattr(module, _FUNCTIONS[path])
    return function


def _arguments(module: ModuleType, backing: Backing, call: Call) -> dict[str, Any]:
    body = msgspec.json.decode(call.body, type=dict[str, Any])
    arguments: dict[str, Any] = {name: value for name, value in body.items() if name in _PARAMETERS}
    if _speaks_openai(module, backing.model, backing.base_url):
        arguments["extra_body"] = {k: v for k, v in body.items() if k not in _PARAMETERS and k != "model"}
    if "tools" in arguments:  # else it leaves them out for models it does not know, and says nothing
        arguments["allowed_openai_params"] = ["tools"]
    return {
        **arguments,
        **backing.options,
        "model": backing.model,
        "api_base": backing.base_url,
        "api_key": backing.api_key,
        "extra_headers": dict(backing.headers) or None,
        "timeout": call.timeouts.total_s,
        "max_retries": 0,
        "drop_params": True,
    }


@lru_cache(maxsize=256)
def _speaks_openai(module: ModuleType, model: str, base_url: str | None) -> bool:
    try:
        _, provider, _, _ = module.get_llm_provider(model, api_base=base_url)
    except module.exceptions.BadRequestError:
        raise PolicyError(f"litellm knows no provider for '{model}'; write it as provider/model") from None
    return provider in ("openai", "azure", *module.openai_compatible_providers)


async def _once(document: bytes) -> AsyncGenerator[bytes, None]:
    yield document


def _document(answer: Any) -> dict[str, Any]:
    """OpenAI's document: no nulls but those that its clients rely on, and no usage of nought tokens,
    which is what litellm writes for an upstream that gave none."""
    document: dict[str, Any] = answer.model_dump(exclude_none=True)
    usage = document.get("usage", {})
    if not (usage.get("prompt_tokens") or usage.get("input_tokens")):
        document.pop("usage", None)
    for choice in document.get("choices", ()):
        if "message" in choice:
            choice["message"].setdefault("content", None)
    return document


def _chunk(chunk: Any) -> dict[str, Any]:
    """As `_document`; a chunk that brings only token counts has no choices at OpenAI."""
    document: dict[str, Any] = chunk.model_dump(exclude_none=True)
    for choice in document["choices"]:
        choice.setdefault("finish_reason", None)
    if "usage" in document and not any(_says(choice) for choice in document["choices"]):
        document["choices"] = []
    return document


def _says(choice: dict[str, Any]) -> bool:
    return bool(choice.get("delta") or choice.get("text") or choice["finish_reason"])


class _Events:
    """litellm's stream as server-sent events; satisfies `terms.answer.Chunks`."""

    def __init__(
        self, module: ModuleType, stream: Any, first: Any, backing: Backing, deadline: float
    ) -> None:
        self._module = module
        self._stream = stream
        self._first = first
        self._backing = backing
        self._deadline = deadline
        self._ended = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._ended:
            raise StopAsyncIteration
        chunk, self._first = self._first or await self._next(), None
        while chunk is not None:
            document = _chunk(chunk)
            if document["choices"] or self._counted():
                return b"data: " + msgspec.json.encode(document) + b"\n\n"
            chunk = await self._next()
        self._ended = True
        return _DONE

    async def aclose(self) -> None:
        await self._stream.aclose()

    def _counted(self) -> bool:
        """Whether the upstream did. Else litellm estimates, by another model's tokenizer, and tells it
        last, as if it had been told."""
        return any(getattr(each, "usage", None) is not None for each in getattr(self._stream, "chunks", ()))

    async def _next(self) -> Any:
        try:
            async with asyncio.timeout_at(self._deadline):
                return await anext(self._stream, None)
        except TimeoutError:
            raise UpstreamTimeout(f"{self._backing.model} did not finish its answer in time") from None
        except self._module.exceptions.openai.OpenAIError as error:
            raise broken_off(self._module, error, self._backing) from None
