"""What `create` takes, and the JSON body made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypedDict

import msgspec

from sobrio.errors import InputError
from sobrio.sdk.view import View
from sobrio.terms.request import CacheWish

Turn: TypeAlias = Mapping[str, Any] | View
Prompt: TypeAlias = str | Sequence[Turn]

AUTO = "sobrio/auto"


class Options(TypedDict, total=False):
    """Per-request options of sobrio's own."""

    team: str
    quality_floor: float
    max_latency_ms: float
    cache: CacheWish
    pin: bool
    explain: bool
    conversation: str
    debug: bool


class ChatParams(TypedDict, total=False):
    """openai's main parameters. Any other field goes into `extra_body`."""

    temperature: float | None
    top_p: float | None
    n: int | None
    max_tokens: int | None
    max_completion_tokens: int | None
    stop: str | Sequence[str] | None
    seed: int | None
    tools: Iterable[Mapping[str, Any]]
    tool_choice: str | Mapping[str, Any]
    parallel_tool_calls: bool
    response_format: Mapping[str, Any]
    reasoning_effort: str | None
    logprobs: bool | None
    top_logprobs: int | None
    logit_bias: Mapping[str, int] | None
    presence_penalty: float | None
    frequency_penalty: float | None
    stream_options: Mapping[str, Any] | None
    metadata: Mapping[str, str] | None
    user: str
    sobrio: Options
    extra_body: Mapping[str, Any] | None
    extra_headers: Mapping[str, str] | None
    timeout: float | None


def chat_body(fields: Mapping[str, Any], tags: Mapping[str, Any]) -> bytes:
    """`fields` as JSON; the request's own options come before the tags. Raises `InputError`."""
    options = {**tags, **fields.get("sobrio", {})}
    document = {**fields, "sobrio": options} if options else fields
    try:
        return msgspec.json.encode(document, enc_hook=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"the request cannot be written as JSON: {error}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, View):
        return value.to_dict()
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def request_of(request: Prompt | Mapping[str, Any]) -> Mapping[str, Any]:
    """A prompt, a list of turns or a whole request as a whole request."""
    if isinstance(request, str):
        request = [{"role": "user", "content": request}]
    fields = request if isinstance(request, Mapping) else {"messages": request}
    return {"model": AUTO, **fields}
