"""The period a command is about: days in UTC, both included."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from sobrio.errors import InputError

Since = Annotated[str | None, typer.Option("--from", help="First day, such as 2026-11-01.")]
Until = Annotated[str | None, typer.Option("--to", help="Last day, included; today when left out.")]


def period(since: str | None, until: str | None) -> tuple[date, date]:
    """First and last day; the thirty days up to the last when no first is given. Raises `InputError`."""
    last = _day(until, "--to") if until else datetime.now(UTC).date()
    first = _day(since, "--from") if since else last - timedelta(days=29)
    return first, last


def bounds(first: date, last: date) -> tuple[str, str]:
    """The period as a ledger reads it, its end left out."""
    return first.isoformat(), (last + timedelta(days=1)).isoformat()


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} takes a day such as 2026-11-01, not {text!r}") from None
