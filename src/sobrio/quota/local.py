"""Accounts in this process: exact for one worker, and what is left when a shared store is away."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from sobrio.quota.journal import Account, Journal, Standing
from sobrio.quota.meter import SECONDS, Meter, page_start, together, used_now, wait_s
from sobrio.quota.reservation import over, reservation, settlements
from sobrio.terms.limit import Limit, Measure, Reservation, Share, Span, Spend
from sobrio.terms.request import Caller

_SWEEP_EVERY: Final = 4096
_AGAIN_S: Final = 1.0
"""Between two attempts to get the journal that another process holds."""


class LocalQuotas:
    """One event loop's accounts. Nothing awaits between looking and adding, so nobody slips between."""

    def __init__(
        self,
        limits: Callable[[], Sequence[Limit]],
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        journal: Journal | None = None,
    ) -> None:
        """Pages are by `clock`, which somebody may set; buckets leak by `steady`, which nobody does."""
        self._limits = limits
        self._clock = clock
        self._steady = steady
        self._ahead = clock() - steady()
        self._meters: dict[Account, Meter] = {}
        self._sweep_at = _SWEEP_EVERY
        self._journal = journal
        self._again_at = -math.inf
        self._found: dict[Account, Meter] | None = None
        """What another process had written when this one began to count beside it."""

    @property
    def problem(self) -> str | None:
        """Why a restart would forget what is counted, in words."""
        return None if self._journal is None else self._journal.problem

    async def reserve(self, caller: Caller, spend: Spend) -> Reservation:
        """Put the expected spend on every account, or on none. Raises `OverLimit`."""
        limits = self._limits()
        if not limits:
            return Reservation()
        self._begin()
        held = replace(reservation(limits, caller, spend), at=self._clock())
        for share in held.shares:
            now = self._now(share.limit.per)
            used = used_now(self._meters.get(_account(share)), share.limit, now)
            wait = wait_s(share.limit, used, share.amount, now)
            if wait != 0.0:
                raise over(share, used, wait)
        for share in held.shares:
            self._add(share, share.amount, 0.0 if share.final else share.amount)
        self._keep(share for share in held.shares if share.final)
        self._sweep(limits)
        return held

    def settle(self, held: Reservation, actual: Spend) -> None:
        """Replace what was reserved by what was taken; a call that never began took nothing.

        What was reserved on a page that has been torn off meanwhile is on no account any more.
        """
        self._begin()
        settled = list(settlements(held, actual))
        for share, taken in settled:
            torn_off = held.at < page_start(share.limit.per, self._clock())
            back = 0.0 if torn_off else share.amount
            self._add(share, taken - back, -back)
        self._keep(share for share, _ in settled)

    async def aclose(self) -> None:
        """Nothing is ever on its way."""

    def close(self) -> None:
        """Writes what was taken in memory, where no other process holds the journal any more."""
        journal, self._journal = self._journal, None
        if journal is None:
            return
        if self._found is not None and not journal.is_held:
            self._look(journal)
        journal.close()

    def _now(self, per: Span) -> float:
        return self._ahead + self._steady() if per in SECONDS else self._clock()

    def _add(self, share: Share, amount: float, reserved: float) -> None:
        now, account = self._now(share.limit.per), _account(share)
        before = self._meters.get(account)
        used = used_now(before, share.limit, now)
        held = before.held if before is not None and used else 0.0
        self._meters[account] = Meter(max(0.0, used + amount), now, max(0.0, held + reserved))

    def _begin(self) -> None:
        journal, now = self._journal, self._steady()
        if journal is None or journal.is_held or now < self._again_at:
            return
        self._again_at = now + _AGAIN_S
        self._look(journal)

    def _look(self, journal: Journal) -> None:
        """Begin with what is written, whoever holds it; go on with it once that process has ended."""
        held, found = journal.begin(), self._found
        if held or found is None:
            self._merge(journal.read(), found or {})
            self._found = {} if held else dict(self._meters)
        if held and found is not None:
            journal.rewrite(self._standings())

    def _merge(self, written: Iterable[Standing], found: Mapping[Account, Meter]) -> None:
        """Add what was taken here since `found` to what is written.

        A time that has not come is one of a clock that was set back.
        """
        known = _by_account(self._limits())
        for account, there in {each.account: each for each in written}.items():
            now = self._now(there.per)
            meter = Meter(there.used, min(there.at, now))
            mine, limit = self._meters.get(account), known.get(account[:3])
            if mine is not None and limit is not None:
                meter = together(meter, mine, found.get(account), limit, now)
            self._meters[account] = meter

    def _keep(self, shares: Iterable[Share]) -> None:
        journal = self._journal
        if journal is None:
            return
        if journal.is_long:
            journal.rewrite(self._standings())
        else:
            accounts = map(_account, shares)
            journal.add([_standing(each, self._meters[each]) for each in accounts])

    def _standings(self) -> Iterator[Standing]:
        return (_standing(*each) for each in self._meters.items())

    def _sweep(self, limits: Sequence[Limit]) -> None:
        """Accounts that have run empty are forgotten, so that many keys cost no memory for ever."""
        if len(self._meters) < self._sweep_at:
            return
        known = _by_account(limits)
        self._meters = {
            account: meter
            for account, meter in self._meters.items()
            if account[:3] in known and used_now(meter, known[account[:3]], self._now(account[2])) > 0
        }
        self._sweep_at = max(_SWEEP_EVERY, 2 * len(self._meters))


def _account(share: Share) -> Account:
    """A limit that now says something else under its old name begins anew."""
    limit = share.limit
    return limit.name, limit.measure, limit.per, share.holder


def _by_account(limits: Iterable[Limit]) -> dict[tuple[str, Measure, Span], Limit]:
    return {(limit.name, limit.measure, limit.per): limit for limit in limits}


def _standing(account: Account, meter: Meter) -> Standing:
    return Standing(*account, used=max(0.0, meter.used - meter.held), at=meter.at)
