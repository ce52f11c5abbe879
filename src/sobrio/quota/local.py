"""Accounts in this process: exact for one worker, and what is left when a shared store is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sobrio.quota.meter import Meter, used_now, wait_s
from sobrio.quota.reservation import corrections, over, reservation
from sobrio.terms.limit import Limit, Reservation, Share, Spend
from sobrio.terms.request import Caller

_SWEEP_EVERY = 4096


class LocalQuotas:
    """One event loop's accounts. Nothing awaits between looking and adding, so nobody slips between."""

    def __init__(self, limits: Callable[[], Sequence[Limit]], clock: Callable[[], float] = time.time) -> None:
        self._limits = limits
        self._clock = clock
        self._meters: dict[tuple[str, str], Meter] = {}
        self._sweep_at = _SWEEP_EVERY

    async def reserve(self, caller: Caller, spend: Spend) -> Reservation:
        """Put the expected spend on every account, or on none. Raises `OverLimit`."""
        limits = self._limits()
        if not limits:
            return Reservation()
        held, now = reservation(limits, caller, spend), self._clock()
        for share in held.shares:
            used = self._used(share, now)
            wait = wait_s(share.limit, used, share.amount, now)
            if wait != 0.0:
                raise over(share, used, wait)
        for share in held.shares:
            self._add(share, now)
        self._sweep(limits, now)
        return held

    def settle(self, held: Reservation, actual: Spend) -> None:
        """Replace what was reserved by what was taken; a call that never began took nothing."""
        now = self._clock()
        for share in corrections(held, actual):
            self._add(share, now)

    async def aclose(self) -> None:
        """Nothing is ever on its way."""

    def _used(self, share: Share, now: float) -> float:
        return used_now(self._meters.get((share.limit.name, share.holder)), share.limit, now)

    def _add(self, share: Share, now: float) -> None:
        used = max(0.0, self._used(share, now) + share.amount)
        self._meters[share.limit.name, share.holder] = Meter(used, now)

    def _sweep(self, limits: Sequence[Limit], now: float) -> None:
        """Accounts that have run empty are forgotten, so that many keys cost no memory for ever."""
        if len(self._meters) < self._sweep_at:
            return
        known = {limit.name: limit for limit in limits}
        self._meters = {
            (name, holder): meter
            for (name, holder), meter in self._meters.items()
            if name in known and used_now(meter, known[name], now) > 0
        }
        self._sweep_at = max(_SWEEP_EVERY, 2 * len(self._meters))
