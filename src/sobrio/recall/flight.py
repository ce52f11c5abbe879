"""Identical requests at the same moment: one flies, the others wait for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Flights(Generic[Answer]):
    """One event loop's flights by key."""

    def __init__(self) -> None:
        self._landing: dict[bytes, asyncio.Future[Answer | None]] = {}

    async def board(
        self, key: bytes, fly: Callable[[], Awaitable[Answer | None]]
    ) -> tuple[Answer | None, bool]:
        """The answer, and whether it came from another's flight.

        Where the first flight fails, is cancelled or brings nothing to share (`None`), the others
        each fly on their own: an error is told only to the one who met it.
        """
        ahead = self._landing.get(key)
        if ahead is None:
            return await self._lead(key, fly), False
        shared = await asyncio.shield(ahead)
        return (await fly(), False) if shared is None else (shared, True)

    async def _lead(self, key: bytes, fly: Callable[[], Awaitable[Answer | None]]) -> Answer | None:
        landing = self._landing[key] = asyncio.get_running_loop().create_future()
        answer: Answer | None = None
        try:
            answer = await fly()
            return answer
        finally:
            del self._landing[key]
            landing.set_result(answer)
