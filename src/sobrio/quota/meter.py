"""The arithmetic of one account: a leaking bucket for short spans, a calendar page for days and months.

A bucket leaks at the limit's rate, so that a burst may use the whole amount at once and the next
request waits only for its own share. A page is torn off at midnight UTC, or on the first of the month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sobrio.terms.limit import Limit, Span

SECONDS: Final[dict[Span, float]] = {"second": 1.0, "minute": 60.0, "hour": 3600.0}


@dataclass(slots=True)
class Meter:
    """`used` of a limit at the time `at` (Unix seconds)."""

    used: float
    at: float
    held: float = 0.0
    """So much of it is reserved by calls under way."""


def leak_per_s(limit: Limit) -> float:
    """What a bucket loses in a second; 0 for a calendar span."""
    return limit.amount / SECONDS[limit.per] if limit.per in SECONDS else 0.0


def page_start(span: Span, now: float) -> float:
    """When the page of a calendar span began, Unix seconds; 0 for a bucket, which has no pages."""
    if span in SECONDS:
        return 0.0
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (today if span == "day" else today.replace(day=1)).timestamp()


def page_end(span: Span, now: float) -> float:
    start = datetime.fromtimestamp(page_start(span, now), UTC)
    after = timedelta(days=1) if span == "day" else timedelta(days=32)
    return page_start(span, (start + after).timestamp())


def used_now(meter: Meter | None, limit: Limit, now: float) -> float:
    """A clock that was set back neither empties a bucket nor fills it."""
    if meter is None or meter.at < page_start(limit.per, now):
        return 0.0
    return max(0.0, meter.used - leak_per_s(limit) * max(0.0, now - meter.at))


def together(there: Meter, mine: Meter, found: Meter | None, limit: Limit, now: float) -> Meter:
    """`there` and what `mine` has taken since it was as `found`, where two have counted beside each other."""
    used = used_now(mine, limit, now)
    taken = max(0.0, used - used_now(found, limit, now))
    return Meter(used_now(there, limit, now) + taken, now, mine.held if used else 0.0)


def wait_s(limit: Limit, used: float, wanted: float, now: float) -> float | None:
    """Seconds until `wanted` fits beside `used`: 0 when it does, `None` when it never will.

    Nothing wanted is a request whose size is not known before: it fits while anything is left.
    """
    if used + wanted <= limit.amount and (wanted or used < limit.amount):
        return 0.0
    if wanted > limit.amount:
        return None
    leak = leak_per_s(limit)
    return (used + wanted - limit.amount) / leak if leak else page_end(limit.per, now) - now
