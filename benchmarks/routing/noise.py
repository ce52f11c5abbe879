"""What labels dealt out at random do to the ranking, beside true ones, on the battery's development half.

The labels of whole prompts change places, so that nothing can be learnt of prompts. What they are tested on
is true: what is lost is what the default had. That is seen where the default is better than random.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from battery import FIRST_SEED, MOST_TAUGHT, Pool, pools
from metrics import apgr
from numpy.typing import NDArray
from ranking import World, grouped_split

from sobrio.understand.lesson import chances

SPLITS = {25: 4, 50: 4, 100: 3, 200: 2, 500: 1, 1_500: 1}
"""By number of labels."""
DEALS = 2
GOOD = 0.53
"""APGR from which a default has something to lose."""


def noise(world: World, data: Path) -> dict[str, Any]:
    rows = [row for _, pool in pools(world, data, ("development",)) for row in _measured(pool)]
    return {
        "note": " ".join(__doc__.split()),
        "rows": [
            {"labels": labels, "dealt_at_random": dealt, **_of(some)}
            for labels in SPLITS
            for dealt in (False, True)
            if (some := [row for row in rows if (row["labels"], row["dealt"]) == (labels, dealt)])
        ],
    }


def _measured(pool: Pool) -> Iterator[dict[str, Any]]:
    for labels, splits in SPLITS.items():
        if labels > MOST_TAUGHT * len(pool.rows):
            continue
        for seed in range(FIRST_SEED, FIRST_SEED + splits):
            taught, tested = grouped_split(pool.rows, pool.groups, labels, seed)
            true, rng = pool.scores[taught], np.random.default_rng(seed)
            dealt = [rng.permutation(true) for _ in range(DEALS)]
            for place, scores in enumerate((true, *dealt)):
                yield {"labels": labels, "dealt": place > 0, **_ranked(pool, taught, tested, scores)}


def _ranked(pool: Pool, taught: NDArray[Any], tested: NDArray[Any], scores: NDArray[Any]) -> dict[str, float]:
    fitted, asked = pool.fitted(taught, scores), pool.prompts.at(tested)
    before = chances(asked, pool.traits)
    after = fitted.correct(asked, before, pool.names)
    gain = pool.scores[tested, 0] - pool.scores[tested, 1]
    return {
        "believed": fitted.verdicts()[0].believed,
        "before": apgr(gain, before[:, 0] - before[:, 1]),
        "after": apgr(gain, after[:, 0] - after[:, 1]),
    }


def _of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    believed, before, after = (
        np.array([row[name] for row in rows]) for name in ("believed", "before", "after")
    )
    good = before >= GOOD
    lost = (after - before)[good]
    return {
        "fits": len(rows),
        "wholly_believed": round(float((believed >= 1.0).mean()), 3),
        "partly_believed": round(float(((believed > 0.0) & (believed < 1.0)).mean()), 3),
        "apgr_before": round(float(before.mean()), 4),
        "apgr_after": round(float(after.mean()), 4),
        "good_defaults": int(good.sum()),
        "good_before": round(float(before[good].mean()), 4),
        "good_after": round(float(after[good].mean()), 4),
        "good_worst_twentieth": round(float(np.quantile(lost, 0.05)), 4),
    }
