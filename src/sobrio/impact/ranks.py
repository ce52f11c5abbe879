"""Ranks: P5, P50 and P95 of sums that are linear in a few counts, without sorting every scenario.

What a call brings with it is linear in its counts (tokens, seconds). As long as the share of each count
stays within a small box, a scenario's value stays between two bounds, and only a few scenarios can be the
P5, P50 or P95 of a row. They are found once for a box; a request of that box then sorts those few. The result
is the order statistic itself and not an estimate of it.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Table: TypeAlias = NDArray[Any]
"""In single or double precision."""

JUDGED: Final = 1
"""The row whose share above zero is asked: greenhouse gas."""
_LEAST_SHARE: Final = 1e-3
"""Shares up to this one lie in one box."""
_STEP: Final = math.log(1.3)
"""Ln of how much larger the upper end of a box is than the lower."""
_LAST: Final = 1e18
"""Stands behind all that can be reached."""
_MOST_BOXES: Final = 48


@dataclass(frozen=True, slots=True)
class Few:
    """The scenarios of one box that can have a rank."""

    rates: Table
    """Shape (counts, rows x levels x width)."""
    shape: tuple[int, int]
    """(rows x levels, width)."""
    places: NDArray[np.intp]
    """Of each rank in the flat array of sorted rows."""
    unsure: Table
    """Rates of the judged row in scenarios that may be above zero or not, shape (counts, n)."""
    above: int
    """Scenarios in which the judged row is above zero all over the box."""


class Ranked:
    """Rows that are linear in counts: `rates` has the shape (counts, rows, scenarios), NaN where unknown.

    `ranks` are places among the sorted scenarios.
    """

    def __init__(
        self,
        rates: Floats,
        ranks: NDArray[np.intp],
        *,
        weights: Floats,
        precision: type[np.float32 | np.float64] = np.float32,
    ) -> None:
        """`weights` say how much one of each count matters, shape (counts,); those of 0 have no rates.

        Sums in which terms cancel each other need double `precision`.
        """
        self._precision = precision
        self._unknown: NDArray[np.bool_] = np.asarray(np.isnan(rates).any(axis=(0, 2)))
        self._some_unknown = bool(self._unknown.any())
        self._counted: list[int] = np.flatnonzero(weights).tolist()
        self._rates = np.where(self._unknown[:, None], 0.0, rates[self._counted])
        self._nothing: NDArray[np.bool_] = np.asarray(~self._rates.any(axis=(0, 2)))
        self._ranks = ranks
        self._weights: list[float] = weights[self._counted].tolist()
        self._boxes: OrderedDict[tuple[int, ...], Few] = OrderedDict()

    def levels(self, counts: Sequence[float]) -> list[list[float]]:
        """The value at each rank of each row, shape (rows, ranks)."""
        counted, few = self._few(counts)
        return self._levels(counted, few)

    def levels_and_chance(self, counts: Sequence[float]) -> tuple[list[list[float]], float]:
        """`levels`, and the share of the scenarios in which the judged row is above zero."""
        counted, few = self._few(counts)
        among = int(np.count_nonzero(counted @ few.unsure > 0)) if few.unsure.size else 0
        return self._levels(counted, few), (few.above + among) / self._rates.shape[2]

    def _levels(self, counted: Table, few: Few) -> list[list[float]]:
        values = (counted @ few.rates).reshape(few.shape)
        values.sort(axis=1)
        found = values.take(few.places)
        if self._some_unknown:
            found[self._unknown] = np.nan
        levels: list[list[float]] = found.tolist()
        return levels

    def _few(self, counts: Sequence[float]) -> tuple[Table, Few]:
        """The counts that matter, and the scenarios of their box."""
        counted = [counts[index] for index in self._counted]
        parts = [count * weight for count, weight in zip(counted, self._weights, strict=True)]
        whole = sum(parts) or 1.0
        # a box is the count that matters most, and the cell of each one's share
        box = (parts.index(max(parts)), *[_cell(part / whole) for part in parts])
        few = self._boxes.pop(box, None) or self._found(box[0], box[1:])
        self._boxes[box] = few  # as the last: the first is the one not met for longest
        if len(self._boxes) > _MOST_BOXES:
            self._boxes.popitem(last=False)
        return np.array(counted, self._precision), few

    def _found(self, base: int, box: tuple[int, ...]) -> Few:
        low, high = self._bounds(base, box)
        least, most = np.sort(low, axis=1)[:, self._ranks], np.sort(high, axis=1)[:, self._ranks]
        reaches = high[:, None] >= least[..., None]
        may_be = reaches & (low[:, None] <= most[..., None])
        below = low.shape[1] - np.count_nonzero(reaches, axis=2)
        # where nothing depends on the scenario, any one of them will do
        may_be[self._nothing], below[self._nothing] = np.arange(low.shape[1]) == 0, self._ranks
        sure, never = low[JUDGED] > 0, high[JUDGED] <= 0
        rates, width = self._gathered(base, may_be)
        first = np.arange(below.size).reshape(below.shape) * width
        return Few(
            rates=rates,
            shape=(below.size, width),
            places=first + self._ranks - below,
            unsure=self._rates[:, JUDGED, ~(sure | never)].astype(self._precision),
            above=int(np.count_nonzero(sure)),
        )

    def _gathered(self, base: int, may_be: NDArray[np.bool_]) -> tuple[Table, int]:
        """The rates of the marked scenarios side by side, and how many there are at most in a row."""
        counts, levels = self._rates.shape[0], may_be.shape[1]
        marked = may_be.reshape(-1, may_be.shape[2])
        lengths = np.count_nonzero(marked, axis=1)
        width = int(lengths.max())
        row, scenario = np.divmod(np.flatnonzero(marked), marked.shape[1])
        place = np.arange(row.size) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        rates = np.zeros((counts, len(marked), width), self._precision)
        rates[base] = _LAST
        rates[:, row, place] = self._rates[:, row // levels, scenario]
        return rates.reshape(counts, -1), width

    def _bounds(self, base: int, box: tuple[int, ...]) -> tuple[Floats, Floats]:
        """Of each row in each scenario, per unit of the whole. Shares add up to one: the `base` follows."""
        value = whole = self._rates[base] / self._weights[base]
        slack = np.zeros_like(value)
        for index, cell in enumerate(box):
            if index != base:
                low, high = _ends(cell)
                difference = self._rates[index] / self._weights[index] - whole
                value = value + (low + high) / 2 * difference
                slack += (high - low) / 2 * np.abs(difference)
        slack += 1e-6 * np.abs(value)  # what single precision may move
        return value - slack, value + slack


def _cell(share: float) -> int:
    """0 for the least shares, then one for each step."""
    return 0 if share < _LEAST_SHARE else 1 + int(math.log(share / _LEAST_SHARE) / _STEP)


def _ends(cell: int) -> tuple[float, float]:
    if cell == 0:
        return 0.0, _LEAST_SHARE
    return _LEAST_SHARE * math.exp(_STEP * (cell - 1)), _LEAST_SHARE * math.exp(_STEP * cell)
