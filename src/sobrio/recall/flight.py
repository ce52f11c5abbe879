"""Identical requests at the same moment: one flies, the others wait for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Landing(Generic[Answer]):
    answer: Answer | None = None
    left: bool = False
    """Whoever flew was called off: nothing is known of the request itself."""


class Flights(Generic[Answer]):
    """One event loop's flights by key."""

    def __init__(self) -> None:
        self._landing: dict[bytes, asyncio.Future[_Landing[Answer]]] = {}

    async def board(
        self, key: bytes, fly: Callable[[], Awaitable[Answer | None]]
    ) -> tuple[Answer | None, bool]:
        """The answer, and whether it came from another's flight.

        Where the one who flies is called off, one of the others flies in its place. Where the flight fails
        or brings nothing to share (`None`), each flies on its own: an error is told only to the one who
        met it.
        """
        while (ahead := self._landing.get(key)) is not None:
            landing = await asyncio.shield(ahead)
            if landing.left:
                continue
            return (await fly(), False) if landing.answer is None else (landing.answer, True)
        return await self._lead(key, fly), False

    async def _lead(self, key: bytes, fly: Callable[[], Awaitable[Answer | None]]) -> Answer | None:
        flight = self._landing[key] = asyncio.get_running_loop().create_future()
        landing: _Landing[Answer] = _Landing()
        try:
            answer = await fly()
            landing = _Landing(answer)
            return answer
        except asyncio.CancelledError:
            landing = _Landing(left=True)
            raise
        finally:
            del self._landing[key]
            flight.set_result(landing)
