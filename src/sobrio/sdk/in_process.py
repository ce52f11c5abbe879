"""The life of a request without a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from sobrio.call.sse import payloads
from sobrio.route import Rooms, explain, live, receive
from sobrio.route.journey import UNDER_WAY
from sobrio.sdk.lane import Answer
from sobrio.terms.receipt import Receipt
from sobrio.terms.request import Caller


class InProcess:
    """Opens the rooms at once, so that a broken policy is met here and not at the first request."""

    def __init__(self, open_rooms: Callable[[], AbstractContextManager[Rooms]], caller: Caller) -> None:
        self._stack = ExitStack()
        self._rooms = self._stack.enter_context(open_rooms())
        self._caller = caller

    async def chat(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        before = UNDER_WAY.get()
        try:
            reply = await live(receive(body, headers, self._caller), self._rooms)
        finally:
            UNDER_WAY.set(before)  # what the caller's task logs from now on is not about this request
        events = None if reply.stream is None else payloads(reply.stream)
        return Answer(reply.receipt_id, reply.body, events)

    async def explain(self, body: bytes) -> dict[str, Any]:
        return explain(receive(body, {}, self._caller), self._rooms)

    async def receipt(self, receipt_id: str) -> Receipt | None:
        return self.at_hand(receipt_id)

    def at_hand(self, receipt_id: str) -> Receipt | None:
        return self._rooms.ledger.find(receipt_id)

    async def aclose(self) -> None:
        await self._rooms.aclose()

    def close(self) -> None:
        self._stack.close()
