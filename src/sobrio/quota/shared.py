"""Accounts in a Redis-like server, shared by every replica."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol, TypeAlias

from msgspec.structs import replace

from sobrio.quota.local import LocalQuotas
from sobrio.quota.meter import SECONDS, leak_per_s, wait_s
from sobrio.quota.reservation import over, reservation, settlements
from sobrio.quota.script import SCRIPT
from sobrio.terms.limit import Limit, Reservation, Share, Span, Spend
from sobrio.terms.request import Caller

Settled: TypeAlias = tuple[Share, float]
"""What was reserved on an account, and what was taken of it."""

_LEASE_S: Final = 900
"""Longer than calls take; one that takes longer is charged all the same, when it ends."""
_AGAIN_S: Final = 1.0
_MOST_OWED: Final = 100_000
_KEPT_S: Final[dict[Span, int]] = {"day": 86_400, "month": 32 * 86_400}


class Server(Protocol):
    """The one command that is used of a `redis.asyncio` client."""

    def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> Awaitable[Any]: ...


class SharedQuotas:
    """The `Quotas` port over a server. While it is away, each replica keeps its own accounts.

    What calls took meanwhile is told to the server when it is back.
    """

    def __init__(
        self,
        server: Server,
        limits: Callable[[], Sequence[Limit]],
        *,
        away: tuple[type[Exception], ...],
        prefix: str = "sobrio:quota",
        lease_s: float = _LEASE_S,
    ) -> None:
        """`away` are the errors that mean the server did not answer in time; after `lease_s` seconds the
        server takes back what was reserved on a page and never settled."""
        self._server = server
        self._limits = limits
        self._away: tuple[type[Exception], ...] = (*away, OSError, TimeoutError)
        self._prefix = prefix
        self._lease_s = lease_s
        self._alone = LocalQuotas(limits)
        self._waiting: asyncio.Future[None] | None = None
        self._owed: deque[tuple[str, list[Settled]]] = deque(maxlen=_MOST_OWED)
        self._under_way: set[asyncio.Future[None]] = set()

    @property
    def problem(self) -> str | None:
        """In words."""
        if not self._is_away:
            return None
        return "the server of the shared limits does not answer: this replica counts them alone"

    async def reserve(self, caller: Caller, spend: Spend) -> Reservation:
        """Raises `OverLimit`. A server that is away refuses nobody."""
        held = reservation(self._limits(), caller, spend)
        if not held.shares:
            return held
        held = replace(held, id=os.urandom(8).hex())
        answer = await self._answer("reserve", held.id, [(each, 0.0) for each in held.shares])
        if answer is None:
            return replace(await self._alone.reserve(caller, spend), id=held.id, alone=True)
        index, used, now = int(answer[0]), float(answer[1]), float(answer[2])
        if index:
            share = held.shares[index - 1]
            raise over(share, used, wait_s(share.limit, used, share.amount, now))
        return held

    def settle(self, held: Reservation, actual: Spend) -> None:
        """Does not wait for the server. Call it on the event loop that reserved."""
        if held.alone:
            self._alone.settle(held, actual)
        settled = [
            (share, taken)
            for share, taken in settlements(held, actual)
            if _is_page(share) or (taken != share.amount and not held.alone)
        ]
        if held.alone:
            settled += [(share, share.amount) for share in held.shares if share.final and _is_page(share)]
        if settled:
            task = asyncio.ensure_future(self._settle(held.id, settled))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def aclose(self) -> None:
        """Waits for what is still on its way."""
        if self._waiting is not None:
            self._waiting.cancel()
        await asyncio.gather(*self._under_way)
        with suppress(*self._away):
            await self._pay()

    async def _settle(self, reservation_id: str, settled: list[Settled]) -> None:
        pages = [each for each in settled if _is_page(each[0])]
        if await self._answer("settle", reservation_id, settled) is None and pages:
            self._owed.append((reservation_id, pages))

    @property
    def _is_away(self) -> bool:
        return self._waiting is not None and not self._waiting.done()

    async def _answer(self, mode: str, reservation_id: str, settled: Sequence[Settled]) -> Any:
        """The server's, `None` while it is away: one request waits for that to show, and no other."""
        if self._is_away:
            return None
        try:
            return await self._ask(mode, reservation_id, settled)
        except self._away:
            if not self._is_away:
                self._waiting = asyncio.ensure_future(self._until_it_is_back())
            return None

    async def _ask(self, mode: str, reservation_id: str, settled: Sequence[Settled]) -> Any:
        shares = [share for share, _ in settled]
        accounts = [_account(share) for share in shares]
        keys = [f"{{{self._prefix}}}:{kind}:{each}" for each in accounts for kind in ("used", "held")]
        numbers = [number for each in settled for number in _numbers(*each)]
        return await self._server.eval(
            SCRIPT, len(keys), *keys, mode, reservation_id, self._lease_s, *numbers
        )

    async def _until_it_is_back(self) -> None:
        while True:
            await asyncio.sleep(_AGAIN_S)
            with suppress(*self._away):
                await self._server.eval("return 1", 1, f"{{{self._prefix}}}")
                await self._pay()
                return

    async def _pay(self) -> None:
        """The server takes the same settlement once, should it have come there before."""
        while self._owed:
            await self._ask("settle", *self._owed[0])
            self._owed.popleft()


def _is_page(share: Share) -> bool:
    """What is wrong with a bucket leaks away."""
    return share.limit.per not in SECONDS


def _account(share: Share) -> str:
    limit = share.limit
    return f"{limit.name}:{limit.measure}:{limit.per}:{share.holder}"


def _numbers(share: Share, taken: float) -> tuple[float, float, float, float, str, int]:
    limit = share.limit
    kind = ("final" if share.final else "leased") if _is_page(share) else ""
    kept_s = _KEPT_S.get(limit.per) or int(SECONDS[limit.per]) + 60
    return share.amount, taken, limit.amount, leak_per_s(limit), f"{limit.per} {kind}", kept_s
