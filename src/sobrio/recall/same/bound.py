"""An exact promise on wrong hits: Clopper and Pearson's one-sided bound along a fixed grid of thresholds.

Each threshold of the grid poses the hypothesis "more than `rate` of the hits at or above it are wrong". They
are tested from strict to loose. At some of them a share of the risk is put in, and it stays at stake for as
long as one hypothesis after the other falls; the first that stands takes what is at stake with it. So nothing
is paid for the length of the grid, and a wrong hit at the top ends no more than the first try. (Wiens and
Dmitrienko's fallback procedure, 2005, with the multi-start of Angelopoulos et al., "Learn then Test", 2021.)
Where the shares go in depends on how many labels lie above a threshold, never on whether they are right.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil, exp, lgamma, log, log1p
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.errors import InputError

RISK: Final = 0.05
"""How often, over many sets of labels, the promise may be broken."""

_ALLOWED: Final = (0, 2, 6, 14)
"""Wrong labels that each share of the risk has room for; in simulated streams no other spacing did better."""

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


def labels_needed(rate: float, risk: float = RISK, wrong: int = 0) -> int:
    """Labelled hits, `wrong` of them wrong, that a promise of `rate` takes: 299 for 1 %, 59 for 5 %."""
    most = ceil(log(risk) / log1p(-rate))
    while tail(wrong, most, rate) > risk:
        most *= 2
    return bisect_left(range(most), -risk, key=lambda hits: -tail(wrong, hits, rate))


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
    shares, at_stake, last, seen = _shares(above, rate, risk), 0.0, None, 0
    for place, hits in enumerate(above.tolist()):
        at_stake += shares.get(place, 0.0)
        if tail(int(wrong[place]), hits, rate) > at_stake:
            at_stake = 0.0
        elif hits > seen:  # places without labels of their own are not vouched for
            last, seen = place, hits
    return None if last is None else float(GRID[last])


def _shares(above: NDArray[np.intp], rate: float, risk: float) -> dict[int, float]:
    """Equal shares of the risk, each put in at the strictest place of the grid that may hold at it with as
    many wrong labels as `_ALLOWED` says; as many shares as there are labels for."""
    for count in range(len(_ALLOWED), 0, -1):
        share = risk / count
        needed = [labels_needed(rate, share, wrong) for wrong in _ALLOWED[:count]]
        if needed[-1] <= above[-1]:
            break
    places = [int(np.searchsorted(above, number)) for number in needed]
    return {place: places.count(place) * share for place in places}
