"""Ranks: P5, P50 and P95 of sums that are linear in a few counts, without sorting every scenario.

What a call brings with it is linear in its counts (tokens, seconds). As long as the share of each count
stays within a small box, a scenario's value stays between two bounds, and only a few scenarios can be the
P5, P50 or P95 of a row. They are found once for a box that is met often; a request of that box then sorts
those few, any other every scenario. The result is the order statistic itself and not an estimate of it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]

_CELLS: Final = 40
_ROOT: Final = 0.25
"""Cells are even in this power of a share: the small are told apart as well as the large."""
_FIRST: Final = 3
"""Cells up to this one are one: shares of less than a ten-thousandth."""
_LEAST: Final = 1e-30
"""In the place of a share of nothing."""
_LAST: Final = 1e18
"""Stands behind all that can be reached."""
_ROUNDING: Final = np.float32(1e-6)
"""What single precision may move a bound by, as a part of it."""
_WIDTHS: Final = (1, 4, 16, 64, 256)
"""Up to which lists are sorted as if they were of one length: most are short, and a few long."""
_MOST_BYTES: Final = 2_000_000
"""Of the boxes kept for one table; most take 10 to 50 thousand."""
_SELDOM: Final = 3
"""Times a box is met before its scenarios are looked for, which takes four times as long as to do without:
most boxes of real traffic are not met often."""
_MOST_MET: Final = 2_000
"""Boxes remembered to have been met."""


@dataclass(frozen=True, slots=True)
class Few:
    """The scenarios of one box that can have a rank."""

    rates: Floats
    """Shape (counts, listed + n): lists of scenarios for each level of each row; of the n, the judged row may
    be above zero or not."""
    listed: int
    blocks: tuple[tuple[slice, int], ...]
    """Lists of one length, and that length; lists of one scenario are in none."""
    places: NDArray[np.intp]
    """Of each rank among the sorted lists, shape (rows, levels)."""
    above: int
    """Scenarios in which the judged row is above zero all over the box."""


class Ranked:
    """Rows that are linear in counts: `rates` has the shape (counts, rows, scenarios), NaN where unknown.

    `ranks` are places among the sorted scenarios.
    """

    def __init__(self, rates: Floats, ranks: NDArray[np.intp], *, weights: Floats, judged: int = 0) -> None:
        """`weights` say how much one of each count matters, shape (counts,); those of 0 have no rates.
        Of the row `judged` the share above zero is asked."""
        self._unknown: NDArray[np.bool_] = np.asarray(np.isnan(rates).any(axis=(0, 2)))
        self._some_unknown = bool(self._unknown.any())
        self._counted: list[int] = np.flatnonzero(weights).tolist()
        self._rates = np.where(self._unknown[:, None], 0.0, rates[self._counted])
        self._sizes = np.abs(self._rates).mean(axis=2)
        self._ranks = ranks
        self._judged = judged
        self._weights: list[float] = weights[self._counted].tolist()
        self._boxes: OrderedDict[tuple[int, ...], Few] = OrderedDict()
        self._bytes = 0
        self._met: dict[tuple[int, ...], int] = {}

    def levels(self, counts: Sequence[float]) -> tuple[list[list[float]], float]:
        """The value at each rank of each row, shape (rows, ranks), and the share of the scenarios in which
        the judged row is above zero."""
        counted = [counts[index] for index in self._counted]
        few = self._few(counted)
        if few is None:
            return self._of_all(counted)
        values = np.array(counted) @ few.rates
        for block, width in few.blocks:
            values[block].reshape(-1, width).sort(axis=1)
        above = few.above + int(np.count_nonzero(values[few.listed :] > 0))
        return self._told(values.take(few.places), above)

    def _of_all(self, counted: Sequence[float]) -> tuple[list[list[float]], float]:
        """From every scenario. These are the same figures."""
        shape = self._rates.shape[1:]
        values = (np.array(counted) @ self._rates.reshape(-1, shape[0] * shape[1])).reshape(shape)
        above = int(np.count_nonzero(values[self._judged] > 0))
        values.sort(axis=1)
        return self._told(values[:, self._ranks], above)

    def _told(self, found: Floats, above: int) -> tuple[list[list[float]], float]:
        if self._some_unknown:
            found[self._unknown] = np.nan
        levels: list[list[float]] = found.tolist()
        return levels, above / self._rates.shape[2]

    def _few(self, counted: Sequence[float]) -> Few | None:
        """The scenarios of the box that these counts lie in: the cell of the share of each. `None` for a box
        met seldom."""
        parts = [count * weight for count, weight in zip(counted, self._weights, strict=True)]
        whole = sum(parts) or 1.0
        box = tuple([max(int((part / whole) ** _ROOT * _CELLS), _FIRST) if part else -1 for part in parts])
        if box not in self._boxes and self._seldom(box):
            return None
        few = self._boxes.pop(box, None) or self._kept(self._found(box))
        self._boxes[box] = few  # as the last: the first is the one not met for longest
        return few

    def _seldom(self, box: tuple[int, ...]) -> bool:
        if len(self._met) >= _MOST_MET:
            self._met.clear()
        times = self._met[box] = self._met.get(box, 0) + 1
        return times <= _SELDOM

    def _kept(self, few: Few) -> Few:
        """In the place of those not met for longest, where they take much."""
        self._bytes += few.rates.nbytes
        while self._boxes and self._bytes > _MOST_BYTES:
            _, least = self._boxes.popitem(last=False)
            self._bytes -= least.rates.nbytes
        return few

    def _found(self, box: tuple[int, ...]) -> Few:
        base, low, high = self._bounds(box)
        least, most = np.sort(low, axis=1)[:, self._ranks], np.sort(high, axis=1)[:, self._ranks]
        reaches = high[:, None] >= least[..., None]
        may_be = reaches & (low[:, None] <= most[..., None])
        below = low.shape[1] - np.count_nonzero(reaches, axis=2)
        # where nothing depends on the scenario, any one of them will do
        same = ~np.any(high > low[:, :1], axis=1) | ~self._sizes.any(axis=0)
        may_be[same], below[same] = np.arange(low.shape[1]) == 0, self._ranks
        sure, never = low[self._judged] > 0, high[self._judged] <= 0
        rates, first, blocks = self._gathered(base, may_be)
        return Few(
            rates=np.concatenate([rates, self._rates[:, self._judged, ~(sure | never)]], axis=1),
            listed=rates.shape[1],
            blocks=blocks,
            places=first.reshape(below.shape) + self._ranks - below,
            above=int(np.count_nonzero(sure)),
        )

    def _gathered(
        self, base: NDArray[np.intp], may_be: NDArray[np.bool_]
    ) -> tuple[Floats, NDArray[np.intp], tuple[tuple[slice, int], ...]]:
        """The rates of the marked scenarios side by side, where each list begins, and lists of one length."""
        levels = may_be.shape[1]
        marked = may_be.reshape(-1, may_be.shape[2])
        lengths = np.count_nonzero(marked, axis=1)
        widths = _widths(lengths)
        order = np.argsort(widths, kind="stable")
        first = np.empty_like(widths)
        first[order] = np.cumsum(widths[order]) - widths[order]
        row, scenario = np.divmod(np.flatnonzero(marked), marked.shape[1])
        place = first[row] + np.arange(row.size) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        rates = np.zeros((self._rates.shape[0], int(widths.sum())))
        rates[base.repeat(levels)[np.repeat(order, widths[order])], np.arange(rates.shape[1])] = _LAST
        rates[:, place] = self._rates[:, row // levels, scenario]
        return rates, first, tuple(_blocks(widths))

    def _bounds(self, box: tuple[int, ...]) -> tuple[NDArray[np.intp], Singles, Singles]:
        """Of each row in each scenario, per unit of what the row is on average; and the count that matters
        most to the row, its base. Shares add up to one: that of the base follows."""
        low, high = self._shares(box)
        base = np.argmax(low + high, axis=0)
        rows = np.arange(base.size)
        whole = value = _in_units(self._rates[base, rows], self._sizes[base, rows])
        slack = _ROUNDING * np.abs(value)
        for index in np.flatnonzero(np.any((high > 0) & (base != np.arange(len(high))[:, None]), axis=1)):
            difference = _in_units(self._rates[index], self._sizes[index]) - whole
            middle, half = (low[index] + high[index]) / 2, (high[index] - low[index]) / 2
            value = value + middle[:, None] * difference
            slack += (half + _ROUNDING)[:, None] * np.abs(difference)
        return base, value - slack, value + slack

    def _shares(self, box: tuple[int, ...]) -> tuple[Singles, Singles]:
        """Least and most of each count's share in each row, shape (counts, rows)."""
        cells = np.array(box)
        least = np.where(cells > _FIRST, (cells / _CELLS) ** (1 / _ROOT), np.where(cells < 0, 0.0, _LEAST))
        most = np.minimum(((cells + 1) / _CELLS) ** (1 / _ROOT), 1.0)
        least, most = np.maximum(least, 1 - (most.sum() - most)), np.minimum(most, 1 - (least.sum() - least))
        low, high = ((each / self._weights)[:, None] * self._sizes for each in (least, most))
        low, high = _over(low, low + high.sum(axis=0) - high), _over(high, high + low.sum(axis=0) - low)
        return low.astype(np.float32), high.astype(np.float32)


def _widths(lengths: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each list the length of the longest of its kind."""
    kinds = np.searchsorted(_WIDTHS, lengths)
    longest = np.zeros(len(_WIDTHS) + 1, np.intp)
    np.maximum.at(longest, kinds, lengths)
    return np.asarray(longest[kinds])


def _blocks(widths: NDArray[np.intp]) -> Iterator[tuple[slice, int]]:
    end = 0
    for width, lists in zip(*np.unique(widths, return_counts=True), strict=True):
        start, end = end, end + int(width * lists)
        if width > 1:
            yield slice(start, end), int(width)


def _in_units(rates: Floats, sizes: Floats) -> Singles:
    """Rates of rows per unit of what each row is on average."""
    return _over(rates, sizes[..., None]).astype(np.float32)


def _over(part: Floats, whole: Floats) -> Floats:
    """Nothing over nothing is nothing."""
    return np.asarray(part / np.where(whole > 0, whole, 1.0))
