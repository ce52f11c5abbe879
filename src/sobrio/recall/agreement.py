"""What several like questions say together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_SURE = 1.0 - 1e-6


def agreed(scores: NDArray[np.float64], alike: Sequence[bool]) -> float:
    """P(one answer is right), from the score of each kept question and whether that has this answer.

    Answers exclude each other, and every question is evidence of its own: the odds of those with this answer
    add up, against the odds of all and of none. A question alone keeps its score.
    """
    capped = np.minimum(scores, _SURE)
    odds = capped / (1.0 - capped)
    return float(odds[np.asarray(alike, bool)].sum() / (1.0 + odds.sum()))
