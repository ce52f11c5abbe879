"""The life of a request without a server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from sobrio.call.sse import payloads
from sobrio.route import Rooms, explain, live, receive
from sobrio.route.journey import UNDER_WAY
from sobrio.sdk.fork import leave_alone
from sobrio.sdk.lane import Answer
from sobrio.terms.receipt import Receipt
from sobrio.terms.request import Caller


class InProcess:
    """Opens the rooms at once, so that a broken policy is met here and not at the first request."""

    def __init__(self, open_rooms: Callable[[], AbstractContextManager[Rooms]], caller: Caller) -> None:
        self._open_rooms = open_rooms
        self._caller = caller
        self._opening = threading.Lock()
        self._stack = ExitStack()
        self._rooms = self._stack.enter_context(open_rooms())
        self._away = self._closed = False
        self._former: list[Rooms] = []
        """Closed by a fork but for their connections, which only an event loop lets go of."""

    async def chat(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        before = UNDER_WAY.get()
        try:
            reply = await live(receive(body, headers, self._caller), await self._reached())
        finally:
            UNDER_WAY.set(before)  # what the caller's task logs from now on is not about this request
        events = None if reply.stream is None else payloads(reply.stream)
        return Answer(reply.receipt_id, reply.body, events)

    async def explain(self, body: bytes) -> dict[str, Any]:
        return explain(receive(body, {}, self._caller), await self._reached())

    async def receipt(self, receipt_id: str) -> Receipt | None:
        await self._let_go()
        return self.at_hand(receipt_id)

    def at_hand(self, receipt_id: str) -> Receipt | None:
        rooms = self._rooms if self._closed else self._here()
        return rooms.ledger.find(receipt_id)

    async def aclose(self) -> None:
        await self._let_go()
        if not self._away:
            await self._rooms.aclose()

    def close(self) -> None:
        self._closed = True
        self._stack.close()

    def put_away(self) -> None:
        with self._opening:
            self._stack.close()
            if not self._away:
                self._former.append(self._rooms)
            self._away = True

    def leave(self) -> None:
        leave_alone(self._stack, self._rooms, *self._former)
        self._former = []
        self._opening, self._stack, self._away = threading.Lock(), ExitStack(), True

    async def _reached(self) -> Rooms:
        await self._let_go()
        return self._here()

    async def _let_go(self) -> None:
        while self._former:
            await self._former.pop().aclose()

    def _here(self) -> Rooms:
        """The rooms, opened again where a fork has closed them."""
        with self._opening:
            if self._away:
                self._rooms = self._stack.enter_context(self._open_rooms())
                self._away = False
            return self._rooms
