"""A streamed answer, chunk by chunk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self

import msgspec

from sobrio.errors import UpstreamBroken
from sobrio.sdk.completion import AnyReceipt, ChatCompletionChunk, Look
from sobrio.sdk.failure import broken_off
from sobrio.sdk.lane import Answer


class AsyncStream:
    """Iterate over it; closing it early stops the upstream. `sobrio` is there after the last chunk."""

    def __init__(self, answer: Answer, look: Look) -> None:
        assert answer.events is not None
        self.receipt_id = answer.receipt_id
        self.sobrio: AnyReceipt | None = None
        self._events = answer.events
        self._look = look

    def __aiter__(self) -> AsyncIterator[ChatCompletionChunk]:
        return self

    async def __anext__(self) -> ChatCompletionChunk:
        payload = await anext(self._events)
        if payload == b"[DONE]":
            await self.close()
            raise StopAsyncIteration
        if (error := broken_off(payload)) is not None:
            await self.close()
            raise error
        chunk = ChatCompletionChunk(_decoded(payload), self._look)
        self.sobrio = self.sobrio or chunk.sobrio
        return chunk

    async def close(self) -> None:
        await self._events.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _decoded(payload: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(payload, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamBroken("a chunk of the stream is not a JSON object") from None
