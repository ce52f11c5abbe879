"""`GET /v1/impact`: the totals of a period, summed beside the requests."""

from __future__ import annotations

import asyncio
from collections.abc import Set
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs

from sobrio.errors import InputError
from sobrio.gateway.routes import Visit
from sobrio.route.reply import JSON, Reply
from sobrio.route.rooms import Totals

_DAYS: Final = 30
"""The period where none is given."""
_MOST_DAYS: Final = 366
_MOST_DIMENSIONS: Final = 3
"""A caller must not keep the process busy for long: what is more than this is a report's business."""


class Impact:
    """The endpoint. One caller at a time: summing a ledger up takes processor time that requests need."""

    def __init__(self, totals: Totals | None) -> None:
        self._totals = totals
        self._turn = asyncio.Lock()

    async def __call__(self, visit: Visit) -> Reply:
        """Of the caller's own tenant; of all for a key with the right `admin`."""
        if self._totals is None:
            raise InputError("no totals are kept here", status=404, code="not_found")
        given = period_of(visit.query, {"from", "to", "by"})
        first, last = days_of(given)
        by = tuple(filter(None, given.get("by", "").split(",")))
        if len(by) > _MOST_DIMENSIONS:
            raise InputError(f"'by' takes up to {_MOST_DIMENSIONS} dimensions; see `sobrio report` for more")
        tenant = None if "admin" in visit.admission.rights else visit.caller.tenant
        async with self._turn:
            body = await asyncio.to_thread(self._totals, tenant, first, last, by)
        return Reply(200, (JSON,), "", body=body)


def period_of(query: str, known: Set[str]) -> dict[str, str]:
    """What stands behind the path's question mark. Raises `InputError` for a name that is not known."""
    given = {name: values[-1] for name, values in parse_qs(query).items()}
    unknown = sorted(given.keys() - known)
    if unknown:
        raise InputError(f"unknown parameter {unknown[0][:80]!r}; use {', '.join(sorted(known))}")
    return given


def days_of(given: dict[str, str]) -> tuple[date, date]:
    """The first day and the last; the last thirty where none is given. Raises `InputError`."""
    last = _day(given["to"]) if "to" in given else datetime.now(UTC).date()
    first = _day(given["from"]) if "from" in given else last - timedelta(days=_DAYS - 1)
    if not timedelta(0) <= last - first < timedelta(days=_MOST_DAYS):
        raise InputError(f"the period {first} to {last} is not one of 1 to {_MOST_DAYS} days")
    return first, last


def _day(text: str) -> date:
    """The last days of the calendar have no next one, which a period needs."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text[:40]!r} is not a day; write it as 2026-11-01") from None
    if not 1970 <= day.year <= 9000:
        raise InputError(f"there is nothing in the year {day.year}")
    return day
