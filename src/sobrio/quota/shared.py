"""Accounts in a Redis-like server, shared by every replica."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Protocol

from msgspec.structs import replace

from sobrio.quota.local import LocalQuotas
from sobrio.quota.meter import SECONDS, leak_per_s, page_end, page_start, wait_s
from sobrio.quota.reservation import corrections, over, reservation
from sobrio.terms.limit import Limit, Reservation, Share, Spend
from sobrio.terms.request import Caller

_SCRIPT: Final = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1e6
local found = {}
for i, key in ipairs(KEYS) do
  local wanted, amount, leak, page, ttl = unpack(ARGV, i * 5 - 3, i * 5 + 1)
  local kept = redis.call('HMGET', key, 'used', 'at')
  local used, at = tonumber(kept[1] or 0), tonumber(kept[2] or 0)
  if at < tonumber(page) then used = 0 end
  used = math.max(0, used - tonumber(leak) * math.max(0, now - at))
  local over = used + tonumber(wanted) > tonumber(amount)
  if ARGV[1] == 'check' and (over or (tonumber(wanted) == 0 and used >= tonumber(amount))) then
    return {i, tostring(used)}
  end
  found[i] = used
end
for i, key in ipairs(KEYS) do
  local used = math.max(0, found[i] + tonumber(ARGV[i * 5 - 3]))
  redis.call('HSET', key, 'used', tostring(used), 'at', tostring(now))
  redis.call('EXPIRE', key, ARGV[i * 5 + 1])
end
return {0, '0'}
"""
"""Looks at every account before it adds to any; the server runs it as one step, by its own clock.

Arguments: `check` or `add`, then for each key what is wanted, the amount, the leak, the start of the
calendar page and the seconds after which an idle account is forgotten.
"""
_AWAY_S: Final = 1.0


class Server(Protocol):
    """The one command that is used of a `redis.asyncio` client."""

    def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> Awaitable[Any]: ...


class SharedQuotas:
    """The `Quotas` port over a server. While it is away, each replica keeps its own accounts."""

    def __init__(
        self,
        server: Server,
        limits: Callable[[], Sequence[Limit]],
        *,
        away: tuple[type[Exception], ...],
        prefix: str = "sobrio:quota",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`away` are the errors that mean the server did not answer in time."""
        self._server = server
        self._limits = limits
        self._away: tuple[type[Exception], ...] = (*away, OSError, TimeoutError)
        self._prefix = prefix
        self._clock = clock
        self._alone = LocalQuotas(limits, clock)
        self._back_at = 0.0
        self._under_way: set[asyncio.Future[Any]] = set()

    async def reserve(self, caller: Caller, spend: Spend) -> Reservation:
        """Raises `OverLimit`. A server that is away refuses nobody."""
        held = reservation(self._limits(), caller, spend)
        if not held.shares:
            return held
        answer = await self._asked("check", held.shares)
        if answer is None:
            return replace(await self._alone.reserve(caller, spend), alone=True)
        index, used = int(answer[0]), float(answer[1])
        if index:
            share = held.shares[index - 1]
            raise over(share, used, wait_s(share.limit, used, share.amount, self._clock()))
        return held

    def settle(self, held: Reservation, actual: Spend) -> None:
        """Does not wait for the server. Call it on the event loop that reserved."""
        if held.alone:
            self._alone.settle(held, actual)
        elif shares := tuple(corrections(held, actual)):
            task = asyncio.ensure_future(self._asked("add", shares))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def aclose(self) -> None:
        """Waits for what is still on its way."""
        await asyncio.gather(*self._under_way)

    async def _asked(self, mode: str, shares: Sequence[Share]) -> Any:
        """The server's answer, `None` when it is away; then it is not asked again for a moment."""
        if self._clock() < self._back_at:
            return None
        keys = [f"{{{self._prefix}}}:{share.limit.name}:{share.holder}" for share in shares]
        numbers = [number for share in shares for number in self._numbers(share)]
        try:
            return await self._server.eval(_SCRIPT, len(keys), *keys, mode, *numbers)
        except self._away:
            self._back_at = self._clock() + _AWAY_S
            return None

    def _numbers(self, share: Share) -> tuple[float, float, float, float, int]:
        limit, now = share.limit, self._clock()
        kept_s = SECONDS.get(limit.per) or page_end(limit.per, now) - now
        return share.amount, limit.amount, leak_per_s(limit), page_start(limit.per, now), int(kept_s) + 60
