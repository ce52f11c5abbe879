"""A stream on its way from the upstream's shape to the client's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, Self

import msgspec

from sobrio.errors import UpstreamBroken
from sobrio.wire.stream import Translator


class Payloads(Protocol):
    """The events of a stream, in lists; `call.sse.Events` is one."""

    def __aiter__(self) -> Self: ...

    async def __anext__(self) -> list[bytes]: ...

    async def aclose(self) -> None: ...


class Told:
    """`Payloads` that are all there."""

    __slots__ = ("_payloads",)

    def __init__(self, payloads: list[bytes]) -> None:
        self._payloads = payloads

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[bytes]:
        payloads, self._payloads = self._payloads, []
        if not payloads:
            raise StopAsyncIteration
        return payloads

    async def aclose(self) -> None:
        self._payloads = []


class Translated:
    """`Payloads` out of others. An event that cannot be read breaks the stream."""

    __slots__ = ("_events", "_translator")

    def __init__(self, events: Payloads, translator: Translator) -> None:
        self._events = events
        self._translator = translator

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[bytes]:
        ready: list[bytes] = []
        while not ready:
            try:
                arrived = await anext(self._events)
            except StopAsyncIteration:
                ready = list(self._translator.close())
                if not ready:
                    raise
            else:
                ready = self._told(arrived)
        return ready

    async def aclose(self) -> None:
        await self._events.aclose()

    def _told(self, payloads: Iterable[bytes]) -> list[bytes]:
        try:
            return list(self._each(payloads))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise UpstreamBroken("the upstream sent an event that cannot be read") from None

    def _each(self, payloads: Iterable[bytes]) -> Iterator[bytes]:
        for payload in payloads:
            yield from self._translator.feed(payload)
