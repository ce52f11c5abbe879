"""Columns over the days of a period, as coordinates for an inline drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sobrio.report.document import Day
from sobrio.terms.quantity import Interval

WIDTH, HEIGHT = 600.0, 70.0
GAP = 0.25
"""Share of a day's width that stays empty."""


@dataclass(frozen=True, slots=True)
class Column:
    """One day: a column, and where it has an interval a line from P5 to P95."""

    day: str
    x: float
    width: float
    top: float
    height: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    columns: tuple[Column, ...]
    highest: float
    """The value at the top of the drawing, in the unit of the data."""


def requests_chart(days: Sequence[Day], start: str, end: str) -> Chart:
    return _chart({day.day: Interval(day.requests, day.requests, day.requests) for day in days}, start, end)


def energy_chart(days: Sequence[Day], start: str, end: str) -> Chart:
    """Realised energy in Wh; days whose energy is unknown have no column."""
    known = {day.day: day.realised.energy_wh for day in days}
    return _chart({day: each for day, each in known.items() if each is not None}, start, end)


def _chart(values: Mapping[str, Interval], start: str, end: str) -> Chart:
    highest = max((float(each.high) for each in values.values()), default=0.0)
    every = _days(start, end)
    step = WIDTH / len(every)
    return Chart(
        tuple(
            _column(day, i * step, step * (1 - GAP), values[day], highest)
            for i, day in enumerate(every)
            if day in values
        ),
        highest,
    )


def _column(day: str, x: float, width: float, value: Interval, highest: float) -> Column:
    def y(number: float) -> float:
        return round(HEIGHT * (1 - number / (highest or 1.0)), 2)

    top = y(float(value.central))
    certain = value.low == value.high
    return Column(
        day=day,
        x=round(x, 2),
        width=round(width, 2),
        top=top,
        height=round(HEIGHT - top, 2),
        low=None if certain else y(float(value.low)),
        high=None if certain else y(float(value.high)),
    )


def _days(start: str, end: str) -> list[str]:
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return [(first + timedelta(days=i)).isoformat() for i in range((last - first).days + 1)]
