"""What a request has put on its holders' accounts, until it is known what it really took."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sobrio.errors import OverLimit
from sobrio.terms.limit import BUDGETED, Limit, Reservation, Share, Spend
from sobrio.terms.request import Caller


def reservation(limits: Sequence[Limit], caller: Caller, spend: Spend) -> Reservation:
    """Every account that `spend` of `caller` draws on."""
    asked = [each for each in limits if each.measure in spend]
    concerned = [(each, holder) for each in asked if (holder := each.holder(caller)) is not None]
    measured = [(each, holder, spend[each.measure]) for each, holder in concerned]
    return Reservation(
        tuple(Share(each, holder, amount) for each, holder, amount in measured if amount is not None),
        tuple(each.name for each, _, amount in measured if amount is None),
    )


def settlements(held: Reservation, actual: Spend) -> Iterator[tuple[Share, float]]:
    """Each account on which something was only reserved, and what was taken of it.

    Where the actual amount stays unknown, what was reserved was taken.
    """
    for share in held.shares:
        if not share.final:
            taken = actual.get(share.limit.measure)
            yield share, share.amount if taken is None else taken


def over(share: Share, used: float, wait: float | None) -> OverLimit:
    """The refusal, with when to come back, or that waiting will not help."""
    limit = share.limit
    budget = limit.measure in BUDGETED
    said = f"limit '{limit.name}': {limit.amount:g} {limit.measure} per {limit.per}"
    if wait is None:
        hint = f"this request alone asks for {share.amount:g}; send a shorter one or raise the limit"
    else:
        asked = "" if limit.measure == "requests" else f" and {share.amount:g} asked for"
        taken = math.ceil(used) if limit.measure in ("requests", "tokens") else used
        hint = f"{taken:g} used{asked}; come back in {max(1, round(wait))} s"
    code = "budget_exceeded" if budget else "rate_limit_exceeded"
    return OverLimit(f"{said}; {hint}", code=code, retry_after_s=wait)
