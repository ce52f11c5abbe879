"""Accounts in this process: exact for one worker, and what is left when a shared store is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from msgspec.structs import replace

from sobrio.quota.journal import Journal, Standing
from sobrio.quota.meter import SECONDS, Meter, page_start, used_now, wait_s
from sobrio.quota.reservation import over, reservation, settlements
from sobrio.terms.limit import Limit, Measure, Reservation, Share, Span, Spend
from sobrio.terms.request import Caller

_SWEEP_EVERY: Final = 4096

Account: TypeAlias = tuple[str, Measure, Span, str]


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
        self._begun = journal is None

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
        settled = list(settlements(held, actual))
        for share, taken in settled:
            torn_off = held.at < page_start(share.limit.per, self._clock())
            back = 0.0 if torn_off else share.amount
            self._add(share, taken - back, -back)
        self._keep(share for share, _ in settled)

    async def aclose(self) -> None:
        """Nothing is ever on its way."""

    def _now(self, per: Span) -> float:
        return self._ahead + self._steady() if per in SECONDS else self._clock()

    def _add(self, share: Share, amount: float, reserved: float) -> None:
        now, account = self._now(share.limit.per), _account(share)
        before = self._meters.get(account)
        used = used_now(before, share.limit, now)
        held = before.held if before is not None and used else 0.0
        self._meters[account] = Meter(max(0.0, used + amount), now, max(0.0, held + reserved))

    def _begin(self) -> None:
        """A time that has not come is one of a clock that was set back."""
        if self._begun or self._journal is None:
            return
        self._begun = True
        for each in self._journal.begin():
            account = (each.limit, each.measure, each.per, each.holder)
            self._meters[account] = Meter(each.used, min(each.at, self._now(each.per)))

    def _keep(self, shares: Iterable[Share]) -> None:
        journal = self._journal
        if journal is None:
            return
        if journal.is_long:
            journal.rewrite(_standing(*each) for each in self._meters.items())
        else:
            accounts = map(_account, shares)
            journal.add([_standing(each, self._meters[each]) for each in accounts])

    def _sweep(self, limits: Sequence[Limit]) -> None:
        """Accounts that have run empty are forgotten, so that many keys cost no memory for ever."""
        if len(self._meters) < self._sweep_at:
            return
        known = {(limit.name, limit.measure, limit.per): limit for limit in limits}
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


def _standing(account: Account, meter: Meter) -> Standing:
    return Standing(*account, used=max(0.0, meter.used - meter.held), at=meter.at)
