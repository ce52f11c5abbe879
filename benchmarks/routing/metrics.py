"""RouteLLM's measures: APGR and CPT, with cluster-bootstrap intervals.

PGR(c) is the share of the gap between weak and strong model that is recovered when the share c of prompts,
those with the highest predicted gain, goes to the strong one. APGR is its mean over c; random routing has
0.5. CPT(x) is the least c, in percent, whose PGR is at least x.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS = 200
SEED = 0


def recovered(gain: Floats, predicted: Floats) -> Floats:
    """PGR at 0, 1/n, ..., 1; shape (n + 1,). NaN when there is no gap."""
    order = np.argsort(-predicted, kind="stable")
    total = gain.sum()
    if total <= 0:
        return np.full(len(gain) + 1, np.nan)
    return np.concatenate([[0.0], np.cumsum(gain[order])]) / total


def apgr(gain: Floats, predicted: Floats) -> float:
    curve = recovered(gain, predicted)
    return float((curve[1:] + curve[:-1]).mean() / 2)


def cpt(gain: Floats, predicted: Floats, target: float) -> float:
    curve = recovered(gain, predicted)
    reached = np.flatnonzero(curve >= target)
    return float(100 * reached[0] / len(gain)) if len(reached) else float("nan")


def interval(gain: Floats, predicted: Floats, groups: Sequence[str]) -> tuple[float, float]:
    """90 % interval of APGR: whole groups (prompts that ask the same question) are drawn anew."""
    rng = np.random.default_rng(SEED)
    codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    members = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
    drawn = []
    for _ in range(DRAWS):
        rows = np.concatenate([members[each] for each in rng.integers(0, len(members), len(members))])
        drawn.append(apgr(gain[rows], predicted[rows]))
    low, high = np.nanquantile(drawn, [0.05, 0.95])
    return float(low), float(high)
