"""An exact promise on wrong hits: Clopper and Pearson's one-sided bound along a fixed grid of thresholds.

Each threshold of the grid poses the hypothesis "more than `rate` of the hits at or above it are wrong". A
chain of thresholds is tested from strict to loose and ends at the first hypothesis that stands, so a chain
needs no correction for its length; several chains share the risk. Where a chain begins depends on how many
labels lie above a threshold, never on whether they are right. (Multi-start fixed-sequence testing, as in
Angelopoulos et al., "Learn then Test", 2021.)
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, exp, inf, lgamma, log, log1p
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.errors import InputError

RISK: Final = 0.05
"""How often, over many sets of labels, the promise may be broken."""

GRID: Final = 1.0 / (1.0 + np.exp(-np.linspace(10.0, -4.0, 281)))
"""From strict to loose: the same for every stream, so that no stream can choose it to its liking."""


def tail(wrong: int, hits: int, rate: float) -> float:
    """P(at most `wrong` of `hits` are wrong) when each is wrong with probability `rate`."""
    if wrong >= hits:
        return 1.0
    terms = (
        lgamma(hits + 1) - lgamma(k + 1) - lgamma(hits - k + 1) + k * log(rate) + (hits - k) * log1p(-rate)
        for k in range(wrong + 1)
    )
    return min(1.0, sum(map(exp, terms)))


def labels_needed(rate: float, risk: float = RISK) -> int:
    """Labelled hits, all of them right, that a promise of `rate` takes: 299 for 1 %, 59 for 5 %."""
    return ceil(log(risk) / log1p(-rate))


def threshold(
    scores: Sequence[float], right: Sequence[bool], rate: float, risk: float = RISK
) -> float | None:
    """The loosest threshold of the grid that the labels vouch for; `None` when they vouch for none.

    `scores` and `right` are of one length: a sample of the stream's would-be hits. With probability
    1 - risk at most `rate` of the stream's hits at or above the threshold are wrong. Raises InputError
    for a rate that is not strictly between 0 and 1: no number of labels vouches for none wrong at all.
    """
    if not 0.0 < rate < 1.0:
        raise InputError(f"the rate of wrong hits must lie between 0 and 1, both excluded, not {rate}")
    order = np.argsort(scores)[::-1]
    ranked = np.asarray(scores, float)[order]
    above = np.searchsorted(-ranked, -GRID, side="right")
    wrong = np.concatenate([[0], np.cumsum(~np.asarray(right, bool)[order])])[above]
    starts = _starts(above, labels_needed(rate, risk))
    ends = [_end(start, above, wrong, rate, risk / len(starts)) for start in starts]
    loosest = max((end for end in ends if end is not None), default=None)
    return None if loosest is None else float(GRID[loosest])


def _starts(above: NDArray[np.intp], needed: int) -> list[int]:
    """The strictest places of the grid with `needed`, twice, four times … as many labels above them."""
    counts = [needed]
    while 2 * counts[-1] <= above[-1]:
        counts.append(2 * counts[-1])
    places = [int(np.searchsorted(above, count)) for count in counts]
    return sorted({place for place in places if place < len(above)})


def _end(
    start: int, above: NDArray[np.intp], wrong: NDArray[np.intp], rate: float, risk: float
) -> int | None:
    """The last place of the chain that holds; places without labels of their own are not vouched for."""
    last, seen = None, -inf
    for place in range(start, len(above)):
        if tail(int(wrong[place]), int(above[place]), rate) > risk:
            break
        if above[place] > seen:
            last, seen = place, above[place]
    return last
